import { systemActor } from '../../domain/actor.js';
import type { RootRef } from '../../domain/publishing/system.js';
import { markMissing } from '../judge-sql.js';
import { WANTED } from '../lane-sql.js';
import type { Sql } from '../sql.js';
import { SqlFindingStore } from '../stores/finding-store.js';
import { UNSEEN } from './scan-stage.js';
import { strangersOf } from './strangers.js';

/** What was last decided on record `r`: that its delivery is given up, and nothing has been owed since. */
export const GIVEN_UP = `lateral (select d.* from (
    select d.state, d.resolved_at, concat('given up by ', d.settled_by->>'name', ': ', d.note) as note from delivery d
    where d.system = r.system and d.entity = r.entity and d.product_id = r.product_id and d.sku_id is not distinct from r.sku_id
      and d.state <> 'SUPERSEDED' order by d.created_at desc, d.id desc limit 1) d where d.state = 'DISCARDED')`;

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
  const strangers = await strangersOf(sql, scanId, system);
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
