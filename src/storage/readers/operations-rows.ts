import type { Actor } from '../../domain/actor.js';
import type {
  DeliveryError,
  DeliveryView,
  FindingView,
  HoldView,
  SystemView,
} from '../../application/ports/operations-reader.js';

export interface SystemRow extends Omit<SystemView, 'holds'> {
  holds: (Pick<HoldView, 'kind' | 'reason' | 'beganBy'> & {
    beganAt: string;
    until: string | null;
    nextProbeAt: string | null;
  })[];
}

/** Instants within JSON come as text. */
export function systemOf(row: SystemRow): SystemView {
  const instant = (text: string | null): Date | null => (text === null ? null : new Date(text));
  return {
    ...row,
    holds: row.holds.map(({ kind, reason, beganBy, beganAt, until, nextProbeAt }) => ({
      kind,
      reason,
      beganBy,
      beganAt: new Date(beganAt),
      until: instant(until),
      nextProbeAt: instant(nextProbeAt),
    })),
  };
}

export const DELIVERY_COLUMNS = `d.id, d.system, d.target, d.revision, d.state, d.attempts,
  case when d.state in ('PENDING', 'RETRYING') and not exists (select from record r where r.system = d.system and r.entity = d.entity
      and r.product_id = d.product_id and r.sku_id is not distinct from d.sku_id and r.match in ('WAITING', 'MISSING'))
    and d.next_attempt_at is not null then greatest(d.next_attempt_at,
      (select l.due_at from lane l where l.system = d.system and l.product_id = d.product_id)) end as next_attempt_at,
  d.last_error, d.due_at,
  coalesce(d.state = 'DEAD_LETTERED' and d.due_at < now(), false) as overdue, d.change_request_id, d.created_at, d.delivered_at,
  case when d.state = 'DEAD_LETTERED' then d.system || ':' || coalesce(d.cause, '') end as group_key, d.died_at, d.assignee_id, d.finding_id,
  d.settled_by, d.note, d.resolved_at`;

export interface DeliveryRow {
  id: string;
  system: string;
  target: string;
  revision: number;
  state: DeliveryView['state'];
  attempts: number;
  next_attempt_at: Date | null;
  last_error: (Omit<DeliveryError, 'at'> & { at: string }) | null;
  due_at: Date | null;
  overdue: boolean;
  change_request_id: string | null;
  created_at: Date;
  delivered_at: Date | null;
  group_key: string | null;
  died_at: Date | null;
  assignee_id: string | null;
  finding_id: string | null;
  settled_by: Actor | null;
  note: string | null;
  resolved_at: Date | null;
}

export function deliveryOf(row: DeliveryRow): DeliveryView {
  const error = row.last_error;
  return {
    id: row.id,
    system: row.system,
    target: row.target,
    revision: row.revision,
    state: row.state,
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at,
    lastError: error && {
      class: error.class,
      code: error.code,
      message: error.message,
      at: new Date(error.at),
      raw: error.raw,
    },
    dueAt: row.due_at,
    overdue: row.overdue,
    changeRequestId: row.change_request_id,
    createdAt: row.created_at,
    deliveredAt: row.delivered_at,
    group: row.group_key,
    diedAt: row.died_at,
    assigneeId: row.assignee_id,
    findingId: row.finding_id,
    settledBy: row.settled_by,
    note: row.note,
    resolvedAt: row.resolved_at,
  };
}

export const FINDING_COLUMNS = `f.id, f.system, f.kind, f.target, f.sku_id as "skuId", f.field, f.expected, f.found,
  f.last_published as "lastPublished", f.severity, f.state, f.resolution, f.source, f.attribution, f.owner_id as "ownerId",
  f.first_seen_at as "firstSeenAt", f.last_seen_at as "lastSeenAt", f.recurrences, f.due_at as "dueAt",
  f.resolved_at as "resolvedAt", f.resolved_by as "resolvedBy", f.waived_until as "waivedUntil", f.not_ours as "notOurs", f.note, f.healing, f.fight, f.revert_requested_by as "revertRequestedBy",
  f.change_request_id as "changeRequestId"`;

/** Only the view's own fields: the page's sort key stays behind. */
export function findingOf(row: FindingView): FindingView {
  return {
    id: row.id,
    system: row.system,
    kind: row.kind,
    target: row.target,
    skuId: row.skuId,
    field: row.field,
    expected: row.expected,
    found: row.found,
    lastPublished: row.lastPublished,
    severity: row.severity,
    state: row.state,
    resolution: row.resolution,
    source: row.source,
    attribution: row.attribution,
    ownerId: row.ownerId,
    firstSeenAt: row.firstSeenAt,
    lastSeenAt: row.lastSeenAt,
    recurrences: row.recurrences,
    dueAt: row.dueAt,
    resolvedAt: row.resolvedAt,
    resolvedBy: row.resolvedBy,
    waivedUntil: row.waivedUntil,
    notOurs: row.notOurs,
    note: row.note,
    healing: row.healing,
    fight: row.fight,
    revertRequestedBy: row.revertRequestedBy,
    changeRequestId: row.changeRequestId,
  };
}
