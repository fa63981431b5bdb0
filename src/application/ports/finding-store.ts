import type { Actor } from '../../domain/actor.js';
import type { Closing } from '../../domain/drift/judge.js';
import type { DriftKind, DriftState, FindingDraft, ObservationSource } from '../../domain/drift/finding.js';
import type { Attribution } from '../../domain/publishing/system.js';
import type { Json } from '../../domain/primitives/json.js';

export interface LockedFinding {
  id: string;
  system: string;
  kind: DriftKind;
  state: DriftState;
  recordId: string | null;
  skuId: string | null;
  target: string;
  field: string | null;
  expected: Json;
  found: Json;
  changeRequestId: string | null;
  /** Who made the edit there, as far as the system tells. */
  attribution: Attribution | null;
  /** Why the system takes no correction of it from us; null where nothing is known to be in the way. */
  notOurs: string | null;
}

/** Findings, in one transaction; every change of one is also an event, which the quarterly report counts. */
export interface FindingStore {
  /** Opens, refreshes or reopens by identity. Owner and due date are worked out here. Answers how many opened. */
  record(system: string, drafts: readonly FindingDraft[], source: ObservationSource): Promise<number>;
  close(closings: readonly Closing[]): Promise<number>;
  /** As they are now, unlocked. */
  read(ids: readonly string[]): Promise<LockedFinding[]>;
  /** Rows locked by id; unknown ids are left out. */
  lock(ids: readonly string[]): Promise<LockedFinding[]>;
  acknowledge(ids: readonly string[], by: Actor, note: string | null): Promise<void>;
  requestRevert(ids: readonly string[], by: Actor, note: string | null): Promise<void>;
  proposeAdoption(ids: readonly string[], by: Actor, changeRequestId: string, reason: string): Promise<void>;
  /** Ids of the open MISSING findings of records. */
  missingOf(recordIds: readonly string[]): Promise<string[]>;
  /** How many findings that are not resolved these parties are accountable for. */
  countOfOwners(ownerIds: readonly string[]): Promise<number>;
  /** Those findings are another party's from now on. */
  handOver(ownerIds: readonly string[], to: string): Promise<void>;
  /** They are no longer proposed by any request. */
  releaseAdoption(ids: readonly string[]): Promise<void>;
  /** Open findings that a request proposes to adopt. */
  adoptedBy(changeRequestId: string): Promise<LockedFinding[]>;
}
