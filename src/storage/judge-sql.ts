import type { GoneRecord, ObservableRecord, Verdicts } from '../application/ports/observation-store.js';
import type { LaneRecord } from '../application/ports/publishing-queue.js';
import type { Product } from '../domain/catalog/product.js';
import type { OpenFinding } from '../domain/drift/finding.js';
import { endingOf } from '../domain/drift/judge.js';
import { isMissed, missing } from '../domain/drift/missing.js';
import type { Sql } from './sql.js';
import { firstRow } from './sql.js';
import { SqlDeliveryStore } from './stores/delivery-store.js';
import { SqlFindingStore } from './stores/finding-store.js';
import type { RecordRow } from './stores/lane-records.js';
import { loadRecords, RECORD_COLUMNS } from './stores/lane-records.js';

/**
 * The records that a reading is about, locked by id. A record is busy while a worker holds its lane, while a write of
 * ours is unsettled, or when one settled after the reading began: what was read may be older than what we know.
 */
export async function lockObservable(
  sql: Sql,
  system: string,
  lookFor: { externalIds: readonly string[]; rootIds: readonly string[] },
  readAt: Date,
): Promise<ObservableRecord[]> {
  const split = lookFor.externalIds.map((each) => {
    const colon = each.indexOf(':');
    return { entity: each.slice(0, colon), id: each.slice(colon + 1) };
  });
  const rows = await sql.rows<RecordRow>(lookFor.rootIds.length === 0 ? TOLD : TOLD_AND_ROOTS, [
    system,
    split.map(({ entity }) => entity),
    split.map(({ id }) => id),
    ...(lookFor.rootIds.length === 0 ? [] : [lookFor.rootIds]),
  ]);
  // Before what it is to vouch for: of a bundle that changes in between, an older sum is the safe one.
  const bundles = await revisionOfBundles(sql, rows);
  const loaded = await loadRecords(sql, system, rows);
  const flags = await underWay(sql, rows, readAt);
  return loaded.records.flatMap((record): ObservableRecord[] => {
    const product = loaded.products.get(record.productId);
    const flag = flags.get(record.id);
    if (!product || !flag) return [];
    const states = loaded.states.get(record.productId) ?? [];
    const { busy, has_delivery: hasDelivery, discarded } = flag;
    const revision = revisionOf(record, product, loaded.revisions.get(product.id) ?? 0, bundles);
    return [{ record, product, states, busy, hasDelivery, discarded, revision }];
  });
}

/** Records by their ids there. */
const TOLD = `select ${RECORD_COLUMNS} from unnest($2::text[], $3::text[]) as a(entity, external_id)
  join record r on r.system = $1 and r.entity = a.entity and r.external_id = a.external_id order by r.id for no key update of r`;

/** The same, and all that belong to some roots. */
const TOLD_AND_ROOTS = `with hits as (
    select r.id from unnest($2::text[], $3::text[]) as a(entity, external_id)
      join record r on r.system = $1 and r.entity = a.entity and r.external_id = a.external_id
    union
    select r.id from record r where r.system = $1 and r.root_id = any($4))
  select ${RECORD_COLUMNS} from record r where r.id in (select id from hits) and r.external_id is not null
  order by r.id for no key update of r`;

/** Summed only where one of them is a bundle's: most batches of a scan, and most roots that webhooks name, hold none. */
async function revisionOfBundles(sql: Sql, rows: readonly RecordRow[]): Promise<number> {
  const row = await firstRow<{ revision: number }>(
    sql,
    `select coalesce(sum(revision), 0)::int as revision from sku
     where kind = 'BUNDLE' and exists (select from sku b where b.id = any($1) and b.kind = 'BUNDLE')`,
    [rows.flatMap((each) => each.sku_id ?? [])],
  );
  return row?.revision ?? 0;
}

/** The number that `settledPieces` compares: it goes up with every revision that the record's projection is made of. */
function revisionOf(record: LaneRecord, product: Product, ofSkus: number, ofBundles: number): number {
  if (record.sku === null) return product.revision + ofSkus;
  return record.sku.revision + (record.sku.kind === 'BUNDLE' ? ofBundles : 0);
}

interface UnderWay extends Pick<ObservableRecord, 'busy' | 'discarded'> {
  id: string;
  has_delivery: boolean;
}

/**
 * What is under way for locked records, asked once their revisions are read: a revision and its deliveries come in one
 * commit, so whoever sees the one sees the other. Asked before, what an apply has just made would look like a lag that
 * nobody brings, and a second delivery would take the place of the first.
 */
async function underWay(sql: Sql, rows: readonly RecordRow[], readAt: Date): Promise<Map<string, UnderWay>> {
  const flags = await sql.rows<UnderWay>(
    `select r.id,
       coalesce(l.lease_until > clock_timestamp(), false) or coalesce(r.published_at >= $2 or r.observed_at >= $2, false) as busy,
       exists (select from delivery d where d.system = r.system and d.entity = r.entity and d.product_id = r.product_id
         and d.sku_id is not distinct from r.sku_id and d.state in ('PENDING', 'RETRYING', 'IN_FLIGHT', 'DEAD_LETTERED')) as has_delivery,
       (select jsonb_build_object('by', d.by, 'reason', d.note) from (
          select d.state, d.note, d.settled_by->>'name' as by from delivery d where d.system = r.system and d.entity = r.entity
            and d.product_id = r.product_id and d.sku_id is not distinct from r.sku_id and d.state <> 'SUPERSEDED'
          order by d.created_at desc, d.id desc limit 1) d where d.state = 'DISCARDED') as discarded
     from record r left join lane l on l.system = r.system and l.product_id = r.product_id where r.id = any($1)`,
    [rows.map(({ id }) => id), readAt],
  );
  return new Map(flags.map((row) => [row.id, row]));
}

/** Stores verdicts in the transaction that holds the records' locks. */
export async function storeVerdicts(
  sql: Sql,
  newId: () => string,
  verdicts: Verdicts,
): Promise<{ opened: number; closed: number; owed: boolean }> {
  const rows = verdicts.records.map((each) => ({
    id: each.recordId,
    published: each.base,
    observed: each.observed,
    in_sync: each.inSync,
    root_id: each.root.externalId,
    root_code: each.root.code,
    piece_id: verdicts.pieceOf?.get(each.recordId) ?? null,
    judged_of: each.revision ?? null,
    not_covered: each.notCovered?.length ? each.notCovered : null,
  }));
  const ids = rows.map(({ id }) => id);
  // Seen in another way and found as the piece of a scan had it, it stays judged; found otherwise, the piece is told anew.
  await sql.rows(
    `update record r set published = n.published, observed = n.observed, in_sync = n.in_sync, root_id = n.root_id, root_code = n.root_code,
       observed_at = t.at, compared_at = t.at, match = case r.match when 'MISSING' then 'MATCHED' else r.match end, not_covered = n.not_covered, judged_of = n.judged_of, piece_id = coalesce(n.piece_id, r.piece_id),
       judged_at = case when n.piece_id is not null or (n.in_sync = r.in_sync and r.judged_at is not null and r.judged_of = n.judged_of
         and r.observed = n.observed and r.published = n.published) then t.at end
     from (select clock_timestamp() as at) t, jsonb_to_recordset($1::jsonb) as n(id uuid, published jsonb, observed jsonb, in_sync boolean,
       root_id text, root_code text, piece_id uuid, judged_of bigint, not_covered jsonb) where r.id = n.id`,
    [JSON.stringify(rows)],
  );
  const findings = new SqlFindingStore(sql, newId);
  let opened = await findings.record(verdicts.system, verdicts.findings, verdicts.source);
  opened += await markMissing(sql, findings, verdicts.system, verdicts.gone, verdicts.source);
  let closed = await findings.close(verdicts.closings);
  closed += await closeMissing(sql, findings, ids);
  const systems = await new SqlDeliveryStore(sql, newId).enqueueRecords(verdicts.owed);
  return { opened, closed, owed: systems.length > 0 };
}

/**
 * Records that are gone: MISSING, with what was last published there kept as the finding's base.
 * @param notes by record id, why one of them is not there.
 */
export async function markMissing(
  sql: Sql,
  findings: SqlFindingStore,
  system: string,
  gone: readonly GoneRecord[],
  source: Verdicts['source'],
  notes: ReadonlyMap<string, string> = new Map(),
): Promise<number> {
  if (gone.length === 0) return 0;
  const rows = await sql.rows<RecordRow>(
    `update record r set match = 'MISSING', in_sync = false, compared_at = clock_timestamp()
     from jsonb_to_recordset($1::jsonb) as n(id uuid, external_id text)
     where r.id = n.id and r.external_id is not distinct from n.external_id returning ${RECORD_COLUMNS}`,
    [JSON.stringify(gone.map(({ recordId, externalId }) => ({ id: recordId, external_id: externalId })))],
  );
  const { records, states } = await loadRecords(sql, system, rows);
  const missed = records.filter(({ sku, productId }) => isMissed(sku, states.get(productId) ?? [], system));
  const drafts = missed.map((record) => {
    const note = notes.get(record.id);
    return { ...missing(record), ...(note !== undefined && { note }) };
  });
  return findings.record(system, drafts, source);
}

/** Records that are there again: as somebody asked for, or by themselves. */
async function closeMissing(sql: Sql, findings: SqlFindingStore, recordIds: readonly string[]): Promise<number> {
  const back = await sql.rows<OpenFinding>(
    `select f.id, f.revert_requested_by as "revertRequestedBy" from finding f
     where f.record_id = any($1) and f.kind = 'MISSING' and f.state <> 'RESOLVED'`,
    [recordIds],
  );
  return findings.close(back.map(endingOf));
}
