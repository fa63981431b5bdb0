import type { LifecycleState } from '../catalog/lifecycle.js';
import type { SkuContent, SkuKind } from '../catalog/sku.js';

/** A figure that a bundle's own is made from. */
export type Figure = 'cost' | 'price' | 'weight';

/** A SKU on the other side of the relation between bundles and components. */
export interface Neighbour {
  code: string;
  kind: SkuKind;
  state: LifecycleState;
  /** Systems that it is to be in. */
  listedIn: readonly string[];
  /** Figures that nobody has told of it. */
  lacks: readonly Figure[];
}

const FIGURES: readonly Figure[] = ['cost', 'price', 'weight'];

/** A SKU as its neighbours in the graph of bundles see it. */
export function neighbourOf(sku: SkuContent & Pick<Neighbour, 'code' | 'kind'>): Neighbour {
  const { code, kind, state, listedIn } = sku;
  return { code, kind, state, listedIn, lacks: FIGURES.filter((figure) => sku[figure] === null) };
}

/** What gates must know of the bundles around a SKU. */
export interface BundleFacts {
  /** Of a bundle: everything in it as it is now, at every level; null while it has no composition, and for a simple SKU. */
  components: readonly Neighbour[] | null;
  /** Bundles in a state that keeps their components, and that hold the SKU, now or in a version still to come. */
  holders: Holders;
}

/** There may be thousands; the first of them are named. */
export interface Holders {
  first: readonly string[];
  count: number;
  /** Those that systems are to show, by system: a bundle that is selling out is one of them, though it keeps nothing. */
  listed: readonly ListedHolders[];
}

export interface ListedHolders {
  system: string;
  first: readonly string[];
  count: number;
}

/** A SKU that no bundle holds, and that is none or an empty one. */
export const ALONE: BundleFacts = { components: null, holders: { first: [], count: 0, listed: [] } };

/** How many bundles a message names. */
export const NAMED_HOLDERS = 10;
/** States in which a bundle is a promise to somebody, so that nothing in it may end (design 4.2). */
export const KEEPING_STATES: readonly LifecycleState[] = ['PRELAUNCH', 'ACTIVE', 'ON_HOLD'];
/** States in which systems are to show it, with everything that is in it (design 4.2). */
export const SHOWN_STATES: readonly LifecycleState[] = ['PRELAUNCH', 'ACTIVE', 'ON_HOLD', 'PHASE_OUT'];
