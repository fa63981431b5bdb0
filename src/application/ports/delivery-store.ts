import type { Actor } from '../../domain/actor.js';
import type { WrittenRevision } from './catalog-store.js';
import type { DeliveryQuery } from './operations-reader.js';

/** Deliveries, in one transaction. Each method answers the codes of the systems that have work now. */
export interface DeliveryStore {
  /** For what was written, to every WRITE system that holds or shall hold it; an older undelivered one is superseded. */
  enqueue(written: readonly WrittenRevision[], changeRequestId: string | null): Promise<string[]>;
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
  retry(
    which: { ids: readonly string[] | null; filter: DeliveryQuery | null },
    by: Actor,
  ): Promise<{ ids: string[]; systems: string[] }>;
  setLink(system: string, link: 'LINKED' | 'UNLINKED'): Promise<boolean>;
}
