import { foldCode } from '../../primitives/text.js';
import type { CsvRow, RowFault } from '../csv-row.js';
import type { BundleColumn, BundleColumns } from './bundle-columns.js';

/** Columns that are the bundle's own rather than a component's. */
export const OWN_COLUMNS = ['title', 'handle', 'vendor', 'productType', 'price'] as const satisfies BundleColumn[];
export type OwnColumn = (typeof OWN_COLUMNS)[number];

/** All rows of one bundle, wherever in the file they stand. */
export interface BundleRows {
  /** The code as its first row writes it. */
  code: string;
  /** Folded: rows that spell the code otherwise are of one bundle. */
  key: string;
  first: CsvRow;
  /** In the order of the file: that of its components. */
  rows: CsvRow[];
  lines: number[];
  /** What is said of the bundle itself, each by the first row that says it; an empty cell says nothing. */
  own: Partial<Record<OwnColumn, { row: CsvRow; text: string }>>;
}

export interface GroupedBundles {
  bundles: BundleRows[];
  /** Rows that are no bundle's, and rows that contradict others of theirs. */
  faults: RowFault[];
  /** Folded codes of bundles that may lack a row, each with the line of one that it may lack. */
  torn: ReadonlyMap<string, number>;
}

/**
 * Puts together what belongs together. A row that nobody can tell the bundle of may be of the one that stands before or
 * behind it, or of the one whose code it seems to bear: composed without it, that would be half a bundle.
 */
export function groupBundles(rows: readonly CsvRow[], columns: BundleColumns): GroupedBundles {
  const bundles = new Map<string, BundleRows>();
  const faults: RowFault[] = [];
  const torn = new Map<string, number>();
  let before: string | null = null;
  let strays: number[] = [];
  for (const row of rows) {
    const code = columns.cell(row.cells, 'bundle');
    const key = foldCode(code);
    const stray = strayFault(row, columns);
    if (stray) {
      faults.push(stray);
      strays.push(row.line);
      for (const each of [before, key]) if (each && !torn.has(each)) torn.set(each, row.line);
      continue;
    }
    const [line] = strays;
    if (line !== undefined && !torn.has(key)) torn.set(key, line);
    strays = [];
    before = key;
    const bundle = bundles.get(key) ?? { code, key, first: row, rows: [], lines: [], own: {} };
    bundles.set(key, bundle);
    bundle.rows.push(row);
    bundle.lines.push(row.line);
    for (const fault of addOwn(bundle, row, columns)) faults.push(fault);
  }
  return { bundles: [...bundles.values()], faults, torn };
}

/** Why nobody can tell which bundle a row is of, or null. */
function strayFault(row: CsvRow, columns: BundleColumns): RowFault | null {
  const { length } = row.cells;
  if (length < columns.width || row.cells.slice(columns.width).some((cell) => cell.trim() !== '')) {
    const message = `the row has ${length} cells, the header has ${columns.width}`;
    return columns.reject(row, null, { code: 'CSV_INVALID', message });
  }
  if (columns.cell(row.cells, 'bundle') !== '') return null;
  return columns.reject(row, 'bundle', { code: 'REQUIRED', message: 'a row names the bundle that it is of' });
}

function addOwn({ own }: BundleRows, row: CsvRow, columns: BundleColumns): RowFault[] {
  return OWN_COLUMNS.flatMap((column) => {
    const text = columns.cell(row.cells, column);
    if (text === '') return [];
    const said = (own[column] ??= { row, text });
    if (said.text === text) return [];
    const message = `line ${said.row.line} says otherwise of this bundle; its rows must agree`;
    return [columns.reject(row, column, { code: 'ROWS_DISAGREE', message })];
  });
}
