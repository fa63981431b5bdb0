import type { PairedRecord, PlaceInScan } from '../../application/ports/scan-store.js';
import type { ObservedRecord, RecordEntity } from '../../domain/publishing/system.js';
import { WANTED } from '../lane-sql.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';
import { GIVEN_UP } from './absences.js';
import { readInOrder } from './scan-pieces.js';
import { BEARING, STRANGERS } from './strangers.js';

/**
 * Pairs records that wait with what the scan saw, one to one by folded code; then a product's record with the one root
 * that all of its paired SKUs live in. What is not one to one stays as it is, and becomes a finding. Answers how many.
 * The system is a value and no column to join by: it is the same for all rows, and tells none of them from another.
 */
export async function pairByCode(sql: Sql, scanId: string, system: string): Promise<number> {
  await awaitUnmade(sql, scanId, system);
  const skus = await firstRow<{ count: number }>(
    sql,
    `with ${BEARING},
     once as (select code_folded from bearing group by code_folded having count(*) = 1),
     paired as (update record r set external_id = n.external_id, root_id = n.root_id, root_code = n.root_code, match = 'MATCHED', piece_id = n.piece_id
     from ${STRANGERS} n join once o on o.code_folded = n.code_folded join sku s on s.code_folded = n.code_folded
     where n.entity = 'SKU' and r.system = $2 and r.entity = 'SKU' and r.sku_id = s.id and r.external_id is null
       and r.match in ('WAITING', 'MISSING')
     returning 1)
     select count(*)::int as count from paired`,
    [scanId, system],
  );
  const products = await firstRow<{ count: number }>(
    sql,
    `with roots as (
       select r.product_id, min(r.root_id) as root_id from record r
       where r.system = $2 and r.entity = 'SKU' and r.match = 'MATCHED' group by r.product_id having count(distinct r.root_id) = 1),
     once as (select root_id from roots group by root_id having count(*) = 1),
     paired as (update record r set external_id = n.external_id, root_id = n.root_id, root_code = n.root_code, match = 'MATCHED', piece_id = n.piece_id
     from ${STRANGERS} n join once o on o.root_id = n.root_id join roots q on q.root_id = o.root_id
     where n.entity = 'PRODUCT' and r.system = $2 and r.entity = 'PRODUCT' and r.product_id = q.product_id
       and r.external_id is null and r.match in ('WAITING', 'MISSING')
     returning 1)
     select count(*)::int as count from paired`,
    [scanId, system],
  );
  return (skus?.count ?? 0) + (products?.count ?? 0);
}

/**
 * SKUs that the master wants there and that nobody is going to make: somebody gave that up, or nothing was ever owed because the
 * system was READ_ONLY. From now on they wait for a match like any other, because people make by hand what we do not; what is
 * not found is MISSING.
 */
async function awaitUnmade(sql: Sql, scanId: string, system: string): Promise<void> {
  await sql.rows(
    `update record u set match = 'WAITING', waiting_since = n.since
     from (select r.id, coalesce(g.resolved_at, r.waiting_since) as since
       from scan c join record r on r.system = c.system left join ${GIVEN_UP} g on true
       where c.id = $1 and r.system = $2 and r.entity = 'SKU' and r.match = 'TO_CREATE' and r.external_id is null
         and coalesce(g.resolved_at, r.waiting_since) < c.started_at and ${WANTED}
         and (g.resolved_at is not null or not exists (select from delivery d where d.sku_id = r.sku_id and d.system = r.system))
       order by r.id for no key update of r) n
     where u.id = n.id`,
    [scanId, system],
  );
}

/**
 * Goes through the strangers by key, for those that were paired and have not been judged since: as long as one stands here,
 * no scan skips its piece. Pages, because after an import that is all of a system. Nobody knows when each was read: not
 * before the scan began. Record and piece are looked up as values, one by one: asked whether they exist, PostgreSQL may read all
 * of them for each page.
 */
export async function readPaired(
  sql: Sql,
  scanId: string,
  after: PlaceInScan | null,
  limit: number,
): Promise<{ records: PairedRecord[]; next: PlaceInScan | null }> {
  await readInOrder(sql);
  const rows = await sql.rows<{
    entity: RecordEntity;
    external_id: string;
    root_id: string;
    root_code: string | null;
    piece_id: string;
    observed: ObservedRecord | null;
    started_at: Date;
  }>(
    `select u.entity, u.external_id, u.root_id, u.root_code, u.piece_id, c.started_at,
       case when (select r.id from record r where r.system = u.system and r.entity = u.entity and r.external_id = u.external_id) is not null
         and (select k.seen_in from scan_piece k where k.id = u.piece_id) = $1 then u.observed end as observed
     from scan c join lateral (
       select * from ungoverned_record u where u.system = c.system and (u.entity, u.external_id) > ($2, $3)
       order by u.entity, u.external_id limit $4) u on true
     where c.id = $1 order by u.entity, u.external_id`,
    [scanId, after?.entity ?? '', after?.externalId ?? '', limit],
  );
  const records = rows.flatMap((row): PairedRecord[] => {
    const { entity, external_id: externalId, observed } = row;
    const root = { externalId: row.root_id, code: row.root_code };
    return observed ? [{ entity, externalId, root, pieceId: row.piece_id, observed, readAt: row.started_at }] : [];
  });
  const last = rows.at(-1);
  return { records, next: last ? { entity: last.entity, externalId: last.external_id } : null };
}

/** They are ours now. */
export async function forgetPaired(sql: Sql, system: string, records: readonly PlaceInScan[]): Promise<void> {
  await sql.rows(
    `delete from ungoverned_record u using unnest($2::text[], $3::text[]) as n(entity, external_id)
     where u.system = $1 and u.entity = n.entity and u.external_id = n.external_id`,
    [system, records.map(({ entity }) => entity), records.map(({ externalId }) => externalId)],
  );
}
