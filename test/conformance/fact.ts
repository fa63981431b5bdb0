import type { Shop } from './shop.js';

/** Where a fact is known from (docs/sandbox.md): V verified, R recorded, M measured, D documented, C community, B believed. */
export type Mark = 'V' | 'R' | 'M' | 'D' | 'C' | 'B';

/** Something that the stand-in does because Shopify does it. Throws where it does not hold. */
export interface Fact {
  mark: Exclude<Mark, 'B'>;
  says: string;
  holds(shop: Shop): Promise<void>;
}

/** Something that is only believed of Shopify: a development store is asked, and either answer is news. */
export interface Belief {
  says: string;
  believed: unknown;
  see(shop: Shop): Promise<unknown>;
}

/** What no suite without a public address, an eligible shop or hours of patience can try. */
export const UNTRIED: readonly string[] = [
  'which edits of cost, HS code, weight and components fire products/update and inventory_items/update (needs a receiver)',
  'which API version the payloads of webhooks have (needs a receiver)',
  'whether products/update and inventory_items/update of one edit share an Event-Id (needs a receiver)',
  'whether a webhook follows an asynchronous bundle job, and with which updatedAt (needs a receiver and an eligible shop)',
  'whether product bundles fill productVariantComponents too (needs a shop that is eligible for bundles)',
  'atomicity of productVariantRelationshipBulkUpdate (needs a shop that is eligible for bundles)',
  'how the eight retries of a webhook are spread over four hours (needs a receiver, and hours)',
  'how variants come to share an inventory item, and whether a write to it moves updatedAt of all of them',
  'how many variants a day may be made in a very large shop',
];
