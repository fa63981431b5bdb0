import { isDeepStrictEqual } from 'node:util';
import type { ProductDoc, VariantDoc } from './product-doc.js';
import type { Change, ShopifyState } from './shopify-state.js';

/** A variant that has an inventory item, with its product. */
type Holder = { product: ProductDoc; variant: VariantDoc };

/**
 * An inventory item may be that of several variants: since 2026-01 `InventoryItem.variants` is a list (shopify.md 2.2 [V]).
 * What a commit writes into it through one of them is written for all, the SKU with it; that the others' `updatedAt` moves
 * with it is believed only [B]. Answers the changes, and those that they bring along.
 */
export function withSharedItems(state: ShopifyState, changes: Change[], now: string): Change[] {
  const written = new Map<number, ProductDoc>();
  const dropped = new Set<number>();
  for (const change of changes) {
    if ('drop' in change) {
      if (change.drop === 'product') dropped.add(change.id);
    } else if (change.put === 'product') written.set(change.doc.id, change.doc);
  }
  const items = [...written.values()].flatMap(({ variants }) => variants.map(({ item }) => item.id));
  const others = new Map<number, ProductDoc>();
  for (const itemId of new Set(items.filter((id) => state.isShared(id)))) {
    const holders = state.variantsOfItem(itemId).filter(({ product }) => !dropped.has(product.id));
    const after = itemAfter(itemId, holders, written);
    if (after === null) continue;
    for (const { product, variant } of holders) {
      const doc = written.get(product.id) ?? others.get(product.id) ?? structuredClone(product);
      const twin = doc.variants.find((one) => one.id === variant.id && one.item.id === itemId);
      if (!twin) continue;
      Object.assign(twin, structuredClone(after));
      if (written.has(product.id)) continue;
      twin.updatedAt = now;
      others.set(product.id, Object.assign(doc, { updatedAt: now }));
    }
  }
  return [...changes, ...[...others.values()].map((doc) => ({ put: 'product' as const, doc }))];
}

/** The item as it is after all that was written into it, field by field, the last one over the others; null for no change. */
function itemAfter(
  itemId: number,
  holders: Holder[],
  written: ReadonlyMap<number, ProductDoc>,
): Pick<VariantDoc, 'sku' | 'item'> | null {
  const before = holders[0]?.variant;
  if (!before) return null;
  const after = { sku: before.sku, item: { ...before.item } };
  for (const { product, variant } of holders) {
    const doc = written.get(product.id)?.variants.find((one) => one.id === variant.id && one.item.id === itemId);
    if (!doc) continue;
    if (doc.sku !== before.sku) after.sku = doc.sku;
    const fields = Object.entries(doc.item);
    Object.assign(
      after.item,
      Object.fromEntries(fields.filter(([key, value]) => !isDeepStrictEqual(value, Reflect.get(before.item, key)))),
    );
  }
  return isDeepStrictEqual(after, { sku: before.sku, item: before.item }) ? null : after;
}
