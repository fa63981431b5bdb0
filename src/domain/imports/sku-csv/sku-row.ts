import { LIFECYCLE_STATES } from '../../catalog/lifecycle.js';
import type { LifecycleState } from '../../catalog/lifecycle.js';
import { codeFault } from '../../catalog/read-sku-fields.js';
import type { ProposedChange } from '../../change/change.js';
import type { ProblemCode } from '../../problem.js';
import type { CsvRow, FaultSubject, RowFault } from '../csv-row.js';
import { saidText } from '../said-otherwise.js';
import type { CellFault } from './read-sku-cells.js';
import type { PlacedColumn, SkuColumns } from './sku-columns.js';

/** What a cell says, or what is wrong with it. */
export type Said<T> = { value: T; fault: null } | { value: null; fault: { code: ProblemCode; message: string } };

/** What one row asks for; nothing of it is taken where anything is at fault. */
export interface RowProposal {
  changes: ProposedChange[];
  faults: RowFault[];
}

function said<T>(value: T): Said<T> {
  return { value, fault: null };
}

function wrong(code: ProblemCode, message: string): Said<never> {
  return { value: null, fault: { code, message } };
}

/** The row's own cells, which say what the row is about; and faults of its cells. */
export class SkuRow {
  constructor(
    readonly row: CsvRow,
    private readonly columns: SkuColumns,
  ) {}

  get line(): number {
    return this.row.line;
  }

  get handle(): string {
    return this.columns.cell(this.row.cells, 'product.handle');
  }

  /** All that the row says of its product, an empty cell included: that says that the field is not set. */
  get says(): string {
    return saidText(this.columns.ofProduct.map(({ name, place }) => [name, this.columns.at(this.row.cells, place)]));
  }

  code(): Said<string> {
    const code = this.columns.cell(this.row.cells, 'code');
    const fault = codeFault(code);
    return fault ? wrong(fault.code, fault.message) : said(code);
  }

  /** The lifecycle state, null where the row says none. */
  state(): Said<LifecycleState | null> {
    const cell = this.columns.cell(this.row.cells, 'state');
    if (cell === '') return said(null);
    const state = LIFECYCLE_STATES.find((each) => each === cell.toUpperCase());
    return state ? said(state) : wrong('INVALID_FORMAT', `a state is one of ${LIFECYCLE_STATES.join(', ')}`);
  }

  kind(): Said<'SIMPLE' | 'BUNDLE' | null> {
    const cell = this.columns.cell(this.row.cells, 'kind').toUpperCase();
    if (cell === '') return said(null);
    return cell === 'SIMPLE' || cell === 'BUNDLE' ? said(cell) : wrong('INVALID_FORMAT', 'a kind is SIMPLE or BUNDLE');
  }

  /** The revision that its author looked at, null where the row says none. */
  revision(column: 'revision' | 'product.revision'): Said<number | null> {
    const cell = this.columns.cell(this.row.cells, column);
    if (cell === '') return said(null);
    return /^[1-9]\d{0,8}$/.test(cell)
      ? said(Number(cell))
      : wrong('INVALID_FORMAT', 'a revision is a whole number, as the export writes it');
  }

  /** The first column of the product in which this row says something else than another row. */
  disagreesWith(other: SkuRow): RowFault | null {
    const column = this.columns.ofProduct.find(
      ({ place }) => this.columns.at(this.row.cells, place) !== this.columns.at(other.row.cells, place),
    );
    if (!column) return null;
    const message = `line ${other.line} says otherwise of product ${this.handle.slice(0, 40)}; its rows must agree`;
    return this.faultAt(column.name, this.columns.at(this.row.cells, column.place), 'ROWS_DISAGREE', message, null);
  }

  /** The row is not taken. */
  reject(usual: string, { code, message }: { code: ProblemCode; message: string }): RowFault {
    return this.faultAt(this.columns.nameOf(usual), this.columns.cell(this.row.cells, usual), code, message, null);
  }

  /** As `reject`, at a column that the file has, or at none. */
  rejectAt(column: PlacedColumn | undefined, { code, message }: { code: ProblemCode; message: string }): RowFault {
    if (!column) return { line: this.line, column: null, code, message, value: null, rejected: true, subject: null };
    return this.faultAt(column.name, this.columns.at(this.row.cells, column.place), code, message, null);
  }

  rejectCell(fault: CellFault): RowFault {
    return this.cellFault(fault, fault.message, null);
  }

  /** The row is taken, this value of it is not. */
  noteCell(fault: CellFault, entity: FaultSubject['entity'], message: string): RowFault {
    const key = entity === 'SKU' ? this.columns.cell(this.row.cells, 'code') : this.handle;
    return this.cellFault(fault, message, { entity, key, field: fault.field });
  }

  note(usual: string, field: string, { code, message }: { code: ProblemCode; message: string }): RowFault {
    const subject = { entity: 'SKU' as const, key: this.columns.cell(this.row.cells, 'code'), field };
    return this.faultAt(this.columns.nameOf(usual), this.columns.cell(this.row.cells, usual), code, message, subject);
  }

  private cellFault({ column, code }: CellFault, message: string, subject: FaultSubject | null): RowFault {
    return this.faultAt(column.name, this.columns.at(this.row.cells, column.place), code, message, subject);
  }

  private faultAt(
    column: string | null,
    value: string,
    code: ProblemCode,
    message: string,
    subject: FaultSubject | null,
  ): RowFault {
    return { line: this.row.line, column, code, message, value: value || null, rejected: subject === null, subject };
  }
}
