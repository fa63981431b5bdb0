import type {
  GoneRecord,
  ObservableRecord,
  ObservationStore,
  Verdicts,
  WaitingRoot,
} from '../../../src/application/ports/observation-store.js';
import type { ScanMark } from '../../../src/application/ports/scan-store.js';
import { systemActor } from '../../../src/domain/actor.js';
import type { ObservationSource } from '../../../src/domain/drift/finding.js';
import { missing } from '../../../src/domain/drift/missing.js';
import type { GovernedSystem, RootRef } from '../../../src/domain/publishing/system.js';
import { MemoryDeliveries } from './desk-stores.js';
import { MemoryFindings } from './findings.js';
import { laneKey, loadRecord, statesIn } from './lanes.js';
import type { RecordRow, Tables } from './tables.js';
import { byId, heldScan, isOpen } from './tables.js';

/** Observing as PostgreSQL does it, in memory; held to it by the contract suite. */
export class MemoryObservations implements ObservationStore {
  private readonly findings: MemoryFindings;

  constructor(private readonly tables: Tables) {
    this.findings = new MemoryFindings(tables);
  }

  async systemByCode(code: string): Promise<GovernedSystem | null> {
    return this.tables.systems.get(code) ?? null;
  }

  async now(): Promise<Date> {
    return new Date(this.tables.now());
  }

  async judge(
    system: GovernedSystem,
    lookFor: { externalIds: readonly string[]; rootIds: readonly string[] },
    readAt: Date,
    judge: (records: ObservableRecord[]) => Omit<Verdicts, 'system' | 'source'>,
    source: ObservationSource,
    mark?: ScanMark,
  ): Promise<{ opened: number; closed: number; busy: number; compared: number }> {
    const { tables } = this;
    const scan = mark ? heldScan(tables, mark.hold) : null;
    const hits = byId(tables.records.values()).filter((row) => {
      if (row.system !== system.code || row.externalId === null) return false;
      const isAsked = lookFor.externalIds.includes(`${row.entity}:${row.externalId}`);
      return isAsked || (row.root !== null && lookFor.rootIds.includes(row.root.externalId));
    });
    const records = hits.flatMap((row) => this.observable(row, readAt.getTime()));
    const verdicts = judge(records);
    const { opened, closed } = await this.store(system.code, verdicts, source);
    for (const each of verdicts.staged ?? []) scan?.staged.set(`${each.entity}:${each.externalId}`, each);
    for (const { busy, record } of records) {
      if (!scan || !busy || record.root === null) continue;
      const key = `${record.entity}:${record.externalId}`;
      if (!scan.postponed.has(key)) scan.postponed.set(key, { root: record.root, pursued: false });
    }
    const skus = new Set(hits.filter(({ entity }) => entity === 'SKU').map(({ id }) => id));
    const compared = verdicts.records.filter(({ recordId }) => skus.has(recordId)).length;
    return { opened, closed, busy: records.filter(({ busy }) => busy).length, compared };
  }

  private observable(row: RecordRow, readAt: number): ObservableRecord[] {
    const { tables } = this;
    const product = tables.products.get(row.productId);
    if (!product) return [];
    const leaseUntil = tables.lanes.get(laneKey(row.system, row.productId))?.leaseUntil ?? null;
    const isHeld = leaseUntil !== null && leaseUntil > tables.now();
    const busy = isHeld || (row.publishedAt ?? 0) >= readAt || (row.observedAt ?? 0) >= readAt;
    const hasDelivery = tables.deliveriesOf(row).some((each) => isOpen(each) || each.state === 'DEAD_LETTERED');
    const states = statesIn(tables, row.productId, row.system);
    // Nobody in the simulated world gives a delivery up.
    return [{ record: loadRecord(tables, row), product, states, busy, hasDelivery, discarded: null, revision: 0 }];
  }

  private async store(
    system: string,
    verdicts: Omit<Verdicts, 'system' | 'source'>,
    source: ObservationSource,
  ): Promise<{ opened: number; closed: number }> {
    const { tables, findings } = this;
    const now = tables.now();
    for (const { recordId, base, observed, inSync, root } of verdicts.records) {
      const row = tables.records.get(recordId);
      if (row) Object.assign(row, { published: base, observed, inSync, root, observedAt: now });
    }
    let opened = await findings.record(system, verdicts.findings, source);
    opened += await markMissing(tables, system, verdicts.gone, source);
    let closed = await findings.close(verdicts.closings);
    closed += await this.closeMissing(verdicts.records.map(({ recordId }) => recordId));
    await new MemoryDeliveries(tables).enqueueRecords(verdicts.owed);
    return { opened, closed };
  }

  /** Records that are there again. */
  private async closeMissing(recordIds: readonly string[]): Promise<number> {
    const back = await this.findings.missingOf(recordIds);
    for (const id of recordIds) {
      const row = this.tables.records.get(id);
      if (row?.match === 'MISSING') row.match = 'MATCHED';
    }
    const by = systemActor('observer');
    return this.findings.close(back.map((findingId) => ({ findingId, resolution: 'SELF_HEALED' as const, by })));
  }

  async storeWebhook({ id, system, root }: { id: string; system: string; root: RootRef }): Promise<void> {
    const receivedAt = this.tables.now();
    this.tables.webhooks.set(id, { id, system, root, receivedAt, handledAt: null, attempts: 0, notBefore: null });
  }

  async waitingRoots(system: string, limit: number, except: readonly string[]): Promise<WaitingRoot[]> {
    const now = this.tables.now();
    const rows = [...this.tables.webhooks.values()].filter(
      (row) => row.system === system && row.handledAt === null && !except.includes(row.root.externalId),
    );
    const groups = [...Map.groupBy(rows, ({ root }) => root.externalId).values()].filter(
      (group) => Math.max(...group.map(({ notBefore }) => notBefore ?? 0)) <= now,
    );
    const first = (group: typeof rows): number => Math.min(...group.map(({ receivedAt }) => receivedAt));
    return groups
      .sort((a, b) => first(a) - first(b))
      .slice(0, limit)
      .map((group) => ({
        root: { externalId: group[0]?.root.externalId ?? '', code: group[0]?.root.code ?? null },
        webhookIds: group.map(({ id }) => id),
        attempts: Math.max(...group.map(({ attempts }) => attempts)),
      }));
  }

  async webhooksHandled(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const row = this.tables.webhooks.get(id);
      if (row) row.handledAt = this.tables.now();
    }
  }

  async webhooksPutOff(ids: readonly string[], attempts: number, seconds: number): Promise<void> {
    for (const id of ids) {
      const row = this.tables.webhooks.get(id);
      if (row) Object.assign(row, { attempts, notBefore: this.tables.now() + seconds * 1_000 });
    }
  }
}

/** Records that are gone: MISSING, and a finding of those that the master wants there. Answers how many opened. */
export async function markMissing(
  tables: Tables,
  system: string,
  gone: readonly GoneRecord[],
  source: ObservationSource,
): Promise<number> {
  const rows = gone.flatMap(({ recordId, externalId }) => {
    const row = tables.records.get(recordId);
    return row?.externalId === externalId ? [row] : [];
  });
  for (const row of rows) Object.assign(row, { match: 'MISSING', inSync: false });
  const records = rows.map((row) => loadRecord(tables, row));
  const missed = records.filter(
    ({ entity, sku }) => entity === 'PRODUCT' || (sku !== null && sku.state !== 'DRAFT' && sku.state !== 'RETIRED'),
  );
  return new MemoryFindings(tables).record(system, missed.map(missing), source);
}
