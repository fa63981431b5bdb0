import type { VersionFailureView } from '../../application/ports/bundle-reader.js';
import type { Page, PageRequest } from '../../application/ports/page.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';
import { readPage } from './keyset.js';

/**
 * Nobody has seen to the failure `f`. A version that was refused is settled, too, by whoever composes its bundle anew after
 * that; one that is tried again is not, as long as it is still to come.
 */
const OPEN = `(f.closed_at is null
  and not exists (select from sku b where b.id = f.bundle_id and b.state = 'RETIRED')
  and case f.kind when 'FAILED' then exists (
      select from bundle_version v
      where v.bundle_id = f.bundle_id and v.effective_from = f.due_at and v.state = 'SCHEDULED')
    else not exists (
      select from bundle_version v join change_request r on r.id = v.change_request_id
      where v.bundle_id = f.bundle_id and r.applied_at > f.last_at) end)`;

const COLUMNS = `f.id, f.bundle_id as "bundleId", f.due_at as "dueAt", f.kind, f.problems, f.error,
  f.change_request_id as "changeRequestId", f.first_at as "firstAt", f.last_at as "lastAt", f.attempts, ${OPEN} as open,
  f.closed_at as "closedAt", f.closed_by as "closedBy", f.closed_because as "closedBecause"`;

const ORDER = [
  { column: 'f.first_at', cast: 'timestamptz' },
  { column: 'f.id', cast: 'uuid' },
];

export function readVersionFailures(
  sql: Sql,
  page: PageRequest,
  open: boolean | null,
): Promise<Page<VersionFailureView>> {
  const where = open === null ? 'true' : open ? OPEN : `not ${OPEN}`;
  const query = {
    from: 'bundle_version_failure f',
    where,
    values: [],
    columns: COLUMNS,
    order: ORDER,
    descending: true,
  };
  return readPage<VersionFailureView, VersionFailureView>(sql, page, query, (row) => row);
}

export async function versionFailuresByIds(sql: Sql, ids: readonly string[]): Promise<Map<string, VersionFailureView>> {
  const rows = await sql.rows<VersionFailureView>(
    `select ${COLUMNS} from bundle_version_failure f where f.id = any($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** How many versions could not take effect and wait for somebody. */
export async function countOpenFailures(sql: Sql): Promise<number> {
  const row = await firstRow<{ open: number }>(
    sql,
    `select count(*)::int as open from bundle_version_failure f where ${OPEN}`,
    [],
  );
  return row?.open ?? 0;
}
