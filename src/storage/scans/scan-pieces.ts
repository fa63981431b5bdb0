import type { ScanHold, SeenPiece } from '../../application/ports/scan-store.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Sql } from '../sql.js';
import { lockHeld } from './scan-hold.js';
import { keepSightings } from './sightings.js';

/** Whatever a piece's fingerprint leaves out, and whatever judging might have done wrong, is made good within a week. */
const TRUSTED = `interval '7 days'`;

/**
 * One number that goes up with every revision that a record's projection is made of: of a product's, with those of all its
 * SKUs; of a bundle's, with those of all bundles, since one may hold another. Sums, because they go up whatever the order
 * in which transactions commit, which the newest instant would not. A record that was judged of another sum is judged again.
 */
const REVISIONS_NOW = `
  bundles as materialized (select coalesce(sum(revision), 0)::bigint as revision from sku where kind = 'BUNDLE'),
  ofproduct as (select product_id, sum(revision)::bigint as revision from sku group by product_id)`;

const WAS_IN_SYNC = `r.system = $1 and r.piece_id is not null and r.match = 'MATCHED' and r.in_sync and r.judged_at is not null
  and coalesce(r.published_at <= r.judged_at, true)`;

/**
 * Pieces that may be skipped where they are told again: every record in them was in sync as of what the master wants now,
 * and neither side has moved it since; nobody waits for a finding on it; and what was a stranger in it still is. All records
 * of a piece must be accounted for: one that was judged in another piece since, put off, staged or paired is missing.
 */
export async function settledPieces(sql: Sql, system: string, basis: string): Promise<Set<string>> {
  const rows = await sql.rows<{ fingerprint: string }>(
    `with ${REVISIONS_NOW},
     synced as (
       select r.id, r.piece_id from record r join sku s on s.id = r.sku_id
       where ${WAS_IN_SYNC} and r.entity = 'SKU'
         and r.judged_of = s.revision + case when s.kind = 'BUNDLE' then (select revision from bundles) else 0 end
       union all
       select r.id, r.piece_id from record r join product p on p.id = r.product_id left join ofproduct o on o.product_id = r.product_id
       where ${WAS_IN_SYNC} and r.entity = 'PRODUCT' and r.judged_of = p.revision + coalesce(o.revision, 0)),
     clean as (
       select r.piece_id, count(*)::int as records from synced r
       where not exists (select from finding f where f.record_id = r.id and f.state <> 'RESOLVED')
         and not exists (select from attempt a where a.record_id = r.id and a.settled_at is null)
       group by r.piece_id),
     strange as (select u.piece_id, count(*)::int as records from ungoverned_record u where u.system = $1 group by u.piece_id),
     known as (
       select distinct u.piece_id from ungoverned_record u
       where u.system = $1 and (exists (select from record r where r.system = u.system and r.entity = u.entity and r.external_id = u.external_id)
         or u.entity = 'SKU' and exists (select from sku s where s.code_folded = u.code_folded)))
     select k.fingerprint from scan_piece k left join clean c on c.piece_id = k.id left join strange n on n.piece_id = k.id
     where k.system = $1 and k.basis = $2 and k.judged_at > clock_timestamp() - ${TRUSTED}
       and coalesce(c.records, 0) + coalesce(n.records, 0) = k.records and not exists (select from known m where m.piece_id = k.id)`,
    [system, basis],
  );
  return new Set(rows.map(({ fingerprint }) => fingerprint));
}

/**
 * For the rest of the transaction rows are found by indexes alone. Once the strangers of a first scan have been matched, their
 * table is all but empty and still as long as a catalogue: by its statistics, reading it whole costs nothing.
 */
async function readByIndex(sql: Sql): Promise<void> {
  await sql.rows(`select set_config('enable_seqscan', 'off', true)`);
}

/**
 * For the rest of the transaction a page is read by an index in the page's own order. By statistics of before a first scan there
 * are no strangers, and to read and sort all of them for each page costs nothing.
 */
export async function readInOrder(sql: Sql): Promise<void> {
  await sql.rows(`select set_config('enable_sort', 'off', true), set_config('enable_incremental_sort', 'off', true)`);
}

/**
 * For the rest of the transaction, or until it is called off, tables are joined as a whole. A scan moves most of a table between two rounds of its
 * statistics, and by those of before, no record had been judged yet: PostgreSQL then goes through a catalogue once for each
 * record of it (75 s for 72,000 records, where this takes less than one).
 */
export async function joinWholeTables(sql: Sql, whole = true): Promise<void> {
  const others = whole ? 'off' : 'on';
  await sql.rows(`select set_config('enable_nestloop', $1, true), set_config('enable_mergejoin', $1, true)`, [others]);
}

/** Pieces that this scan has seen and done with before it was interrupted. */
export async function donePieces(sql: Sql, scanId: string): Promise<Set<string>> {
  const rows = await sql.rows<{ fingerprint: string }>(
    `select k.fingerprint from scan_piece k join scan c on c.id = k.seen_in where k.seen_in = $1 and k.judged_at is not null`,
    [scanId],
  );
  return new Set(rows.map(({ fingerprint }) => fingerprint));
}

export async function markUnchanged(sql: Sql, hold: ScanHold, fingerprints: readonly string[]): Promise<void> {
  const { system } = await lockHeld(sql, hold, 'share');
  await sql.rows(
    `update scan_piece set seen_in = $1, compared_at = clock_timestamp() where system = $2 and fingerprint = any($3)`,
    [hold.id, system, fingerprints],
  );
}

/** Whatever is matched with none of ours is kept whole: it may be paired, or be news, once the scan is complete. */
export async function keepSeen(
  sql: Sql,
  newId: () => string,
  hold: ScanHold,
  pieces: readonly SeenPiece[],
): Promise<Map<string, string>> {
  const { system } = await lockHeld(sql, hold, 'share');
  await readByIndex(sql);
  const asked = pieces.map(({ fingerprint, records }) => ({ id: newId(), fingerprint, records: records.length }));
  const rows = await sql.rows<{ id: string; fingerprint: string }>(
    `insert into scan_piece as k (id, system, fingerprint, records, seen_in)
     select id, $2, fingerprint, records, $3 from jsonb_to_recordset($1::jsonb) as n(id uuid, fingerprint text, records int)
     order by fingerprint
     on conflict (system, fingerprint) do update set seen_in = excluded.seen_in, judged_at = null
     returning k.id, k.fingerprint`,
    [JSON.stringify(asked), system, hold.id],
  );
  const ids = new Map(rows.map((row) => [row.fingerprint, row.id]));
  await keepStrangers(sql, system, pieces, ids);
  await keepSightings(sql, hold.id, pieces, ids);
  return ids;
}

async function keepStrangers(
  sql: Sql,
  system: string,
  pieces: readonly SeenPiece[],
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  const keys = pieces.flatMap(({ fingerprint, records }) =>
    records.map(({ entity, externalId }) => ({ entity, external_id: externalId, piece_id: ids.get(fingerprint) })),
  );
  // What the records show is sent only of those that need it: in most scans they are few.
  const strangers = await sql.rows<{ entity: string; external_id: string }>(
    `with n as (select * from jsonb_to_recordset($1::jsonb) as t(entity text, external_id text)),
     over as (delete from ungoverned_record u using n, record r where u.system = $2 and u.entity = n.entity and u.external_id = n.external_id
       and r.system = $2 and r.entity = n.entity and r.external_id = n.external_id)
     select n.entity, n.external_id from n left join record r on r.system = $2 and r.entity = n.entity and r.external_id = n.external_id
     where r.id is null`,
    [JSON.stringify(keys), system],
  );
  if (strangers.length === 0) return;
  const wanted = new Set(strangers.map((row) => `${row.entity}:${row.external_id}`));
  const rows = new Map(
    pieces.flatMap(({ fingerprint, records }) =>
      records
        .filter(({ entity, externalId }) => wanted.has(`${entity}:${externalId}`))
        .map((each) => [
          `${each.entity}:${each.externalId}`,
          {
            entity: each.entity,
            external_id: each.externalId,
            root_id: each.root.externalId,
            root_code: each.root.code,
            code: each.code,
            code_folded: each.code === null ? null : foldCode(each.code),
            piece_id: ids.get(fingerprint),
            observed: each,
          },
        ]),
    ),
  );
  await sql.rows(
    `insert into ungoverned_record as u (system, entity, external_id, root_id, root_code, code, code_folded, piece_id, observed)
     select $2, entity, external_id, root_id, root_code, code, code_folded, piece_id, observed
     from jsonb_to_recordset($1::jsonb) as n(entity text, external_id text, root_id text, root_code text, code text,
       code_folded text, piece_id uuid, observed jsonb) order by entity, external_id
     on conflict (system, entity, external_id) do update set root_id = excluded.root_id, root_code = excluded.root_code,
       code = excluded.code, code_folded = excluded.code_folded, piece_id = excluded.piece_id, observed = excluded.observed`,
    [JSON.stringify([...rows.values()]), system],
  );
}

/** What the system no longer showed to a complete scan is forgotten, strangers in it included. */
export async function forgetPieces(sql: Sql, scanId: string): Promise<void> {
  await sql.rows(
    `delete from scan_piece k using scan c where c.id = $1 and k.system = c.system and k.seen_in <> c.id`,
    [scanId],
  );
}
