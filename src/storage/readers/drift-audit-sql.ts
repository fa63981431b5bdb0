import { COMPARED_AT } from './coverage-reader.js';

/**
 * What the statements of the drift audit have in common. $1 is the quarter's first instant, $2 the first after it.
 */

/**
 * CTE `step`: the openings and resolutions of every finding up to the quarter's end. `next_at` is the finding's next
 * step (null: that is how it stood at the end), `opened_at` its last opening so far. A finding that is born resolved
 * (rule IGNORE) opens and closes in one instant, so openings come first among equals.
 */
export const STEPS = `
  step as (
    select e.finding_id, e.at, e.type <> 'RESOLVED' as is_opening, lead(e.at) over along as next_at,
      max(e.at) filter (where e.type <> 'RESOLVED') over along as opened_at
    from finding_event e
    where e.type in ('OPENED', 'REOPENED', 'RESOLVED') and e.at < $2
    window along as (partition by e.finding_id order by e.at, e.type = 'RESOLVED', e.id))`;

/** A finding f whose last step before $1 (here the quarter's end) left it open; rides on finding_event_finding. */
export const OPEN_AT_END = `
  (select e.type <> 'RESOLVED' from finding_event e
   where e.finding_id = f.id and e.at < $1 and e.type in ('OPENED', 'REOPENED', 'RESOLVED')
   order by e.at desc, e.type = 'RESOLVED' desc, e.id desc limit 1)`;

/**
 * CTEs `governed` (SKUs past DRAFT that are listed or already there) and `pair` (each with every system that it is in
 * or is to be in, and whether the two were compared in the quarter). A record remembers only its latest comparison:
 * where that one came after the quarter, a full scan that finished within it and began after the SKU was made proves
 * an earlier one, because a finished full scan compares all.
 */
export const COMPARED = `
  governed as materialized (
    select s.id, s.listed_in, s.created_at from sku s
    where s.state <> 'DRAFT' and s.created_at < $2
      and (cardinality(s.listed_in) > 0 or exists (select from record r where r.sku_id = s.id))),
  scanned as (
    select system, max(started_at) as started_at from scan
    where mode = 'FULL' and state = 'SUCCEEDED' and finished_at >= $1 and finished_at < $2 group by system),
  pair as (
    select g.id as sku_id, y.code as system,
      coalesce(${COMPARED_AT} >= $1 and (${COMPARED_AT} < $2 or g.created_at < w.started_at), false) as compared
    from governed g cross join system y
      left join record r on r.sku_id = g.id and r.system = y.code and r.entity = 'SKU'
      left join scan_piece k on k.id = r.piece_id
      left join scanned w on w.system = y.code
    where r.id is not null or y.code = any(g.listed_in))`;

/** The columns of an AuditFinding, from finding f and its owner p. */
export const AUDIT_FINDING = `
  f.id, f.system, f.kind, f.target, f.field, f.expected, f.found, f.severity, f.state, f.attribution, p.code as owner,
  f.first_seen_at as "firstSeenAt", f.opened_at as "openedAt", f.recurrences, f.due_at as "dueAt"`;
