import type { ProductPatch } from '../../catalog/read-product-fields.js';
import { readProductFields } from '../../catalog/read-product-fields.js';
import type { SkuPatch } from '../../catalog/read-sku-fields.js';
import type { OptionValue } from '../../catalog/sku.js';
import { compareDecimals } from '../../primitives/decimal.js';
import type { FieldValues } from '../../primitives/json.js';
import type { ProblemCode } from '../../problem.js';
import type { CsvRow, RowFault } from '../csv-row.js';
import { derivedTitle } from '../derived-title.js';
import type { GroupReading, Known, RowChange } from '../import-format.js';
import { takenHandleFault } from '../taken-handle.js';
import { fieldsOf, readProductCells, readSkuCells } from './read-sku-cells.js';
import { fieldOf } from './sku-column.js';
import type { SkuColumns } from './sku-columns.js';
import { SkuRow } from './sku-row.js';

/**
 * The rows of one product as creations, for a baseline: real data is taken as it is (design 4.13). A row is rejected
 * only for its code or its structure; any other value that does not hold is noted and left unset.
 * @param rows at least one, all of one product.
 */
export function readSkuRows(rows: readonly CsvRow[], columns: SkuColumns, known: Known): GroupReading {
  const [first, ...others] = rows.map((row) => new SkuRow(row, columns));
  if (!first) return { changes: [], faults: [] };
  const reading = new ProductRows(first, columns, known);
  reading.takeSku(first);
  for (const row of others) {
    const otherwise = row.disagreesWith(first);
    if (otherwise) reading.faults.push(otherwise);
    else reading.takeSku(row);
  }
  return { changes: reading.changes(), faults: reading.faults };
}

class ProductRows {
  readonly faults: RowFault[] = [];
  private readonly skus: RowChange[] = [];
  private readonly product: ProductPatch;
  private firstOptions: OptionValue[] = [];
  /** Why no row of this product can be taken. */
  private readonly refusal: { column: string; fault: { code: ProblemCode; message: string } } | null;

  constructor(
    private readonly first: SkuRow,
    private readonly columns: SkuColumns,
    private readonly known: Known,
  ) {
    const { patch, faults } = readProductCells(first.row.cells, columns, columns.ofProduct, { product: null, known });
    this.product = patch;
    const handle = takenHandleFault(first.handle);
    const options = faults.find(({ field }) => field === 'optionNames');
    if (handle) this.refusal = { column: 'product.handle', fault: handle };
    else this.refusal = options ? { column: 'product.option1', fault: options } : null;
    // What stands in for a value of a product that is not taken is of no interest.
    for (const fault of this.refusal ? [] : faults) {
      const instead = fault.field === 'title' ? 'the handle stands in' : 'left unset';
      this.faults.push(first.noteCell(fault, 'PRODUCT', `${fault.message}; ${instead}`));
    }
  }

  changes(): RowChange[] {
    if (this.skus.length === 0) return [];
    // A file that does not name the product's options means those of its first SKU.
    const { line, handle } = this.first;
    const patch = fieldsOf({ optionNames: this.firstOptions.map(({ name }) => name), ...this.product });
    return [{ line, change: { operation: 'PRODUCT_CREATE', target: handle, baseRevision: null, patch } }, ...this.skus];
  }

  takeSku(row: SkuRow): void {
    if (this.refusal) {
      this.faults.push(row.reject(this.refusal.column, this.refusal.fault));
      return;
    }
    const code = row.code();
    const read = readSkuCells(row.row.cells, this.columns, this.columns.ofSku, {
      sku: null,
      optionNames: this.optionNames(),
      known: this.known,
    });
    const options = read.faults.find(({ field }) => field === 'optionValues');
    // A kind never changes, and a code is never used twice: taken for another one, it would be so for ever.
    const kind = row.kind();
    if (code.fault) this.faults.push(row.reject('code', code.fault));
    if (options) this.faults.push(row.rejectCell(options));
    if (kind.fault) this.faults.push(row.reject('kind', kind.fault));
    if (code.fault || options || kind.fault) return;
    for (const fault of read.faults) this.faults.push(row.noteCell(fault, 'SKU', `${fault.message}; left unset`));
    this.settlePrices(row, read.patch);
    const values = read.patch.optionValues ?? [];
    if (this.skus.length === 0) this.firstOptions = values;
    const title = read.patch.title ?? derivedTitle(this.product.title ?? row.handle, values);
    const own = { ...this.rowFields(row), kind: kind.value ?? 'SIMPLE' };
    const patch = { ...own, ...fieldsOf(read.patch), ...(title !== null && { title }) };
    this.skus.push({
      line: row.line,
      change: { operation: 'SKU_CREATE', target: code.value, baseRevision: null, patch },
    });
  }

  /** What the row says of the SKU beside its fields. */
  private rowFields(row: SkuRow): FieldValues {
    const state = row.state();
    if (state.fault) this.faults.push(row.note('state', 'state', withTail(state.fault, 'taken as DRAFT')));
    // An export would have guarded the apostrophe by another one.
    if (/^'\d+$/.test(this.columns.raw(row.row.cells, 'code'))) {
      const message = 'begins with an apostrophe, as spreadsheets write numbers; kept as it is';
      this.faults.push(row.note('code', 'code', { code: 'INVALID_FORMAT', message }));
    }
    return { product: row.handle, state: state.value ?? 'DRAFT' };
  }

  private settlePrices(row: SkuRow, patch: SkuPatch): void {
    const { price, compareAtPrice } = patch;
    if (!price || !compareAtPrice || compareDecimals(compareAtPrice, price) > 0) return;
    const message = `not above the price ${price}; left unset`;
    this.faults.push(row.note('compareAtPrice', 'compareAtPrice', { code: 'INVALID_FORMAT', message }));
    patch.compareAtPrice = null;
  }

  private optionNames(): string[] {
    const asked = this.columns.ofProduct.filter(({ column }) => fieldOf(column) === 'optionNames');
    const names = asked.map(({ place }) => this.columns.at(this.first.row.cells, place));
    return readProductFields({ optionNames: names.filter((name) => name !== '') }).patch.optionNames ?? [];
  }
}

function withTail(fault: { code: ProblemCode; message: string }, tail: string): { code: ProblemCode; message: string } {
  return { ...fault, message: `${fault.message}; ${tail}` };
}
