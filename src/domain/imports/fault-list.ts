import type { LifecycleState } from '../catalog/lifecycle.js';
import type { ProblemCode } from '../problem.js';
import type { CsvRow, FaultSubject, RowFault } from './csv-row.js';
import type { ShopifyColumn, ShopifyColumns } from './shopify-columns.js';

export const OPTION_COLUMNS = [
  ['option1Name', 'option1Value'],
  ['option2Name', 'option2Value'],
  ['option3Name', 'option3Value'],
] as const;

/** What the first row of a product says for all of them; the rows after it leave these cells empty. */
export interface ProductLead {
  handle: string;
  title: string;
  optionNames: readonly string[];
  state: LifecycleState;
}

/**
 * Collects faults of one product's rows; keeps the columns at hand, so that each names its column as the file does.
 * Two ways of reading: a baseline takes a row without the value that does not hold, a proposal does not take the row.
 */
export class FaultList {
  readonly all: RowFault[] = [];

  constructor(
    readonly columns: ShopifyColumns,
    private readonly handle: string,
    readonly refuses: 'ROWS' | 'VALUES',
  ) {}

  /** The row is not taken. */
  reject(row: CsvRow, column: ShopifyColumn, code: ProblemCode, message: string): void {
    this.add(row, column, code, message, null);
  }

  /** A value of the product does not hold; a baseline takes the product without it. `instead` is what it does then. */
  refuseProduct(row: CsvRow, column: ShopifyColumn, code: ProblemCode, message: string, instead: string): void {
    if (this.refuses === 'ROWS') this.reject(row, column, code, message);
    else this.noteProduct(row, column, column, code, `${message}; ${instead}`);
  }

  /** A value of the SKU of this row does not hold; a baseline takes the SKU without it. */
  refuseSku(
    row: CsvRow,
    column: ShopifyColumn,
    field: string,
    code: ProblemCode,
    message: string,
    instead: string,
  ): void {
    if (this.refuses === 'ROWS') this.reject(row, column, code, message);
    else this.noteSku(row, column, field, code, `${message}; ${instead}`);
  }

  /** The product is taken either way; this value of it is not what it seems to be. */
  noteProduct(row: CsvRow, column: ShopifyColumn, field: string, code: ProblemCode, message: string): void {
    this.add(row, column, code, message, { entity: 'PRODUCT', key: this.handle, field });
  }

  /** The SKU of this row is taken either way; this value of it is not what it seems to be. */
  noteSku(row: CsvRow, column: ShopifyColumn, field: string, code: ProblemCode, message: string): void {
    const key = this.columns.cell(row.cells, 'sku');
    this.add(row, column, code, message, { entity: 'SKU', key, field });
  }

  private add(
    row: CsvRow,
    column: ShopifyColumn,
    code: ProblemCode,
    message: string,
    subject: FaultSubject | null,
  ): void {
    this.all.push({
      line: row.line,
      column: this.columns.nameOf(column),
      code,
      message,
      value: this.columns.cell(row.cells, column) || null,
      rejected: subject === null,
      subject,
    });
  }
}
