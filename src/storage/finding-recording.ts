import type { Actor } from '../domain/actor.js';
import { systemActor } from '../domain/actor.js';
import { criticalFindings } from '../domain/alerts/occasions.js';
import type { FindingDraft, ObservationSource } from '../domain/drift/finding.js';
import type { FindingBefore, FindingNext, FindingStep } from '../domain/drift/lifetime.js';
import { FIGHT_DAYS, seenAgain } from '../domain/drift/lifetime.js';
import { sameJson } from '../domain/primitives/json.js';
import { DUE_HOURS } from '../domain/drift/source-of-truth.js';
import type { Sql } from './sql.js';
import { SqlAlertStore } from './stores/alert-store.js';
import { ownersOf } from './stores/finding-owner.js';

/** A finding's event, to be appended. */
export interface FindingEvent {
  id: string;
  type: string;
  actor: Actor;
  data: object;
}

interface BeforeRow extends FindingBefore {
  identity: string;
  /** Since when it shows what it shows. */
  foundSince: Date;
}

interface Recorded {
  draft: FindingDraft;
  before: BeforeRow | null;
  next: FindingNext;
  id: string;
}

/**
 * Puts differences on record: opens, refreshes or opens anew by identity, in four statements for any number of them.
 * @param tell appends events. Answers how many opened.
 */
export async function recordFindings(
  sql: Sql,
  newId: () => string,
  tell: (events: readonly FindingEvent[]) => Promise<void>,
  { system, drafts, source }: { system: string; drafts: readonly FindingDraft[]; source: ObservationSource },
): Promise<number> {
  if (drafts.length === 0) return 0;
  const owners = await ownersOf(sql, drafts);
  // Last one wins where a batch shows one difference twice: one statement may not touch a row twice.
  const unique = [...new Map(drafts.map((draft) => [draft.identity, draft])).values()];
  // Locked and read in a statement of its own: within one statement, a row that it updates cannot be locked as it was.
  const rows = await sql.rows<BeforeRow>(BEFORE, [system, unique.map(({ identity }) => identity), FIGHT_DAYS]);
  const was = new Map(rows.map((row) => [row.identity, row]));
  const steps = unique.map((seen) => {
    const before = was.get(seen.identity) ?? null;
    const draft = before && isLaterAuthor(seen, before) ? { ...seen, attribution: null } : seen;
    return { draft, before, next: seenAgain(before, draft) };
  });
  const values = steps.map(({ draft, next }) => ({
    ...rowOf(newId(), draft, next, owners.get(draft.identity) ?? null),
    is_new: !was.has(draft.identity),
  }));
  const stored = await sql.rows<{ id: string; identity: string }>(RECORD, [JSON.stringify(values), system, source]);
  const ids = new Map(stored.map(({ id, identity }) => [identity, id]));
  const recorded = steps.flatMap((step): Recorded[] => {
    const id = ids.get(step.draft.identity);
    return id === undefined ? [] : [{ ...step, id }];
  });
  await tell(recorded.flatMap((each) => eventsOf(each, source)));
  const critical = recorded.filter(isNews).map(({ draft, next, id }) => {
    const { severity, recurrences } = next;
    return { ...draft, severity, recurrences, id, ownerId: owners.get(draft.identity) ?? null };
  });
  const alert = criticalFindings(system, critical);
  if (alert) await new SqlAlertStore(sql, newId).raise([alert]);
  const opened = recorded.filter(({ next }) => next.step === 'NEW' || next.step === 'REOPENED').length;
  // Somebody put the same on record between the two statements: it is there now, and is seen once more.
  const rest = unique.filter(({ identity }) => !ids.has(identity));
  return opened + (await recordFindings(sql, newId, tell, { system, drafts: rest, source }));
}

/** How far a system's clock may be ahead of ours. */
const CLOCKS_APART_MS = 2_000;

/** Whoever moved the record after the value had been seen there did not write that value: an author that nobody names is none. */
function isLaterAuthor({ found, attribution }: FindingDraft, before: BeforeRow): boolean {
  if (attribution === null || before.state === 'RESOLVED' || !sameJson(found, before.found)) return false;
  const wroteAt = Date.parse(attribution.at ?? '');
  return Number.isNaN(wroteAt) || wroteAt > before.foundSince.getTime() + CLOCKS_APART_MS;
}

/** What became CRITICAL just now is told at once; what is waived or ignored is nobody's alarm. */
function isNews({ before, next }: Recorded): boolean {
  if (next.severity !== 'CRITICAL' || next.state === 'WAIVED' || next.state === 'RESOLVED') return false;
  return before === null || before.state === 'RESOLVED' || before.severity !== 'CRITICAL';
}

const EVENTS: Readonly<Record<FindingStep, readonly string[]>> = {
  NEW: ['OPENED'],
  REOPENED: ['REOPENED'],
  REFRESHED: ['REFRESHED'],
  SAME: [],
  IGNORED: ['OPENED', 'RESOLVED'],
  IGNORED_AGAIN: ['REOPENED', 'RESOLVED'],
};

function eventsOf({ id, before, draft, next }: Recorded, source: ObservationSource): FindingEvent[] {
  // What was open and is ignored from now on has been opened before.
  const types = next.step === 'IGNORED' && before !== null ? ['RESOLVED'] : EVENTS[next.step];
  return types.map((type): FindingEvent =>
    type === 'RESOLVED' && next.resolvedBy
      ? { id, type, actor: next.resolvedBy, data: { resolution: next.resolution, note: next.note } }
      : {
          id,
          type,
          actor: systemActor('observer'),
          data: { found: draft.found, source, ...(next.fight !== null && { fight: next.fight }) },
        },
  );
}

function rowOf(id: string, draft: FindingDraft, next: FindingNext, ownerId: string | null): object {
  return {
    id,
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
    attribution: draft.attribution,
    owner_id: ownerId,
    external_id: draft.place?.externalId ?? null,
    root_id: draft.place?.root.externalId ?? null,
    root_code: draft.place?.root.code ?? null,
    severity: next.severity,
    state: next.state,
    resolution: next.resolution,
    resolved_by: next.resolvedBy,
    recurrences: next.recurrences,
    healing: next.healing,
    auto_undone: next.autoUndone,
    fight: next.fight,
    note: next.note,
    due: next.due,
    due_hours: DUE_HOURS[next.severity],
    is_opening: next.step === 'NEW' || next.step === 'REOPENED' || next.step.startsWith('IGNORED'),
  };
}

const BEFORE = `
  select f.identity, f.state, f.severity, f.found, f.resolution, f.resolved_by as "resolvedBy", f.recurrences, f.healing,
    f.auto_undone as "autoUndone", f.fight, f.note,
    greatest(f.opened_at, (select max(e.at) from finding_event e where e.finding_id = f.id and e.type = 'REFRESHED')) as "foundSince",
    case when f.state <> 'RESOLVED' then 0 else (select count(*)::int from finding_event e where e.finding_id = f.id
      and e.type = 'REOPENED' and e.at > clock_timestamp() - make_interval(days => $3)) end as "recentRecurrences"
  from finding f where f.system = $1 and f.identity = any($2) order by f.id for update`;

/**
 * One statement. What changed there once more is not what a revert was asked of, and whoever had asked is asked again. What
 * is opened anew has no request of before.
 */
const RECORD = `
  with n as (select * from jsonb_to_recordset($1::jsonb) as t(id uuid, identity text, kind text, record_id uuid, product_id uuid,
      sku_id uuid, target text, field text, expected jsonb, found jsonb, last_published jsonb, attribution jsonb, owner_id uuid,
      external_id text, root_id text, root_code text, severity text, state text, resolution text, resolved_by jsonb,
      recurrences int, healing text, auto_undone int, fight text, note text, due text, due_hours int, is_opening boolean, is_new boolean)),
  stored as (
    insert into finding as f (id, system, kind, identity, record_id, product_id, sku_id, target, field, expected, found,
        last_published, severity, state, resolution, resolved_by, resolved_at, source, attribution, note, owner_id, recurrences,
        healing, auto_undone, fight, external_id, root_id, root_code, first_seen_at, opened_at, last_seen_at, due_at)
      select id, $2, kind, identity, record_id, product_id, sku_id, target, field, expected, found, last_published, severity,
        state, resolution, resolved_by, case when state = 'RESOLVED' then clock_timestamp() end, $3, attribution, note, owner_id,
        recurrences, healing, auto_undone, fight, external_id, root_id, root_code, clock_timestamp(), clock_timestamp(),
        clock_timestamp(), case when due <> 'NEVER' then clock_timestamp() + make_interval(hours => due_hours) end from n where is_new
      on conflict (system, identity) do nothing returning f.id, f.identity),
  moved as (
    update finding f set
        expected = n.expected, found = n.found, severity = n.severity, owner_id = n.owner_id, sku_id = n.sku_id,
        product_id = n.product_id, target = n.target, last_seen_at = clock_timestamp(),
        attribution = case when n.is_opening or f.found is distinct from n.found then n.attribution
          else coalesce(f.attribution, n.attribution) end, note = n.note, recurrences = n.recurrences, healing = n.healing,
        auto_undone = n.auto_undone, fight = n.fight, external_id = coalesce(n.external_id, f.external_id),
        root_id = coalesce(n.root_id, f.root_id), root_code = coalesce(n.root_code, f.root_code),
        source = case when n.is_opening then $3 else f.source end,
        last_published = case when n.is_opening then n.last_published else f.last_published end,
        opened_at = case when n.is_opening and f.state = 'RESOLVED' then clock_timestamp() else f.opened_at end,
        due_at = case n.due when 'ANEW' then clock_timestamp() + make_interval(hours => n.due_hours) when 'NEVER' then null
          when 'SOONER' then least(f.due_at, clock_timestamp() + make_interval(hours => n.due_hours)) else f.due_at end,
        change_request_id = case when n.is_opening then null else f.change_request_id end,
        revert_requested_by = case when n.is_opening or f.found is distinct from n.found then null else f.revert_requested_by end,
        not_ours = case when n.is_opening or f.found is distinct from n.found then null else f.not_ours end,
        tried = case when n.is_opening then 0 else f.tried end, not_before = case when n.is_opening then null else f.not_before end,
        state = n.state, resolution = n.resolution, resolved_by = n.resolved_by,
        resolved_at = case when n.state <> 'RESOLVED' then null when f.state = 'RESOLVED' and not n.is_opening then f.resolved_at
          else clock_timestamp() end
      from n where f.system = $2 and f.identity = n.identity
      returning f.id, f.identity)
  select id, identity from stored union all select id, identity from moved`;
