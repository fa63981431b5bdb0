import type { ColumnNames } from '../imports/column-map.js';
import { ColumnMap } from '../imports/column-map.js';
import type { CsvRow } from '../imports/csv-row.js';
import { unguardCell } from '../imports/cell-guard.js';
import { Instant } from '../primitives/instant.js';
import { foldCode, textOrNull } from '../primitives/text.js';
import type { Problem, ProblemCode } from '../problem.js';
import { problem } from '../problem.js';
import type { OwnershipScope } from './resolve-owner.js';
import { OWNERSHIP_SCOPES } from './resolve-owner.js';
import type { RuleDraft } from './rule-draft.js';
import { draftFaults } from './rule-draft.js';

type Column = 'scope' | 'match' | 'owner' | 'effectiveFrom' | 'effectiveTo';

/** Columns of a file of assignments. */
const COLUMNS: ColumnNames<Column> = {
  scope: ['scope'],
  match: ['match', 'sku', 'variant sku', 'sku code'],
  owner: ['owner'],
  effectiveFrom: ['effective from'],
  effectiveTo: ['effective to'],
};

/** What the list of owners tells beside: passed over, so that the file can come back as it went. */
export const TOLD_COLUMNS = [
  'present owner',
  'decided by',
  'orphaned',
  'title',
  'state',
  'product',
  'product type',
  'vendor',
] as const;

/** Fields of a draft have the names of their columns. */
const COLUMN_OF = Object.keys(COLUMNS) as Column[];

/** One row of the file as a rule that is to be. */
export interface Assignment extends Omit<RuleDraft, 'effectiveFrom'> {
  line: number;
  /** Folded; empty for DEFAULT. */
  key: string;
  effectiveFrom: Date;
}

/** What is wrong with a row, and where. */
export interface AssignmentFault {
  line: number;
  /** Header of the column as the file writes it. */
  column: string | null;
  code: ProblemCode;
  message: string;
  /** What the cell held. */
  value: string | null;
}

/** Reads the rows of one file, header first. A file without a column of scopes is one of SKUs. */
export class AssignmentReader {
  readonly assignments: Assignment[] = [];
  readonly faults: AssignmentFault[] = [];
  /** Rows whose owner is left empty: they say nothing, and nothing is done about them. */
  blank = 0;
  rows = 0;
  #columns: ColumnMap<Column> | null = null;

  /** @param now what a rule begins at that names no day. */
  constructor(private readonly now: Date) {}

  take(rows: readonly CsvRow[]): void {
    for (const row of rows) {
      if (this.#columns === null) this.#columns = this.#header(row);
      else this.#row(row, this.#columns);
    }
  }

  /** A problem of a row that has been read, told under the column that its field stands in. */
  faultOf(line: number, { code, message, field }: Problem, value: string | null): AssignmentFault {
    const column = COLUMN_OF.find((each) => each === field?.[0]);
    return {
      line,
      column: column === undefined ? null : (this.#columns?.nameOf(column) ?? null),
      code,
      message,
      value,
    };
  }

  #header({ line, cells }: CsvRow): ColumnMap<Column> {
    const columns = new ColumnMap(cells, COLUMNS);
    const fault = (code: ProblemCode, column: string | null, message: string): void => {
      this.faults.push({ line, column, code, message, value: null });
    };
    for (const twice of columns.doubled) fault('COLUMN_DUPLICATE', null, `two columns are the same: ${twice}`);
    for (const name of columns.unknown) {
      if (TOLD_COLUMNS.some((told) => told === name.toLowerCase())) continue;
      fault('COLUMN_UNKNOWN', name, `there is no column "${name.slice(0, 40)}"`);
    }
    for (const [column, name] of [
      ['match', 'Match, or SKU'],
      ['owner', 'Owner'],
    ] as const) {
      if (!columns.has(column)) fault('REQUIRED', null, `the file has no column ${name}`);
    }
    return columns;
  }

  #row({ line, cells }: CsvRow, columns: ColumnMap<Column>): void {
    this.rows += 1;
    // Without these columns no row says anything.
    if (!columns.has('match') || !columns.has('owner')) return;
    if (cells.slice(columns.width).some((cell) => cell.trim() !== '')) {
      this.faults.push(
        this.faultOf(line, problem('CSV_INVALID', 'the row has more cells than the header has columns'), null),
      );
      return;
    }
    const cell = (column: Column): string => unguardCell(columns.cell(cells, column)).trim();
    if (cell('owner') === '') {
      this.blank += 1;
      return;
    }
    const problems: Problem[] = [];
    const scope = columns.has('scope') ? scopeOf(cell('scope'), problems) : 'SKU';
    const effectiveFrom = instantOf(cell('effectiveFrom'), 'effectiveFrom', problems) ?? this.now;
    const effectiveTo = instantOf(cell('effectiveTo'), 'effectiveTo', problems);
    const match = textOrNull(cell('match'));
    const draft = { scope: scope ?? 'SKU', match, owner: cell('owner'), effectiveFrom, effectiveTo };
    if (scope !== null) problems.push(...draftFaults(draft, this.now));
    for (const each of problems) {
      const column = COLUMN_OF.find((name) => name === each.field?.[0]);
      this.faults.push(this.faultOf(line, each, column === undefined ? null : columns.cell(cells, column) || null));
    }
    if (problems.length === 0) this.assignments.push({ ...draft, line, key: match === null ? '' : foldCode(match) });
  }
}

function scopeOf(text: string, problems: Problem[]): OwnershipScope | null {
  const name = text.toUpperCase().replace(/[ -]+/g, '_');
  const scope = OWNERSHIP_SCOPES.find((each) => each === name);
  if (scope) return scope;
  problems.push(problem('INVALID_FORMAT', `a scope is one of ${OWNERSHIP_SCOPES.join(', ')}`, ['scope']));
  return null;
}

/** A day is its first moment, UTC. */
function instantOf(text: string, field: string, problems: Problem[]): Date | null {
  if (text === '') return null;
  const instant = Instant.read(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (instant) return instant;
  problems.push(problem('INVALID_FORMAT', 'a moment is 2026-11-30 (UTC) or 2026-11-30T09:00:00+01:00', [field]));
  return null;
}
