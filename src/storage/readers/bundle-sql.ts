// Statements over the graph of bundles. The present is asked by state, which a version has from the moment at which it was
// put into effect; another instant by time.

/**
 * The version `v` was, or is to be, in force at an instant. One that is due and not in effect yet is not: until then the
 * present one goes on, whatever end was foreseen for it.
 */
export function inForceAt(instant: string): string {
  return `v.effective_from <= ${instant}
    and (v.effective_to is null or v.effective_to > ${instant} or (v.state = 'CURRENT' and ${instant} <= clock_timestamp()))
    and (v.state <> 'SCHEDULED' or ${instant} > clock_timestamp())`;
}

/** Columns of a version of `bundle_version v`, its lines in their order. @param end when it ends. */
const versionUntil = (end: string): string => `v.bundle_id as "bundleId", v.effective_from as "effectiveFrom",
  ${end} as "effectiveTo",
  (select jsonb_agg(jsonb_build_object('key', c.component_id, 'quantity', c.quantity) order by c.position)
   from bundle_component c where c.version_id = v.id) as lines`;

const VERSION = versionUntil('v.effective_to');

/**
 * When the version `v` was to end as far as anybody knew at an instant: where the next one was scheduled to begin then.
 * What was set, or taken back, since would make another answer of an old question.
 */
const knownEnd = (instant: string): string => `(
  select min(k.begins::timestamptz) from (
      select r.snapshot from sku_revision r where r.sku_id = v.bundle_id and r.valid_from <= ${instant}
      order by r.valid_from desc, r.revision desc limit 1) s
    cross join lateral jsonb_object_keys(coalesce(s.snapshot->'bundleScheduled', '{}')) as k(begins)
  where k.begins::timestamptz > v.effective_from)`;

/** How many versions of the bundle had begun when this one did. */
const ORDINAL = `(select count(*)::int from bundle_version w
  where w.bundle_id = v.bundle_id and w.effective_from <= v.effective_from) as version`;

export const IN_FORCE_NOW = `select ${VERSION}, ${ORDINAL} from bundle_version v
  where v.bundle_id = any($1::uuid[]) and v.state = 'CURRENT'`;

export const IN_FORCE_THEN = `select ${versionUntil(knownEnd('$2::timestamptz'))}, ${ORDINAL} from bundle_version v
  where v.bundle_id = any($1::uuid[]) and ${inForceAt('$2::timestamptz')}`;

export const VERSIONS = `select ${VERSION},
    row_number() over (partition by v.bundle_id order by v.effective_from)::int as version
  from bundle_version v where v.bundle_id = any($1::uuid[]) order by v.bundle_id, v.effective_from`;

// A planner cannot know how little a recursion finds, and would rather hash the whole graph than look a few SKUs up.
// `offset 0` keeps what it stands in from being merged into such a join: each step is one look into an index.

/** Lines of the bundle `id`, as it is now. */
const LINES_NOW = (id: string): string => `lateral (
  select c.bundle_id, c.position, c.component_id, c.quantity from bundle_component c
  where c.bundle_id = ${id} and c.state = 'CURRENT' offset 0)`;

/** Lines of the bundle `id`, as of an instant. */
const LINES_THEN = (id: string, instant: string): string => `lateral (
  select c.bundle_id, c.position, c.component_id, c.quantity from bundle_version v
    join bundle_component c on c.version_id = v.id
  where v.bundle_id = ${id} and ${inForceAt(instant)} offset 0)`;

/** $1: SKU ids. */
export const INSIDE_NOW = `with recursive inside(bundle_id, position, component_id, quantity) as (
    select l.* from unnest($1::uuid[]) a(id) cross join ${LINES_NOW('a.id')} l
    union select l.* from inside i cross join ${LINES_NOW('i.component_id')} l)
  select bundle_id, component_id, quantity from inside order by bundle_id, position`;

/** $1: instants; $2: SKU ids, side by side. */
export const INSIDE_THEN = `with recursive inside(at, bundle_id, position, component_id, quantity) as (
    select a.at, l.* from unnest($1::timestamptz[], $2::uuid[]) a(at, id) cross join ${LINES_THEN('a.id', 'a.at')} l
    union select i.at, l.* from inside i cross join ${LINES_THEN('i.component_id', 'i.at')} l)
  select at, bundle_id, component_id, quantity from inside order by at, bundle_id, position`;

/**
 * $1: ids of findings. What was in their bundles when they were opened: the instant is taken in here, because our own
 * clock values are cut to milliseconds.
 */
export const INSIDE_WHEN_FOUND = `with recursive inside(finding, at, bundle_id, position, component_id, quantity) as (
    select f.id, f.opened_at, l.* from finding f cross join ${LINES_THEN('f.sku_id', 'f.opened_at')} l where f.id = any($1::uuid[])
    union select i.finding, i.at, l.* from inside i cross join ${LINES_THEN('i.component_id', 'i.at')} l)
  select finding, bundle_id, component_id, quantity from inside order by finding, bundle_id, position`;

/** Since when each bundle of $1 is made of what it is made of now. */
export const COMPOSED_SINCE = `select v.bundle_id, v.effective_from as since from bundle_version v
  where v.bundle_id = any($1::uuid[]) and v.state = 'CURRENT'`;

/** Bundles that hold the SKU `id` directly, as of $2, or as they are now where that is null. */
function holders(id: string, at: Date | null): string {
  if (at === null) {
    return `select c.bundle_id from bundle_component c
      where c.component_id = ${id} and c.state = 'CURRENT' and $2::timestamptz is null`;
  }
  return `select c.bundle_id from bundle_component c join bundle_version v on v.id = c.version_id
    where c.component_id = ${id} and ${inForceAt('$2::timestamptz')}`;
}

/** Every bundle around each SKU of $1, once, as of $2. */
function around(at: Date | null): string {
  return `recursive outwards(sku_id, bundle_id) as (
    select a.id, h.bundle_id from unnest($1::uuid[]) a(id) cross join lateral (${holders('a.id', at)} offset 0) h
    union
    select o.sku_id, h.bundle_id from outwards o cross join lateral (${holders('o.bundle_id', at)} offset 0) h)`;
}

/** Every bundle that holds one of $1 now, at whatever level. */
export const EVERY_BUNDLE_AROUND = `with recursive outwards(bundle_id) as (
    select k.bundle_id from unnest($1::uuid[]) a(id) cross join lateral (
      select c.bundle_id from bundle_component c where c.component_id = a.id and c.state = 'CURRENT' offset 0) k
    union
    select k.bundle_id from outwards o cross join lateral (
      select c.bundle_id from bundle_component c where c.component_id = o.bundle_id and c.state = 'CURRENT' offset 0) k)
  select bundle_id from outwards`;

/** One page for each SKU of $1 as of $2: behind the bundle $3, at most $4. Direct holders come from the index in order. */
export function usedIn(nested: boolean, at: Date | null): string {
  if (nested) {
    return `with ${around(at)}
      select sku_id, bundle_id from (
        select sku_id, bundle_id, row_number() over (partition by sku_id order by bundle_id) as place from outwards
        where $3::uuid is null or bundle_id > $3) p
      where place <= $4 order by sku_id, bundle_id`;
  }
  return `select a.id as sku_id, h.bundle_id from unnest($1::uuid[]) a(id)
    cross join lateral (
      ${holders('a.id', at)} and ($3::uuid is null or c.bundle_id > $3) order by c.bundle_id limit $4) h
    order by a.id, h.bundle_id`;
}

export function useCounts(nested: boolean, at: Date | null): string {
  if (nested) return `with ${around(at)} select sku_id, count(*)::int as count from outwards group by sku_id`;
  return `select a.id as sku_id, h.count from unnest($1::uuid[]) a(id)
    cross join lateral (select count(*)::int as count from (${holders('a.id', at)}) e) h`;
}

/** Everything in each bundle of $1 as it is now, at every level, as its neighbours see it. */
export const CONTENTS = `with recursive inside(root, id) as (
    select a.id, l.component_id from unnest($1::uuid[]) a(id) cross join ${LINES_NOW('a.id')} l
    union select i.root, l.component_id from inside i cross join ${LINES_NOW('i.id')} l)
  select i.root, s.code, s.kind, s.state, s.listed_in as "listedIn", array_remove(array[
      case when s.cost is null then 'cost' end, case when s.price is null then 'price' end,
      case when s.weight_value is null then 'weight' end], null) as lacks
  from inside i cross join lateral (select * from sku s where s.id = i.id offset 0) s order by i.root, s.code_folded`;

/** Bundles that hold the SKU `id` directly, in versions of now and of later. */
const KEEPERS = (id: string): string => `lateral (
  select c.bundle_id from bundle_component c where c.component_id = ${id} and c.state in ('CURRENT', 'SCHEDULED') offset 0)`;

/**
 * Bundles around each SKU of $1, in versions of now and of later: those in the states $2, and by system those that are listed
 * there in the states $3; how many, and the codes of the first $4. Every state of $2 is one of $3.
 */
export const HOLDERS = `with recursive outwards(root, id) as (
    select a.id, k.bundle_id from unnest($1::uuid[]) a(id) cross join ${KEEPERS('a.id')} k
    union select o.root, k.bundle_id from outwards o cross join ${KEEPERS('o.id')} k),
  shown as (
    select o.root, s.code, s.state, s.listed_in
    from outwards o cross join lateral (select * from sku s where s.id = o.id offset 0) s where s.state = any($3)),
  listed as (
    select l.root, jsonb_agg(jsonb_build_object('system', l.system, 'first', l.first, 'count', l.count) order by l.system) as listed
    from (select n.root, y.system, count(*)::int as count, (array_agg(n.code order by n.code))[1:$4] as first
          from shown n cross join unnest(n.listed_in) y(system) group by n.root, y.system) l
    group by l.root)
  select n.root, count(*) filter (where n.state = any($2))::int as count,
    coalesce((array_agg(n.code order by n.code) filter (where n.state = any($2)))[1:$4], '{}') as first,
    coalesce((select l.listed from listed l where l.root = n.root), '[]') as listed
  from shown n group by n.root`;
