import type { FindingStore, LockedFinding } from '../../application/ports/finding-store.js';
import type { Actor } from '../../domain/actor.js';
import { POLICY_ID, systemActor } from '../../domain/actor.js';
import { criticalFindings } from '../../domain/alerts/occasions.js';
import type { Closing } from '../../domain/drift/judge.js';
import type { FindingDraft, ObservationSource } from '../../domain/drift/finding.js';
import { DUE_HOURS } from '../../domain/drift/source-of-truth.js';
import type { FindingEvent } from '../finding-recording.js';
import { recordFindings } from '../finding-recording.js';
import type { Sql } from '../sql.js';
import { SqlAlertStore } from './alert-store.js';
import { ownersOf } from './finding-owner.js';

/** Findings of one transaction; whatever happens to one is also an event. */
export class SqlFindingStore implements FindingStore {
  constructor(
    private readonly sql: Sql,
    private readonly newId: () => string,
  ) {}

  record(system: string, drafts: readonly FindingDraft[], source: ObservationSource): Promise<number> {
    return recordFindings(this.sql, this.newId, (events) => this.events(events), { system, drafts, source });
  }

  async close(closings: readonly Closing[]): Promise<number> {
    if (closings.length === 0) return 0;
    const rows = closings.map(({ findingId, resolution, by }) => ({ id: findingId, resolution, by }));
    const closed = await this.sql.rows<{ id: string; resolution: string; resolved_by: Actor }>(
      `update finding f set state = 'RESOLVED', resolution = n.resolution, resolved_at = clock_timestamp(), resolved_by = n.by,
         due_at = null, revert_requested_by = null, waived_until = null, healing = null
       from jsonb_to_recordset($1::jsonb) as n(id uuid, resolution text, by jsonb)
       where f.id = n.id and f.state <> 'RESOLVED' returning f.id, f.resolution, f.resolved_by`,
      [JSON.stringify(rows)],
    );
    await this.events(
      closed.map(({ id, resolution, resolved_by: actor }) => ({ id, type: 'RESOLVED', actor, data: { resolution } })),
    );
    return closed.length;
  }

  read(ids: readonly string[]): Promise<LockedFinding[]> {
    return this.sql.rows<LockedFinding>(`${LOCKED} where f.id = any($1) order by f.id`, [ids]);
  }

  async lock(ids: readonly string[]): Promise<LockedFinding[]> {
    await this.lockRecords('f.id = any($1)', [ids]);
    return this.sql.rows<LockedFinding>(`${LOCKED} where f.id = any($1) order by f.id for update of f`, [ids]);
  }

  async acknowledge(ids: readonly string[], by: Actor, note: string | null): Promise<void> {
    const ended = await this.sql.rows<{ id: string }>(
      `select id from finding where id = any($1) and state = 'WAIVED' order by id`,
      [ids],
    );
    // Whoever acknowledges takes it into their own hands: the matrix does nothing about it any more, and an owner's value that
    // is held stays so. One whose waiver ends with it is open anew: what was requested before is not what anybody decided since.
    await this.sql.rows(
      `update finding set state = 'ACKNOWLEDGED', note = coalesce($2, note), healing = ${STILL_HELD},
         revert_requested_by = case when healing is null then revert_requested_by end,
         due_at = case when state = 'WAIVED' then ${DUE_FROM_NOW} else due_at end, waived_until = null,
         opened_at = case when state = 'WAIVED' then clock_timestamp() else opened_at end
       where id = any($1)`,
      [ids, note],
    );
    await this.events([
      ...ended.map(({ id }) => ({ id, type: 'WAIVER_ENDED', actor: by, data: { early: true } })),
      ...ids.map((id) => ({ id, type: 'ACKNOWLEDGED', actor: by, data: { note } })),
    ]);
  }

  async waive(ids: readonly string[], by: Actor, until: Date, reason: string): Promise<void> {
    await this.sql.rows(
      `update finding set state = 'WAIVED', waived_until = $2, note = $3, due_at = null, revert_requested_by = null,
         healing = ${STILL_HELD}, change_request_id = null, tried = 0, not_before = null
       where id = any($1)`,
      [ids, until, reason],
    );
    const data = { until: until.toISOString(), reason };
    await this.events(ids.map((id) => ({ id, type: 'WAIVED', actor: by, data })));
  }

  async endWaivers(limit: number): Promise<number> {
    const over = await this.sql.rows<{ id: string }>(
      `select id from finding where state = 'WAIVED' and waived_until <= clock_timestamp() order by waived_until, id limit $1`,
      [limit],
    );
    const ids = over.map(({ id }) => id);
    if (ids.length === 0) return 0;
    await this.lockRecords('f.id = any($1)', [ids]);
    const opened = await this.sql.rows<
      LockedFinding & { attribution: null; recurrences: number; ownerId: string | null }
    >(
      `update finding f set state = 'OPEN', waived_until = null, opened_at = clock_timestamp(), due_at = ${DUE_FROM_NOW}
       where f.id in (select id from finding where id = any($1) and state = 'WAIVED' and waived_until <= clock_timestamp()
         order by id for update)
       returning f.id, f.system, f.kind, f.target, f.field, f.found, f.severity, f.recurrences, f.owner_id as "ownerId", f.attribution`,
      [ids],
    );
    const actor = systemActor('clock');
    await this.events(opened.map(({ id, found }) => ({ id, type: 'WAIVER_ENDED', actor, data: { found } })));
    const critical = opened.filter(({ severity }) => severity === 'CRITICAL');
    for (const [system, of] of Map.groupBy(critical, (each) => each.system)) {
      const alert = criticalFindings(system, of);
      if (alert) await new SqlAlertStore(this.sql, this.newId).raise([alert]);
    }
    return opened.length;
  }

  healing(system: string | null, limit: number): Promise<{ id: string; system: string }[]> {
    return this.sql.rows(
      `select id, system from finding where healing in ('AUTO_REVERT', 'AUTO_ADOPT') and state <> 'RESOLVED' and revert_requested_by is null
         and ($1::text is null or system = $1) order by system, id limit $2`,
      [system, limit],
    );
  }

  async leaveToPeople(which: readonly { id: string; note: string }[]): Promise<void> {
    if (which.length === 0) return;
    await this.sql.rows(
      `update finding f set healing = null, note = n.note from jsonb_to_recordset($1::jsonb) as n(id uuid, note text) where f.id = n.id`,
      [JSON.stringify(which)],
    );
    const actor = systemActor('policy');
    await this.events(which.map(({ id, note }) => ({ id, type: 'LEFT_TO_PEOPLE', actor, data: { note } })));
  }

  async requestRevert(ids: readonly string[], by: Actor, note: string | null): Promise<void> {
    await this.sql.rows(REVERT, [ids, JSON.stringify(by), note]);
    await this.events(ids.map((id) => ({ id, type: 'REVERT_REQUESTED', actor: by, data: { note } })));
  }

  async proposeAdoption(ids: readonly string[], by: Actor, changeRequestId: string, reason: string): Promise<void> {
    await this.sql.rows(PROPOSE, [ids, changeRequestId, reason, by.id]);
    await this.events(
      ids.map((id) => ({ id, type: 'ADOPTION_PROPOSED', actor: by, data: { changeRequestId, reason } })),
    );
  }

  async countOfOwners(ownerIds: readonly string[]): Promise<number> {
    const [row] = await this.sql.rows<{ count: number }>(
      `select count(*)::int as count from finding where owner_id = any($1::uuid[]) and state <> 'RESOLVED'`,
      [ownerIds],
    );
    return row?.count ?? 0;
  }

  async handOver(ownerIds: readonly string[], to: string): Promise<void> {
    await this.sql.rows(`update finding set owner_id = $2 where owner_id = any($1::uuid[]) and state <> 'RESOLVED'`, [
      ownerIds,
      to,
    ]);
  }

  async ownAnew(after: string, limit: number): Promise<string | null> {
    const rows = await this.sql.rows<{
      identity: string;
      ownerId: string | null;
      productId: string | null;
      skuId: string | null;
    }>(
      `select id as identity, owner_id as "ownerId", product_id as "productId", sku_id as "skuId" from finding
       where state <> 'RESOLVED' and id > $1 order by id limit $2`,
      [after, limit],
    );
    const owners = await ownersOf(this.sql, rows);
    const moved = rows.flatMap(({ identity: id, ownerId }) => {
      const owner = owners.get(id) ?? null;
      return owner === ownerId ? [] : [{ id, owner }];
    });
    if (moved.length > 0) {
      await this.sql.rows(
        `with n as materialized (select f.id, t.owner from jsonb_to_recordset($1::jsonb) as t(id uuid, owner uuid)
           join finding f on f.id = t.id where f.state <> 'RESOLVED' order by f.id for update of f)
         update finding f set owner_id = n.owner from n where f.id = n.id`,
        [JSON.stringify(moved)],
      );
    }
    return rows.length < limit ? null : (rows.at(-1)?.identity ?? null);
  }

  /** They wait for somebody in that system from now on; whoever had asked for a revert is told that there is none. */
  async notOurs(which: readonly { recordId: string; field: string; reason: string }[]): Promise<void> {
    if (which.length === 0) return;
    const told = await this.sql.rows<{ id: string; reason: string }>(
      `update finding f set not_ours = n.reason, revert_requested_by = null, healing = null
       from jsonb_to_recordset($1::jsonb) as n(record uuid, field text, reason text)
       where f.record_id = n.record and f.field = n.field and f.state <> 'RESOLVED' returning f.id, f.not_ours as reason`,
      [JSON.stringify(which.map(({ recordId, field, reason }) => ({ record: recordId, field, reason })))],
    );
    const actor = systemActor('publisher');
    await this.events(told.map(({ id, reason }) => ({ id, type: 'NOT_OURS', actor, data: { reason } })));
  }

  strangersToRemove(limit: number): Promise<LockedFinding[]> {
    return this.sql.rows<LockedFinding>(
      `${LOCKED} where f.kind = 'UNEXPECTED' and f.state in ('OPEN', 'ACKNOWLEDGED') and f.revert_requested_by is not null
         and coalesce(f.not_before <= clock_timestamp(), true) order by f.system, f.id limit $1`,
      [limit],
    );
  }

  async removalFailed(id: string, reason: string, retryAfterSeconds: number | null): Promise<void> {
    await this.sql.rows(
      `update finding set tried = tried + 1, not_before = clock_timestamp() + make_interval(secs => $2),
         not_ours = case when $2::float8 is null then $3 end,
         revert_requested_by = case when $2::float8 is null then null else revert_requested_by end where id = $1`,
      [id, retryAfterSeconds, reason],
    );
    if (retryAfterSeconds !== null) return;
    await this.events([{ id, type: 'NOT_OURS', actor: systemActor('publisher'), data: { reason } }]);
  }

  async releaseAdoption(ids: readonly string[]): Promise<void> {
    await this.sql.rows('update finding set change_request_id = null where id = any($1)', [ids]);
  }

  async missingOf(recordIds: readonly string[]): Promise<string[]> {
    const rows = await this.sql.rows<{ id: string }>(
      `select id from finding where record_id = any($1) and kind = 'MISSING' and state <> 'RESOLVED' order by id for update`,
      [recordIds],
    );
    return rows.map(({ id }) => id);
  }

  proposedBy(changeRequestId: string): Promise<LockedFinding[]> {
    return this.sql.rows<LockedFinding>(
      `${LOCKED} where f.change_request_id = $1 and f.state <> 'RESOLVED' order by f.id`,
      [changeRequestId],
    );
  }

  async adoptedBy(changeRequestId: string): Promise<LockedFinding[]> {
    await this.lockRecords(`f.change_request_id = $1 and f.state <> 'RESOLVED'`, [changeRequestId]);
    return this.sql.rows<LockedFinding>(
      `${LOCKED} where f.change_request_id = $1 and f.state <> 'RESOLVED' order by f.id for update of f`,
      [changeRequestId],
    );
  }

  /** Records before their findings: in the order of whoever settles a delivery or judges an observation. */
  private async lockRecords(where: string, values: readonly unknown[]): Promise<void> {
    await this.sql.rows(
      `select 1 from record where id in (select f.record_id from finding f where ${where}) order by id for no key update`,
      [...values],
    );
  }

  private async events(rows: readonly FindingEvent[]): Promise<void> {
    if (rows.length === 0) return;
    await this.sql.rows(
      `insert into finding_event (id, finding_id, type, at, actor, data)
       select id, finding_id, type, clock_timestamp(), actor, data
       from jsonb_to_recordset($1::jsonb) as n(id uuid, finding_id uuid, type text, actor jsonb, data jsonb)`,
      [
        JSON.stringify(
          rows.map(({ id, type, actor, data }) => ({ id: this.newId(), finding_id: id, type, actor, data })),
        ),
      ],
    );
  }
}

/** A person has asked for it already: what the matrix asked for, a person may still ask for instead. */
const ASKED = `coalesce(revert_requested_by->>'id', '${POLICY_ID}') <> '${POLICY_ID}'`;

/** A person takes it out of the matrix's hands; the first who does so stays on record, with their note. */
const REVERT = `update finding set revert_requested_by = case when ${ASKED} then revert_requested_by else $2::jsonb end,
  note = case when ${ASKED} then note else coalesce($3, note) end, tried = 0, not_before = null,
  healing = case when $2::jsonb->>'id' = '${POLICY_ID}' then healing end where id = any($1)`;

/** What is proposed is not pushed back meanwhile, whoever had asked for that, unless it is the matrix that proposes it. */
const PROPOSE = `update finding set change_request_id = $2, note = $3,
  revert_requested_by = case when $4 = '${POLICY_ID}' then revert_requested_by end,
  healing = case when $4 = '${POLICY_ID}' then healing end where id = any($1)`;

/** Of an owner's value that came in masses: whoever lets it be, or takes it up, has not said yes to it. */
const STILL_HELD = `case when healing = 'HELD' then healing end`;

/** When something is due that is left to people from now on, by its severity (design 4.8). */
const DUE_FROM_NOW = `clock_timestamp() + make_interval(hours => case severity ${Object.entries(DUE_HOURS)
  .map(([severity, hours]) => `when '${severity}' then ${hours}`)
  .join(' ')} end)`;

/** A rejected or withdrawn adoption no longer counts: the finding may be proposed again. */
const LOCKED = `select f.id, f.system, f.kind, f.state, f.record_id as "recordId", f.product_id as "productId", f.sku_id as "skuId", f.target,
  f.field, f.expected, f.found, f.attribution, f.severity, f.resolution, f.resolved_by as "resolvedBy", f.healing, f.waived_until as "waivedUntil", f.note,
  f.revert_requested_by as "revertRequestedBy", f.not_ours as "notOurs", f.external_id as "externalId",
  case when f.root_id is not null then jsonb_build_object('externalId', f.root_id, 'code', f.root_code) end as root,
  (select c.id from change_request c where c.id = f.change_request_id and c.state not in ('REJECTED', 'WITHDRAWN'))
    as "changeRequestId" from finding f`;
