import type { FindingStore, LockedFinding } from '../../application/ports/finding-store.js';
import type { Actor } from '../../domain/actor.js';
import { systemActor } from '../../domain/actor.js';
import { criticalFindings } from '../../domain/alerts/occasions.js';
import type { Closing } from '../../domain/drift/judge.js';
import type { FindingDraft, ObservationSource } from '../../domain/drift/finding.js';
import { DUE_HOURS } from '../../domain/drift/source-of-truth.js';
import type { Json } from '../../domain/primitives/json.js';
import { sameJson } from '../../domain/primitives/json.js';
import type { Sql } from '../sql.js';
import { SqlAlertStore } from './alert-store.js';
import { ownersOf } from './finding-owner.js';

interface Recorded {
  id: string;
  identity: string;
  found: Json;
  recurrences: number;
}

/** Was it not there, not open, or not as grave before? */
function isNews(before: { state: string; severity: string } | undefined): boolean {
  return before === undefined || before.state === 'RESOLVED' || before.severity !== 'CRITICAL';
}

type Step = 'NEW' | 'REOPENED' | 'REFRESHED' | 'SAME';

function stepOf(before: { state: string; found: Json } | undefined, found: Json): Step {
  if (!before) return 'NEW';
  if (before.state === 'RESOLVED') return 'REOPENED';
  return sameJson(before.found, found) ? 'SAME' : 'REFRESHED';
}

/** Findings of one transaction; whatever happens to one is also an event. */
export class SqlFindingStore implements FindingStore {
  constructor(
    private readonly sql: Sql,
    private readonly newId: () => string,
  ) {}

  async record(system: string, drafts: readonly FindingDraft[], source: ObservationSource): Promise<number> {
    if (drafts.length === 0) return 0;
    const owners = await ownersOf(this.sql, drafts);
    // Last one wins where a batch shows one difference twice: one statement may not touch a row twice.
    const unique = [...new Map(drafts.map((draft) => [draft.identity, draft])).values()];
    const rows = unique.map((draft) => ({
      id: this.newId(),
      identity: draft.identity,
      kind: draft.kind,
      record_id: draft.recordId,
      product_id: draft.productId,
      sku_id: draft.skuId,
      target: draft.target,
      field: draft.field,
      expected: draft.expected,
      found: draft.found,
      last_published: draft.lastPublished,
      severity: draft.severity,
      attribution: draft.attribution,
      note: draft.note ?? null,
      owner_id: owners.get(draft.identity) ?? null,
      due_hours: DUE_HOURS[draft.severity],
    }));
    // Locked and read in a statement of its own: within one statement, a row that it updates cannot be locked as it was.
    const before = await this.sql.rows<{ identity: string; state: string; severity: string; found: Json }>(
      'select identity, state, severity, found from finding where system = $1 and identity = any($2) order by id for update',
      [system, unique.map(({ identity }) => identity)],
    );
    const was = new Map(before.map((row) => [row.identity, row]));
    const ids = await this.sql.rows<Recorded>(RECORD, [JSON.stringify(rows), system, source]);
    const recorded = ids.map(({ id, identity, found }) => ({ id, found, was: stepOf(was.get(identity), found) }));
    const told = recorded.filter(({ was }) => was !== 'SAME');
    await this.events(
      told.map(({ id, was, found }) => ({
        id,
        type: was === 'NEW' ? 'OPENED' : was,
        actor: systemActor('observer'),
        data: { found, source },
      })),
    );
    const news = ids.filter(({ identity }) => isNews(was.get(identity)));
    await this.alarm(system, unique, owners, news);
    return recorded.filter(({ was }) => was === 'NEW' || was === 'REOPENED').length;
  }

  /** What became CRITICAL in this transaction is told at once, owner by owner. */
  private async alarm(
    system: string,
    drafts: readonly FindingDraft[],
    owners: ReadonlyMap<string, string>,
    news: readonly Recorded[],
  ): Promise<void> {
    const rows = new Map(news.map((row) => [row.identity, row]));
    const critical = drafts.flatMap((draft) => {
      const row = draft.severity === 'CRITICAL' ? rows.get(draft.identity) : undefined;
      if (!row) return [];
      return [{ ...draft, id: row.id, recurrences: row.recurrences, ownerId: owners.get(draft.identity) ?? null }];
    });
    const alert = criticalFindings(system, critical);
    if (alert) await new SqlAlertStore(this.sql, this.newId).raise([alert]);
  }

  async close(closings: readonly Closing[]): Promise<number> {
    if (closings.length === 0) return 0;
    const rows = closings.map(({ findingId, resolution, by }) => ({ id: findingId, resolution, by }));
    const closed = await this.sql.rows<{ id: string; resolution: string; resolved_by: Actor }>(
      `update finding f set state = 'RESOLVED', resolution = n.resolution, resolved_at = clock_timestamp(), resolved_by = n.by,
         due_at = null, revert_requested_by = null
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
    await this.sql.rows(`update finding set state = 'ACKNOWLEDGED', note = coalesce($2, note) where id = any($1)`, [
      ids,
      note,
    ]);
    await this.events(ids.map((id) => ({ id, type: 'ACKNOWLEDGED', actor: by, data: { note } })));
  }

  async requestRevert(ids: readonly string[], by: Actor, note: string | null): Promise<void> {
    await this.sql.rows(`update finding set revert_requested_by = $2, note = coalesce($3, note) where id = any($1)`, [
      ids,
      JSON.stringify(by),
      note,
    ]);
    await this.events(ids.map((id) => ({ id, type: 'REVERT_REQUESTED', actor: by, data: { note } })));
  }

  async proposeAdoption(ids: readonly string[], by: Actor, changeRequestId: string, reason: string): Promise<void> {
    await this.sql.rows(`update finding set change_request_id = $2, note = $3 where id = any($1)`, [
      ids,
      changeRequestId,
      reason,
    ]);
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

  /** They wait for somebody in that system from now on; whoever had asked for a revert is told that there is none. */
  async notOurs(which: readonly { recordId: string; field: string; reason: string }[]): Promise<void> {
    if (which.length === 0) return;
    const told = await this.sql.rows<{ id: string; reason: string }>(
      `update finding f set not_ours = n.reason, revert_requested_by = null
       from jsonb_to_recordset($1::jsonb) as n(record uuid, field text, reason text)
       where f.record_id = n.record and f.field = n.field and f.state <> 'RESOLVED' returning f.id, f.not_ours as reason`,
      [JSON.stringify(which.map(({ recordId, field, reason }) => ({ record: recordId, field, reason })))],
    );
    const actor = systemActor('publisher');
    await this.events(told.map(({ id, reason }) => ({ id, type: 'NOT_OURS', actor, data: { reason } })));
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

  private async events(rows: readonly { id: string; type: string; actor: Actor; data: object }[]): Promise<void> {
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

/** A rejected or withdrawn adoption no longer counts: the finding may be proposed again. */
const LOCKED = `select f.id, f.system, f.kind, f.state, f.record_id as "recordId", f.sku_id as "skuId", f.target, f.field, f.expected,
  f.found, f.attribution, f.not_ours as "notOurs", (select c.id from change_request c where c.id = f.change_request_id and c.state not in ('REJECTED', 'WITHDRAWN'))
    as "changeRequestId" from finding f`;

/**
 * Opens, refreshes or reopens by identity, in one statement. What changed there once more is refreshed, and whoever had
 * asked for a revert of the older value is asked again.
 */
const RECORD = `
  with n as (select * from jsonb_to_recordset($1::jsonb) as t(id uuid, identity text, kind text, record_id uuid, product_id uuid,
      sku_id uuid, target text, field text, expected jsonb, found jsonb, last_published jsonb, severity text,
      attribution jsonb, note text, owner_id uuid, due_hours int))
  insert into finding as f (id, system, kind, identity, record_id, product_id, sku_id, target, field, expected, found,
      last_published, severity, state, source, attribution, note, owner_id, first_seen_at, opened_at, last_seen_at, due_at)
    select id, $2, kind, identity, record_id, product_id, sku_id, target, field, expected, found, last_published, severity,
      'OPEN', $3, attribution, note, owner_id, clock_timestamp(), clock_timestamp(), clock_timestamp(),
      clock_timestamp() + make_interval(hours => due_hours) from n
    on conflict (system, identity) do update set
      expected = excluded.expected, found = excluded.found, severity = excluded.severity, owner_id = excluded.owner_id,
      attribution = coalesce(excluded.attribution, f.attribution), note = coalesce(excluded.note, f.note), last_seen_at = excluded.last_seen_at,
      source = case when f.state = 'RESOLVED' then excluded.source else f.source end,
      last_published = case when f.state = 'RESOLVED' then excluded.last_published else f.last_published end,
      opened_at = case when f.state = 'RESOLVED' then excluded.opened_at else f.opened_at end,
      due_at = case when f.state = 'RESOLVED' then excluded.due_at else f.due_at end,
      recurrences = f.recurrences + case when f.state = 'RESOLVED' then 1 else 0 end,
      change_request_id = case when f.state = 'RESOLVED' then null else f.change_request_id end,
      revert_requested_by = case when f.state = 'RESOLVED' or f.found is distinct from excluded.found then null
        else f.revert_requested_by end,
      not_ours = case when f.state = 'RESOLVED' or f.found is distinct from excluded.found then null else f.not_ours end,
      resolution = null, resolved_at = null, resolved_by = null,
      state = case when f.state = 'RESOLVED' then 'OPEN' else f.state end
    returning f.id, f.identity, f.found, f.recurrences`;
