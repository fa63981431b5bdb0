import type {
  At,
  BundleReader,
  BundleVersion,
  UsedInPage,
  UsedInQuery,
  VersionFailureView,
} from '../../application/ports/bundle-reader.js';
import type { Page, PageRequest } from '../../application/ports/page.js';
import { PAGE_LIMIT } from '../../application/ports/page.js';
import type { BundleFacts, Holders, Neighbour } from '../../domain/bundle/bundle-facts.js';
import { ALONE, KEEPING_STATES, NAMED_HOLDERS, SHOWN_STATES } from '../../domain/bundle/bundle-facts.js';
import type { Edge } from '../../domain/bundle/explode.js';
import type { Sql } from '../sql.js';
import {
  CONTENTS,
  HOLDERS,
  IN_FORCE_NOW,
  IN_FORCE_THEN,
  INSIDE_NOW,
  INSIDE_THEN,
  useCounts,
  usedIn,
  VERSIONS,
} from './bundle-sql.js';
import { cursorOf, keyOf } from './keyset.js';
import { readVersionFailures, versionFailuresByIds } from './version-failures.js';

interface EdgeRow {
  /** Only where several instants are asked about. */
  at?: Date;
  bundle_id: string;
  component_id: string;
  quantity: number;
}

/** In cursors: which list they are of. */
const USED_IN = 'usedIn';

/** Reads of the graph of bundles: recursion in SQL, so that depth costs no statement; figures in the domain. */
export class SqlBundleReader implements BundleReader {
  constructor(private readonly sql: Sql) {}

  async inForce(bundleIds: readonly string[], at: Date | null): Promise<Map<string, BundleVersion>> {
    const rows =
      at === null
        ? await this.sql.rows<BundleVersion>(IN_FORCE_NOW, [bundleIds])
        : await this.sql.rows<BundleVersion>(IN_FORCE_THEN, [bundleIds, at]);
    return new Map(rows.map((row) => [row.bundleId, row]));
  }

  async versions(bundleIds: readonly string[]): Promise<Map<string, BundleVersion[]>> {
    const rows = await this.sql.rows<BundleVersion>(VERSIONS, [bundleIds]);
    return Map.groupBy(rows, ({ bundleId }) => bundleId);
  }

  async inside(asked: readonly At[]): Promise<ReadonlyMap<string, Edge[]>[]> {
    const now = asked.filter(({ at }) => at === null).map(({ id }) => id);
    const then = asked.flatMap(({ id, at }) => (at === null ? [] : [{ id, at }]));
    const [present, past] = await Promise.all([
      now.length > 0 ? this.sql.rows<EdgeRow>(INSIDE_NOW, [[...new Set(now)]]) : [],
      then.length > 0 ? this.sql.rows<EdgeRow>(INSIDE_THEN, [then.map(({ at }) => at), then.map(({ id }) => id)]) : [],
    ]);
    const graphs = new Map(
      [...Map.groupBy([...present, ...past], ({ at }) => instantText(at ?? null))].map(([at, rows]) => [
        at,
        graphOf(rows),
      ]),
    );
    return asked.map(({ at }) => graphs.get(instantText(at)) ?? new Map<string, Edge[]>());
  }

  async usedIn(skuIds: readonly string[], page: PageRequest, query: UsedInQuery): Promise<Map<string, UsedInPage>> {
    const first = Math.min(page.first, PAGE_LIMIT);
    const [after] = page.after === null ? [null] : keyOf(page.after, ['uuid'], USED_IN);
    const rows = await this.sql.rows<{ sku_id: string; bundle_id: string }>(usedIn(query.nested, query.at), [
      skuIds,
      query.at,
      after,
      first + 1,
    ]);
    return new Map(
      [...Map.groupBy(rows, (row) => row.sku_id)].map(([skuId, of]) => {
        const items = of.slice(0, first).map(({ bundle_id: id }) => ({ id, cursor: cursorOf([id], USED_IN) }));
        return [skuId, { items, hasNextPage: of.length > first }];
      }),
    );
  }

  async useCounts(skuIds: readonly string[], { nested, at }: UsedInQuery): Promise<Map<string, number>> {
    const rows = await this.sql.rows<{ sku_id: string; count: number }>(useCounts(nested, at), [skuIds, at]);
    return new Map(rows.map((row) => [row.sku_id, row.count]));
  }

  failures(page: PageRequest, open: boolean | null): Promise<Page<VersionFailureView>> {
    return readVersionFailures(this.sql, page, open);
  }

  failuresByIds(ids: readonly string[]): Promise<Map<string, VersionFailureView>> {
    return versionFailuresByIds(this.sql, ids);
  }

  async facts(skuIds: readonly string[]): Promise<Map<string, BundleFacts>> {
    const [inside, around] = await Promise.all([
      this.sql.rows<Neighbour & { root: string }>(CONTENTS, [skuIds]),
      this.sql.rows<Holders & { root: string }>(HOLDERS, [skuIds, KEEPING_STATES, SHOWN_STATES, NAMED_HOLDERS]),
    ]);
    const components = Map.groupBy(inside, ({ root }) => root);
    const holders = new Map(around.map(({ root, ...held }) => [root, held]));
    return new Map(
      skuIds.map((id) => [id, { components: components.get(id) ?? null, holders: holders.get(id) ?? ALONE.holders }]),
    );
  }
}

function instantText(at: Date | null): string {
  return at?.toISOString() ?? '';
}

function graphOf(rows: readonly EdgeRow[]): Map<string, Edge[]> {
  const edges = rows.map(({ bundle_id: bundle, component_id: key, quantity }) => ({ bundle, key, quantity }));
  return Map.groupBy(edges, ({ bundle }) => bundle);
}
