import type { FindingStore, LockedFinding } from '../../../src/application/ports/finding-store.js';
import type { Settlement } from '../../../src/application/ports/publishing-queue.js';
import type { Actor } from '../../../src/domain/actor.js';
import type { FindingDraft, ObservationSource } from '../../../src/domain/drift/finding.js';
import type { Closing } from '../../../src/domain/drift/judge.js';
import { sameJson } from '../../../src/domain/primitives/json.js';
import type { FindingRow, Tables } from './tables.js';
import { byId } from './tables.js';

/** What of findings the simulated world uses. */
export type WorldFindings = Pick<
  FindingStore,
  'record' | 'close' | 'lock' | 'acknowledge' | 'requestRevert' | 'missingOf'
>;

/** Findings in memory; held to those in PostgreSQL by the contract suite. */
export class MemoryFindings implements WorldFindings {
  constructor(private readonly tables: Tables) {}

  async record(system: string, drafts: readonly FindingDraft[], source: ObservationSource): Promise<number> {
    // The last one wins where a batch shows one difference twice.
    const unique = new Map(drafts.map((draft) => [draft.identity, draft]));
    return [...unique.values()].filter((draft) => this.recordOne(system, draft, source)).length;
  }

  /** Opens, refreshes or reopens by identity; true when it is open now and was not before. */
  private recordOne(system: string, draft: FindingDraft, source: ObservationSource): boolean {
    const { tables } = this;
    const { identity, expected, found, severity } = draft;
    const before = [...tables.findings.values()].find((each) => each.system === system && each.identity === identity);
    if (before && before.state !== 'RESOLVED') {
      const isSame = sameJson(before.found, found);
      if (!isSame) {
        // What changed there once more is not what a revert was asked of.
        Object.assign(before, { revertRequestedBy: null, notOurs: null });
        tables.held.push({ findingId: before.id, found });
      }
      Object.assign(before, { expected, found, severity });
      return false;
    }
    const id = before?.id ?? tables.newId();
    const { attribution: _, ...kept } = draft;
    const opened = { system, source, openedAt: tables.now(), recurrences: before ? before.recurrences + 1 : 0 };
    const fresh = { state: 'OPEN' as const, resolution: null, revertRequestedBy: null, notOurs: null };
    const row: FindingRow = { ...kept, ...opened, ...fresh, id, changeRequestId: null };
    tables.findings.set(id, row);
    tables.held.push({ findingId: id, found });
    return true;
  }

  async close(closings: readonly Closing[]): Promise<number> {
    const closed = closings.filter(({ findingId, resolution }) => {
      const row = this.tables.findings.get(findingId);
      if (!row || row.state === 'RESOLVED') return false;
      Object.assign(row, { state: 'RESOLVED', resolution, revertRequestedBy: null });
      return true;
    });
    return closed.length;
  }

  async lock(ids: readonly string[]): Promise<LockedFinding[]> {
    return this.named(ids).map(
      ({ id, system, kind, state, recordId, skuId, target, field, expected, found, changeRequestId, notOurs }) => {
        const what = { id, system, kind, state, recordId, skuId, target, field };
        return { ...what, expected, found, changeRequestId, notOurs, attribution: null };
      },
    );
  }

  async acknowledge(ids: readonly string[]): Promise<void> {
    for (const row of this.named(ids)) row.state = 'ACKNOWLEDGED';
  }

  async requestRevert(ids: readonly string[], by: Actor): Promise<void> {
    for (const row of this.named(ids)) row.revertRequestedBy = by;
  }

  async missingOf(recordIds: readonly string[]): Promise<string[]> {
    return byId(this.tables.findings.values()).flatMap(({ id, kind, state, recordId }) =>
      kind === 'MISSING' && state !== 'RESOLVED' && recordIds.includes(recordId ?? '') ? [id] : [],
    );
  }

  /** They wait for somebody in that system from now on. */
  notOurs(which: Settlement['notOurs']): void {
    for (const { recordId, field, reason } of which) {
      for (const row of this.tables.findings.values()) {
        if (row.recordId !== recordId || row.field !== field || row.state === 'RESOLVED') continue;
        Object.assign(row, { notOurs: reason, revertRequestedBy: null });
      }
    }
  }

  private named(ids: readonly string[]): FindingRow[] {
    return byId(this.tables.findings.values()).filter(({ id }) => ids.includes(id));
  }
}
