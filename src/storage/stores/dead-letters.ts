import type { DeadLetter, NamedDelivery, Skipped, WhichDeliveries } from '../../application/ports/delivery-store.js';
import type { Actor } from '../../domain/actor.js';
import type { Where } from '../readers/delivery-where.js';
import { deliveryWhere } from '../readers/delivery-where.js';
import { movableTo, WAITING } from '../delivery-moves.js';
import { SAME_RECORD, TAKES_ANYTHING } from '../lane-sql.js';
import { openLanes } from '../open-lanes.js';
import type { Sql } from '../sql.js';

/** What one call may move; more are reached by calling again. */
const DEAD_LIMIT = 10_000;

interface Retried {
  id: string;
  system: string;
  product_id: string;
  /** One text for the record that it is about. */
  record: string;
}

/** What is meant: by id ($1), and by the filter. */
function meant({ filter }: WhichDeliveries): Where {
  return filter ? deliveryWhere(filter, 2) : { text: 'true', values: [] };
}

export function lockDead(sql: Sql, which: WhichDeliveries): Promise<DeadLetter[]> {
  const where = meant(which);
  return sql.rows<DeadLetter>(
    `select d.id, d.system, d.target from delivery d where d.state = 'DEAD_LETTERED'
       and ($1::uuid[] is null or d.id = any($1)) and ${where.text} order by d.id limit ${DEAD_LIMIT} for update of d`,
    [which.ids, ...where.values],
  );
}

/** Dead letters back to PENDING; of several of one record the newest, and none where a newer delivery waits already. */
export async function retryDead(
  sql: Sql,
  which: WhichDeliveries,
  by: Actor,
): Promise<{ ids: string[]; systems: string[] }> {
  const where = meant(which);
  const asked = which.ids === null ? null : [...new Set(which.ids)];
  const dead = await sql.rows<Retried>(
    `select d.id, d.system, d.product_id, concat_ws('|', d.system, d.entity, d.product_id, d.sku_id) as record
     from delivery d join record r on ${SAME_RECORD} and ${TAKES_ANYTHING} join system y on y.code = d.system and y.mode = 'WRITE'
     where d.state = 'DEAD_LETTERED' and ($1::uuid[] is null or d.id = any($1)) and ${where.text}
     order by d.created_at, d.id limit ${DEAD_LIMIT} for update of d`,
    [asked, ...where.values],
  );
  // Asked for by id, it is all of them or none: the caller is told which cannot be retried.
  if (asked !== null && dead.length < asked.length) return { ids: dead.map(({ id }) => id), systems: [] };
  const newest = [...new Map(dead.map((each) => [each.record, each.id])).values()];
  await sql.rows(
    `update delivery d set state = case when not d.id = any($2) or exists (select from delivery n where n.system = d.system
         and n.entity = d.entity and n.product_id = d.product_id and n.sku_id is not distinct from d.sku_id
         and n.state in ${WAITING})
       then 'SUPERSEDED' else 'PENDING' end,
       next_attempt_at = clock_timestamp(), retried_at = clock_timestamp(), attempts = 0, conflicts = 0, not_founds = 0,
       unknowns = 0, lost_leases = 0, excused_seconds = 0, rate_since = null, cause = null, cause_shape = null, finding_id = null,
       died_at = null, due_at = null, resolved_at = clock_timestamp(), settled_by = $3
     where id = any($1) and state in ${movableTo('PENDING')}`,
    [dead.map(({ id }) => id), newest, JSON.stringify(by)],
  );
  return { ids: dead.map(({ id }) => id), systems: await openLanes(sql, dead) };
}

/**
 * Dead letters that a filter means and that are as they were after something was done to it.
 * @param done ids of what it was done to.
 * @param needsRecord whether it can be done only to those whose record takes something.
 */
export async function skippedDead(
  sql: Sql,
  which: WhichDeliveries,
  done: readonly string[],
  needsRecord: boolean,
): Promise<Skipped[]> {
  const where = deliveryWhere(which.filter ?? {}, 4);
  return sql.rows<Skipped>(
    `select case when $3::boolean and y.mode <> 'WRITE' then 'SYSTEM_READ_ONLY' when not $3::boolean or ${TAKES_ANYTHING} then 'BEYOND_LIMIT' when r.match = 'MISSING' then 'RECORD_MISSING'
         else 'RECORD_WAITING' end as reason, count(*)::int as count
     from delivery d join record r on ${SAME_RECORD} join system y on y.code = d.system
     where d.state = 'DEAD_LETTERED' and ($1::uuid[] is null or d.id = any($1)) and not d.id = any($2) and ${where.text}
     group by 1 order by 1`,
    [which.ids, done, needsRecord, ...where.values],
  );
}

/** How many dead letters are these parties' to look at. */
export async function countAssigned(sql: Sql, partyIds: readonly string[]): Promise<number> {
  const [row] = await sql.rows<{ count: number }>(
    `select count(*)::int as count from delivery where state = 'DEAD_LETTERED' and assignee_id = any($1::uuid[])`,
    [partyIds],
  );
  return row?.count ?? 0;
}

/** How deliveries stand that somebody named by id; what there is not is not among them. */
export function namedDeliveries(sql: Sql, ids: readonly string[]): Promise<NamedDelivery[]> {
  return sql.rows<NamedDelivery>(
    `select d.id, d.state, r.match, y.mode <> 'WRITE' as "isReadOnly" from delivery d join system y on y.code = d.system
       left join record r on ${SAME_RECORD} where d.id = any($1)`,
    [ids],
  );
}
