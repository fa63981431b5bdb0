import type { PairedRecord, PlaceInScan, ScanHold, ScanStore } from '../../../src/application/ports/scan-store.js';
import type { BulkWeight } from '../../../src/domain/drift/bulk-safety.js';
import { systemActor } from '../../../src/domain/actor.js';
import type { FindingDraft } from '../../../src/domain/drift/finding.js';
import type { Closing } from '../../../src/domain/drift/judge.js';
import { foldCode } from '../../../src/domain/primitives/text.js';
import type { ObservedRecord, RootRef } from '../../../src/domain/publishing/system.js';
import { MemoryFindings } from './findings.js';
import { reopenLanes } from './lanes.js';
import { markMissing } from './observations.js';
import { MemoryScanBook } from './scan-book.js';
import type { RecordRow, ScanRow } from './tables.js';
import { byId, heldScan } from './tables.js';

/** A full scan's book-keeping, in memory; held to that in PostgreSQL by the contract suite. */
export class MemoryScans extends MemoryScanBook implements ScanStore {
  async weigh(scanId: string): Promise<BulkWeight> {
    const scan = this.tables.scans.get(scanId);
    if (!scan) throw new Error(`there is no scan ${scanId}`);
    const linked = this.recordsOf(scan).filter(({ match, externalId }) => match === 'MATCHED' && externalId !== null);
    const opens = [...scan.staged.values()].filter((each) => each.opens).length;
    const unseen = await this.unseen(scanId, null, linked.length);
    const staged = scan.staged.size;
    return { read: scan.view.recordsRead, linked: linked.length, opens, unseen: unseen.length, staged };
  }

  async stopScan(hold: ScanHold, { linked, opens, unseen }: BulkWeight): Promise<void> {
    const row = heldScan(this.tables, hold);
    for (const { externalId, root } of await this.unseen(hold.id, null, linked)) {
      const record = this.recordsOf(row).find((each) => each.externalId === externalId);
      if (!record) continue;
      const { entity } = record;
      const seen = { pieceId: null, observed: null, readAt: null, opens: true };
      row.staged.set(`${entity}:${externalId}`, { entity, externalId, root, ...seen });
    }
    const finishedAt = new Date(this.tables.now());
    Object.assign(row.view, { state: 'HELD', finishedAt, linkedRecords: linked, findingsHeld: opens + unseen });
    Object.assign(row, { token: null, leaseUntil: null });
  }

  async pair(hold: ScanHold): Promise<number> {
    const { tables } = this;
    const scan = heldScan(tables, hold);
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
    const paired = [...products, ...skus];
    scan.paired = byPlace([...scan.paired, ...paired]);
    return paired.length;
  }

  async paired(
    scanId: string,
    after: PlaceInScan | null,
    limit: number,
  ): Promise<{ records: PairedRecord[]; next: PlaceInScan | null }> {
    const scan = this.tables.scans.get(scanId);
    if (!scan) return { records: [], next: null };
    const readAt = new Date(scan.startedAt);
    const records = scan.paired
      .filter((each) => after === null || placeOf(each) > placeOf(after))
      .slice(0, limit)
      .map((observed) => {
        const { entity, externalId, root } = observed;
        return { entity, externalId, root, pieceId: null, observed, readAt };
      });
    return { records, next: records.at(-1) ?? null };
  }

  async pairedJudged(hold: ScanHold, records: readonly PlaceInScan[]): Promise<void> {
    const scan = heldScan(this.tables, hold);
    const done = new Set(records.map(placeOf));
    scan.paired = scan.paired.filter((each) => !done.has(placeOf(each)));
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

  async judgeAbsences(hold: ScanHold): Promise<{ opened: number; closed: number }> {
    const { tables } = this;
    const scan = heldScan(tables, hold);
    const { system } = scan.view;
    const absent = this.recordsOf(scan).filter(
      ({ match, externalId, waitingSince }) =>
        (match === 'WAITING' || match === 'MISSING') && externalId === null && waitingSince < scan.startedAt,
    );
    const never = absent
      .filter((row) => this.tables.isWanted(row))
      .map(({ id }) => ({ recordId: id, externalId: null }));
    let opened = await markMissing(tables, system, never, 'FULL_SCAN');
    for (const row of absent) if (row.match === 'WAITING' && !this.tables.isWanted(row)) row.match = 'TO_CREATE';
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
      const isIdle = row.kind === 'MISSING' && record !== undefined && !this.tables.isWanted(record);
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
}

function placeOf({ entity, externalId }: PlaceInScan): string {
  return `${entity}:${externalId}`;
}

function byPlace(records: readonly ObservedRecord[]): ObservedRecord[] {
  return records.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}
