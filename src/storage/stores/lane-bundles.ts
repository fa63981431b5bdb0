import type { LaneComponent } from '../../application/ports/publishing-queue.js';
import type { Edge } from '../../domain/bundle/explode.js';
import { Exploder } from '../../domain/bundle/explode.js';
import { sameJson } from '../../domain/primitives/json.js';
import { COMPOSED_SINCE, INSIDE_NOW, INSIDE_WHEN_FOUND } from '../readers/bundle-sql.js';
import type { Sql } from '../sql.js';

interface EdgeRow {
  bundle_id: string;
  component_id: string;
  quantity: number;
}

/** A finding on what a bundle is made of. */
export interface FoundBundle {
  finding: string;
  bundle: string;
}

interface PartRow {
  id: string;
  code: string;
  kind: 'SIMPLE' | 'BUNDLE';
  external_id: string | null;
  is_wanted: boolean;
}

/**
 * What is in each bundle now, down to simple SKUs, with what one system knows of them; in two statements. A bundle that
 * nobody has composed, or that holds such a one, is not in the map.
 */
export async function readComponents(
  sql: Sql,
  system: string,
  bundleIds: readonly string[],
): Promise<Map<string, LaneComponent[]>> {
  if (bundleIds.length === 0) return new Map();
  const edges = await sql.rows<EdgeRow>(INSIDE_NOW, [bundleIds]);
  const graph = graphOf(edges);
  const held = [...new Set([...bundleIds, ...edges.map((row) => row.component_id)])];
  const parts = new Map((await readParts(sql, system, held)).map((row) => [row.id, row]));
  const exploder = new Exploder((key) => (parts.get(key)?.kind === 'BUNDLE' ? (graph.get(key) ?? []) : null), 'show');
  const out = new Map<string, LaneComponent[]>();
  for (const id of bundleIds) {
    const { lines, fault } = exploder.of(id);
    if (fault) continue;
    out.set(
      id,
      lines.flatMap(({ key, quantity }) => {
        const part = parts.get(key);
        if (!part) return [];
        return { skuId: key, code: part.code, quantity, externalId: part.external_id, isWanted: part.is_wanted };
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

/** A record that a scan or a read has found gone is not there, whatever id it had. */
function readParts(sql: Sql, system: string, skuIds: readonly string[]): Promise<PartRow[]> {
  return sql.rows<PartRow>(
    `select s.id, s.code, s.kind, case when r.match = 'MATCHED' then r.external_id end as external_id,
       s.state not in ('DRAFT', 'RETIRED') and $2 = any(s.listed_in) as is_wanted
     from sku s left join record r on r.system = $2 and r.entity = 'SKU' and r.sku_id = s.id where s.id = any($1)`,
    [skuIds, system],
  );
}
