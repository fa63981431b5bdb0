import { neighbourOf } from '../../domain/bundle/bundle-facts.js';
import type { BundleWorld } from '../../domain/bundle/bundle-world.js';
import type { BundleLine } from '../../domain/bundle/composition.js';
import { linesOf } from '../../domain/bundle/composition.js';
import type { BundleTimeline } from '../../domain/bundle/timeline.js';
import { BUNDLE_FIELD, instantKey, isBundleField, NOTHING_YET, SCHEDULED_FIELD } from '../../domain/bundle/timeline.js';
import type { Sku } from '../../domain/catalog/sku.js';
import type { ProposedChange } from '../../domain/change/change.js';
import { isOfSku } from '../../domain/change/change.js';
import type { Json } from '../../domain/primitives/json.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Sql } from '../sql.js';

/** "bundle" in ASCII; any constant will do, as long as it is the same for ever and nobody else's. */
const GRAPH_LOCK = 0x62756e646c65;
/** Each round sees at least one change of the graph that was committed meanwhile; so many in a row never happen. */
const ROUNDS = 20;

/** Where a request touches the graph of bundles; SKUs by folded code. */
export interface GraphTouch {
  /** A composition is set, now or for later. */
  sets: boolean;
  /** SKUs whose state, composition or listing changes: what they hold, and what holds them, has a say in it. */
  moved: string[];
  /** SKUs that are put into bundles. */
  named: string[];
}

/**
 * Only a change of state, composition or listing can break a rule between a bundle and its components, so no other change reads or
 * locks the graph: a price of something that is in 100,000 bundles is one row.
 */
export function graphTouchOf(changes: readonly ProposedChange[]): GraphTouch {
  const touch: GraphTouch = { sets: false, moved: [], named: [] };
  for (const { operation, target, patch } of changes) {
    if (!isOfSku(operation)) continue;
    // What is new is in no graph yet, whatever state it begins in.
    const moves =
      operation !== 'SKU_CREATE' &&
      Object.keys(patch).some((field) => field === 'state' || field === 'listedIn' || isBundleField(field));
    if (moves) touch.moved.push(foldCode(target));
    for (const lines of compositionsIn(patch)) {
      touch.sets = true;
      touch.named.push(...lines.map(({ sku }) => foldCode(sku)));
    }
  }
  return touch;
}

function compositionsIn(patch: Record<string, Json>): BundleLine[][] {
  const scheduled = Object.values(patch[SCHEDULED_FIELD] ?? {});
  return [patch[BUNDLE_FIELD], ...scheduled].filter((lines) => lines !== undefined).map(linesOf);
}

/** Whoever changes the graph waits here for whoever does so already: circles and limits are judged on a graph that stands still. */
export async function lockGraph(sql: Sql): Promise<void> {
  await sql.rows('select pg_advisory_xact_lock($1)', [GRAPH_LOCK]);
}

/**
 * Ids of every SKU around those that a request touches: what is in them and what they are in, at every level, in
 * versions of now and of later. Where a composition is set, all that the outer bundles hold is reached too, because
 * limits apply to them as a whole. One statement, whatever the depth; `offset 0` keeps each step one look into an index.
 */
export async function readReach(sql: Sql, { sets, moved, named }: GraphTouch): Promise<string[]> {
  if (moved.length + named.length === 0) return [];
  const rows = await sql.rows<{ id: string }>(
    `with recursive
       moved as (select id from sku where code_folded = any($1)),
       outer_bundle(id) as (
         select id from moved
         union select h.bundle_id from outer_bundle o cross join lateral (
           select c.bundle_id from bundle_component c
           where c.component_id = o.id and c.state in ('CURRENT', 'SCHEDULED') offset 0) h),
       reach(id) as (
         select id from (
           select id from moved
           union select id from sku where code_folded = any($2)
           union select id from outer_bundle where $3) seed
         union select l.component_id from reach r cross join lateral (
           select c.component_id from bundle_component c
           where c.bundle_id = r.id and c.state in ('CURRENT', 'SCHEDULED') offset 0) l)
     select id from outer_bundle union select id from reach`,
    [moved, named, sets],
  );
  return rows.map(({ id }) => id);
}

/**
 * Reads or locks SKUs together with the graph around them. A bundle may gain a component between the reading of the
 * graph and the lock, so it is read again until everything in it is locked.
 * @param take reads the SKUs of the request and those of these ids; with `lock`, locks them by id.
 */
export async function withReach(
  sql: Sql,
  touch: GraphTouch,
  lock: boolean,
  take: (reach: readonly string[]) => Promise<Sku[]>,
): Promise<Sku[]> {
  let reach = await readReach(sql, touch);
  let skus = await take(reach);
  if (!lock || reach.length === 0) return skus;
  for (let round = 0; round < ROUNDS; round += 1) {
    const taken = new Set(skus.map(({ id }) => id));
    const again = await readReach(sql, touch);
    if (again.every((id) => taken.has(id))) return skus;
    reach = [...new Set([...reach, ...again])];
    skus = await take(reach);
  }
  throw new Error('the graph of bundles did not stand still');
}

interface VersionRow {
  code: string;
  state: 'CURRENT' | 'SCHEDULED';
  effective_from: Date;
  lines: BundleLine[];
}

/** Timelines of these SKUs, and how they look to their neighbours. */
export async function readBundleWorld(sql: Sql, skus: readonly Sku[], now: Date): Promise<BundleWorld> {
  const bundles = skus.filter(({ kind }) => kind === 'BUNDLE').map(({ id }) => id);
  const rows =
    bundles.length === 0
      ? []
      : await sql.rows<VersionRow>(
          `select b.code, v.state, v.effective_from,
             jsonb_agg(jsonb_build_object('sku', s.code, 'quantity', c.quantity) order by c.position) as lines
           from bundle_version v
             join sku b on b.id = v.bundle_id
             join bundle_component c on c.version_id = v.id
             join sku s on s.id = c.component_id
           where v.bundle_id = any($1) and v.state in ('CURRENT', 'SCHEDULED')
           group by v.id, b.code`,
          [bundles],
        );
  const timelines = new Map<string, BundleTimeline>();
  for (const { code, state, effective_from: from, lines } of rows) {
    const { current, scheduled } = timelines.get(foldCode(code)) ?? NOTHING_YET;
    timelines.set(
      foldCode(code),
      state === 'CURRENT'
        ? { current: lines, scheduled }
        : { current, scheduled: new Map([...scheduled, [instantKey(from), lines]]) },
    );
  }
  return { now, timelines, members: new Map(skus.map((sku) => [foldCode(sku.code), neighbourOf(sku)])) };
}
