import DataLoader from 'dataloader';
import type {
  At,
  BundleReader,
  BundleVersion,
  UsedInPage,
  UsedInQuery,
} from '../../application/ports/bundle-reader.js';
import type { PageRequest } from '../../application/ports/page.js';
import type { BundleFacts } from '../../domain/bundle/bundle-facts.js';
import { ALONE } from '../../domain/bundle/bundle-facts.js';
import type { Edge } from '../../domain/bundle/explode.js';

/** A page of the bundles that hold a SKU. */
export interface UsedInKey extends UsedInQuery {
  skuId: string;
  page: PageRequest;
}

const NONE: UsedInPage = { items: [], hasNextPage: false };

/**
 * The graph of bundles in batches: a page of bundles is one statement for their compositions, one for all that is inside
 * them, one for the bundles that hold them. One instance per HTTP request, like the loaders that it belongs to.
 */
export class BundleLoader {
  readonly inForce: DataLoader<At, BundleVersion | null, string>;
  readonly versions: DataLoader<string, BundleVersion[]>;
  /** What the bundles inside a composition hold, by bundle id; asked by one of its components. */
  readonly inside: DataLoader<At, ReadonlyMap<string, Edge[]>, string>;
  readonly usedIn: DataLoader<UsedInKey, UsedInPage, string>;
  readonly useCount: DataLoader<UsedInKey, number, string>;
  readonly facts: DataLoader<string, BundleFacts>;

  constructor(bundles: BundleReader) {
    this.inForce = new DataLoader(
      (keys) =>
        grouped(keys, instantOf, async (of) => {
          const found = await bundles.inForce(ids(of), of[0]?.at ?? null);
          return of.map(({ id }) => found.get(id) ?? null);
        }),
      { cacheKeyFn: keyOf },
    );
    this.versions = new DataLoader(async (keys) => {
      const found = await bundles.versions(keys);
      return keys.map((id) => found.get(id) ?? []);
    });
    this.inside = new DataLoader((keys) => bundles.inside(keys), { cacheKeyFn: keyOf });
    this.usedIn = new DataLoader(
      (keys) =>
        grouped(keys, pageKeyOf, async (of) => {
          const found = of[0] ? await bundles.usedIn(skuIds(of), of[0].page, of[0]) : new Map<string, UsedInPage>();
          return of.map(({ skuId }) => found.get(skuId) ?? NONE);
        }),
      { cacheKeyFn: (key) => `${key.skuId} ${pageKeyOf(key)}` },
    );
    this.useCount = new DataLoader(
      (keys) =>
        grouped(keys, queryKeyOf, async (of) => {
          const found = of[0] ? await bundles.useCounts(skuIds(of), of[0]) : new Map<string, number>();
          return of.map(({ skuId }) => found.get(skuId) ?? 0);
        }),
      { cacheKeyFn: (key) => `${key.skuId} ${queryKeyOf(key)}` },
    );
    this.facts = new DataLoader(async (keys) => {
      const found = await bundles.facts(keys);
      return keys.map((id) => found.get(id) ?? ALONE);
    });
  }

  /** Forgets all that was read, as the loaders do after a mutation. */
  reset(): void {
    for (const loader of [this.inForce, this.versions, this.inside, this.usedIn, this.useCount, this.facts]) {
      loader.clearAll();
    }
  }
}

/** Keys that differ in more than a SKU go into statements of their own: as many as the query spells out, not as rows it has. */
async function grouped<K, V>(
  keys: readonly K[],
  groupOf: (key: K) => string,
  read: (keys: readonly K[]) => Promise<V[]>,
): Promise<V[]> {
  const out: V[] = [];
  const groups = Map.groupBy(
    keys.map((key, index) => ({ key, index })),
    ({ key }) => groupOf(key),
  );
  await Promise.all(
    [...groups.values()].map(async (group) => {
      const values = await read(group.map(({ key }) => key));
      for (const [place, { index }] of group.entries()) out[index] = values[place] as V;
    }),
  );
  return out;
}

function ids(keys: readonly At[]): string[] {
  return keys.map(({ id }) => id);
}

function skuIds(keys: readonly UsedInKey[]): string[] {
  return keys.map(({ skuId }) => skuId);
}

function instantOf({ at }: { at: Date | null }): string {
  return at?.toISOString() ?? '';
}

function keyOf(key: At): string {
  return `${key.id} ${instantOf(key)}`;
}

function queryKeyOf(key: UsedInKey): string {
  return `${key.nested} ${instantOf(key)}`;
}

function pageKeyOf(key: UsedInKey): string {
  return `${queryKeyOf(key)} ${key.page.first} ${key.page.after}`;
}
