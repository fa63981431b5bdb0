import type { PlaceInScan, ScanHold, StagedRecord } from '../../application/ports/scan-store.js';
import type { ObservedRecord, RecordEntity, RootRef } from '../../domain/publishing/system.js';
import type { BulkWeight } from '../../domain/drift/bulk-safety.js';
import { scanHeld } from '../../domain/alerts/occasions.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';
import { SqlAlertStore } from '../stores/alert-store.js';
import { lockHeld, replaceHeld } from './scan-hold.js';

/**
 * Did scan $1 see record r? In a piece that it saw again or judged; or it judges the record later, because its verdict would
 * move something, or because a delivery was at work on it. A piece is looked up by its id in every one of these: by statistics of
 * before this scan it has seen none, and to go through all that it has seen for each record costs nothing.
 */
export const SEEN = `((select k.seen_in from scan_piece k where k.id = r.piece_id) = $1
  or exists (select from scan_stage t where t.scan_id = $1 and t.entity = r.entity and t.external_id = r.external_id and t.observed is not null)
  or exists (select from scan_postponed w where w.scan_id = $1 and w.entity = r.entity and w.external_id = r.external_id))`;

/** Records that are linked, and how they stand in pieces; told by an index of just these. */
const LINKED = `r.match = 'MATCHED' and r.external_id is not null`;

/**
 * Records of the system of scan $1 that were matched before it began and that it did not see, as rows r. Most records stand
 * in a piece that was seen: they are told by their pieces, and only what stands in another one is looked at. Nothing is joined:
 * by statistics of before this scan there is one row of each, and a join of two such is made by reading all of one for each of
 * the other (80 s of 300,000 variants, for some thousand pieces). A list is looked up, or hashed, however long it is.
 */
export const UNSEEN = `(
  with stood as materialized (
    select r.piece_id from record r where r.system = (select system from scan where id = $1) and ${LINKED} group by r.piece_id),
  elsewhere as materialized (
    select s.piece_id from stood s where s.piece_id not in (select k.id from scan_piece k where k.seen_in = $1)),
  left_over as (
    select r.* from record r where r.system = (select system from scan where id = $1) and ${LINKED}
      and r.piece_id = any(array(select piece_id from elsewhere))
    union all
    select r.* from record r where r.piece_id is null and r.system = (select system from scan where id = $1) and ${LINKED})
  select r.* from left_over r where coalesce(r.published_at < (select started_at from scan where id = $1), true)
    and (r.entity, r.external_id) not in (select t.entity, t.external_id from scan_stage t where t.scan_id = $1 and t.observed is not null)
    and (r.entity, r.external_id) not in (select w.entity, w.external_id from scan_postponed w where w.scan_id = $1))`;

export async function weigh(sql: Sql, scanId: string): Promise<BulkWeight> {
  const row = await firstRow<BulkWeight>(
    sql,
    `select c.records_read as read,
       (select count(*)::int from record r where r.system = c.system and ${LINKED}) as linked,
       (select count(*)::int from scan_stage where scan_id = $1 and opens) as opens,
       (select count(*)::int from scan_stage where scan_id = $1) as staged,
       (select count(*)::int from ${UNSEEN} r) as unseen
     from scan c where c.id = $1`,
    [scanId],
  );
  if (!row) throw new Error(`there is no scan ${scanId}`);
  return row;
}

/** What it did not see is staged too: nobody knows it any more once another scan has begun. */
export async function holdBack(
  sql: Sql,
  newId: () => string,
  hold: ScanHold,
  { linked, opens, unseen }: BulkWeight,
): Promise<void> {
  const { system } = await lockHeld(sql, hold, 'update');
  await sql.rows(
    `insert into scan_stage (scan_id, entity, external_id, root_id, root_code, observed, opens)
     select $1, r.entity, r.external_id, r.root_id, r.root_code, null, true from ${UNSEEN} r
     where r.root_id is not null on conflict do nothing`,
    [hold.id],
  );
  await sql.rows(
    `update scan set state = 'HELD', finished_at = clock_timestamp(), linked_records = $2, findings_held = $3,
       lease_token = null, lease_until = null where id = $1`,
    [hold.id, linked, opens + unseen],
  );
  await replaceHeld(sql, system, hold.id);
  await new SqlAlertStore(sql, newId).raise([scanHeld(system, hold.id, opens + unseen, linked)]);
}

export async function stage(sql: Sql, scanId: string, records: readonly StagedRecord[]): Promise<void> {
  if (records.length === 0) return;
  const rows = records.map(({ entity, externalId, root, pieceId, observed, readAt, opens }) => ({
    entity,
    external_id: externalId,
    root_id: root.externalId,
    root_code: root.code,
    piece_id: pieceId,
    observed,
    opens,
    read_at: readAt,
  }));
  await sql.rows(
    `insert into scan_stage as t (scan_id, entity, external_id, root_id, root_code, piece_id, observed, opens, read_at)
     select $2, n.* from jsonb_to_recordset($1::jsonb) as n(entity text, external_id text, root_id text, root_code text,
       piece_id uuid, observed jsonb, opens boolean, read_at timestamptz)
     on conflict (scan_id, entity, external_id) do update set root_id = excluded.root_id, root_code = excluded.root_code,
       piece_id = excluded.piece_id, observed = excluded.observed, opens = excluded.opens, read_at = excluded.read_at`,
    [JSON.stringify(rows), scanId],
  );
}

export async function readStage(sql: Sql, scanId: string, limit: number): Promise<StagedRecord[]> {
  const rows = await sql.rows<{
    entity: RecordEntity;
    external_id: string;
    root_id: string;
    root_code: string | null;
    piece_id: string | null;
    observed: ObservedRecord | null;
    read_at: Date | null;
    opens: boolean;
  }>(
    `select entity, external_id, root_id, root_code, piece_id, observed, read_at, opens from scan_stage
     where scan_id = $1 order by entity, external_id limit $2`,
    [scanId, limit],
  );
  return rows.map((row) => ({
    entity: row.entity,
    externalId: row.external_id,
    root: { externalId: row.root_id, code: row.root_code },
    pieceId: row.piece_id,
    observed: row.observed,
    readAt: row.read_at,
    opens: row.opens,
  }));
}

export async function clearStage(sql: Sql, hold: ScanHold, records: readonly PlaceInScan[]): Promise<void> {
  await lockHeld(sql, hold, 'share');
  await sql.rows(
    `delete from scan_stage t using jsonb_to_recordset($1::jsonb) as n(entity text, external_id text)
     where t.scan_id = $2 and t.entity = n.entity and t.external_id = n.external_id`,
    [JSON.stringify(records.map(({ entity, externalId }) => ({ entity, external_id: externalId }))), hold.id],
  );
}

export async function postpone(
  sql: Sql,
  scanId: string,
  records: readonly { entity: RecordEntity; externalId: string; root: RootRef }[],
): Promise<void> {
  if (records.length === 0) return;
  const rows = records.map(({ entity, externalId, root }) => ({
    entity,
    external_id: externalId,
    root_id: root.externalId,
    root_code: root.code,
  }));
  await sql.rows(
    `insert into scan_postponed (scan_id, entity, external_id, root_id, root_code)
     select $2, n.* from jsonb_to_recordset($1::jsonb) as n(entity text, external_id text, root_id text, root_code text)
     on conflict do nothing`,
    [JSON.stringify(rows), scanId],
  );
}

export async function readPostponed(sql: Sql, scanId: string, limit: number): Promise<RootRef[]> {
  const rows = await sql.rows<{ root_id: string; root_code: string | null }>(
    `select root_id, max(root_code) as root_code from scan_postponed where scan_id = $1 and not pursued
     group by root_id order by root_id limit $2`,
    [scanId, limit],
  );
  return rows.map(({ root_id: externalId, root_code: code }) => ({ externalId, code }));
}

/** The rows stay until the scan ends: they say that the scan has seen those records. */
export async function pursue(sql: Sql, hold: ScanHold, rootIds: readonly string[]): Promise<{ system: string }> {
  const scan = await lockHeld(sql, hold, 'share');
  await sql.rows('update scan_postponed set pursued = true where scan_id = $1 and root_id = any($2)', [
    hold.id,
    rootIds,
  ]);
  return scan;
}
