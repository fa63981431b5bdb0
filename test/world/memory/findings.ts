import type { FindingStore, LockedFinding } from '../../../src/application/ports/finding-store.js';
import type { Settlement } from '../../../src/application/ports/publishing-queue.js';
import type { Actor } from '../../../src/domain/actor.js';
import { isPolicy } from '../../../src/domain/actor.js';
import type { FindingDraft, ObservationSource } from '../../../src/domain/drift/finding.js';
import type { Closing } from '../../../src/domain/drift/judge.js';
import { FIGHT_DAYS, seenAgain } from '../../../src/domain/drift/lifetime.js';
import { sameJson } from '../../../src/domain/primitives/json.js';
import type { FindingRow, Tables } from './tables.js';
import { byId } from './tables.js';

/** What of findings the simulated world uses. */
export type WorldFindings = Pick<
  FindingStore,
  | 'record'
  | 'close'
  | 'lock'
  | 'acknowledge'
  | 'requestRevert'
  | 'waive'
  | 'endWaivers'
  | 'healing'
  | 'leaveToPeople'
  | 'missingOf'
>;

/** Findings in memory; held to those in PostgreSQL by the contract suite. */
export class MemoryFindings implements WorldFindings {
  constructor(private readonly tables: Tables) {}

  async record(system: string, drafts: readonly FindingDraft[], source: ObservationSource): Promise<number> {
    // The last one wins where a batch shows one difference twice.
    const unique = new Map(drafts.map((draft) => [draft.identity, draft]));
    return [...unique.values()].filter((draft) => this.recordOne(system, draft, source)).length;
  }

  /** What becomes of it is the domain's to say; true when it is open now and was not before. */
  private recordOne(system: string, draft: FindingDraft, source: ObservationSource): boolean {
    const { tables } = this;
    const row = [...tables.findings.values()].find(
      (each) => each.system === system && each.identity === draft.identity,
    );
    const now = tables.now();
    const recently = (at: number): boolean => at > now - FIGHT_DAYS * 86_400_000;
    const before = row && { ...row, recentRecurrences: row.reopenedAt.filter(recently).length };
    const { step, due: _, ...next } = seenAgain(before ?? null, draft);
    const { attribution: _who, policy: _rule, place: _where, note: _note, ...shown } = draft;
    const isSame = row !== undefined && sameJson(row.found, draft.found);
    const isOpening = step !== 'REFRESHED' && step !== 'SAME';
    const id = row?.id ?? tables.newId();
    const nobody = { revertRequestedBy: null, notOurs: null };
    const fresh = { id, system, source, openedAt: now, changeRequestId: null, reopenedAt: [], waivedUntil: null };
    const kept: FindingRow = row ?? { ...shown, ...fresh, ...nobody, ...next };
    Object.assign(kept, { expected: draft.expected, found: draft.found }, next);
    // What changed there once more is not what a revert was asked of.
    if (isOpening || !isSame) Object.assign(kept, nobody);
    if (isOpening && before?.state === 'RESOLVED')
      Object.assign(kept, { openedAt: now, source, changeRequestId: null });
    if (step === 'REOPENED') kept.reopenedAt.push(now);
    tables.findings.set(id, kept);
    if (isOpening || !isSame) tables.held.push({ findingId: id, found: draft.found });
    return step === 'NEW' || step === 'REOPENED';
  }

  async close(closings: readonly Closing[]): Promise<number> {
    const closed = closings.filter(({ findingId, resolution, by }) => {
      const row = this.tables.findings.get(findingId);
      if (!row || row.state === 'RESOLVED') return false;
      const over = { revertRequestedBy: null, healing: null, waivedUntil: null };
      Object.assign(row, { state: 'RESOLVED', resolution, resolvedBy: by, ...over });
      return true;
    });
    return closed.length;
  }

  async lock(ids: readonly string[]): Promise<LockedFinding[]> {
    return this.named(ids).map((row): LockedFinding => {
      const { id, system, kind, state, recordId, productId, skuId, target, field, expected, found, severity } = row;
      const { resolution, resolvedBy, healing, note, revertRequestedBy, changeRequestId, notOurs } = row;
      const what = { id, system, kind, state, recordId, productId, skuId, target, field, expected, found, severity };
      const waivedUntil = row.waivedUntil === null ? null : new Date(row.waivedUntil);
      const how = { resolution, resolvedBy, healing, waivedUntil, note, revertRequestedBy, changeRequestId, notOurs };
      return { ...what, ...how, attribution: null, externalId: null, root: null };
    });
  }

  async acknowledge(ids: readonly string[], _by: Actor, note: string | null): Promise<void> {
    for (const row of this.named(ids)) {
      if (row.healing !== null) row.revertRequestedBy = null;
      Object.assign(row, { state: 'ACKNOWLEDGED', healing: null, waivedUntil: null, note: note ?? row.note });
    }
  }

  async requestRevert(ids: readonly string[], by: Actor, note: string | null): Promise<void> {
    for (const row of this.named(ids)) {
      // A person takes it out of the matrix's hands; the first who does so stays on record.
      row.healing = isPolicy(by) ? row.healing : null;
      const isAsked = row.revertRequestedBy !== null && !isPolicy(row.revertRequestedBy);
      if (!isAsked) Object.assign(row, { revertRequestedBy: by, note: note ?? row.note });
    }
  }

  async waive(ids: readonly string[], _by: Actor, until: Date, reason: string): Promise<void> {
    const nobody = { revertRequestedBy: null, healing: null, changeRequestId: null };
    for (const row of this.named(ids))
      Object.assign(row, { state: 'WAIVED', waivedUntil: until.getTime(), note: reason, ...nobody });
  }

  async endWaivers(limit: number): Promise<number> {
    const now = this.tables.now();
    const over = [...this.tables.findings.values()].filter(
      ({ state, waivedUntil }) => state === 'WAIVED' && (waivedUntil ?? now) <= now,
    );
    for (const row of over.slice(0, limit)) Object.assign(row, { state: 'OPEN', waivedUntil: null, openedAt: now });
    return Math.min(over.length, limit);
  }

  async healing(system: string | null, limit: number): Promise<{ id: string; system: string }[]> {
    const waiting = byId(this.tables.findings.values()).filter((row) => {
      const isHealed = row.healing === 'AUTO_REVERT' || row.healing === 'AUTO_ADOPT';
      return isHealed && row.state !== 'RESOLVED' && row.revertRequestedBy === null;
    });
    return waiting.filter((row) => system === null || row.system === system).slice(0, limit);
  }

  async leaveToPeople(which: readonly { id: string; note: string }[]): Promise<void> {
    for (const { id, note } of which) {
      const row = this.tables.findings.get(id);
      if (row) Object.assign(row, { healing: null, note });
    }
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
        Object.assign(row, { notOurs: reason, revertRequestedBy: null, healing: null });
      }
    }
  }

  private named(ids: readonly string[]): FindingRow[] {
    return byId(this.tables.findings.values()).filter(({ id }) => ids.includes(id));
  }
}
