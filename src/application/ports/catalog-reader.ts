import type { Actor } from '../../domain/actor.js';
import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import type { Product } from '../../domain/catalog/product.js';
import type { Sku, SkuKind } from '../../domain/catalog/sku.js';
import type { OwnerAnswer } from '../../domain/ownership/owner-question.js';
import type { Party } from '../../domain/ownership/party.js';
import type { OwnershipRule } from '../../domain/ownership/resolve-owner.js';
import type { FieldChange, FieldValues } from '../../domain/primitives/json.js';
import type { Page, PageRequest } from './page.js';

/** What a list of SKUs is narrowed to; all that is given must hold. */
export interface SkuQuery {
  codes?: string[] | null;
  states?: LifecycleState[] | null;
  kind?: SkuKind | null;
  vendor?: string | null;
  productType?: string | null;
  productHandle?: string | null;
  /** Of any length: compared on the 14-digit form, RETIRED SKUs included. */
  gtin?: string | null;
  /** Whose they are, by the rules in force at an instant; null: now. */
  owners?: { answer: OwnerAnswer; at: Date | null } | null;
  /** Speaks of the present; not to be asked of the past. */
  hasOpenDrift?: boolean | null;
  updatedAfter?: Date | null;
  /** Words, each of which is somewhere in code, title, GTIN or vendor. */
  search?: string | null;
}

export type SkuOrder = 'CODE' | 'UPDATED_AT';

/** One immutable state of a SKU or a product. */
export interface Revision {
  /** The id of what it is a revision of, and its number: `<uuid>.<revision>`. */
  id: string;
  revision: number;
  appliedAt: Date;
  actor: Actor;
  reason: string | null;
  changeRequestId: string | null;
  changes: FieldChange[];
  /** The whole of it as it stood after this revision. */
  snapshot: FieldValues;
}

export type RevisedEntity = 'SKU' | 'PRODUCT';

/**
 * Reads of the catalogue: one statement a list, whatever the page size; batches by id for everything beside it.
 *
 * `asOf`: as it stood at that instant, to the microsecond: the newest revision not later than it. What had none by then
 * was not there. Left out or null: as it is now.
 */
export interface CatalogReader {
  skuByCode(code: string, asOf?: Date | null): Promise<Sku | null>;
  skusByIds(ids: readonly string[], asOf?: Date | null): Promise<Map<string, Sku>>;
  /** By folded code. */
  skusByCodes(codes: readonly string[], asOf?: Date | null): Promise<Map<string, Sku>>;
  skus(page: PageRequest, query: SkuQuery, order: SkuOrder, asOf?: Date | null): Promise<Page<Sku>>;
  skusOfProduct(productId: string, page: PageRequest, asOf?: Date | null): Promise<Page<Sku>>;
  productByHandle(handle: string, asOf?: Date | null): Promise<Product | null>;
  productsByIds(ids: readonly string[], asOf?: Date | null): Promise<Map<string, Product>>;
  productsByHandles(handles: readonly string[]): Promise<Map<string, Product>>;
  products(page: PageRequest, search: string | null, asOf?: Date | null): Promise<Page<Product>>;
  /** Newest first; with `asOf` those that were there by then. */
  revisionsOf(skuId: string, page: PageRequest, asOf?: Date | null): Promise<Page<Revision>>;
  productRevisionsOf(productId: string, page: PageRequest, asOf?: Date | null): Promise<Page<Revision>>;
  /** By the ids that revisions bear. */
  revisionsByIds(entity: RevisedEntity, ids: readonly string[]): Promise<Map<string, Revision>>;
  parties(): Promise<Party[]>;
  /** Rules, ended ones too, oldest first: all of them, of which there may be as many as SKUs, or the first so many. */
  ownershipRules(limit?: number): Promise<OwnershipRule[]>;
  /** The database's clock, by which revisions are dated. */
  now(): Promise<Date>;
}
