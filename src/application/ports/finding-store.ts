import type { Actor } from '../../domain/actor.js';
import type { Closing } from '../../domain/drift/judge.js';
import type {
  DriftKind,
  DriftResolution,
  DriftState,
  FindingDraft,
  Healing,
  ObservationSource,
} from '../../domain/drift/finding.js';
import type { Severity } from '../../domain/drift/source-of-truth.js';
import type { Attribution, RootRef } from '../../domain/publishing/system.js';
import type { Json } from '../../domain/primitives/json.js';

export interface LockedFinding {
  id: string;
  system: string;
  kind: DriftKind;
  state: DriftState;
  recordId: string | null;
  productId: string | null;
  skuId: string | null;
  target: string;
  field: string | null;
  expected: Json;
  found: Json;
  severity: Severity;
  resolution: DriftResolution | null;
  resolvedBy: Actor | null;
  /** What the matrix does about it by itself; null: it waits for a person. */
  healing: Healing | null;
  waivedUntil: Date | null;
  note: string | null;
  revertRequestedBy: Actor | null;
  /** Of a record that the master does not know: the system's id of it, and where it is. */
  externalId: string | null;
  root: RootRef | null;
  changeRequestId: string | null;
  /** Who made the edit there, as far as the system tells. */
  attribution: Attribution | null;
  /** Why the system takes no correction of it from us; null where nothing is known to be in the way. */
  notOurs: string | null;
}

/** Where the source-of-truth matrix acts by itself upon findings that are on record. */
export interface Healer {
  /** Reverts and adopts what rules say of a system's findings, in transactions of its own; what it cannot is left to people. */
  heal(system: string): Promise<void>;
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
  /** Also ends a waiver, and what the matrix would do by itself. */
  acknowledge(ids: readonly string[], by: Actor, note: string | null): Promise<void>;
  /** Neither flagged nor written until then. */
  waive(ids: readonly string[], by: Actor, until: Date, reason: string): Promise<void>;
  /** Opens the findings whose waiver is over, by the database's clock, records locked before findings. Answers how many. */
  endWaivers(limit: number): Promise<number>;
  /** Findings that the matrix heals by itself and that nobody has begun with; of one system, or of all. */
  healing(system: string | null, limit: number): Promise<{ id: string; system: string }[]>;
  /** They wait for people from now on, each with the reason. */
  leaveToPeople(which: readonly { id: string; note: string }[]): Promise<void>;
  /** Whoever asks is an event. The first person who asks stays on record, with their note, until it is done or taken back. */
  requestRevert(ids: readonly string[], by: Actor, note: string | null): Promise<void>;
  proposeAdoption(ids: readonly string[], by: Actor, changeRequestId: string, reason: string): Promise<void>;
  /** Ids of the open MISSING findings of records. */
  missingOf(recordIds: readonly string[]): Promise<string[]>;
  /** How many findings that are not resolved these parties are accountable for. */
  countOfOwners(ownerIds: readonly string[]): Promise<number>;
  /** Those findings are another party's from now on. */
  handOver(ownerIds: readonly string[], to: string): Promise<void>;
  /**
   * Hands some findings that are not resolved, behind an id, to whoever the rules in force name. Answers the last id that it has looked at;
   * null: there are no more.
   */
  ownAnew(after: string, limit: number): Promise<string | null>;
  /** Strangers that are to be taken off sale and may be tried now; of any system. */
  strangersToRemove(limit: number): Promise<LockedFinding[]>;
  /** One could not be: tried again after so many seconds, or, with null, left to people, with the reason. */
  removalFailed(id: string, reason: string, retryAfterSeconds: number | null): Promise<void>;
  /** They are no longer proposed by any request. */
  releaseAdoption(ids: readonly string[]): Promise<void>;
  /** The same as `adoptedBy`, not locked. */
  proposedBy(changeRequestId: string): Promise<LockedFinding[]>;
  /** Open findings that a request proposes to adopt. */
  adoptedBy(changeRequestId: string): Promise<LockedFinding[]>;
}
