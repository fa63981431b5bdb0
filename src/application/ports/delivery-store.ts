import type { Actor } from '../../domain/actor.js';
import type { CanaryRule } from '../../domain/publishing/canary.js';
import type { DeliveryState } from '../../domain/publishing/delivery-state.js';
import type { WrittenRevision } from './catalog-store.js';
import type { DeliveryQuery } from './operations-reader.js';
import type { RecordMatch } from './record-store.js';

/** Deliveries by id, or by filter; by both, those that are meant by both. */
export interface WhichDeliveries {
  ids: readonly string[] | null;
  filter: DeliveryQuery | null;
}

export interface DeadLetter {
  id: string;
  system: string;
  target: string;
}

/**
 * Why a dead letter that a filter means was left as it is. RECORD_MISSING: its record is gone from the system, and its finding is what has
 * to be resolved. RECORD_WAITING: its record waits for a scan to match it. SYSTEM_READ_ONLY: nothing is sent there. BEYOND_LIMIT: one call moves no more; the next one does.
 */
export const SKIP_REASONS = ['SYSTEM_READ_ONLY', 'RECORD_MISSING', 'RECORD_WAITING', 'BEYOND_LIMIT'] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export interface Skipped {
  reason: SkipReason;
  count: number;
}

/** A delivery that somebody named. */
export interface NamedDelivery {
  id: string;
  state: DeliveryState;
  /** How its record stands; null where it has none any more. */
  match: RecordMatch | null;
  /** Nothing is sent to its system. */
  isReadOnly: boolean;
}

/** What was done to dead letters, and what of that which a filter meant was left out. */
export interface DeadLettersMoved {
  ids: string[];
  skipped: Skipped[];
}

/** Deliveries, in one transaction. Each method answers the codes of the systems that have work now. */
export interface DeliveryStore {
  /**
   * For what was written, to every WRITE system that holds or shall hold it; an older undelivered one is superseded. Of a
   * request that touches more records than the rule lets out at once, all but the first wait for their canary.
   */
  enqueue(written: readonly WrittenRevision[], changeRequestId: string | null, rule: CanaryRule): Promise<string[]>;
  /**
   * Systems that hold these SKUs (of composed ones, the bundles around them too) or products, or list them: where
   * something would be sent if they changed.
   */
  holding(what: {
    skuIds: readonly string[];
    composedIds: readonly string[];
    productIds: readonly string[];
  }): Promise<string[]>;
  /** Which of these bundles would send something to one of these systems if what they are made of changed: the rule of `holding`. */
  composedFor(bundleIds: readonly string[], systems: readonly string[]): Promise<string[]>;
  /** For records as they are, at their present revision: reverts, creations that were allowed, lags without a delivery. */
  enqueueRecords(recordIds: readonly string[]): Promise<string[]>;
  /** Dead letters back to PENDING, due at once. */
  retry(which: WhichDeliveries, by: Actor): Promise<{ ids: string[]; systems: string[] }>;
  /**
   * Dead letters that are meant and are none of those to which something was done, by why.
   * @param needsRecord whether it can be done only to those whose record takes something.
   */
  skipped(which: WhichDeliveries, done: readonly string[], needsRecord: boolean): Promise<Skipped[]>;
  /** How these stand; what there is not is not among them. */
  named(ids: readonly string[]): Promise<NamedDelivery[]>;
  /** Of the names in a filter, those that are nothing's name: `system`, `target`, `changeRequest`, `group`, `assignee`. */
  unknownNames(filter: DeliveryQuery): Promise<string[]>;
  /** Those of them that are dead letters, locked by id; at most 10,000. */
  lockDead(which: WhichDeliveries): Promise<DeadLetter[]>;
  /** How many dead letters are assigned to these parties. */
  countAssigned(partyIds: readonly string[]): Promise<number>;
  /** Locked dead letters are given up. */
  discard(ids: readonly string[], reason: string, by: Actor): Promise<void>;
  /** Locked dead letters are a party's from now on; null: nobody's. */
  assign(ids: readonly string[], partyId: string | null): Promise<void>;
  setLink(system: string, link: 'LINKED' | 'UNLINKED'): Promise<boolean>;
}
