import type { GoneRecord } from '../../../src/application/ports/observation-store.js';
import type { ScanView } from '../../../src/application/ports/operations-reader.js';
import type { ScanStore } from '../../../src/application/ports/scan-store.js';
import { systemActor } from '../../../src/domain/actor.js';
import type { FindingDraft } from '../../../src/domain/drift/finding.js';
import type { Closing } from '../../../src/domain/drift/judge.js';
import { foldCode } from '../../../src/domain/primitives/text.js';
import type { ObservedRecord, RootRef } from '../../../src/domain/publishing/system.js';
import { MemoryFindings } from './findings.js';
import { reopenLanes } from './lanes.js';
import { markMissing } from './observations.js';
import type { RecordRow, ScanRow, Tables } from './tables.js';
import { byId } from './tables.js';

/** A full scan's book-keeping, in memory; held to that in PostgreSQL by the contract suite. */
export class MemoryScans implements ScanStore {
  constructor(private readonly tables: Tables) {}

  async beginScan(id: string, system: string, mode: ScanView['mode']): Promise<ScanView | null> {
    const { tables } = this;
    const isRunning = [...tables.scans.values()].some(({ view }) => view.system === system && view.state === 'RUNNING');
    if (isRunning) return null;
    const now = tables.now();
    const counts = { recordsRead: 0, skusCompared: 0, findingsOpened: 0, findingsResolved: 0 };
    const times = { startedAt: new Date(now), finishedAt: null };
    const view: ScanView = { id, system, mode, state: 'RUNNING', ...times, ...counts, error: null };
    tables.scans.set(id, { view, startedAt: now, touchedAt: now, saw: new Map() });
    return { ...view };
  }

  async scan(id: string): Promise<ScanView | null> {
    const row = this.tables.scans.get(id);
    return row ? { ...row.view } : null;
  }

  async scanSaw(scanId: string, batch: readonly ObservedRecord[]): Promise<void> {
    const row = this.tables.scans.get(scanId);
    if (row?.view.state !== 'RUNNING') throw new Error('the scan was given up while it ran');
    for (const each of batch) {
      const key = `${each.entity}:${each.externalId}`;
      if (!row.saw.has(key)) row.saw.set(key, each);
    }
  }

  async scanProgress(scanId: string, add: Parameters<ScanStore['scanProgress']>[1]): Promise<void> {
    const row = this.tables.scans.get(scanId);
    if (!row) return;
    row.view.recordsRead += add.recordsRead;
    row.view.skusCompared += add.skusCompared;
    row.view.findingsOpened += add.opened;
    row.view.findingsResolved += add.closed;
    row.touchedAt = this.tables.now();
  }

  async pair(scanId: string): Promise<ObservedRecord[]> {
    const { tables } = this;
    const scan = this.running(scanId);
    const ofCode = this.byCode(scan);
    const waiting = this.recordsOf(scan).filter(
      ({ externalId, match }) => externalId === null && (match === 'WAITING' || match === 'MISSING'),
    );
    const skus = waiting.flatMap((row): ObservedRecord[] => {
      const code = tables.skus.get(row.skuId ?? '')?.code;
      const [only, ...others] = code === undefined ? [] : (ofCode.get(foldCode(code)) ?? []);
      if (row.entity !== 'SKU' || !only || others.length > 0 || this.knows(scan, only)) return [];
      return this.match(row, only);
    });
    const products = waiting.flatMap((row) => (row.entity === 'PRODUCT' ? this.pairProduct(scan, row) : []));
    if (skus.length + products.length > 0) reopenLanes(tables);
    return [...products, ...skus];
  }

  /** A product's record goes with the one root that all of its paired SKUs live in, and that is no other product's. */
  private pairProduct(scan: ScanRow, row: RecordRow): ObservedRecord[] {
    const roots = new Map<string, Set<string>>();
    for (const { entity, match, productId, root } of this.recordsOf(scan)) {
      if (entity !== 'SKU' || match !== 'MATCHED' || root === null) continue;
      roots.set(productId, (roots.get(productId) ?? new Set()).add(root.externalId));
    }
    const single = [...roots].filter(([, ids]) => ids.size === 1);
    const own = single.find(([productId]) => productId === row.productId)?.[1];
    const [rootId = null] = own ?? [];
    if (rootId === null || single.filter(([, ids]) => ids.has(rootId)).length > 1) return [];
    const seen = [...scan.saw.values()].find((each) => each.entity === 'PRODUCT' && each.root.externalId === rootId);
    return seen && !this.knows(scan, seen) ? this.match(row, seen) : [];
  }

  private match(row: RecordRow, seen: ObservedRecord): ObservedRecord[] {
    Object.assign(row, { externalId: seen.externalId, root: seen.root, match: 'MATCHED' });
    return [seen];
  }

  async unseen(
    scanId: string,
    after: string | null,
    limit: number,
  ): Promise<{ recordId: string; externalId: string; root: RootRef }[]> {
    const scan = this.tables.scans.get(scanId);
    if (!scan) return [];
    return this.recordsOf(scan)
      .flatMap(({ id, match, externalId, root, entity, publishedAt }) => {
        if (match !== 'MATCHED' || externalId === null || root === null || (after !== null && id <= after)) return [];
        if ((publishedAt ?? 0) >= scan.startedAt || scan.saw.has(`${entity}:${externalId}`)) return [];
        return [{ recordId: id, externalId, root }];
      })
      .slice(0, limit);
  }

  async judgeAbsences(scanId: string, gone: readonly GoneRecord[]): Promise<{ opened: number; closed: number }> {
    const { tables } = this;
    const scan = this.running(scanId);
    const { system } = scan.view;
    const absent = this.recordsOf(scan).filter(
      ({ match, externalId, waitingSince }) =>
        (match === 'WAITING' || match === 'MISSING') && externalId === null && waitingSince < scan.startedAt,
    );
    const never = absent.filter((row) => this.isWanted(row)).map(({ id }) => ({ recordId: id, externalId: null }));
    let opened = await markMissing(tables, system, [...gone, ...never], 'FULL_SCAN');
    for (const row of absent) if (row.match === 'WAITING' && !this.isWanted(row)) row.match = 'TO_CREATE';
    const findings = new MemoryFindings(tables);
    const strangers = tables.skus.size > 0 ? this.strangers(scan) : [];
    opened += await findings.record(system, strangers, 'FULL_SCAN');
    const closed = await findings.close(this.over(system, new Set(strangers.map(({ identity }) => identity))));
    return { opened, closed };
  }

  /** Findings on presence that no longer hold. */
  private over(system: string, holding: ReadonlySet<string>): Closing[] {
    const by = systemActor('observer');
    return byId(this.tables.findings.values()).flatMap((row): Closing[] => {
      if (row.system !== system || row.state === 'RESOLVED') return [];
      const isStranger = row.kind === 'UNEXPECTED' || row.kind === 'DUPLICATE';
      if (isStranger && !holding.has(row.identity)) return [{ findingId: row.id, resolution: 'SELF_HEALED', by }];
      const record = this.tables.records.get(row.recordId ?? '');
      const isIdle = row.kind === 'MISSING' && record !== undefined && !this.isWanted(record);
      return isIdle ? [{ findingId: row.id, resolution: 'SUPERSEDED', by }] : [];
    });
  }

  /** SKU records that the master does not know, and codes that more than one record bears. */
  private strangers(scan: ScanRow): FindingDraft[] {
    const { tables } = this;
    const bare = { recordId: null, field: null, lastPublished: null, attribution: null };
    const known = new Map([...tables.skus.values()].map((sku) => [foldCode(sku.code), sku]));
    const twice = [...this.byCode(scan)].flatMap(([folded, seen]): FindingDraft[] => {
      if (seen.length < 2) return [];
      const sku = known.get(folded) ?? null;
      const code = seen.map((each) => each.code ?? '').sort()[0] ?? '';
      const found = seen.map(({ externalId }) => externalId).sort();
      const of = { productId: sku?.productId ?? null, skuId: sku?.id ?? null, target: sku?.code ?? code };
      const identity = `code:${code.toLowerCase()}|DUPLICATE`;
      return [{ ...bare, ...of, identity, kind: 'DUPLICATE', expected: 'one record', found, severity: 'HIGH' }];
    });
    const unknown = [...scan.saw.values()].flatMap((each): FindingDraft[] => {
      if (each.entity !== 'SKU' || this.knows(scan, each)) return [];
      if (each.code !== null && known.has(foldCode(each.code))) return [];
      const of = { productId: null, skuId: null, target: each.code ?? each.externalId };
      const identity = `external:${each.externalId}|UNEXPECTED`;
      return [{ ...bare, ...of, identity, kind: 'UNEXPECTED', expected: null, found: each.fields, severity: 'LOW' }];
    });
    return [...twice, ...unknown];
  }

  async endScan(scanId: string, state: 'SUCCEEDED' | 'FAILED', error: string | null): Promise<void> {
    const row = this.tables.scans.get(scanId);
    if (row?.view.state !== 'RUNNING') return;
    Object.assign(row.view, { state, error, finishedAt: new Date(this.tables.now()) });
    row.saw.clear();
  }

  async waitSince(scanId: string): Promise<boolean> {
    const scan = this.tables.scans.get(scanId);
    if (!scan) return false;
    return this.recordsOf(scan).some(
      ({ match, waitingSince }) => match === 'WAITING' && waitingSince >= scan.startedAt,
    );
  }

  async linkIfClean(code: string): Promise<boolean> {
    const { tables } = this;
    const system = tables.system(code);
    const matched = [...tables.records.values()].some((row) => row.system === code && row.match === 'MATCHED');
    const isOpen = [...tables.findings.values()].some(
      (row) =>
        row.system === code && row.state !== 'RESOLVED' && ['MISSING', 'UNEXPECTED', 'DUPLICATE'].includes(row.kind),
    );
    if (system.link !== 'UNLINKED' || !matched || isOpen) return false;
    tables.systems.set(code, { ...system, link: 'LINKED' });
    return true;
  }

  async failAbandonedScans(idleSeconds: number): Promise<void> {
    const before = this.tables.now() - idleSeconds * 1_000;
    for (const { view, touchedAt } of this.tables.scans.values()) {
      if (touchedAt <= before) await this.endScan(view.id, 'FAILED', 'the process that ran it ended');
    }
  }

  private running(scanId: string): ScanRow {
    const row = this.tables.scans.get(scanId);
    if (row?.view.state !== 'RUNNING') throw new Error('the scan was given up meanwhile');
    return row;
  }

  private recordsOf({ view }: ScanRow): RecordRow[] {
    return byId(this.tables.records.values()).filter(({ system }) => system === view.system);
  }

  private byCode(scan: ScanRow): Map<string, ObservedRecord[]> {
    const coded = [...scan.saw.values()].filter(({ entity, code }) => entity === 'SKU' && code !== null);
    return Map.groupBy(coded, ({ code }) => foldCode(code ?? ''));
  }

  /** Is a record of ours matched with it? */
  private knows(scan: ScanRow, { entity, externalId }: ObservedRecord): boolean {
    return this.recordsOf(scan).some((row) => row.entity === entity && row.externalId === externalId);
  }

  /** Is the record's SKU (or any SKU of the record's product) to be in the record's system? */
  private isWanted({ productId, skuId, system }: RecordRow): boolean {
    return [...this.tables.skus.values()].some(
      (sku) =>
        sku.productId === productId &&
        (skuId === null || sku.id === skuId) &&
        sku.state !== 'DRAFT' &&
        sku.state !== 'RETIRED' &&
        sku.listedIn.includes(system),
    );
  }
}
