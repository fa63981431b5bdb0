import { BundleGraph } from '../../bundle/bundle-world.js';
import { isBundleField } from '../../bundle/timeline.js';
import { foldCode } from '../../primitives/text.js';
import type { ChangeSet, World } from '../draft.js';
import type { PlannedWrite } from './write-plan.js';

/** A SKU that a request reaches though it does not name it. */
export interface ReachedSku {
  code: string;
  /** SIBLING: its product changes, or its product's standing in a store; BUNDLE: something in it changes. */
  why: 'SIBLING' | 'BUNDLE';
  /** Codes and handles that the request names, and by which it is reached. */
  by: string[];
}

/**
 * SKUs of products that change or whose status moves in some system, and bundles, at every level, around SKUs whose state,
 * composition or listing changes: only that has a say in a bundle. By code; those that have ended for good are not reached.
 */
export function reachedSkus(world: World, set: ChangeSet, writes: readonly PlannedWrite[]): ReachedSku[] {
  const named = new Set(set.skus.map(({ after }) => foldCode(after.code)));
  const found = new Map<string, ReachedSku>();
  const reach = (code: string, why: ReachedSku['why'], by: string): void => {
    const key = foldCode(code);
    if (named.has(key)) return;
    const known = found.get(key);
    if (!known) found.set(key, { code, why, by: [by] });
    else if (!known.by.includes(by)) known.by.push(by);
  };
  for (const { product, by } of movedProducts(world, set, writes)) {
    for (const sku of world.siblings.get(product) ?? []) if (sku.state !== 'RETIRED') reach(sku.code, 'SIBLING', by);
  }
  const graph = graphAfter(world, set);
  for (const { after, changes } of set.skus) {
    if (!changes.some(({ field }) => field === 'state' || field === 'listedIn' || isBundleField(field))) continue;
    for (const key of graph.outwards([foldCode(after.code)])) {
      const bundle = graph.member(key);
      if (bundle && bundle.state !== 'RETIRED') reach(bundle.code, 'BUNDLE', after.code);
    }
  }
  const all = [...found.values()].map((each) => ({ ...each, by: each.by.toSorted() }));
  return all.sort((a, b) => (a.code < b.code ? -1 : 1));
}

function movedProducts(
  world: World,
  set: ChangeSet,
  writes: readonly PlannedWrite[],
): { product: string; by: string }[] {
  const changed = set.products.flatMap(({ before, after }) =>
    before ? [{ product: after.id, by: after.handle }] : [],
  );
  const shown = writes.flatMap(({ entity, target, fields, owed, because }) => {
    const id = world.products.get(target)?.id;
    const isMoved = fields.some(({ field }) => field === 'lifecycle' && !owed.includes(field));
    return entity === 'PRODUCT' && id !== undefined && isMoved ? because.map((by) => ({ product: id, by })) : [];
  });
  return [...changed, ...shown];
}

/** The graph as it would be; a bundle that something is taken out of is reached as well, by itself. */
function graphAfter({ bundles, skus }: World, set: ChangeSet): BundleGraph {
  const timelines = new Map(bundles.timelines);
  for (const { after, bundle } of set.skus) if (bundle) timelines.set(foldCode(after.code), bundle);
  return new BundleGraph(timelines, (key) => {
    const sku = skus.get(key);
    return bundles.members.get(key) ?? (sku ? { ...sku, lacks: [] } : null);
  });
}
