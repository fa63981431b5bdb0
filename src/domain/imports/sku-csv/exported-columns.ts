import type { SkuColumn } from './sku-column.js';
import { columnNamed, NAMED_COLUMNS, nameOfAttribute } from './sku-column.js';

/** A column of an export: its header, and what it says. */
export interface ExportedColumn {
  name: string;
  column: SkuColumn;
}

/** What of the catalogue needs a column that has no fixed name. */
export interface VaryingColumns {
  skuAttributes: readonly string[];
  productAttributes: readonly string[];
  systemAmounts: readonly { system: string; price: boolean; compareAtPrice: boolean }[];
}

/** Every column of an export, in its order: the SKU's, amounts by system, attributes, and then the product's. */
export function exportedColumns(varying: VaryingColumns): ExportedColumn[] {
  const named = [...NAMED_COLUMNS].map(([name, column]) => ({ name, column }));
  const amounts = [...varying.systemAmounts]
    .sort((a, b) => (a.system < b.system ? -1 : 1))
    .flatMap(({ system, price, compareAtPrice }) => [
      ...(price ? [`price@${system}`] : []),
      ...(compareAtPrice ? [`compareAtPrice@${system}`] : []),
    ]);
  const keys = (of: 'SKU' | 'PRODUCT', list: readonly string[]): string[] =>
    [...list].sort().map((key) => nameOfAttribute(of, key));
  const families = [...amounts, ...keys('SKU', varying.skuAttributes)];
  return [
    ...named.filter(({ column }) => column.of === 'SKU'),
    ...families.flatMap(namedColumn),
    ...named.filter(({ column }) => column.of === 'PRODUCT'),
    ...keys('PRODUCT', varying.productAttributes).flatMap(namedColumn),
  ];
}

function namedColumn(name: string): ExportedColumn[] {
  const column = columnNamed(name);
  return column ? [{ name, column }] : [];
}
