import type { ExportedColumn } from '../../domain/imports/sku-csv/exported-columns.js';
import { exportedColumns } from '../../domain/imports/sku-csv/exported-columns.js';
import { columnNamed } from '../../domain/imports/sku-csv/sku-column.js';
import { cellOf } from '../../domain/imports/sku-csv/write-cell.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { CatalogSnapshot, ColumnsInUse } from '../ports/catalog-export.js';
import type { SkuQuery } from '../ports/catalog-reader.js';
import type { Ports } from '../ports/ports.js';
import { BYTE_ORDER_MARK, csvLines } from '../csv-lines.js';
import type { ExportFilter } from './export-filter.js';
import { exportQuery, listOf } from './export-filter.js';

/** What of the catalogue is asked for, as callers word it; lists are parted by commas. */
export interface ExportRequest extends ExportFilter {
  /** Headers of the columns that are wanted, in their order; null for all. */
  columns: string | null;
}

/**
 * The catalogue as sku-csv, in pieces as they are read: one row a SKU, those of a product together. All of it as it
 * stood at the instant of the first piece. Imported again, it is the same catalogue.
 * @returns the pieces, or everything that is wrong with the request: INVALID_FORMAT, COLUMN_UNKNOWN, COLUMN_DUPLICATE, TOO_MANY words.
 */
export async function exportSkus(
  ports: Pick<Ports, 'catalogExport' | 'settings'>,
  request: ExportRequest,
): Promise<Outcome<AsyncGenerator<string>>> {
  const problems: Problem[] = [];
  const query = exportQuery(request, problems);
  const columns = columnsOf(request.columns, problems);
  if (problems.length > 0) return refused(...problems);
  const { attributes } = await ports.settings.current();
  const defined = new Set(attributes.map(({ key }) => key));
  return accepted(
    ports.catalogExport.stream(async function* (snapshot) {
      yield* pieces(snapshot, query, columns ?? allColumns(await snapshot.columnsInUse(), defined));
    }),
  );
}

async function* pieces(
  snapshot: CatalogSnapshot,
  query: SkuQuery,
  columns: readonly ExportedColumn[],
): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvLines([columns.map(({ name }) => name)]);
  for await (const page of snapshot.skus(query)) {
    yield csvLines(page.map(({ sku, product }) => columns.map(({ column }) => cellOf(column, sku, product))));
  }
}

/** Attributes that nothing defines any more are left out: no import could take them. */
function allColumns(inUse: ColumnsInUse, defined: ReadonlySet<string>): ExportedColumn[] {
  const known = (keys: readonly string[]): string[] => keys.filter((key) => defined.has(key));
  const { skuAttributes, productAttributes, systemAmounts } = inUse;
  return exportedColumns({
    systemAmounts,
    skuAttributes: known(skuAttributes),
    productAttributes: known(productAttributes),
  });
}

function columnsOf(text: string | null, problems: Problem[]): ExportedColumn[] | null {
  if (text === null) return null;
  const names = listOf(text);
  if (names.length === 0) problems.push(problem('REQUIRED', 'columns names no column', ['columns']));
  const seen = new Set<string>();
  return names.flatMap((name) => {
    const column = columnNamed(name);
    const shown = name.slice(0, 40);
    if (!column) problems.push(problem('COLUMN_UNKNOWN', `there is no column "${shown}"`, ['columns']));
    // A file of two such columns no import would take again.
    const key = JSON.stringify(column);
    if (column && seen.has(key)) {
      problems.push(problem('COLUMN_DUPLICATE', `the column "${shown}" is asked for twice`, ['columns']));
    }
    seen.add(key);
    return column ? [{ name, column }] : [];
  });
}
