import type { ChangeSet } from '../draft.js';
import type { Moved } from '../../publishing/owed.js';

/** What a change set moves, told as it is told once it is written: by it deliveries are made, and plans. */
export function movedBy({ products, skus }: ChangeSet): Moved[] {
  return [
    ...products.map(({ before, after, changes }): Moved => ({
      entity: 'PRODUCT',
      productId: after.id,
      skuId: null,
      created: before === null,
      fields: changes.map(({ field }) => field),
    })),
    ...skus.map(({ before, after, changes }): Moved => ({
      entity: 'SKU',
      productId: after.productId,
      skuId: after.id,
      created: before === null,
      fields: changes.map(({ field }) => field),
    })),
  ];
}
