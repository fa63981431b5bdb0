import { systemActor } from '../../domain/actor.js';
import type { FindingDraft } from '../../domain/drift/finding.js';
import type { FieldValues } from '../../domain/primitives/json.js';
import type { PairedRecord, PlaceInScan } from '../../application/ports/scan-store.js';
import type { Attribution, ObservedRecord, RecordEntity, RootRef } from '../../domain/publishing/system.js';
import { markMissing } from '../judge-sql.js';
import { WANTED } from '../lane-sql.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';
import { SqlFindingStore } from '../stores/finding-store.js';
import { joinWholeTables, readInOrder } from './scan-pieces.js';
import { SEEN, UNSEEN } from './scan-stage.js';

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

/** What was last decided on record `r`: that its delivery is given up, and nothing has been owed since. */
const GIVEN_UP = `lateral (select d.* from (
    select d.state, d.resolved_at, concat('given up by ', d.settled_by->>'name', ': ', d.note) as note from delivery d
    where d.system = r.system and d.entity = r.entity and d.product_id = r.product_id and d.sku_id is not distinct from r.sku_id
      and d.state <> 'SUPERSEDED' order by d.created_at desc, d.id desc limit 1) d where d.state = 'DISCARDED')`;

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

/** Records that were matched before the scan began and that it did not see. */
export async function unseenRecords(
  sql: Sql,
  scanId: string,
  after: string | null,
  limit: number,
): Promise<{ recordId: string; externalId: string; root: RootRef }[]> {
  const rows = await sql.rows<{ id: string; external_id: string; root_id: string; root_code: string | null }>(
    `select r.id, r.external_id, r.root_id, r.root_code from ${UNSEEN} r
     where r.root_id is not null and ($2::uuid is null or r.id > $2) order by r.id limit $3`,
    [scanId, after, limit],
  );
  return rows.map((row) => ({
    recordId: row.id,
    externalId: row.external_id,
    root: { externalId: row.root_id, code: row.root_code },
  }));
}

/**
 * What a complete scan says of presence: MISSING of what waited for it in vain, UNEXPECTED, DUPLICATE; and the end of such
 * findings that no longer hold. The scan's row is locked.
 */
export async function absences(
  sql: Sql,
  newId: () => string,
  scanId: string,
  system: string,
): Promise<{ opened: number; closed: number }> {
  const findings = new SqlFindingStore(sql, newId);
  // Whatever is ours by now is no stranger, however it came to be.
  await sql.rows(
    `delete from ungoverned_record u using scan c, record r where c.id = $1 and u.system = c.system
       and r.system = u.system and r.entity = u.entity and r.external_id = u.external_id`,
    [scanId],
  );
  // What went while nobody wanted it there is missed from when somebody does: no record of it is linked that could be unseen.
  const absent = await sql.rows<{ id: string; external_id: string | null; note: string | null }>(
    `select r.id, r.external_id, g.note from record r join scan c on c.id = $1 and c.system = r.system left join ${GIVEN_UP} g on true
     where r.match in ('WAITING', 'MISSING') and (r.external_id is null and r.waiting_since < c.started_at
         or r.match = 'MISSING' and r.external_id is not null
           and not exists (select from finding f where f.record_id = r.id and f.kind = 'MISSING' and f.state <> 'RESOLVED')
           and not exists (select from scan_postponed w where w.scan_id = $1 and w.entity = r.entity and w.external_id = r.external_id))
       and ${WANTED} order by r.id for no key update of r`,
    [scanId],
  );
  const unmatched = absent.map(({ id, external_id: externalId }) => ({ recordId: id, externalId }));
  const notes = new Map(absent.flatMap(({ id, note }) => (note === null ? [] : [[id, note]])));
  let opened = await markMissing(sql, findings, system, unmatched, 'FULL_SCAN', notes);
  await letBeCreated(sql, scanId);
  const strangers = (await masterHolds(sql)) ? await strangersOf(sql, scanId, system) : [];
  opened += await findings.record(system, strangers, 'FULL_SCAN');
  const holding = strangers.map(({ identity }) => identity);
  const over = await sql.rows<{ id: string }>(
    `select id from finding where system = $1 and kind in ('UNEXPECTED', 'DUPLICATE') and state <> 'RESOLVED' and not identity = any($2)`,
    [system, holding],
  );
  const by = systemActor('observer');
  const idle = await noLongerMissed(sql, system);
  const closed = await findings.close([
    ...over.map(({ id }) => ({ findingId: id, resolution: 'SELF_HEALED' as const, by })),
    ...idle.map(({ id }) => ({ findingId: id, resolution: 'SUPERSEDED' as const, by })),
  ]);
  return { opened, closed };
}

/** What scan $1 saw that is matched with none of ours. */
const STRANGERS = `(select u.* from ungoverned_record u join scan_piece k on k.id = u.piece_id and k.seen_in = $1)`;

/** Records of ours that bear another code there than their SKU's: the finding says which. */
const RECODED = `(select f.record_id, fold_code(f.found #>> '{}') as code_folded, f.found #>> '{}' as code from finding f
  where f.kind = 'RECODED' and f.state <> 'RESOLVED')`;

/**
 * Who bears a code there, as far as it may be more than one, as rows of `bearing`: strangers, records of ours that were
 * recoded, and records of ours whose SKU's code one of those bears. What is matched and not recoded bears its SKU's code.
 * Strangers are read once: after an import they are a whole catalogue, and rows that were deleted are read past each time.
 */
const BEARING = `
  strange as materialized (select n.code_folded, n.code, n.external_id from ${STRANGERS} n where n.entity = 'SKU' and n.code_folded is not null),
  recoded as materialized ${RECODED},
  asked as (select code_folded from strange union select code_folded from recoded),
  bearing as (
    select code_folded, code, external_id from strange
    union all
    select q.code_folded, q.code, r.external_id from recoded q join record r on r.id = q.record_id
    where r.system = $2 and r.external_id is not null and q.code_folded is not null and ${SEEN}
    union all
    select s.code_folded, s.code, r.external_id from asked a join sku s on s.code_folded = a.code_folded join record r on r.sku_id = s.id
    where r.system = $2 and r.match = 'MATCHED' and r.external_id is not null and ${SEEN}
      and not exists (select from recoded q where q.record_id = r.id))`;

/**
 * Records that nobody wants in the system yet (a DRAFT, say), and that the scan did not find there: when their time
 * comes they may be created, because it is known now that nothing is doubled.
 */
async function letBeCreated(sql: Sql, scanId: string): Promise<void> {
  await sql.rows(
    `update record r set match = 'TO_CREATE' from scan c where c.id = $1 and r.system = c.system and r.match = 'WAITING'
       and r.external_id is null and r.waiting_since < c.started_at and not ${WANTED}`,
    [scanId],
  );
}

/** Findings of what is gone and the master itself no longer wants there: that it is missing, and whatever it showed before. */
function noLongerMissed(sql: Sql, system: string): Promise<{ id: string }[]> {
  return sql.rows<{ id: string }>(
    `select f.id from finding f join record r on r.id = f.record_id
     where f.system = $1 and (f.kind = 'MISSING' or r.match = 'MISSING') and f.state <> 'RESOLVED' and not ${WANTED}`,
    [system],
  );
}

/**
 * Does the master hold any SKU? Before the first import it knows no record of any system, and a finding for each of them
 * would say nothing: what they are is told by the onboarding match. From the first SKU on, whatever is unknown is news.
 */
async function masterHolds(sql: Sql): Promise<boolean> {
  return (await sql.rows('select 1 from sku limit 1')).length > 0;
}

interface Stranger {
  external_id: string;
  code: string | null;
  fields: FieldValues | null;
  /** Of its last change, which may have been its making. */
  attribution: Attribution | null;
  root_id: string;
  root_code: string | null;
  /** Of its product, where that is one that nobody is matched with. */
  product: FieldValues | null;
}

/** Its lifecycle is not the variant's. */
function productFields(product: FieldValues | null): FieldValues {
  const { lifecycle, ...rest } = product ?? {};
  return lifecycle === undefined ? rest : { ...rest, 'product.lifecycle': lifecycle };
}

/** SKU records that the master does not know, and codes that more than one record bears. */
async function strangersOf(sql: Sql, scanId: string, system: string): Promise<FindingDraft[]> {
  await joinWholeTables(sql, true);
  const twice = await sql.rows<{
    code: string;
    folded: string;
    ids: string[];
    sku_id: string | null;
    product_id: string | null;
    known: string | null;
  }>(
    `with ${BEARING}
     select min(n.code) as code, n.code_folded as folded, array_agg(n.external_id order by n.external_id) as ids, s.id as sku_id, s.product_id, s.code as known
     from bearing n left join sku s on s.code_folded = n.code_folded
     group by n.code_folded, s.id having count(*) > 1`,
    [scanId, system],
  );
  await joinWholeTables(sql, false);
  // What is told of its product is told of the stranger: whoever adopts it makes that product, too.
  const unknown = await sql.rows<Stranger>(
    `select n.external_id, n.code, n.observed->'fields' as fields, nullif(n.observed->'attribution', 'null') as attribution, n.root_id, n.root_code, p.observed->'fields' as product
     from ${STRANGERS} n
       left join ungoverned_record p on p.system = n.system and p.entity = 'PRODUCT' and p.external_id = n.root_id
     where n.entity = 'SKU' and not exists (
       select from record r where r.system = n.system and r.entity = 'SKU' and r.external_id = n.external_id)
       and not exists (select from sku s where s.code_folded = n.code_folded)`,
    [scanId],
  );
  const bare = { recordId: null, field: null, lastPublished: null };
  return [
    ...twice.map(({ code, folded, ids, sku_id: skuId, product_id: productId, known }): FindingDraft => ({
      ...bare,
      attribution: null,
      identity: `code:${folded}|DUPLICATE`,
      kind: 'DUPLICATE',
      productId,
      skuId,
      target: known ?? code,
      expected: 'one record',
      found: ids,
      severity: 'HIGH',
    })),
    ...unknown.map(
      ({
        external_id: externalId,
        code,
        fields,
        attribution,
        root_id: rootId,
        root_code: rootCode,
        product,
      }): FindingDraft => ({
        ...bare,
        attribution,
        place: { externalId, root: { externalId: rootId, code: rootCode } },
        identity: `external:${externalId}|UNEXPECTED`,
        kind: 'UNEXPECTED',
        productId: null,
        skuId: null,
        target: code ?? externalId,
        expected: null,
        found: { ...productFields(product), ...fields },
        severity: 'LOW',
      }),
    ),
  ];
}
