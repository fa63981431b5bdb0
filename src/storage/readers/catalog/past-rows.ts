import type { Product, ProductState } from '../../../domain/catalog/product.js';
import type { Sku, SkuState } from '../../../domain/catalog/sku.js';

/** A revision as a list of the past answers it, with what never changes of the row that it belongs to. */
interface PastRow<State> {
  id: string;
  created_at: Date;
  revision: number;
  valid_from: Date;
  snapshot: State;
}

export type PastSkuRow = PastRow<SkuState>;
export type PastProductRow = PastRow<ProductState>;

/** The SKU as it stood: the snapshot is all of it, and its revision says when it began. */
export function skuAsOf(row: PastSkuRow, asOf: Date): Sku {
  return { ...row.snapshot, ...whenOf(row), asOf };
}

export function productAsOf(row: PastProductRow, asOf: Date): Product {
  return { ...row.snapshot, ...whenOf(row), asOf };
}

function whenOf(row: PastRow<unknown>): { id: string; revision: number; createdAt: Date; updatedAt: Date } {
  return { id: row.id, revision: row.revision, createdAt: row.created_at, updatedAt: row.valid_from };
}
