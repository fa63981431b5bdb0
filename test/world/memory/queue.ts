import type { Claim, PublishingQueue, Settlement } from '../../../src/application/ports/publishing-queue.js';
import { LeaseLost } from '../../../src/application/ports/publishing-queue.js';
import type { FindingDraft } from '../../../src/domain/drift/finding.js';
import type { FieldValues } from '../../../src/domain/primitives/json.js';
import { sameJson } from '../../../src/domain/primitives/json.js';
import type { Contact, Look } from '../../../src/domain/publishing/gate.js';
import { countedIn } from '../../../src/domain/publishing/retry.js';
import { MemoryFindings } from './findings.js';
import { admissionOf, recordContact, takeProbe } from './gates.js';
import {
  closeLane,
  deadLettersBefore,
  holdsLease,
  isLeased,
  laneKey,
  LEASE_MS,
  letOneTry,
  loadRecord,
  newerWaits,
  putBack,
  releaseRefused,
  SEND_MARGIN_MS,
  settlingUntil,
  statesIn,
  takeDeliveries,
} from './lanes.js';
import type { LaneRow, Tables } from './tables.js';
import { byId } from './tables.js';

/** Claims and settles as PostgreSQL does, in memory; held to it by the contract suite. */
export class MemoryQueue implements PublishingQueue {
  constructor(private readonly tables: Tables) {}

  async claim(code: string): Promise<Claim | null> {
    const { tables } = this;
    const now = tables.now();
    const system = tables.system(code);
    const admitted = admissionOf(tables, code);
    if (system.link !== 'LINKED' || system.mode !== 'WRITE' || admitted === 'SHUT') return null;
    for (;;) {
      const lane = [...tables.lanes.values()]
        .filter((each) => each.system === code && each.dueAt !== null && each.dueAt <= now && !isLeased(each, now))
        .sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0))[0];
      if (!lane) return null;
      const leaseToken = tables.newId();
      lane.leaseToken = leaseToken;
      lane.leaseUntil = now + LEASE_MS;
      const wait = settlingUntil(tables, code, lane.productId);
      const deliveries = wait === null ? takeDeliveries(tables, code, lane.productId) : [];
      if (deliveries.length === 0) {
        closeLane(tables, lane, wait);
        continue;
      }
      if (admitted === 'PROBE') takeProbe(tables, code);
      const product = tables.products.get(lane.productId);
      if (!product) throw new Error(`lane of an unknown product: ${code}`);
      const rows = byId(tables.records.values()).filter(
        (row) => row.system === code && row.productId === lane.productId,
      );
      const records = rows.map((row) => loadRecord(tables, row));
      const states = statesIn(tables, product.id, code);
      const heldRecordIds = new Set<string>();
      return { system, leaseToken, claimedAt: new Date(now), product, states, records, heldRecordIds, deliveries };
    }
  }

  async willSend(
    claim: Claim,
    attempts: readonly { attemptId: string; deliveryId: string; recordId: string; expected: FieldValues }[],
    findings: readonly FindingDraft[],
  ): Promise<{ sendWithinMs: number } | null> {
    const { tables } = this;
    const now = tables.now();
    const unmoved = this.unmoved(claim);
    const lane = this.leased(claim);
    if (attempts.some(({ recordId }) => !unmoved.has(recordId))) {
      putBack(tables, claim.deliveries);
      closeLane(tables, lane, null);
      return null;
    }
    if ((lane.leaseUntil ?? 0) <= now + SEND_MARGIN_MS) throw lost(claim);
    const drafts = findings.filter(({ recordId }) => recordId !== null && unmoved.has(recordId));
    await new MemoryFindings(tables).record(claim.system.code, drafts, 'BEFORE_WRITE');
    for (const { attemptId: id, deliveryId, recordId, expected } of attempts) {
      const open = { operation: null, sentAt: now, settledAt: null, outcome: null };
      tables.attempts.set(id, { id, deliveryId, recordId, expected, ...open });
    }
    lane.leaseUntil = now + LEASE_MS;
    return { sendWithinMs: LEASE_MS - SEND_MARGIN_MS };
  }

  async begun(attemptIds: readonly string[], operation: string): Promise<void> {
    for (const id of attemptIds) {
      const attempt = this.tables.attempts.get(id);
      if (attempt) attempt.operation = operation;
    }
  }

  async settle(claim: Claim, settlement: Settlement): Promise<void> {
    const { tables } = this;
    const lane = this.leased(claim);
    const unmoved = this.unmoved(claim);
    const now = tables.now();
    for (const { attemptId, outcome } of settlement.attempts) {
      const attempt = tables.attempts.get(attemptId);
      if (attempt?.settledAt === null) Object.assign(attempt, { settledAt: now, outcome });
    }
    for (const id of settlement.unheard) {
      const attempt = tables.attempts.get(id);
      if (attempt?.settledAt === null) attempt.sentAt = now;
    }
    this.settleRecords(settlement, unmoved);
    this.settleDeliveries(settlement, unmoved);
    const findings = new MemoryFindings(tables);
    for (const { source, drafts } of settlement.findings) {
      const fresh = drafts.filter(({ recordId }) => recordId === null || unmoved.has(recordId));
      await findings.record(claim.system.code, fresh, source);
    }
    await findings.close(settlement.closings);
    findings.notOurs(settlement.notOurs);
    closeLane(tables, lane, null);
    if (settlement.contact !== null) await this.heard(claim.system.code, settlement.contact, claim.claimedAt);
  }

  async heard(system: string, said: Contact | Look, since: Date): Promise<void> {
    if (said === 'READ' && letOneTry(this.tables, system, since)) return;
    const contact = said === 'READ' ? 'REACHED' : said;
    if (recordContact(this.tables, system, contact, since).includes('AUTH')) releaseRefused(this.tables, system);
  }

  /** Records that are as the claim read them; what moved meanwhile is news that the older look must not undo. */
  private unmoved(claim: Claim): Set<string> {
    const same = claim.records.filter(({ id, match, externalId, published }) => {
      const row = this.tables.records.get(id);
      if (row?.match !== match || row.externalId !== externalId) return false;
      return (row.published === null) === (published === null) && sameJson(row.published ?? null, published ?? null);
    });
    return new Set(same.map(({ id }) => id));
  }

  private leased(claim: Claim): LaneRow {
    const lane = this.tables.lanes.get(laneKey(claim.system.code, claim.product.id));
    if (!holdsLease(lane, claim.leaseToken, this.tables.now())) throw lost(claim);
    return lane;
  }

  private settleRecords({ records, deliveries }: Settlement, unmoved: ReadonlySet<string>): void {
    const { tables } = this;
    const now = tables.now();
    const kept = records.filter(({ recordId }) => unmoved.has(recordId));
    if (kept.length === 0) return;
    for (const { recordId, externalId, root, match, published, observed, inSync } of kept) {
      const row = tables.records.get(recordId);
      const seen = { externalId, root, match, published, observed, inSync, observedAt: now, publishedAt: now };
      if (row) Object.assign(row, seen);
    }
    for (const { deliveryId, revision, outcome } of deliveries) {
      const delivery = outcome.kind === 'DELIVERED' ? tables.deliveries.get(deliveryId) : undefined;
      const row = delivery && tables.recordOf(delivery);
      if (row && row.externalId !== null && kept.some(({ recordId }) => recordId === row.id))
        row.publishedRevision = Math.max(row.publishedRevision ?? 0, revision);
    }
  }

  private settleDeliveries({ deliveries, brought }: Settlement, unmoved: ReadonlySet<string>): void {
    const { tables } = this;
    for (const id of brought.filter((each) => unmoved.has(each))) {
      const record = tables.records.get(id);
      const dead = record ? tables.deliveriesOf(record).filter(({ state }) => state === 'DEAD_LETTERED') : [];
      for (const each of dead) tables.move(each, 'SUPERSEDED');
    }
    for (const { deliveryId, revision, outcome } of deliveries) {
      const delivery = tables.deliveries.get(deliveryId);
      if (delivery?.state !== 'IN_FLIGHT') continue;
      const isRetried = outcome.kind === 'RETRY';
      // While a newer one waits, this one has nothing left to do: the newer reads the same state.
      const isNeedless = outcome.kind !== 'DELIVERED' && newerWaits(tables, delivery);
      delivery.revision = Math.max(delivery.revision, revision);
      delivery.nextAttemptAt = isRetried && !isNeedless ? tables.now() + outcome.delaySeconds * 1_000 : null;
      delivery.rateSince = isRetried && outcome.fault.class === 'RATE_LIMITED' ? tables.now() : null;
      if (outcome.kind !== 'DELIVERED') {
        Object.assign(delivery, { ...countedIn(delivery, outcome.fault.class), lastError: outcome.fault });
      }
      tables.move(delivery, isNeedless ? 'SUPERSEDED' : ENDS[outcome.kind]);
      if (isNeedless || isRetried) continue;
      // What arrived resolves the dead letters before it, and what died stands for them.
      for (const dead of deadLettersBefore(tables, delivery)) tables.move(dead, 'SUPERSEDED');
    }
  }
}

const ENDS = { DELIVERED: 'DELIVERED', RETRY: 'RETRYING', DEAD: 'DEAD_LETTERED' } as const;

function lost(claim: Claim): LeaseLost {
  return new LeaseLost(claim.system.code, claim.product.handle);
}
