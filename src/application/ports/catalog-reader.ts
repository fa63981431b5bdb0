import type { Actor } from '../../domain/actor.js';
import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import type { Product } from '../../domain/catalog/product.js';
import type { Sku } from '../../domain/catalog/sku.js';
import type { FieldChange, FieldValues } from '../../domain/primitives/json.js';
import type { OwnershipRule, Party } from '../../domain/ownership/resolve-owner.js';
import type { Page, PageRequest } from './page.js';

export interface SkuFilter {
  codes?: string[] | null;
  states?: LifecycleState[] | null;
  vendor?: string | null;
  productType?: string | null;
  productHandle?: string | null;
  gtin?: string | null;
  hasOpenDrift?: boolean | null;
  updatedAfter?: Date | null;
  search?: string | null;
}

export type SkuOrder = 'CODE' | 'UPDATED_AT';

export interface SkuRevision {
  id: string;
  skuId: string;
  revision: number;
  appliedAt: Date;
  actor: Actor;
  reason: string | null;
  changeRequestId: string | null;
  changes: FieldChange[];
  snapshot: FieldValues;
}

/** Reads of the catalogue: one statement a list, whatever the page size; batches by id for everything beside it. */
export interface CatalogReader {
  skuByCode(code: string): Promise<Sku | null>;
  skusByIds(ids: readonly string[]): Promise<Map<string, Sku>>;
  skusByCodes(codes: readonly string[]): Promise<Map<string, Sku>>;
  skus(page: PageRequest, filter: SkuFilter, order: SkuOrder): Promise<Page<Sku>>;
  skusOfProduct(productId: string, page: PageRequest): Promise<Page<Sku>>;
  productByHandle(handle: string): Promise<Product | null>;
  productsByIds(ids: readonly string[]): Promise<Map<string, Product>>;
  productsByHandles(handles: readonly string[]): Promise<Map<string, Product>>;
  products(page: PageRequest, search: string | null): Promise<Page<Product>>;
  revisionsOf(skuId: string, page: PageRequest): Promise<Page<SkuRevision>>;
  parties(): Promise<Party[]>;
  ownershipRules(): Promise<OwnershipRule[]>;
}
