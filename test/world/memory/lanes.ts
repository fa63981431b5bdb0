import type { ClaimedDelivery, LaneRecord } from '../../../src/application/ports/publishing-queue.js';
import type { LifecycleState } from '../../../src/domain/catalog/lifecycle.js';
import type { OpenFinding } from '../../../src/domain/drift/finding.js';
import { movedFields } from '../../../src/domain/publishing/owed.js';
import { TRIED_SECONDS } from '../../../src/domain/publishing/gate.js';
import { tryNow, unheldSeconds } from './gates.js';
import type { DeliveryRow, LaneRow, RecordRow, Tables } from './tables.js';
import { byId, isOpen, isSameRecord, isWaiting } from './tables.js';

export const LEASE_MS = 90_000;
export const SEND_MARGIN_MS = 30_000;
const SETTLING_MS = 30_000;

export function laneKey(system: string, productId: string): string {
  return `${system} ${productId}`;
}

/** Is the lane held by anybody now? */
export function isLeased({ leaseUntil }: LaneRow, now: number): boolean {
  return leaseUntil !== null && leaseUntil >= now;
}

/** Until when an attempt of this lane that was sent and not settled may still arrive; null when there is none such. */
export function settlingUntil(tables: Tables, system: string, productId: string): number | null {
  const now = tables.now();
  const sent = [...tables.attempts.values()].flatMap(({ recordId, settledAt, sentAt }) => {
    const record = tables.records.get(recordId);
    const isHere = record?.system === system && record.productId === productId;
    return isHere && settledAt === null && sentAt > now - SETTLING_MS ? [sentAt] : [];
  });
  return sent.length > 0 ? Math.max(...sent) + SETTLING_MS : null;
}

/** Records that wait for a scan, or that are gone and wanted, take nothing; nor does a product whose own record waits. */
function takes(tables: Tables, record: RecordRow): boolean {
  const isGoneForGood = record.match === 'MISSING' && !tables.isWanted(record);
  if (record.match !== 'MATCHED' && record.match !== 'TO_CREATE' && !isGoneForGood) return false;
  const { system, productId } = record;
  return tables.recordOf({ system, entity: 'PRODUCT', productId, skuId: null })?.match !== 'WAITING';
}

function deliveriesIn(
  tables: Tables,
  system: string,
  productId: string,
): { delivery: DeliveryRow; record: RecordRow }[] {
  return byId(tables.deliveries.values()).flatMap((delivery) => {
    if (delivery.system !== system || delivery.productId !== productId) return [];
    const record = tables.recordOf(delivery);
    return record && takes(tables, record) ? [{ delivery, record }] : [];
  });
}

/** Takes what is due; of two open deliveries of one record only the newest goes on. */
export function takeDeliveries(tables: Tables, system: string, productId: string): ClaimedDelivery[] {
  const now = tables.now();
  const due = deliveriesIn(tables, system, productId).filter(
    ({ delivery }) =>
      delivery.state === 'IN_FLIGHT' || (isWaiting(delivery) && (delivery.nextAttemptAt ?? Infinity) <= now),
  );
  const newest = new Map(due.map(({ delivery, record }) => [record.id, delivery]));
  const taken: ClaimedDelivery[] = [];
  for (const { delivery, record } of due) {
    delivery.attempts += 1;
    if (delivery.state === 'IN_FLIGHT') delivery.lostLeases += 1;
    if (delivery.rateSince !== null) delivery.excusedSeconds += unheldSeconds(tables, system, delivery.rateSince, now);
    delivery.rateSince = null;
    tables.move(delivery, 'IN_FLIGHT');
    if (newest.get(record.id) !== delivery) {
      tables.move(delivery, 'SUPERSEDED');
      delivery.nextAttemptAt = null;
      continue;
    }
    taken.push(claimedOf(tables, delivery, record.id));
  }
  return taken;
}

function claimedOf(tables: Tables, delivery: DeliveryRow, recordId: string): ClaimedDelivery {
  const { id, system, target, attempts, conflicts, notFounds, unknowns, lostLeases, excusedSeconds } = delivery;
  const since = delivery.retriedAt ?? delivery.createdAt;
  const unpaused = unheldSeconds(tables, system, since, tables.now()) - excusedSeconds;
  const times = { createdAt: new Date(since), unpausedHours: Math.max(0, unpaused) / 3_600 };
  return { id, recordId, target, attempts, conflicts, notFounds, unknowns, lostLeases, ...times };
}

/** Puts claimed deliveries back in line, as if they had not been taken. */
export function putBack(tables: Tables, claimed: readonly ClaimedDelivery[]): void {
  for (const { id } of claimed) {
    const delivery = tables.deliveries.get(id);
    if (delivery?.state !== 'IN_FLIGHT') continue;
    const isNeedless = newerWaits(tables, delivery);
    delivery.attempts -= 1;
    delivery.nextAttemptAt = isNeedless ? null : tables.now();
    tables.move(delivery, isNeedless ? 'SUPERSEDED' : 'RETRYING');
  }
}

/** Another delivery of the same record waits, and will bring the same state. */
export function newerWaits(tables: Tables, delivery: DeliveryRow): boolean {
  return [...tables.deliveries.values()].some(
    (each) => each !== delivery && isWaiting(each) && isSameRecord(each, delivery),
  );
}

/** Opens lanes with something due now. Answers the codes of their systems. */
export function openLanes(tables: Tables, rows: readonly { system: string; productId: string }[]): string[] {
  for (const { system, productId } of rows) {
    const key = laneKey(system, productId);
    const lane = tables.lanes.get(key);
    const now = tables.now();
    if (lane) lane.dueAt = Math.min(lane.dueAt ?? now, now);
    else tables.lanes.set(key, { system, productId, dueAt: now, leaseToken: null, leaseUntil: null });
  }
  return [...new Set(rows.map(({ system }) => system))].sort();
}

/** What a refused key put off is due once that has ended. */
export function releaseRefused(tables: Tables, system: string): void {
  const now = tables.now();
  for (const delivery of tables.deliveries.values()) {
    const { state, nextAttemptAt, lastError } = delivery;
    const isPutOff =
      state === 'RETRYING' && lastError?.class === 'AUTH' && nextAttemptAt !== null && nextAttemptAt > now;
    if (delivery.system !== system || !isPutOff) continue;
    delivery.nextAttemptAt = now;
    openLanes(tables, [delivery]);
  }
}

/** Where something is owed, a look at the system ends no hold: one delivery is let go, and sees. */
export function letOneTry(tables: Tables, system: string, since: Date): boolean {
  const now = tables.now();
  const soon = now + TRIED_SECONDS * 1_000;
  const lanes = [...tables.lanes.values()].filter((lane) => lane.system === system);
  if (!lanes.some(({ dueAt }) => dueAt !== null && dueAt <= soon)) return false;
  if (!tryNow(tables, system, since)) return true;
  const [first] = [...tables.deliveries.values()]
    .filter((each) => each.system === system && each.state === 'RETRYING' && (each.nextAttemptAt ?? 0) > now)
    .filter(({ lastError }) => lastError?.class === 'AUTH' || lastError?.class === 'TRANSIENT')
    .sort((a, b) => (a.nextAttemptAt ?? 0) - (b.nextAttemptAt ?? 0) || (a.id < b.id ? -1 : 1));
  if (first) {
    first.nextAttemptAt = now;
    openLanes(tables, [first]);
  }
  return true;
}

/** Lanes that nobody would look at again although they have something to do. */
export function reopenLanes(tables: Tables): void {
  const now = tables.now();
  for (const lane of tables.lanes.values()) {
    if (lane.dueAt !== null || isLeased(lane, now)) continue;
    const waiting = deliveriesIn(tables, lane.system, lane.productId).some(({ delivery }) => isOpen(delivery));
    if (waiting) lane.dueAt = now;
  }
}

/** Is this lease still good? */
export function holdsLease(lane: LaneRow | undefined, token: string, now: number): lane is LaneRow {
  return lane !== undefined && lane.leaseToken === token && lane.leaseUntil !== null && lane.leaseUntil > now;
}

/** Gives a lane back, due when its next delivery is. */
export function closeLane(tables: Tables, lane: LaneRow, notBefore: number | null): void {
  const now = tables.now();
  const open = deliveriesIn(tables, lane.system, lane.productId).filter(({ delivery }) => isOpen(delivery));
  const dues = open.flatMap(({ delivery }) =>
    delivery.state === 'IN_FLIGHT' ? [now] : delivery.nextAttemptAt === null ? [] : [delivery.nextAttemptAt],
  );
  const soonest = dues.length > 0 ? Math.min(...dues) : null;
  lane.leaseToken = null;
  lane.leaseUntil = null;
  // As PostgreSQL's greatest(): what is not known does not count.
  lane.dueAt = soonest === null ? notBefore : Math.max(soonest, notBefore ?? soonest);
}

/** States of the SKUs of a product that are listed in a system and not DRAFT. */
export function statesIn(tables: Tables, productId: string, system: string): LifecycleState[] {
  return [...tables.skus.values()].flatMap((sku) =>
    sku.productId === productId && sku.state !== 'DRAFT' && sku.listedIn.includes(system) ? [sku.state] : [],
  );
}

/** A record with all that judging it takes. What is answered is a copy, and stays as it is. */
export function loadRecord(tables: Tables, row: RecordRow): LaneRecord {
  const now = tables.now();
  const sku = tables.skus.get(row.skuId ?? '') ?? null;
  const openFindings = byId(tables.findings.values()).flatMap((each): OpenFinding[] => {
    if (each.recordId !== row.id || each.state === 'RESOLVED') return [];
    const { id, kind, field, found, revertRequestedBy, state, healing } = each;
    return [{ id, kind, field, found, openedAt: new Date(each.openedAt), revertRequestedBy, state, healing }];
  });
  const unsettled = [...tables.attempts.values()]
    .filter(({ recordId, settledAt }) => recordId === row.id && settledAt === null)
    .map(({ id, expected, operation, sentAt }) => ({
      attemptId: id,
      expected,
      operation,
      ageSeconds: (now - sentAt) / 1_000,
    }));
  return {
    id: row.id,
    entity: row.entity,
    productId: row.productId,
    skuId: row.skuId,
    target: sku?.code ?? tables.products.get(row.productId)?.handle ?? '',
    skuState: sku?.state ?? null,
    published: row.published,
    openFindings,
    externalId: row.externalId,
    root: row.root,
    match: row.match,
    sku,
    unsettled,
    changedAt: changesSince(tables, row, openFindings),
    undecided: new Set(),
    components: [],
  };
}

/** When requests last changed what has open findings. */
function changesSince(tables: Tables, row: RecordRow, open: readonly OpenFinding[]): Map<string, Date> {
  const out = new Map<string, Date>();
  if (open.length === 0) return out;
  const since = Math.min(...open.map(({ openedAt }) => openedAt.getTime()));
  const id = row.skuId ?? row.productId;
  for (const { entity, id: of, validFrom, changes } of tables.revisions) {
    if (entity !== row.entity || of !== id || validFrom < since) continue;
    for (const { field } of changes) for (const name of movedFields(entity, field)) out.set(name, new Date(validFrom));
  }
  return out;
}

/** The dead letters of a record beside the one delivery that arrived, or died, after them. */
export function deadLettersBefore(tables: Tables, delivery: DeliveryRow): DeliveryRow[] {
  return [...tables.deliveries.values()].filter(
    (each) => each !== delivery && each.state === 'DEAD_LETTERED' && isSameRecord(each, delivery),
  );
}
