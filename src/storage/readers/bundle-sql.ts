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

/** Columns of a version of `bundle_version v`, its lines in their order. */
const VERSION = `v.bundle_id as "bundleId", v.effective_from as "effectiveFrom", v.effective_to as "effectiveTo",
  (select jsonb_agg(jsonb_build_object('key', c.component_id, 'quantity', c.quantity) order by c.position)
   from bundle_component c where c.version_id = v.id) as lines`;

/** How many versions of the bundle had begun when this one did. */
const ORDINAL = `(select count(*)::int from bundle_version w
  where w.bundle_id = v.bundle_id and w.effective_from <= v.effective_from) as version`;

export const IN_FORCE_NOW = `select ${VERSION}, ${ORDINAL} from bundle_version v
  where v.bundle_id = any($1::uuid[]) and v.state = 'CURRENT'`;

export const IN_FORCE_THEN = `select ${VERSION}, ${ORDINAL} from bundle_version v
  where v.bundle_id = any($1::uuid[]) and ${inForceAt('$2::timestamptz')}`;

export const VERSIONS = `select ${VERSION},
    row_number() over (partition by v.bundle_id order by v.effective_from)::int as version
  from bundle_version v where v.bundle_id = any($1::uuid[]) order by v.bundle_id, v.effective_from`;

/** $1: SKU ids. */
export const INSIDE_NOW = `with recursive reach(id) as (
    select unnest($1::uuid[])
    union select c.component_id from reach r join bundle_component c on c.bundle_id = r.id and c.state = 'CURRENT')
  select c.bundle_id, c.component_id, c.quantity from reach r
    join bundle_component c on c.bundle_id = r.id and c.state = 'CURRENT'
  order by c.bundle_id, c.position`;

/** $1: instants; $2: SKU ids, side by side. */
export const INSIDE_THEN = `with recursive reach(at, id) as (
    select * from unnest($1::timestamptz[], $2::uuid[])
    union select r.at, c.component_id from reach r
      join bundle_version v on v.bundle_id = r.id and ${inForceAt('r.at')}
      join bundle_component c on c.version_id = v.id)
  select r.at, v.bundle_id, c.component_id, c.quantity from reach r
    join bundle_version v on v.bundle_id = r.id and ${inForceAt('r.at')}
    join bundle_component c on c.version_id = v.id
  order by r.at, v.bundle_id, c.position`;

/** Which bundle holds which SKU: rows of `component_id` and `bundle_id` as of $2, or as it is now where $2 is null. */
function edges(at: Date | null): string {
  const now = `select component_id, bundle_id from bundle_component where state = 'CURRENT' and $2::timestamptz is null`;
  const then = `select c.component_id, c.bundle_id from bundle_component c
    join bundle_version v on v.id = c.version_id and ${inForceAt('$2::timestamptz')}`;
  return at === null ? now : then;
}

/** Every bundle around each SKU of $1, once, as of $2. */
function around(at: Date | null): string {
  return `recursive outwards(sku_id, bundle_id) as (
    select e.component_id, e.bundle_id from (${edges(at)}) e where e.component_id = any($1::uuid[])
    union select o.sku_id, e.bundle_id from outwards o join (${edges(at)}) e on e.component_id = o.bundle_id)`;
}

/** One page for each SKU of $1 as of $2: behind the bundle $3, at most $4. Direct holders come from the index in order. */
export function usedIn(nested: boolean, at: Date | null): string {
  if (nested) {
    return `with ${around(at)}
      select sku_id, bundle_id from (
        select sku_id, bundle_id, row_number() over (partition by sku_id order by bundle_id) as place from outwards
        where $3::uuid is null or bundle_id > $3) p
      where place <= $4 order by sku_id, bundle_id`;
  }
  return `select a.sku_id, u.bundle_id from unnest($1::uuid[]) a(sku_id)
    cross join lateral (
      select e.bundle_id from (${edges(at)}) e
      where e.component_id = a.sku_id and ($3::uuid is null or e.bundle_id > $3) order by e.bundle_id limit $4) u
    order by a.sku_id, u.bundle_id`;
}

export function useCounts(nested: boolean, at: Date | null): string {
  if (nested) return `with ${around(at)} select sku_id, count(*)::int as count from outwards group by sku_id`;
  return `select e.component_id as sku_id, count(*)::int as count from (${edges(at)}) e
    where e.component_id = any($1::uuid[]) group by e.component_id`;
}

/** Everything in each bundle of $1 as it is now, at every level, as its neighbours see it. */
export const CONTENTS = `with recursive inside(root, id) as (
    select c.bundle_id, c.component_id from bundle_component c where c.bundle_id = any($1::uuid[]) and c.state = 'CURRENT'
    union select i.root, c.component_id from inside i join bundle_component c on c.bundle_id = i.id and c.state = 'CURRENT')
  select i.root, s.code, s.kind, s.state, array_remove(array[
      case when s.cost is null then 'cost' end, case when s.price is null then 'price' end,
      case when s.weight_value is null then 'weight' end], null) as lacks
  from inside i join sku s on s.id = i.id order by i.root, s.code_folded`;

/** Bundles in the states $2 around each SKU of $1, in versions of now and of later: how many, and the codes of the first $3. */
export const HOLDERS = `with recursive outwards(root, id) as (
    select c.component_id, c.bundle_id from bundle_component c
      where c.component_id = any($1::uuid[]) and c.state in ('CURRENT', 'SCHEDULED')
    union select o.root, c.bundle_id from outwards o
      join bundle_component c on c.component_id = o.id and c.state in ('CURRENT', 'SCHEDULED'))
  select o.root, count(*)::int as count, (array_agg(s.code order by s.code))[1:$3] as first
  from outwards o join sku s on s.id = o.id where s.state = any($2) group by o.root`;
