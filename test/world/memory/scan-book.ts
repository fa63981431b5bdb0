import type { ScanView } from '../../../src/application/ports/operations-reader.js';
import type {
  PlaceInScan,
  ScanCounts,
  ScanHold,
  ScanRun,
  SeenPiece,
  StagedRecord,
} from '../../../src/application/ports/scan-store.js';
import type { BulkWeight } from '../../../src/domain/drift/bulk-safety.js';
import type { Actor } from '../../../src/domain/actor.js';
import type { RootRef } from '../../../src/domain/publishing/system.js';
import type { Tables } from './tables.js';
import { heldScan } from './tables.js';

const LEASE_MS = 90_000;
const MOST_LOSSES = 5;

/** Who runs a scan, how far it is and what it has put aside, in memory. */
export class MemoryScanBook {
  constructor(protected readonly tables: Tables) {}

  async beginScan(id: string, system: string, mode: ScanView['mode'], by: Actor): Promise<ScanView | null> {
    const { tables } = this;
    const isRunning = [...tables.scans.values()].some(({ view }) => view.system === system && view.state === 'RUNNING');
    if (isRunning) return null;
    const now = tables.now();
    const view: ScanView = {
      id,
      system,
      mode,
      state: 'RUNNING',
      startedAt: new Date(now),
      finishedAt: null,
      error: null,
      recordsRead: 0,
      skusCompared: 0,
      findingsOpened: 0,
      findingsResolved: 0,
      valuesNotCovered: 0,
      recordsExpected: null,
      recordsUnchanged: 0,
      linkedRecords: null,
      findingsHeld: null,
      startedBy: by,
      phase: 'READING',
      decidedBy: null,
      decidedAt: null,
      reason: null,
    };
    const held = { token: null, leaseUntil: null, losses: 0, operation: null, readAt: null, stagedRecords: null };
    const work = { saw: new Map(), paired: [], staged: new Map(), postponed: new Map() };
    tables.scans.set(id, { view, startedAt: now, ...held, ...work });
    return { ...view };
  }

  async scan(id: string): Promise<ScanView | null> {
    const row = this.tables.scans.get(id);
    return row ? { ...row.view } : null;
  }

  async claimScan(id: string, token: string): Promise<ScanRun | null> {
    const row = this.tables.scans.get(id);
    if (row?.view.state !== 'RUNNING' || (row.leaseUntil ?? 0) > this.tables.now()) return null;
    if (row.token !== null) row.losses += 1;
    Object.assign(row, { token, leaseUntil: this.tables.now() + LEASE_MS });
    if (row.losses >= MOST_LOSSES) {
      await this.endScan({ id, token }, 'FAILED', 'the process that ran it was lost again and again');
      return null;
    }
    const { system, mode, phase } = row.view;
    return {
      id,
      token,
      system,
      mode,
      phase,
      operation: row.operation,
      readAt: row.readAt,
      linked: row.view.linkedRecords,
      staged: row.stagedRecords,
    };
  }

  async holdScan(hold: ScanHold): Promise<void> {
    heldScan(this.tables, hold).leaseUntil = this.tables.now() + LEASE_MS;
  }

  async releaseScan({ id, token }: ScanHold): Promise<void> {
    const row = this.tables.scans.get(id);
    if (row?.token === token) Object.assign(row, { token: null, leaseUntil: null });
  }

  async unheldScans(): Promise<string[]> {
    const rows = [...this.tables.scans.values()];
    return rows
      .filter(({ view, leaseUntil }) => view.state === 'RUNNING' && (leaseUntil ?? 0) <= this.tables.now())
      .map(({ view }) => view.id);
  }

  async releaseScans(): Promise<void> {
    for (const row of this.tables.scans.values()) if (row.view.state === 'RUNNING') row.leaseUntil = null;
  }

  async scanBegan(hold: ScanHold, operation: string | null, readAt: Date): Promise<void> {
    Object.assign(heldScan(this.tables, hold), { operation, readAt });
  }

  async scanProgress(scanId: string, add: ScanCounts): Promise<void> {
    const row = this.tables.scans.get(scanId);
    if (!row) return;
    row.view.recordsRead += add.recordsRead ?? 0;
    row.view.recordsUnchanged += add.unchanged ?? 0;
    row.view.skusCompared += add.skusCompared ?? 0;
    row.view.findingsOpened += add.opened ?? 0;
    row.view.findingsResolved += add.closed ?? 0;
    row.view.valuesNotCovered += add.notCovered ?? 0;
  }

  /** A master in memory trusts no piece: whatever is told is judged. */
  async knownPieces(hold: ScanHold): Promise<{ settled: Set<string>; done: Set<string> }> {
    heldScan(this.tables, hold);
    return { settled: new Set(), done: new Set() };
  }

  async piecesUnchanged(hold: ScanHold): Promise<void> {
    heldScan(this.tables, hold);
  }

  async scanSaw(hold: ScanHold, pieces: readonly SeenPiece[]): Promise<Map<string, string>> {
    const row = heldScan(this.tables, hold);
    for (const each of pieces.flatMap(({ records }) => records)) {
      const key = `${each.entity}:${each.externalId}`;
      if (!row.saw.has(key)) row.saw.set(key, each);
    }
    return new Map(pieces.map(({ fingerprint }) => [fingerprint, fingerprint]));
  }

  async settleScan(hold: ScanHold, { linked, staged }: BulkWeight): Promise<void> {
    const row = heldScan(this.tables, hold);
    row.view.phase = 'SETTLING';
    row.view.linkedRecords = linked;
    row.stagedRecords = staged;
  }

  async staged(scanId: string, limit: number): Promise<StagedRecord[]> {
    const rows = this.tables.scans.get(scanId)?.staged ?? new Map();
    return [...rows.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, each]) => each)
      .slice(0, limit);
  }

  async unstage(hold: ScanHold, records: readonly PlaceInScan[]): Promise<void> {
    const { staged } = heldScan(this.tables, hold);
    for (const { entity, externalId } of records) staged.delete(`${entity}:${externalId}`);
  }

  async postponed(scanId: string, limit: number): Promise<RootRef[]> {
    const rows = [...(this.tables.scans.get(scanId)?.postponed.values() ?? [])].filter(({ pursued }) => !pursued);
    const roots = new Map(rows.map(({ root }) => [root.externalId, root]));
    return [...roots.values()].sort((a, b) => (a.externalId < b.externalId ? -1 : 1)).slice(0, limit);
  }

  async pursued(hold: ScanHold, rootIds: readonly string[], toInbox: readonly string[]): Promise<void> {
    const row = heldScan(this.tables, hold);
    const rows = [...row.postponed.values()].filter(({ root }) => rootIds.includes(root.externalId));
    for (const each of rows) each.pursued = true;
    for (const rootId of toInbox) {
      const root = rows.find((each) => each.root.externalId === rootId)?.root ?? { externalId: rootId, code: null };
      const id = this.tables.newId();
      const waits = { receivedAt: this.tables.now(), handledAt: null, attempts: 0, notBefore: null };
      this.tables.webhooks.set(id, { id, system: row.view.system, root, ...waits });
    }
  }

  async isLatest(scanId: string): Promise<boolean> {
    const scan = this.tables.scans.get(scanId);
    const rows = [...this.tables.scans.values()];
    return !rows.some(({ view, startedAt }) => view.system === scan?.view.system && startedAt > scan.startedAt);
  }

  async cursor(): Promise<string | null> {
    return null;
  }

  async moveCursor(hold: ScanHold): Promise<void> {
    heldScan(this.tables, hold);
  }

  async incrementalDue(): Promise<boolean> {
    return false;
  }

  async endScan({ id, token }: ScanHold, state: 'SUCCEEDED' | 'FAILED', error: string | null): Promise<void> {
    const row = this.tables.scans.get(id);
    if (row?.view.state !== 'RUNNING' || row.token !== token) return;
    Object.assign(row.view, { state, error, finishedAt: new Date(this.tables.now()) });
    Object.assign(row, { token: null, leaseUntil: null });
    for (const work of [row.saw, row.staged, row.postponed]) work.clear();
  }
}
