import { foldCode } from '../../primitives/text.js';
import type { Problem } from '../../problem.js';
import type { CsvRow, RowFault } from '../csv-row.js';
import type { GroupReading } from '../import-format.js';
import type { BundleColumns } from './bundle-columns.js';
import type { BundleInFile } from './bundle-in-file.js';
import { isRefused } from './bundle-in-file.js';
import { groupBundles } from './group-bundles.js';
import { productsOnce } from './products-once.js';
import { readComponents } from './read-components.js';

/** The bundles of a file, each taken whole or not at all, with a word for every line. */
export class BundleReading {
  readonly bundles: BundleInFile[];
  private readonly strays: readonly RowFault[];

  constructor(
    rows: readonly CsvRow[],
    private readonly columns: BundleColumns,
  ) {
    const grouped = groupBundles(rows, columns);
    const ofRow = Map.groupBy(grouped.faults, ({ line }) => line);
    this.bundles = grouped.bundles.map((bundle) => {
      const { lines: components, faults } = readComponents(bundle, columns);
      const disagreeing = bundle.lines.flatMap((line) => ofRow.get(line) ?? []);
      const stray = grouped.torn.get(bundle.key);
      const torn = stray === undefined ? [] : [columns.reject(bundle.first, 'bundle', tornBy(stray))];
      const all = [...disagreeing, ...faults, ...torn];
      return { ...bundle, components, changes: [], faults: all, isNew: true, home: null };
    });
    const mine = new Set(this.bundles.flatMap(({ lines }) => lines));
    this.strays = grouped.faults.filter(({ line }) => !mine.has(line));
  }

  /** Once every bundle has its changes: what the file comes to. */
  result(): GroupReading {
    this.refuseHolders();
    productsOnce(this.bundles, this.columns);
    const faults = [...this.strays];
    for (const bundle of this.bundles) for (const fault of this.told(bundle)) faults.push(fault);
    return { changes: this.bundles.flatMap((each) => (isRefused(each) ? [] : each.changes)), faults };
  }

  /** A bundle that is not created cannot be in another one, at whatever depth; where it stands in the file does not matter. */
  private refuseHolders(): void {
    const holders = Map.groupBy(
      this.bundles.flatMap((holder) =>
        holder.components.map(({ sku }, index) => ({ key: foldCode(sku), holder, index })),
      ),
      ({ key }) => key,
    );
    const pending = this.bundles.filter((bundle) => bundle.isNew && isRefused(bundle));
    for (let inner = pending.pop(); inner; inner = pending.pop()) {
      for (const { holder, index } of holders.get(inner.key) ?? []) {
        const row = holder.rows[index];
        if (!row || holder === inner) continue;
        const wasRefused = isRefused(holder);
        const message = `${inner.code} is not there, because line ${inner.first.line} was not taken`;
        holder.faults.push(this.columns.reject(row, 'component', { code: 'NOT_FOUND', message }));
        if (!wasRefused && holder.isNew) pending.push(holder);
      }
    }
  }

  private told(bundle: BundleInFile): RowFault[] {
    const first = bundle.faults.find(({ rejected }) => rejected);
    // What is noted of a bundle that is not taken says nothing any more.
    if (!first) return bundle.faults;
    const own = bundle.faults.filter(({ rejected }) => rejected);
    const told = new Set(own.map(({ line }) => line));
    const message = `not taken, because line ${first.line} was not: they belong together`;
    const others = bundle.rows.filter(({ line }) => !told.has(line));
    return [...own, ...others.map((row) => this.columns.reject(row, null, { code: first.code, message }))];
  }
}

function tornBy(line: number): Pick<Problem, 'code' | 'message'> {
  return {
    code: 'ROWS_DISAGREE',
    message: `line ${line} may be of this bundle, which would be half a bundle without it`,
  };
}
