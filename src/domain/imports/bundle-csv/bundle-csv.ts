import { linesOf } from '../../bundle/composition.js';
import { BUNDLE_FIELD } from '../../bundle/timeline.js';
import { codeFault } from '../../catalog/read-sku-fields.js';
import { accepted } from '../../problem.js';
import type { Outcome } from '../../problem.js';
import type { CsvRow } from '../csv-row.js';
import type { Held } from '../held.js';
import type { FaultPlace, GroupReading, ImportFormat, ImportHeader, Named, RowChange } from '../import-format.js';
import type { BundleColumn, BundleColumns } from './bundle-columns.js';
import { BUNDLE_HEADERS, readBundleColumns } from './bundle-columns.js';
import { bundleHandles } from './bundle-handle.js';
import { BundleReading } from './bundle-reading.js';
import { changeBundle, composeBundle } from './change-bundle.js';
import { createBundle } from './create-bundle.js';
import { groupBundles } from './group-bundles.js';
import { NewBundleHomes } from './new-bundle-homes.js';

/** One transaction takes them, and 10,000 changes are what a request holds. */
const FILE_LIMITS = { rows: 30_000, characters: 20_000_000 };

/** Which column says a field of a change. */
const COLUMN_OF: Readonly<Record<string, BundleColumn>> = {
  code: 'bundle',
  title: 'title',
  price: 'price',
  vendor: 'vendor',
  productType: 'productType',
  handle: 'handle',
  product: 'handle',
  optionValues: 'handle',
  optionNames: 'handle',
  [BUNDLE_FIELD]: 'component',
  components: 'component',
};

/** What is in bundles: one row a component (docs/bundle-csv.md). What `GET /exports/bundles.csv` writes. */
export const bundleCsv: ImportFormat = {
  code: 'bundle-csv',
  nothing: { code: 'CSV_NO_SKUS', message: 'no row names a bundle, so nothing could be taken' },
  template: () => Object.values(BUNDLE_HEADERS),
  readHeader(names: readonly string[]): Outcome<ImportHeader> {
    const columns = readBundleColumns(names);
    return columns.ok ? accepted(new BundleCsvHeader(columns.value)) : columns;
  },
};

class BundleCsvHeader implements ImportHeader {
  readonly width: number;
  readonly atOnce = FILE_LIMITS;
  readonly group: ImportHeader['group'];
  readonly ignored: readonly string[] = [];

  constructor(private readonly columns: BundleColumns) {
    this.width = columns.width;
    this.group = { rows: FILE_LIMITS.rows, noun: 'file', column: columns.nameOf('bundle') };
  }

  nameAt(place: number): string | null {
    return this.columns.nameAt(place);
  }

  /** Every row is of the one group that the file is. */
  groupKey(): string {
    return 'file';
  }

  isNamed(cells: readonly string[]): boolean {
    return this.columns.cell(cells, 'bundle') !== '';
  }

  /** As of an empty master: nothing that is read without one is ever taken. */
  read(rows: readonly CsvRow[]): GroupReading {
    return { changes: [], faults: new BundleReading(rows, this.columns).result().faults };
  }

  reach(rows: readonly CsvRow[]): Named[] {
    return groupBundles(rows, this.columns).bundles.flatMap(({ code, first: { line }, own }) => {
      if (codeFault(code)) return [];
      const made = bundleHandles(own.title?.text ?? '', code);
      const handles = own.handle ? [own.handle.text] : made;
      const product = handles[0] ?? '';
      const named = { line, revision: null, product, says: null };
      const products = handles.map((key) => ({ ...named, entity: 'PRODUCT' as const, key }));
      return [...products, { ...named, entity: 'SKU' as const, key: code }];
    });
  }

  propose(rows: readonly CsvRow[], held: Held): GroupReading {
    return this.take(rows, held, 'ROWS');
  }

  adopt(rows: readonly CsvRow[], held: Held): GroupReading {
    return this.take(rows, held, 'VALUES');
  }

  private take(rows: readonly CsvRow[], held: Held, refuses: 'ROWS' | 'VALUES'): GroupReading {
    const { columns } = this;
    const reading = new BundleReading(rows, columns);
    for (const bundle of reading.bundles) bundle.isNew = held.sku(bundle.code) === null;
    const homes = new NewBundleHomes(
      held,
      refuses,
      reading.bundles.filter(({ isNew }) => isNew),
    );
    for (const bundle of reading.bundles) {
      const sku = held.sku(bundle.code);
      if (!sku) createBundle(bundle, homes.of(bundle), columns, refuses);
      else if (refuses === 'ROWS') changeBundle(bundle, sku, columns, held);
      else composeBundle(bundle, sku, columns, held);
    }
    return reading.result();
  }

  placeOf({ line, change, together = [] }: RowChange, [field = 'code', index, leaf]: readonly string[]): FaultPlace {
    const name = leaf === 'quantity' ? 'quantity' : (COLUMN_OF[field] ?? null);
    const column = name && this.columns.nameOf(name);
    const isList = name === 'component' || name === 'quantity';
    if (isList) {
      const component = linesOf(change.patch[BUNDLE_FIELD])[Number(index)];
      const value = name === 'quantity' ? component?.quantity : component?.sku;
      return { line: together[Number(index)] ?? line, column, value: value === undefined ? null : String(value) };
    }
    const said = field === 'code' || field === 'handle' ? change.target : (change.patch[field] ?? null);
    return { line, column, value: typeof said === 'string' ? said : null };
  }
}
