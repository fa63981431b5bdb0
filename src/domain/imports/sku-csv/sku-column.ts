import type { ProductContent } from '../../catalog/product.js';
import type { SkuContent } from '../../catalog/sku.js';

/** Fields that are one cell of text, just as the API words them. */
type PlainSkuField = Exclude<
  keyof SkuContent,
  'state' | 'optionValues' | 'weight' | 'requiresShipping' | 'taxable' | 'attributes' | 'listedIn' | 'systemValues'
>;
type PlainProductField = Exclude<keyof ProductContent, 'tags' | 'optionNames' | 'attributes'>;

/** What a column of a sku-csv file says. `of` is whose it is: a product's columns are the same in all of its rows. */
export type SkuColumn =
  | { of: 'SKU'; kind: 'code' | 'revision' | 'kind' | 'state' | 'weight' | 'weightUnit' | 'listedIn' }
  | { of: 'SKU'; kind: 'plain'; field: PlainSkuField }
  | { of: 'SKU'; kind: 'flag'; field: 'requiresShipping' | 'taxable' }
  | { of: 'SKU'; kind: 'optionName' | 'optionValue'; index: number }
  | { of: 'SKU'; kind: 'systemAmount'; system: string; field: 'price' | 'compareAtPrice' }
  | { of: 'PRODUCT'; kind: 'handle' | 'revision' | 'tags' }
  | { of: 'PRODUCT'; kind: 'plain'; field: PlainProductField }
  | { of: 'PRODUCT'; kind: 'optionName'; index: number }
  | { of: 'SKU'; kind: 'attribute'; key: string }
  | { of: 'PRODUCT'; kind: 'attribute'; key: string };

/** The field that a column is part of, in canonical words: weight and its unit are one field, and so are all options. */
export function fieldOf(column: SkuColumn): string {
  switch (column.kind) {
    case 'plain':
    case 'flag':
      return column.field;
    case 'weightUnit':
      return 'weight';
    case 'optionName':
      return column.of === 'SKU' ? 'optionValues' : 'optionNames';
    case 'optionValue':
      return 'optionValues';
    case 'systemAmount':
      return 'systemValues';
    case 'attribute':
      return 'attributes';
    default:
      return column.kind;
  }
}

const OPTIONS = [0, 1, 2];

/** Every column that has a name of its own, in the order in which exports write them. */
export const NAMED_COLUMNS: ReadonlyMap<string, SkuColumn> = new Map<string, SkuColumn>([
  ['code', { of: 'SKU', kind: 'code' }],
  ['revision', { of: 'SKU', kind: 'revision' }],
  ['kind', { of: 'SKU', kind: 'kind' }],
  ['state', { of: 'SKU', kind: 'state' }],
  ['title', { of: 'SKU', kind: 'plain', field: 'title' }],
  ...OPTIONS.flatMap((index): [string, SkuColumn][] => [
    [`option${index + 1}.name`, { of: 'SKU', kind: 'optionName', index }],
    [`option${index + 1}.value`, { of: 'SKU', kind: 'optionValue', index }],
  ]),
  ['gtin', { of: 'SKU', kind: 'plain', field: 'gtin' }],
  ['price', { of: 'SKU', kind: 'plain', field: 'price' }],
  ['compareAtPrice', { of: 'SKU', kind: 'plain', field: 'compareAtPrice' }],
  ['cost', { of: 'SKU', kind: 'plain', field: 'cost' }],
  ['weight', { of: 'SKU', kind: 'weight' }],
  ['weightUnit', { of: 'SKU', kind: 'weightUnit' }],
  ['hsCode', { of: 'SKU', kind: 'plain', field: 'hsCode' }],
  ['countryOfOrigin', { of: 'SKU', kind: 'plain', field: 'countryOfOrigin' }],
  ['requiresShipping', { of: 'SKU', kind: 'flag', field: 'requiresShipping' }],
  ['taxable', { of: 'SKU', kind: 'flag', field: 'taxable' }],
  ['taxCode', { of: 'SKU', kind: 'plain', field: 'taxCode' }],
  ['unitOfMeasure', { of: 'SKU', kind: 'plain', field: 'unitOfMeasure' }],
  ['successor', { of: 'SKU', kind: 'plain', field: 'successor' }],
  ['listedIn', { of: 'SKU', kind: 'listedIn' }],
  ['product.handle', { of: 'PRODUCT', kind: 'handle' }],
  ['product.revision', { of: 'PRODUCT', kind: 'revision' }],
  ['product.title', { of: 'PRODUCT', kind: 'plain', field: 'title' }],
  ['product.vendor', { of: 'PRODUCT', kind: 'plain', field: 'vendor' }],
  ['product.productType', { of: 'PRODUCT', kind: 'plain', field: 'productType' }],
  ['product.category', { of: 'PRODUCT', kind: 'plain', field: 'category' }],
  ['product.tags', { of: 'PRODUCT', kind: 'tags' }],
  ...OPTIONS.map((index): [string, SkuColumn] => [
    `product.option${index + 1}`,
    { of: 'PRODUCT', kind: 'optionName', index },
  ]),
]);

const BY_FOLDED_NAME = new Map([...NAMED_COLUMNS].map(([name, column]) => [name.toLowerCase(), column]));
const FAMILY = /^(?:(price|compareatprice)@(.+)|(product\.)?attribute\.(.+))$/is;

/**
 * What the column under this header says, or null for a name that is none. Names are compared without case, but for
 * what follows `@` and `attribute.`: codes of systems and keys of attributes are spelt as they are.
 */
export function columnNamed(name: string): SkuColumn | null {
  const named = BY_FOLDED_NAME.get(name.toLowerCase());
  if (named) return named;
  const [, amount, system, product, key] = FAMILY.exec(name) ?? [];
  if (amount !== undefined && system !== undefined) {
    const field = amount.toLowerCase() === 'price' ? 'price' : 'compareAtPrice';
    return { of: 'SKU', kind: 'systemAmount', system, field };
  }
  if (key === undefined) return null;
  return { of: product === undefined ? 'SKU' : 'PRODUCT', kind: 'attribute', key };
}

/** The header under which a column stands in an export. */
export function nameOfAttribute(of: 'SKU' | 'PRODUCT', key: string): string {
  return `${of === 'PRODUCT' ? 'product.' : ''}attribute.${key}`;
}
