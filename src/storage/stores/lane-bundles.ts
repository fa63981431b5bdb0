import type { LaneComponent } from '../../application/ports/publishing-queue.js';
import type { Edge } from '../../domain/bundle/explode.js';
import { Exploder } from '../../domain/bundle/explode.js';
import { sameJson } from '../../domain/primitives/json.js';
import type { Sku } from '../../domain/catalog/sku.js';
import { isExpectedIn } from '../../domain/publishing/projection.js';
import { COMPOSED_SINCE, INSIDE_NOW, INSIDE_WHEN_FOUND } from '../readers/bundle-sql.js';
import type { Sql } from '../sql.js';

/** A SKU in the graph of bundles, and what systems know of it. */
export interface Part extends Pick<Sku, 'id' | 'code' | 'kind' | 'state' | 'listedIn'> {
  /** By system: its id there, where it is there. */
  externalIds: Readonly<Record<string, string>> | null;
}

/** A finding on what a bundle is made of. */
export interface FoundBundle {
  finding: string;
  bundle: string;
}

interface EdgeRow {
  bundle_id: string;
  component_id: string;
  quantity: number;
}

/** The graph below some bundles, by SKU id. */
export interface BundleFacts {
  /** What is in a bundle now, at its first level. */
  edges: ReadonlyMap<string, readonly Edge[]>;
  parts: ReadonlyMap<string, Part>;
}

/** What is in each of these SKUs now, at every level, with what systems know of it; in two statements. */
export async function readBundleFacts(sql: Sql, skuIds: readonly string[]): Promise<BundleFacts> {
  if (skuIds.length === 0) return { edges: new Map(), parts: new Map() };
  const edges = await sql.rows<{ bundle_id: string; component_id: string; quantity: number }>(INSIDE_NOW, [skuIds]);
  const held = [...new Set([...skuIds, ...edges.map((row) => row.component_id)])];
  // A record that a scan or a read has found gone is not there, whatever id it had.
  const parts = await sql.rows<Part>(
    `select s.id, s.code, s.kind, s.state, s.listed_in as "listedIn", (select jsonb_object_agg(r.system, r.external_id)
       from record r where r.entity = 'SKU' and r.sku_id = s.id and r.match = 'MATCHED' and r.external_id is not null) as "externalIds"
     from sku s where s.id = any($1)`,
    [held],
  );
  const byBundle = Map.groupBy(edges, (row) => row.bundle_id);
  return {
    edges: new Map(
      [...byBundle].map(([id, rows]) => [id, rows.map((row) => ({ key: row.component_id, quantity: row.quantity }))]),
    ),
    parts: new Map(parts.map((part) => [part.id, part])),
  };
}

/**
 * What is in each bundle, down to simple SKUs, with what one system knows of them. A bundle that nobody has composed, or
 * that holds such a one, is not in the map.
 */
export function componentsIn(
  { edges, parts }: BundleFacts,
  system: string,
  bundleIds: readonly string[],
): Map<string, LaneComponent[]> {
  const exploder = new Exploder((key) => (parts.get(key)?.kind === 'BUNDLE' ? (edges.get(key) ?? []) : null), 'show');
  const out = new Map<string, LaneComponent[]>();
  for (const id of bundleIds) {
    const { lines, fault } = exploder.of(id);
    if (fault) continue;
    out.set(
      id,
      lines.flatMap(({ key, quantity }) => {
        const part = parts.get(key);
        if (!part) return [];
        const externalId = part.externalIds?.[system] ?? null;
        return { skuId: key, code: part.code, quantity, externalId, isWanted: isExpectedIn(part, system) };
      }),
    );
  }
  return out;
}

/**
 * Bundles that are made of other simple SKUs, or of other numbers of them, than when the finding on them was opened,
 * whichever bundle inside was changed for it; since when, by finding. In four statements.
 */
export async function recomposed(sql: Sql, found: readonly FoundBundle[]): Promise<Map<string, Date>> {
  if (found.length === 0) return new Map();
  const roots = [...new Set(found.map(({ bundle }) => bundle))];
  const now = await sql.rows<EdgeRow>(INSIDE_NOW, [roots]);
  const then = await sql.rows<EdgeRow & { finding: string }>(INSIDE_WHEN_FOUND, [found.map(({ finding }) => finding)]);
  const held = [...new Set([...roots, ...[...now, ...then].map((row) => row.component_id)])];
  const bundles = new Set(
    (await sql.rows<{ id: string }>(`select id from sku where id = any($1) and kind = 'BUNDLE'`, [held])).map(
      ({ id }) => id,
    ),
  );
  const since = new Map(
    (await sql.rows<{ bundle_id: string; since: Date }>(COMPOSED_SINCE, [held])).map((row) => [
      row.bundle_id,
      row.since,
    ]),
  );
  const graphNow = graphOf(now);
  const graphsThen = Map.groupBy(then, ({ finding }) => finding);
  const out = new Map<string, Date>();
  for (const { finding, bundle } of found) {
    const before = summed(bundle, graphOf(graphsThen.get(finding) ?? []), bundles);
    if (sameJson(before, summed(bundle, graphNow, bundles))) continue;
    // What differs lies at or below a bundle that is inside now and was composed anew.
    const dates = [...reached(bundle, graphNow)].flatMap((id) => since.get(id) ?? []);
    const latest = dates.sort((a, b) => Number(b) - Number(a))[0];
    if (latest) out.set(finding, latest);
  }
  return out;
}

type Graph = ReadonlyMap<string, Edge[]>;

function graphOf(rows: readonly EdgeRow[]): Graph {
  return Map.groupBy(
    rows.map((row) => ({ ...row, key: row.component_id })),
    (row) => row.bundle_id,
  );
}

/** Simple SKUs with their quantities, in one order; null for a bundle that nobody has composed, or that holds such a one. */
function summed(bundle: string, graph: Graph, bundles: ReadonlySet<string>): Record<string, number> | null {
  const exploder = new Exploder((key) => (bundles.has(key) ? (graph.get(key) ?? []) : null), 'show');
  const { lines, fault } = exploder.of(bundle);
  return fault ? null : Object.fromEntries(lines.map(({ key, quantity }) => [key, quantity]));
}

/** The bundle and everything in it. */
function reached(bundle: string, graph: Graph): Set<string> {
  const seen = new Set([bundle]);
  for (const id of seen) for (const { key } of graph.get(id) ?? []) seen.add(key);
  return seen;
}
