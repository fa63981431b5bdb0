import { linesOf } from '../../domain/bundle/composition.js';
import { BUNDLE_FIELD, isBundleField, SCHEDULED_FIELD } from '../../domain/bundle/timeline.js';
import type { PlannedSku } from '../../domain/change/draft.js';
import type { Json } from '../../domain/primitives/json.js';
import { sameJson } from '../../domain/primitives/json.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Sql } from '../sql.js';
import type { InstantStamp } from './catalog-rows-in.js';
import { appendFeed } from './catalog-rows-in.js';

interface Rows {
  /** Bundles whose composition in force is followed by another now. */
  superseded: string[];
  /** Versions that were still to come, and come no more. */
  dropped: { bundle_id: string; effective_from: string }[];
  /** New versions; one without an instant begins with the revision that brings it. */
  versions: { id: string; bundle_id: string; effective_from: string | null }[];
  components: {
    version_id: string;
    bundle_id: string;
    state: string;
    position: number;
    code: string;
    quantity: number;
  }[];
}

/**
 * The compositions of a change set, after its SKU revisions are written: a version begins at the very instant of its
 * revision, so that history and versions tell the same. Set-based: six statements, whatever the number of bundles.
 */
export async function writeBundles(
  sql: Sql,
  planned: readonly PlannedSku[],
  stamp: InstantStamp,
  newId: () => string,
): Promise<void> {
  const touched = planned.filter(({ changes }) => changes.some(({ field }) => isBundleField(field)));
  if (touched.length === 0) return;
  const rows = rowsOf(touched, newId);
  await sql.rows(
    `delete from bundle_version v using jsonb_to_recordset($1::jsonb) as d(bundle_id uuid, effective_from timestamptz)
     where v.bundle_id = d.bundle_id and v.effective_from = d.effective_from and v.state = 'SCHEDULED'`,
    [JSON.stringify(rows.dropped)],
  );
  await sql.rows(`update bundle_version set state = 'PAST' where bundle_id = any($1) and state = 'CURRENT'`, [
    rows.superseded,
  ]);
  await sql.rows(
    `insert into bundle_version (id, bundle_id, state, effective_from, change_request_id)
     select n.id, n.bundle_id, case when n.effective_from is null then 'CURRENT' else 'SCHEDULED' end,
       coalesce(n.effective_from, $3), $2
     from jsonb_to_recordset($1::jsonb) as n(id uuid, bundle_id uuid, effective_from timestamptz)`,
    [JSON.stringify(rows.versions), stamp.changeRequestId, stamp.at],
  );
  await sql.rows(
    `insert into bundle_component (version_id, bundle_id, state, position, component_id, quantity)
     select n.version_id, n.bundle_id, n.state, n.position, s.id, n.quantity
     from jsonb_to_recordset($1::jsonb) as n(version_id uuid, bundle_id uuid, state text, position int, code text, quantity int)
       join sku s on s.code_folded = n.code`,
    [JSON.stringify(rows.components)],
  );
  // Each version ends where the next begins; the constraints against gaps and overlaps look at commit.
  await sql.rows(
    `update bundle_version v set effective_to = n.next
     from (select id, lead(effective_from) over (partition by bundle_id order by effective_from) as next
           from bundle_version where bundle_id = any($1)) n
     where n.id = v.id and v.effective_to is distinct from n.next`,
    [touched.map(({ after }) => after.id)],
  );
  const feed = touched.map(({ before, after, changes }) => ({
    id: newId(),
    key: after.code,
    revision: (before?.revision ?? 0) + 1,
    changes: changes.filter(({ field }) => isBundleField(field)),
  }));
  await appendFeed(sql, 'BUNDLE', feed, stamp);
}

function rowsOf(touched: readonly PlannedSku[], newId: () => string): Rows {
  const rows: Rows = { superseded: [], dropped: [], versions: [], components: [] };
  const add = (bundleId: string, instant: string | null, lines: Json): void => {
    const id = newId();
    rows.versions.push({ id, bundle_id: bundleId, effective_from: instant });
    const state = instant === null ? 'CURRENT' : 'SCHEDULED';
    for (const [index, { sku, quantity }] of linesOf(lines).entries()) {
      rows.components.push({
        version_id: id,
        bundle_id: bundleId,
        state,
        position: index + 1,
        code: foldCode(sku),
        quantity,
      });
    }
  };
  for (const { after, changes } of touched) {
    for (const { field, from, to } of changes) {
      if (field === BUNDLE_FIELD && to !== null) {
        rows.superseded.push(after.id);
        add(after.id, null, to);
      }
      if (field !== SCHEDULED_FIELD) continue;
      const [was, shall] = [mapOf(from), mapOf(to)];
      for (const instant of new Set([...Object.keys(was), ...Object.keys(shall)])) {
        const [old, next] = [was[instant] ?? null, shall[instant] ?? null];
        if (sameJson(old, next)) continue;
        if (old !== null) rows.dropped.push({ bundle_id: after.id, effective_from: instant });
        if (next !== null) add(after.id, instant, next);
      }
    }
  }
  return rows;
}

function mapOf(value: Json): Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
