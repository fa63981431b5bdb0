import { foldCode } from '../primitives/text.js';
import type { BundleFacts, Holders, Neighbour } from './bundle-facts.js';
import { ALONE, KEEPING_STATES, NAMED_HOLDERS, SHOWN_STATES } from './bundle-facts.js';
import type { BundleLine } from './composition.js';
import type { Edge } from './explode.js';
import type { BundleTimeline } from './timeline.js';
import { compositionAt, compositionsOf } from './timeline.js';

/** The part of the graph of bundles that a request reaches; everything by the folded code of the SKU. */
export interface BundleWorld {
  /** The database's clock: what "in the past" means. */
  now: Date;
  /** Bundles that have or await a composition. */
  timelines: ReadonlyMap<string, BundleTimeline>;
  /** Every SKU that the request names or that its bundles hold, and every bundle that holds one of them. */
  members: ReadonlyMap<string, Neighbour>;
}

/** A world without bundles. */
export function noBundles(now: Date): BundleWorld {
  return { now, timelines: new Map(), members: new Map() };
}

/** The graph of bundles, as it is or as a request will leave it. */
export class BundleGraph {
  private around: Map<string, Set<string>> | null = null;

  /** @param member a SKU that is there, or that the request creates; null for any other key. */
  constructor(
    readonly timelines: ReadonlyMap<string, BundleTimeline>,
    readonly member: (key: string) => Neighbour | null,
  ) {}

  /** What is in a SKU at an instant (null: now): null for a simple one, nothing for a bundle without a composition. */
  componentsAt(key: string, at: string | null): Edge[] | null {
    if (this.member(key)?.kind !== 'BUNDLE') return null;
    const timeline = this.timelines.get(key);
    return edgesOf((timeline && compositionAt(timeline, at)) ?? []);
  }

  /** Everything that these SKUs are in, directly or further out, in any version that is not over. */
  outwards(keys: Iterable<string>): Set<string> {
    this.around ??= holdersOf(this.timelines);
    const seen = new Set<string>();
    const queue = [...keys];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      for (const outer of this.around.get(next) ?? []) {
        if (seen.has(outer)) continue;
        seen.add(outer);
        queue.push(outer);
      }
    }
    return seen;
  }

  /** What gates must know of the bundles around a SKU. */
  factsOf(key: string): BundleFacts {
    if (this.timelines.size === 0) return ALONE;
    const around = [...this.outwards([key])].flatMap((each) => this.member(each) ?? []);
    const composed = this.timelines.get(key)?.current ?? null;
    return { components: composed && this.contentsAt(key, null), holders: holdersAmong(around) };
  }

  /** Everything in a bundle, at every level, at an instant (null: now); a circle ends where it closes. */
  contentsAt(key: string, at: string | null): Neighbour[] {
    return [...this.inwards(key, at)].flatMap((each) => this.member(each) ?? []);
  }

  private inwards(key: string, at: string | null): Set<string> {
    const seen = new Set<string>();
    const queue = [key];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      for (const { key: inner } of this.componentsAt(next, at) ?? []) {
        if (seen.has(inner)) continue;
        seen.add(inner);
        queue.push(inner);
      }
    }
    return seen;
  }
}

export function edgesOf(lines: readonly BundleLine[]): Edge[] {
  return lines.map(({ sku, quantity }) => ({ key: foldCode(sku), quantity }));
}

function holdersAmong(around: readonly Neighbour[]): Holders {
  const shown = around.filter(({ state }) => SHOWN_STATES.includes(state));
  const systems = [...new Set(shown.flatMap(({ listedIn }) => listedIn))].toSorted();
  const listed = systems.map((system) => ({
    system,
    ...counted(shown.filter(({ listedIn }) => listedIn.includes(system))),
  }));
  return { ...counted(shown.filter(({ state }) => KEEPING_STATES.includes(state))), listed };
}

function counted(bundles: readonly Neighbour[]): Pick<Holders, 'first' | 'count'> {
  const codes = bundles.map(({ code }) => code).toSorted();
  return { first: codes.slice(0, NAMED_HOLDERS), count: codes.length };
}

/** Which bundles hold which SKUs directly, in any version that is not over yet. */
function holdersOf(timelines: Iterable<readonly [string, BundleTimeline]>): Map<string, Set<string>> {
  const holders = new Map<string, Set<string>>();
  for (const [bundle, timeline] of timelines) {
    for (const { key } of compositionsOf(timeline).flatMap(edgesOf)) {
      const list = holders.get(key) ?? new Set();
      holders.set(key, list.add(bundle));
    }
  }
  return holders;
}
