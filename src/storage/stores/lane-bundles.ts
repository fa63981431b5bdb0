import type { LaneComponent } from '../../application/ports/publishing-queue.js';
import type { Edge } from '../../domain/bundle/explode.js';
import { Exploder } from '../../domain/bundle/explode.js';
import { INSIDE_NOW } from '../readers/bundle-sql.js';
import type { Sql } from '../sql.js';

interface EdgeRow {
  bundle_id: string;
  component_id: string;
  quantity: number;
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
  const graph = Map.groupBy<string, EdgeRow & Edge>(
    edges.map((row) => ({ ...row, key: row.component_id })),
    (row) => row.bundle_id,
  );
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

/** A record that a scan or a read has found gone is not there, whatever id it had. */
function readParts(sql: Sql, system: string, skuIds: readonly string[]): Promise<PartRow[]> {
  return sql.rows<PartRow>(
    `select s.id, s.code, s.kind, case when r.match = 'MATCHED' then r.external_id end as external_id,
       s.state not in ('DRAFT', 'RETIRED') and $2 = any(s.listed_in) as is_wanted
     from sku s left join record r on r.system = $2 and r.entity = 'SKU' and r.sku_id = s.id where s.id = any($1)`,
    [skuIds, system],
  );
}
