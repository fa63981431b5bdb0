import type { LifecycleState } from '../catalog/lifecycle.js';
import type { ProblemCode } from '../problem.js';
import type { CsvRow, RowFault } from './csv-row.js';
import type { ShopifyColumn, ShopifyHeader } from './shopify-columns.js';

export const OPTION_COLUMNS = [
  ['option1Name', 'option1Value'],
  ['option2Name', 'option2Value'],
  ['option3Name', 'option3Value'],
] as const;

/** What the first row of a product says for all of them; the rows after it leave these cells empty. */
export interface ProductLead {
  handle: string;
  title: string;
  optionNames: string[];
  state: LifecycleState;
}

/** Collects faults of one product's rows; keeps the header at hand, so that each names its column as the file does. */
export class FaultList {
  readonly all: RowFault[] = [];

  constructor(readonly header: ShopifyHeader) {}

  /** The row is not taken. */
  reject(row: CsvRow, column: ShopifyColumn, code: ProblemCode, message: string): void {
    this.all.push(this.fault(row, column, code, message, true));
  }

  /** The row is taken, this value of it is not. */
  note(row: CsvRow, column: ShopifyColumn, code: ProblemCode, message: string): void {
    this.all.push(this.fault(row, column, code, message, false));
  }

  private fault(row: CsvRow, column: ShopifyColumn, code: ProblemCode, message: string, rejected: boolean): RowFault {
    const value = this.header.cell(row.cells, column);
    return {
      line: row.line,
      column: this.header.nameOf(column),
      code,
      message,
      value: value === '' ? null : value,
      rejected,
    };
  }
}
