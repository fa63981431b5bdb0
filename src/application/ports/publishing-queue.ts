import type { Product } from '../../domain/catalog/product.js';
import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import type { Sku } from '../../domain/catalog/sku.js';
import type { Closing } from '../../domain/drift/judge.js';
import type { FindingDraft, KnownRecord, ObservationSource } from '../../domain/drift/finding.js';
import type { FieldValues } from '../../domain/primitives/json.js';
import type { Cause } from '../../domain/publishing/dead-letter-cause.js';
import type { Contact, Look } from '../../domain/publishing/gate.js';
import type { DeliveryFault, GovernedSystem, RootRef } from '../../domain/publishing/system.js';
import type { RecordMatch } from './record-store.js';

/** A simple SKU in a bundle, as one system holds it. */
export interface LaneComponent {
  skuId: string;
  code: string;
  quantity: number;
  /** The system's id of it; null where it is not there. */
  externalId: string | null;
  /** The master wants it there: it is listed in the system, and neither DRAFT nor RETIRED. */
  isWanted: boolean;
}

/** A write of ours that was sent, and of which nobody knows yet what became. */
export interface Unsettled {
  attemptId: string;
  /** W: what it will leave behind. */
  expected: FieldValues;
  /** The system's id of the work that it began, where that goes on after the answer. */
  operation: string | null;
  /** Since it was sent. */
  ageSeconds: number;
}

/** A record, with all that judging and writing it takes. */
export interface LaneRecord extends KnownRecord {
  entity: 'PRODUCT' | 'SKU';
  externalId: string | null;
  root: RootRef | null;
  match: RecordMatch;
  /** Of one that is to be created: how the system spells the code where scans saw it on a record that is not ours. */
  spellings?: readonly string[];
  /** The SKU as it is now; null for the product's record. */
  sku: Sku | null;
  unsettled: readonly Unsettled[];
  /** When requests last changed a field, for fields with an open finding. */
  changedAt: ReadonlyMap<string, Date>;
  /** Fields of the SKU, or of the product for its own record, with an open quality issue: neither compared nor written. */
  undecided: ReadonlySet<string>;
  /**
   * What is in the SKU now, down to simple ones. Nothing for a SIMPLE one and for a product; null for a bundle that nobody
   * has composed yet.
   */
  components: readonly LaneComponent[] | null;
}

export interface ClaimedDelivery {
  id: string;
  recordId: string;
  target: string;
  /** This attempt included. */
  attempts: number;
  /** Answers of these classes so far. */
  conflicts: number;
  notFounds: number;
  unknowns: number;
  /** How often whoever had it did not settle it while the lease lasted. */
  lostLeases: number;
  /** When it was made, or retried by a person. */
  createdAt: Date;
  /** Its age when it was claimed, without pauses, open breakers and waits for the rate limit. */
  unpausedHours: number;
}

/** All due deliveries of one product to one system, under one lease. */
export interface Claim {
  system: GovernedSystem;
  leaseToken: string;
  /** By the database's clock. */
  claimedAt: Date;
  product: Product;
  /** States of all SKUs of the product that are listed in the system and not DRAFT. */
  states: LifecycleState[];
  /** Records of the product (where the system has one) and of all its SKUs in this system. */
  records: LaneRecord[];
  /** Of these, records that are left alone: whose delivery waits for the canary of its request, or was given up. */
  heldRecordIds: ReadonlySet<string>;
  deliveries: ClaimedDelivery[];
}

export interface RecordSettlement {
  recordId: string;
  externalId: string | null;
  root: RootRef | null;
  match: RecordMatch;
  published: FieldValues;
  observed: FieldValues | null;
  inSync: boolean;
}

export interface DeliverySettlement {
  deliveryId: string;
  /** Of the SKU, or product, that was brought. */
  revision: number;
  outcome:
    | { kind: 'DELIVERED' }
    | { kind: 'RETRY'; delaySeconds: number; fault: DeliveryFault }
    /** `findingIdentity`: of the finding that tells the rest, where there is one. */
    | { kind: 'DEAD'; fault: DeliveryFault; cause: Cause; findingIdentity: string | null };
}

export interface Settlement {
  records: RecordSettlement[];
  deliveries: DeliverySettlement[];
  /** Records in sync, or written with their product, without a delivery of their own: their dead letters have nothing left to do. */
  brought: string[];
  attempts: { attemptId: string; outcome: 'CONFIRMED' | 'REJECTED' | 'AMBIGUOUS' | 'ECHO' | 'LOST' }[];
  /** Attempts that stay open: they were sent by now at the latest, and whoever is next waits until they cannot arrive any more. */
  unheard: string[];
  findings: { source: ObservationSource; drafts: FindingDraft[] }[];
  closings: Closing[];
  /** Findings that no write of ours resolves, because the field is somebody else's there; each with the reason. */
  notOurs: { recordId: string; field: string; reason: string }[];
  /** What all this says of the system itself; null where it was not asked anything. */
  contact: Contact | null;
  /** Where it refuses us, or fails: why, with its own words as they are kept. */
  why?: string | null;
}

/** The lease of a lane is gone: another worker has it, and nothing may be settled. */
export class LeaseLost extends Error {
  constructor(system: string, product: string) {
    super(`the lease on ${product} in ${system} is gone`);
    this.name = 'LeaseLost';
  }
}

/** Claims and settles; each call is a transaction of its own, so that no network call is ever inside one. */
export interface PublishingQueue {
  /** The most overdue lane of a system that nobody holds; null when nothing is due, or the system is held. */
  claim(system: string): Promise<Claim | null>;
  /**
   * Stores what is about to be sent, and the findings that hold what it will overwrite, and renews the lease. Throws
   * LeaseLost when less than 30 s of it are left. Nothing may be sent later than `sendWithinMs` from now.
   * Null: the records were moved since the claim (an adoption was applied), or the system has been paused; the lane is
   * given back, due at once.
   */
  willSend(
    claim: Claim,
    attempts: readonly { attemptId: string; deliveryId: string; recordId: string; expected: FieldValues }[],
    findings: readonly FindingDraft[],
  ): Promise<{ sendWithinMs: number } | null>;
  /** Remembers what the system calls the work that these attempts began, so that the next claim can ask for it. */
  begun(attemptIds: readonly string[], operation: string): Promise<void>;
  /** All of it, or LeaseLost and none of it. */
  settle(claim: Claim, settlement: Settlement): Promise<void>;
  /** Something else than a delivery was exchanged with a system, begun at an instant of the database's clock. */
  heard(system: string, said: Contact | Look, since: Date, why?: string | null): Promise<void>;
}

/** What those take who look after lanes from outside; publishing itself takes none of it. */
export interface LaneSweep {
  /** Products that are due in a system and that nobody holds; counted up to `most`. */
  owedLanes(system: string, most: number): Promise<number>;
  /** Systems that have due deliveries which nobody holds, and that may be sent to: what a sweep wakes. */
  systemsWithDue(): Promise<string[]>;
  /** Puts on record that pauses whose time is over have ended; deliveries go on without it. */
  endPauses(): Promise<void>;
  /** Makes due now what a hold put off that has ended since; whoever ends one does so at once, and the sweep where that was lost. */
  releaseRefused(): Promise<void>;
  /** Frees the leases of a process that is known to be dead (the embedded database has one process). */
  releaseAllLeases(): Promise<number>;
}
