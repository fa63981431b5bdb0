import { LOOK_ALIKE_LIMIT } from '../catalog/look-alike.js';
import type { Product } from '../catalog/product.js';
import type { Sku } from '../catalog/sku.js';
import type { World } from '../change/draft.js';
import { foldCode } from '../primitives/text.js';

/** The part of what a dry run would have made so far that its next batch reaches. */
export interface Rehearsed {
  products: readonly Product[];
  /** Those that the batch names. */
  skus: readonly Sku[];
  /** All SKUs of the products that the batch reaches, in the master or not. */
  siblings: readonly Sku[];
  /** By 14-digit GTIN: codes of live SKUs. */
  gtins: ReadonlyMap<string, string>;
  /** By skeleton: codes, the first few of each in the order of their folded form. */
  lookAlikes: ReadonlyMap<string, readonly string[]>;
}

/**
 * The master as it would be by now, had the batches before been written: what the next batch is planned against in a dry
 * run, so that it comes to the same as the import that is meant. Compositions of bundles are not in it: files that have
 * any are taken at once, so that no later batch could ask for them.
 */
export function rehearsedWorld(master: World, rehearsed: Rehearsed): World {
  return {
    ...master,
    products: new Map([...master.products, ...rehearsed.products.map((each) => [each.handle, each] as const)]),
    skus: new Map([...master.skus, ...rehearsed.skus.map((each) => [foldCode(each.code), each] as const)]),
    siblings: withSiblings(master.siblings, rehearsed.siblings),
    gtins: new Map([...master.gtins, ...rehearsed.gtins]),
    lookAlikes: withLookAlikes(master.lookAlikes, rehearsed.lookAlikes),
  };
}

function withSiblings(master: World['siblings'], rehearsed: readonly Sku[]): World['siblings'] {
  const all = new Map(master);
  for (const [productId, skus] of Map.groupBy(rehearsed, (sku) => sku.productId)) {
    all.set(productId, [...(all.get(productId) ?? []), ...skus]);
  }
  return all;
}

/** The first few of both together, as the master alone would tell them. */
function withLookAlikes(master: World['lookAlikes'], rehearsed: Rehearsed['lookAlikes']): World['lookAlikes'] {
  const all = new Map(master);
  for (const [skeleton, codes] of rehearsed) {
    const together = [...(all.get(skeleton) ?? []), ...codes];
    const sorted = together.toSorted((a, b) => (foldCode(a) < foldCode(b) ? -1 : 1));
    all.set(skeleton, sorted.slice(0, LOOK_ALIKE_LIMIT));
  }
  return all;
}
