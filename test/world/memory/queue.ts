import type { Claim, PublishingQueue, Settlement } from '../../../src/application/ports/publishing-queue.js';
import { LeaseLost } from '../../../src/application/ports/publishing-queue.js';
import type { FindingDraft } from '../../../src/domain/drift/finding.js';
import type { FieldValues } from '../../../src/domain/primitives/json.js';
import { sameJson } from '../../../src/domain/primitives/json.js';
import { MemoryFindings } from './findings.js';
import {
  closeLane,
  deadLettersBefore,
  holdsLease,
  isLeased,
  laneKey,
  LEASE_MS,
  loadRecord,
  SEND_MARGIN_MS,
  settlingUntil,
  statesIn,
  takeDeliveries,
} from './lanes.js';
import type { LaneRow, Tables } from './tables.js';
import { byId, isSameRecord, isWaiting } from './tables.js';

/** Claims and settles as PostgreSQL does, in memory; held to it by the contract suite. */
export class MemoryQueue implements PublishingQueue {
  constructor(private readonly tables: Tables) {}

  async claim(code: string): Promise<Claim | null> {
    const { tables } = this;
    const now = tables.now();
    const system = tables.system(code);
    for (;;) {
      const lane = [...tables.lanes.values()]
        .filter((each) => each.system === code && each.dueAt !== null && each.dueAt <= now && !isLeased(each, now))
        .sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0))[0];
      if (!lane || system.link !== 'LINKED' || system.mode !== 'WRITE') return null;
      const leaseToken = tables.newId();
      lane.leaseToken = leaseToken;
      lane.leaseUntil = now + LEASE_MS;
      const wait = settlingUntil(tables, code, lane.productId);
      const deliveries = wait === null ? takeDeliveries(tables, code, lane.productId) : [];
      if (deliveries.length === 0) {
        closeLane(tables, lane, wait);
        continue;
      }
      const product = tables.products.get(lane.productId);
      if (!product) throw new Error(`lane of an unknown product: ${code}`);
      const rows = byId(tables.records.values()).filter(
        (row) => row.system === code && row.productId === lane.productId,
      );
      const records = rows.map((row) => loadRecord(tables, row));
      return { system, leaseToken, product, states: statesIn(tables, product.id, code), records, deliveries };
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
    this.settleDeliveries(settlement);
    const findings = new MemoryFindings(tables);
    for (const { source, drafts } of settlement.findings) {
      const fresh = drafts.filter(({ recordId }) => recordId === null || unmoved.has(recordId));
      await findings.record(claim.system.code, fresh, source);
    }
    await findings.close(settlement.closings);
    findings.notOurs(settlement.notOurs);
    closeLane(tables, lane, null);
  }

  async reportHealth(): Promise<void> {
    // Nobody in the simulated world looks at it.
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
    for (const { deliveryId, outcome } of deliveries) {
      const delivery = outcome.kind === 'DELIVERED' ? tables.deliveries.get(deliveryId) : undefined;
      const row = delivery && tables.recordOf(delivery);
      if (row && delivery) row.publishedRevision = Math.max(row.publishedRevision ?? 0, delivery.revision);
    }
  }

  private settleDeliveries({ deliveries }: Settlement): void {
    const { tables } = this;
    for (const { deliveryId, outcome } of deliveries) {
      const delivery = tables.deliveries.get(deliveryId);
      if (!delivery) continue;
      delivery.nextAttemptAt = outcome.kind === 'RETRY' ? tables.now() + outcome.delaySeconds * 1_000 : null;
      if (outcome.kind !== 'DELIVERED') delivery.lastError = outcome.fault;
      if (outcome.kind === 'DEAD') tables.move(delivery, 'DEAD_LETTERED');
      else if (outcome.kind === 'DELIVERED') {
        tables.move(delivery, 'DELIVERED');
        for (const dead of deadLettersBefore(tables, delivery)) tables.move(dead, 'SUPERSEDED');
      } else {
        if (outcome.conflict) delivery.conflicts += 1;
        // While a newer one waits, this one has nothing left to do: the newer reads the same state.
        const hasNewer = [...tables.deliveries.values()].some(
          (each) => each !== delivery && isWaiting(each) && isSameRecord(each, delivery),
        );
        tables.move(delivery, hasNewer ? 'SUPERSEDED' : 'RETRYING');
      }
    }
  }
}

function lost(claim: Claim): LeaseLost {
  return new LeaseLost(claim.system.code, claim.product.handle);
}
