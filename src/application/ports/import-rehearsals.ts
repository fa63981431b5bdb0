import type { Product } from '../../domain/catalog/product.js';
import type { Sku } from '../../domain/catalog/sku.js';
import type { ChangeSet } from '../../domain/change/draft.js';
import type { Rehearsed } from '../../domain/imports/rehearsed-world.js';

/**
 * What dry runs would have made so far, kept in the transaction of the batch that would have made it, so that a crash
 * loses nothing of it and memory holds none of it. Dropped when the import ends.
 */
export interface ImportRehearsals {
  /** By folded code. */
  skus(importId: string, foldedCodes: readonly string[]): Promise<Sku[]>;
  /** By handle, or by id. */
  products(importId: string, handles: readonly string[], ids: readonly string[]): Promise<Product[]>;
  /** What is around a batch; `productIds` of products in the master, or rehearsed. */
  around(
    importId: string,
    reach: { productIds: readonly string[]; gtins: readonly string[]; skeletons: readonly string[] },
  ): Promise<Pick<Rehearsed, 'siblings' | 'gtins' | 'lookAlikes'>>;
  /** Adds what a batch would create. @param lines of the rows that the SKUs came from, by folded code. */
  add(importId: string, set: ChangeSet, lines: ReadonlyMap<string, number>): Promise<void>;
  /** The lines that these SKUs came from, by folded code; those that the dry run would not have made are left out. */
  linesOf(importId: string, foldedCodes: readonly string[]): Promise<Map<string, number>>;
  /**
   * Takes away successors that are no SKU, in the master or among what the dry run would have made.
   * @returns whose they were, at most `limit`.
   */
  takeBackSuccessors(importId: string, limit: number): Promise<{ code: string; successor: string; line: number }[]>;
}
