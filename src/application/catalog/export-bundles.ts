import type { BundleLine } from '../../domain/bundle/composition.js';
import { BUNDLE_HEADERS } from '../../domain/imports/bundle-csv/bundle-columns.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { accepted, refused } from '../../domain/problem.js';
import { BYTE_ORDER_MARK, csvLines } from '../csv-lines.js';
import type { CatalogSnapshot, ExportedSku } from '../ports/catalog-export.js';
import type { SkuQuery } from '../ports/catalog-reader.js';
import type { Ports } from '../ports/ports.js';
import type { ExportFilter } from './export-filter.js';
import { exportQuery } from './export-filter.js';

/**
 * What is in bundles now, as bundle-csv, in pieces as they are read: one row a component, those of a bundle together, in
 * their order. Bundles that have no composition in force have no row. All of it as it stood at the instant of the first
 * piece; proposed again, it asks for nothing.
 * @returns the pieces, or everything that is wrong with the request: INVALID_FORMAT, TOO_MANY words.
 */
export function exportBundles(
  ports: Pick<Ports, 'catalogExport'>,
  filter: ExportFilter,
): Outcome<AsyncGenerator<string>> {
  const problems: Problem[] = [];
  const query: SkuQuery = { ...exportQuery(filter, problems), kind: 'BUNDLE' };
  if (problems.length > 0) return refused(...problems);
  return accepted(ports.catalogExport.stream((snapshot) => pieces(snapshot, query)));
}

async function* pieces(snapshot: CatalogSnapshot, query: SkuQuery): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvLines([Object.values(BUNDLE_HEADERS)]);
  for await (const page of snapshot.skus(query)) {
    const compositions = await snapshot.compositions(page.map(({ sku }) => sku.id));
    const rows = page.flatMap((each) => rowsOf(each, compositions.get(each.sku.id) ?? []));
    if (rows.length > 0) yield csvLines(rows);
  }
}

/** In the order of the headers. */
function rowsOf({ sku, product }: ExportedSku, lines: readonly BundleLine[]): string[][] {
  const { handle, vendor, productType } = product;
  const own = [handle, vendor ?? '', productType ?? '', sku.price ?? ''];
  return lines.map((line) => [sku.code, sku.title, line.sku, String(line.quantity), ...own]);
}
