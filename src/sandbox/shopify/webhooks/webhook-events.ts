import type { ProductDoc, VariantDoc } from '../product-doc.js';
import type { ProductChange } from '../shopify-state.js';
import { itemPayload, productPayload } from './webhook-payload.js';

/** What a commit is announced as. The body is not part of it: Shopify puts it together only when it sends [C]. */
export type ShopEvent =
  | { topic: 'PRODUCTS_CREATE' | 'PRODUCTS_UPDATE' | 'PRODUCTS_DELETE'; productId: number }
  | { topic: 'INVENTORY_ITEMS_CREATE' | 'INVENTORY_ITEMS_UPDATE' | 'INVENTORY_ITEMS_DELETE'; itemId: number };

/**
 * The events of one product change. Weight, components, variant metafields and the publication of a single variant are invisible:
 * a change of nothing else is announced to nobody, and only a scan finds it (shopify.md 2.4).
 */
export function eventsOf({ before, after }: ProductChange): ShopEvent[] {
  const items = itemEvents(before, after);
  if (before && after) {
    const seen = visible(before) !== visible(after);
    // A write that changes no value still moves updatedAt and is announced, as an order's stock movement is.
    const touchedOnly = !seen && items.length === 0 && hidden(before) === hidden(after);
    return seen || touchedOnly ? [{ topic: 'PRODUCTS_UPDATE', productId: after.id }, ...items] : items;
  }
  if (after) return [{ topic: 'PRODUCTS_CREATE', productId: after.id }, ...items];
  return before ? [{ topic: 'PRODUCTS_DELETE', productId: before.id }, ...items] : [];
}

function itemEvents(before: ProductDoc | null, after: ProductDoc | null): ShopEvent[] {
  const held = new Map((before?.variants ?? []).map((variant) => [variant.item.id, variant]));
  const events: ShopEvent[] = [];
  for (const variant of after?.variants ?? []) {
    const itemId = variant.item.id;
    const old = held.get(itemId);
    held.delete(itemId);
    if (!old) events.push({ topic: 'INVENTORY_ITEMS_CREATE', itemId });
    else if (untimed(itemPayload(old)) !== untimed(itemPayload(variant))) {
      events.push({ topic: 'INVENTORY_ITEMS_UPDATE', itemId });
    }
  }
  for (const itemId of held.keys()) events.push({ topic: 'INVENTORY_ITEMS_DELETE', itemId });
  return events;
}

function visible(product: ProductDoc): string {
  return untimed({ ...productPayload(product, []), metafields: product.metafields });
}

function hidden(product: ProductDoc): string {
  return untimed({ category: product.category, variants: product.variants.map(hiddenOfVariant) });
}

function hiddenOfVariant({ bundle, item, metafields, publishedOn }: VariantDoc): object {
  return { bundle, weight: item.weight, metafields, publishedOn };
}

function untimed(value: unknown): string {
  return JSON.stringify(value, (key, one: unknown) => (key === 'updated_at' || key === 'updatedAt' ? undefined : one));
}
