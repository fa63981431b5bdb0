import type { Json } from '../../primitives/json.js';
import type { Outcome } from '../../problem.js';
import { accepted } from '../../problem.js';
import type { CsvRow } from '../csv-row.js';
import type { Held } from '../held.js';
import type {
  FaultPlace,
  GroupReading,
  ImportFormat,
  ImportHeader,
  Known,
  Named,
  RowChange,
} from '../import-format.js';
import { proposeSkuRows } from './propose-sku-rows.js';
import { readSkuRows } from './read-sku-rows.js';
import { fieldOf, NAMED_COLUMNS, nameOfAttribute } from './sku-column.js';
import type { SkuColumns } from './sku-columns.js';
import { readSkuColumns } from './sku-columns.js';
import { SkuRow } from './sku-row.js';

/** Variants of one product at most: Shopify's limit. */
const PRODUCT_ROWS = 2_048;

/** Skuward's own flat format: one row a SKU, one column a field (docs/sku-csv.md). What `GET /exports/skus.csv` writes. */
export const skuCsv: ImportFormat = {
  code: 'sku-csv',
  nothing: { code: 'CSV_NO_SKUS', message: 'no row has a code, so nothing could be taken' },
  /** Without revisions: those are the export's, for rows that are there already. */
  template: ({ attributes }) => [
    ...[...NAMED_COLUMNS].flatMap(([name, { kind }]) => (kind === 'revision' ? [] : [name])),
    ...[...attributes.keys()].map((key) => nameOfAttribute('SKU', key)),
  ],
  readHeader(names: readonly string[], known: Known): Outcome<ImportHeader> {
    const columns = readSkuColumns(names, known);
    return columns.ok ? accepted(new SkuCsvHeader(columns.value, known)) : columns;
  },
};

class SkuCsvHeader implements ImportHeader {
  readonly width: number;
  readonly group: ImportHeader['group'];
  readonly ignored: readonly string[] = [];

  constructor(
    private readonly columns: SkuColumns,
    private readonly known: Known,
  ) {
    this.width = columns.width;
    this.group = { rows: PRODUCT_ROWS, noun: 'product', column: columns.nameOf('product.handle') };
  }

  nameAt(place: number): string | null {
    return this.columns.nameAt(place);
  }

  groupKey(cells: readonly string[]): string {
    return this.columns.cell(cells, 'product.handle');
  }

  isNamed(cells: readonly string[]): boolean {
    return this.columns.cell(cells, 'code') !== '';
  }

  read(rows: readonly CsvRow[]): GroupReading {
    return readSkuRows(rows, this.columns, this.known);
  }

  reach(rows: readonly CsvRow[]): Named[] {
    return rows.flatMap((each) => {
      const row = new SkuRow(each, this.columns);
      const { line, handle: product } = row;
      const code = row.code().value;
      const { says } = row;
      const named: Named[] = [];
      if (product !== '') {
        const revision = row.revision('product.revision').value;
        named.push({ line, entity: 'PRODUCT', key: product, revision, product, says });
      }
      if (code !== null) {
        const revision = row.revision('revision').value;
        named.push({ line, entity: 'SKU', key: code, revision, product, says: null });
      }
      return named;
    });
  }

  propose(rows: readonly CsvRow[], held: Held): GroupReading {
    return proposeSkuRows(rows, this.columns, held, this.known);
  }

  placeOf({ line, change }: RowChange, [field = 'code', ...rest]: readonly string[]): FaultPlace {
    const isProduct = change.operation.startsWith('PRODUCT');
    const place = this.nameOfField(isProduct, field, rest);
    const isTarget = field === 'code' || field === 'handle';
    const value = isTarget ? change.target : textOf(change.patch[field === 'to' ? 'state' : field] ?? null);
    return { line, column: place, value };
  }

  private nameOfField(isProduct: boolean, field: string, [key, part]: readonly string[]): string | null {
    if (field === 'product' || (isProduct && field === 'handle')) return this.columns.nameOf('product.handle');
    const name = field === 'to' ? 'state' : field;
    const columns = isProduct ? this.columns.ofProduct : this.columns.ofSku;
    const mine = columns.filter(({ column }) => fieldOf(column) === name);
    const exact = mine.find(({ column }) => {
      if (column.kind === 'attribute') return column.key === key;
      if (column.kind === 'systemAmount') return column.system === key && column.field === part;
      if (column.kind !== 'optionName' && column.kind !== 'optionValue') return false;
      return String(column.index) === key && (column.kind === 'optionName') === (part === 'name');
    });
    return (exact ?? mine[0])?.name ?? null;
  }
}

function textOf(value: Json): string | null {
  if (value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
