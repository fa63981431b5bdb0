import { neighbourOf } from '../bundle/bundle-facts.js';
import type { BundleTimeline } from '../bundle/timeline.js';
import { compositionsOf } from '../bundle/timeline.js';
import { LOOK_ALIKE_LIMIT } from '../catalog/look-alike.js';
import type { Product } from '../catalog/product.js';
import type { Sku } from '../catalog/sku.js';
import type { World } from '../change/draft.js';
import { foldCode } from '../primitives/text.js';

/** A SKU as a dry run would have made it. */
export interface RehearsedSku {
  sku: Sku;
  /** What a bundle is made of; null for a simple SKU. */
  bundle: BundleTimeline | null;
}

/** The part of what a dry run would have made so far that its next batch reaches. */
export interface Rehearsed {
  products: readonly Product[];
  /** Those that the batch names, and those that its bundles hold, at every level. */
  skus: readonly RehearsedSku[];
  /** All SKUs of the products that the batch reaches, in the master or not. */
  siblings: readonly Sku[];
  /** By 14-digit GTIN: folded codes of live SKUs. */
  gtins: ReadonlyMap<string, string>;
  /** By skeleton: codes, the first few of each in the order of their folded form. */
  lookAlikes: ReadonlyMap<string, readonly string[]>;
}

/**
 * The master as it would be by now, had the batches before been written: what the next batch is planned against in a dry
 * run, so that it comes to the same as the import that is meant.
 * @param named folded codes that the batch names.
 */
export function rehearsedWorld(master: World, rehearsed: Rehearsed, named: Iterable<string>): World {
  const asked = new Set(named);
  const made = new Map(rehearsed.skus.map((each) => [foldCode(each.sku.code), each]));
  const mine = [...made].flatMap(([key, { sku }]): [string, Sku][] => (asked.has(key) ? [[key, sku]] : []));
  const composed = [...made].flatMap(([key, { bundle }]): [string, BundleTimeline][] =>
    bundle && compositionsOf(bundle).length > 0 ? [[key, bundle]] : [],
  );
  const members = [...made].map(([key, { sku }]) => [key, neighbourOf(sku)] as const);
  return {
    ...master,
    products: new Map([...master.products, ...rehearsed.products.map((each) => [each.handle, each] as const)]),
    skus: new Map([...master.skus, ...mine]),
    siblings: withSiblings(master.siblings, rehearsed.siblings),
    gtins: new Map([...master.gtins, ...rehearsed.gtins]),
    lookAlikes: withLookAlikes(master.lookAlikes, rehearsed.lookAlikes),
    bundles: {
      ...master.bundles,
      timelines: new Map([...master.bundles.timelines, ...composed]),
      members: new Map([...master.bundles.members, ...members]),
    },
  };
}

function withSiblings(master: World['siblings'], rehearsed: readonly Sku[]): World['siblings'] {
  const all = new Map(master);
  for (const [productId, skus] of Map.groupBy(rehearsed, (sku) => sku.productId)) {
    const again = new Set(skus.map(({ id }) => id));
    const others = (all.get(productId) ?? []).filter(({ id }) => !again.has(id));
    all.set(productId, [...others, ...skus]);
  }
  return all;
}

/** The first few of both together, as the master alone would tell them. */
function withLookAlikes(master: World['lookAlikes'], rehearsed: Rehearsed['lookAlikes']): World['lookAlikes'] {
  const all = new Map(master);
  for (const [skeleton, codes] of rehearsed) {
    const byKey = new Map([...(all.get(skeleton) ?? []), ...codes].map((code) => [foldCode(code), code]));
    const sorted = [...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1));
    all.set(
      skeleton,
      sorted.slice(0, LOOK_ALIKE_LIMIT).map(([, code]) => code),
    );
  }
  return all;
}
