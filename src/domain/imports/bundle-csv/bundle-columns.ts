import type { Outcome, Problem } from '../../problem.js';
import { accepted, problem, refused } from '../../problem.js';
import { unguardCell } from '../cell-guard.js';
import { ColumnMap } from '../column-map.js';
import type { CsvRow, FaultSubject, RowFault } from '../csv-row.js';

/** Headers in the order of the template and of the export; those of `NEEDED` must be there. */
export const BUNDLE_HEADERS = {
  bundle: 'Bundle SKU',
  title: 'Bundle Title',
  component: 'Component SKU',
  quantity: 'Quantity',
  handle: 'Handle',
  vendor: 'Vendor',
  productType: 'Type',
  price: 'Price',
} as const;
export type BundleColumn = keyof typeof BUNDLE_HEADERS;

const COLUMNS = Object.keys(BUNDLE_HEADERS) as BundleColumn[];
const NEEDED: readonly BundleColumn[] = ['bundle', 'title', 'component', 'quantity'];
const NAMES = Object.fromEntries(
  COLUMNS.map((column) => [column, [BUNDLE_HEADERS[column].toLowerCase()]]),
) as unknown as Record<BundleColumn, string[]>;

/** Where each column of a bundle-csv file stands. Cells are read without spaces around and without the guard of an export. */
export class BundleColumns extends ColumnMap<BundleColumn> {
  constructor(names: readonly string[]) {
    super(names, NAMES);
  }

  override cell(cells: readonly string[], column: BundleColumn): string {
    return unguardCell(super.cell(cells, column));
  }

  /** The row is not taken. */
  reject(row: CsvRow, column: BundleColumn | null, { code, message }: Pick<Problem, 'code' | 'message'>): RowFault {
    return this.fault(row, column, { code, message }, null);
  }

  /** The bundle is taken, this value of it is not, or not as what it seems to be. */
  note(row: CsvRow, column: BundleColumn, told: Pick<Problem, 'code' | 'message'>, subject: FaultSubject): RowFault {
    return this.fault(row, column, told, subject);
  }

  private fault(
    row: CsvRow,
    column: BundleColumn | null,
    { code, message }: Pick<Problem, 'code' | 'message'>,
    subject: FaultSubject | null,
  ): RowFault {
    const value = column === null ? null : super.cell(row.cells, column) || null;
    const name = column && this.nameOf(column);
    return { line: row.line, column: name, code, message, value, rejected: subject === null, subject };
  }
}

/**
 * Reads a header line. As in our other format, a name that is none is refused rather than passed over: a slip of the pen
 * would drop a whole column unseen.
 */
export function readBundleColumns(names: readonly string[]): Outcome<BundleColumns> {
  const columns = new BundleColumns(names);
  const unknown = columns.unknown.map((name) => {
    const told = `there is no column "${name.slice(0, 40)}"; there are ${Object.values(BUNDLE_HEADERS).join(', ')}`;
    return problem('COLUMN_UNKNOWN', told, [name]);
  });
  const nameless = names.flatMap((name, place) =>
    name.trim() === '' ? [problem('COLUMN_UNKNOWN', `column ${place + 1} has no name`, [name])] : [],
  );
  const doubled = columns.doubled.map((pair) => problem('COLUMN_DUPLICATE', `two columns are the same: ${pair}`));
  const missing = NEEDED.filter((column) => !columns.has(column)).map((column) =>
    problem('REQUIRED', `the column "${BUNDLE_HEADERS[column]}" is missing`, [BUNDLE_HEADERS[column]]),
  );
  const problems = [...unknown, ...nameless, ...doubled, ...missing];
  return problems.length > 0 ? refused(...problems) : accepted(columns);
}
