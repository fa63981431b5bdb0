import type { Neighbour } from '../bundle/bundle-facts.js';
import { neighbourOf } from '../bundle/bundle-facts.js';
import { BundleGraph, edgesOf } from '../bundle/bundle-world.js';
import { compositionFaults } from '../bundle/composition.js';
import { isBundleField } from '../bundle/timeline.js';
import { foldCode } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import { problem, under } from '../problem.js';
import { compositionsSet } from './bundle-patch.js';
import type { BundleView } from './bundle-structure.js';
import { structureFaults } from './bundle-structure.js';
import type { ProposedChange } from './change.js';
import type { Draft } from './draft.js';
import { placeOfComponents } from './place.js';

/** A request's bundles, once all of its changes are drafted. */
export function bundleViewOf(draft: Draft, changes: readonly ProposedChange[]): BundleView {
  const { timelines } = draft.world.bundles;
  const after = new Map(timelines);
  const changed: string[] = [];
  for (const [key, { bundle, changes: made }] of draft.skus) {
    // A bundle without a composition is in no graph, before as after.
    if (bundle && (bundle.current || bundle.scheduled.size > 0)) after.set(key, bundle);
    if (made.some(({ field }) => isBundleField(field))) changed.push(key);
  }
  return {
    before: new BundleGraph(timelines, (key) => knownAs(draft, key)),
    after: new BundleGraph(after, (key) => {
      const planned = draft.skus.get(key);
      return planned ? neighbourOf(planned.after) : knownAs(draft, key);
    }),
    changed,
    sets: changed.length > 0 ? compositionsSet(changes) : new Map(),
    place: (index) => {
      const change = changes[index];
      return change ? placeOfComponents(change, index) : ['changes'];
    },
  };
}

function knownAs(draft: Draft, key: string): Neighbour | null {
  const known = draft.world.skus.get(key);
  return known ? neighbourOf(known) : (draft.world.bundles.members.get(key) ?? null);
}

/**
 * What only the whole graph can tell of compositions: components that are not there, circles, and limits of every bundle
 * that is reached. Judged after all changes, so that their order in the request does not matter.
 */
export function checkBundles(draft: Draft, view: BundleView): Problem[] {
  if (view.changed.length === 0) return [];
  const unfit = componentFaults(draft, view);
  // What a graph with holes would explode to says nothing.
  return unfit.length > 0 ? unfit : structureFaults(view);
}

/**
 * Lists that no composition can be, components that do not exist, and ones that have ended for good: those may stay where
 * they are, but not come in.
 */
function componentFaults(draft: Draft, view: BundleView): Problem[] {
  const problems: Problem[] = [];
  for (const key of view.changed) {
    const before = draft.world.bundles.timelines.get(key)?.current ?? [];
    const known = new Set(edgesOf(before).map((edge) => edge.key));
    for (const { index, lines } of view.sets.get(key) ?? []) {
      // Not every proposal was read from a caller's input: imports and verbs of ours make some.
      problems.push(...under(view.place(index), compositionFaults(lines)));
      for (const [line, { sku }] of lines.entries()) {
        const path = [...view.place(index), String(line), 'sku'];
        const member = view.after.member(foldCode(sku));
        if (!member) problems.push(problem('NOT_FOUND', `no SKU has the code ${sku.slice(0, 64)}`, path));
        else if (member.state === 'RETIRED' && !known.has(foldCode(sku))) {
          problems.push(problem('WRONG_STATE', `${member.code} is RETIRED, which is final`, path));
        }
      }
    }
  }
  return problems;
}
