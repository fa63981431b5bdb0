import type { Actor } from '../../domain/actor.js';
import type { ChangeSet, World } from '../../domain/change/draft.js';
import type { ProposedChange } from '../../domain/change/change.js';

/** Who changed the master, why, and by which request. */
export interface Stamp {
  actor: Actor;
  reason: string | null;
  /** By product or SKU id: reasons of their own, in place of the one above. */
  reasons?: ReadonlyMap<string, string>;
  changeRequestId: string | null;
}

/** What was written: enough to enqueue deliveries. */
export interface WrittenRevision {
  entity: 'PRODUCT' | 'SKU';
  productId: string;
  skuId: string | null;
  /** SKU code or product handle. */
  target: string;
  revision: number;
  created: boolean;
  /** Set of changed canonical field names. */
  fields: string[];
  /** Fields with an open quality issue that this revision decided on; attributes by key. */
  decided: readonly string[];
}

export interface CatalogStore {
  /**
   * Everything that the changes reach. With `lock`: products by id, then SKUs by id, are locked first, so that what is
   * read stays true until the transaction ends and two requests never wait for each other in a circle.
   */
  world(changes: readonly ProposedChange[], options: { lock: boolean }): Promise<World>;
  /** Revisions, present rows and feed entries of a change set, set-based; the only writer of canonical tables. */
  write(set: ChangeSet, stamp: Stamp): Promise<WrittenRevision[]>;
  /** Present revisions by `SKU:<folded code>` and `PRODUCT:<handle>`, for the base of a new change. */
  revisionsOf(changes: readonly ProposedChange[]): Promise<Map<string, number>>;
  /** Why those SKUs were created that are there, by folded code. */
  firstReasons(foldedCodes: readonly string[]): Promise<Map<string, string | null>>;
  /**
   * SKUs as they were created, for a reason that begins so, whose successor is no SKU; at most `limit`, in the order of
   * their codes.
   */
  missingSuccessors(reason: string, limit: number): Promise<{ code: string; successor: string; reason: string }[]>;
}
