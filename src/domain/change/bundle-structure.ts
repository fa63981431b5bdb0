import type { BundleGraph } from '../bundle/bundle-world.js';
import { COMPONENT_LIMIT, DEPTH_LIMIT, QUANTITY_LIMIT } from '../bundle/composition.js';
import type { ExplosionFault } from '../bundle/explode.js';
import { Exploder } from '../bundle/explode.js';
import type { BundleTimeline } from '../bundle/timeline.js';
import type { Problem, ProblemCode } from '../problem.js';
import { problem } from '../problem.js';
import type { SetComposition } from './bundle-patch.js';

/** A request's bundles, seen together. */
export interface BundleView {
  before: BundleGraph;
  /** How things stand once all of its changes are made. */
  after: BundleGraph;
  /** Bundles whose composition the request changes. */
  changed: readonly string[];
  sets: ReadonlyMap<string, readonly SetComposition[]>;
  /** The path of the component list that a change sets. */
  place(index: number): string[];
}

/**
 * Circles and limits, of every changed bundle and of every bundle around one, now and at each moment at which a version
 * that is still to come changes something in it.
 */
export function structureFaults(view: BundleView): Problem[] {
  const reached = new Set([...view.changed, ...view.after.outwards(view.changed)]);
  const told = new Set<string>();
  const problems: Problem[] = [];
  const check = (keys: Iterable<string>, at: string | null): void => {
    const exploder = new Exploder((key) => view.after.componentsAt(key, at), 'judge');
    for (const key of keys) {
      if (!reached.has(key) || view.after.componentsAt(key, at)?.length === 0) continue;
      const { fault, inherited } = exploder.of(key);
      if (!fault || inherited || told.has(`${fault.kind} ${key}`)) continue;
      told.add(`${fault.kind} ${key}`);
      problems.push(problemOf(view, key, at, fault));
    }
  };
  check(reached, null);
  for (const [at, begin] of beginnings(view.after.timelines)) check([...begin, ...view.after.outwards(begin)], at);
  return problems;
}

/** By instant, in order: the bundles that a new version of begins then. */
function beginnings(timelines: ReadonlyMap<string, BundleTimeline>): [string, string[]][] {
  const out = new Map<string, string[]>();
  for (const [key, { scheduled }] of timelines) {
    for (const instant of scheduled.keys()) out.set(instant, [...(out.get(instant) ?? []), key]);
  }
  return [...out].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

const CODES: Readonly<Record<ExplosionFault['kind'], ProblemCode>> = {
  CYCLE: 'CYCLE',
  EMPTY: 'REQUIRED',
  TOO_DEEP: 'TOO_MANY',
  TOO_MANY_COMPONENTS: 'TOO_MANY',
  QUANTITY: 'TOO_MANY',
};

/** Told at the change that is to blame: the bundle's own, else that of a changed bundle inside it. */
function problemOf(view: BundleView, key: string, at: string | null, fault: ExplosionFault): Problem {
  const own = view.changed.includes(key);
  const blamed = own ? key : view.changed.find((each) => view.after.outwards([each]).has(key));
  const sets = view.sets.get(blamed ?? key) ?? [];
  // Of the compositions that the request sets, the one that is in force at that moment.
  const begun = sets.filter((each) => at === null || each.at === null || each.at <= at);
  const set = begun.toSorted((a, b) => ((a.at ?? '') < (b.at ?? '') ? 1 : -1))[0] ?? sets[0];
  const line = own && fault.component !== null ? [String(fault.component), 'sku'] : [];
  const path = set ? [...view.place(set.index), ...line] : ['changes'];
  const when = at === null ? '' : `, from ${at} on`;
  return problem(CODES[fault.kind], `${textOf(view, key, at, fault)}${when}`, path);
}

function textOf(view: BundleView, key: string, at: string | null, { kind, component, trail }: ExplosionFault): string {
  const nameOf = (each: string): string => view.after.member(each)?.code ?? each;
  switch (kind) {
    case 'CYCLE':
      return `${nameOf(key)} would hold itself: ${trail.map(nameOf).join(' > ')}`;
    case 'EMPTY': {
      const inner = view.after.componentsAt(key, at)?.[component ?? 0]?.key ?? key;
      return `${nameOf(inner)} is a bundle that has no components yet`;
    }
    case 'TOO_DEEP':
      return `${nameOf(key)} would nest bundles more than ${DEPTH_LIMIT} levels deep`;
    case 'TOO_MANY_COMPONENTS':
      return `${nameOf(key)} would hold more than ${COMPONENT_LIMIT} SKUs, with the bundles in it taken apart`;
    case 'QUANTITY':
      return `${nameOf(key)} would hold more than ${QUANTITY_LIMIT} of one SKU, with the bundles in it taken apart`;
  }
}
