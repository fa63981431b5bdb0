import type { FieldValues } from '../../primitives/json.js';
import type { BundleColumns } from './bundle-columns.js';
import type { BundleInFile } from './bundle-in-file.js';
import { isRefused } from './bundle-in-file.js';

/** What bundles of one product say of it, in the file. */
const OF_PRODUCT = ['vendor', 'productType'] as const;

/**
 * Several bundles of the master may be variants of one product, and each says what it is to be: they must agree, and it is
 * one change of the product, which falls with none of them then, because it is the business of all.
 * @param bundles those of the file that the master knows.
 */
export function productsOnce(bundles: readonly BundleInFile[], columns: BundleColumns): void {
  const known = bundles.filter((bundle) => bundle.home !== null && !isRefused(bundle));
  for (const [home, mine] of Map.groupBy(known, (bundle) => bundle.home ?? '')) {
    refuseOtherwise(home, mine, columns);
    const updates = mine
      .filter((bundle) => !isRefused(bundle))
      .flatMap((bundle) => bundle.changes.flatMap((row) => (isOfProduct(row.change) ? [{ bundle, row }] : [])));
    const [first, ...others] = updates;
    if (!first || others.length === 0) continue;
    // Agreed upon, so that it is no matter whose value of a field comes last.
    const patch = Object.assign({}, ...updates.map(({ row }) => row.change.patch)) as FieldValues;
    for (const { bundle, row } of updates) bundle.changes = bundle.changes.filter((each) => each !== row);
    const change = { ...first.row.change, patch };
    first.bundle.changes.unshift({ line: first.row.line, change, together: [] });
  }
}

function refuseOtherwise(home: string, bundles: readonly BundleInFile[], columns: BundleColumns): void {
  for (const column of OF_PRODUCT) {
    let first: { text: string; line: number } | null = null;
    for (const bundle of bundles) {
      const said = bundle.own[column];
      if (!said || isRefused(bundle)) continue;
      first ??= { text: said.text, line: said.row.line };
      if (first.text === said.text) continue;
      const message = `line ${first.line} says otherwise of product ${home}; its bundles must agree`;
      bundle.faults.push(columns.reject(said.row, column, { code: 'ROWS_DISAGREE', message }));
    }
  }
}

function isOfProduct({ operation }: { operation: string }): boolean {
  return operation === 'PRODUCT_UPDATE';
}
