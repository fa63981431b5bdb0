import type { GateTools } from './gate-sql.js';
import { openLanes } from './open-lanes.js';

/** So many are released in one transaction; whoever releases goes on while there are more. */
const AT_ONCE = 5_000;

/**
 * Deliveries (alias `d`) that a hold put off and that wait for nothing any more: what a refused key put off, once that has ended;
 * what failed before a breaker, once a person has said that the system is well again. A breaker that closes by itself
 * leaves each its own back-off, so that a system that has just come back is not asked for all of it at once. What waits for
 * the rate limit waits.
 */
export const REFUSED = `d.state = 'RETRYING' and d.next_attempt_at > clock_timestamp() and d.last_error->>'class' in ('AUTH', 'TRANSIENT')
  and exists (select from system_hold h where h.system = d.system and h.ended_at >= (d.last_error->>'at')::timestamptz
    and case d.last_error->>'class' when 'AUTH' then h.kind = 'AUTH'
      else h.kind = 'BREAKER' and h.ended_by->>'kind' <> 'SYSTEM' end)`;

/**
 * Makes what is `REFUSED` due now. A transaction of its own, after the one that ended the hold: that one has the system, which
 * everybody takes after deliveries and lanes. What somebody else holds is passed by: it is being claimed, or made needless.
 * @returns how many; more may be left where it is as many as one transaction takes.
 */
export async function releaseRefused({ sql, wake }: Pick<GateTools, 'sql' | 'wake'>): Promise<'ALL' | 'MORE'> {
  const released = await sql.rows<{ system: string; product_id: string }>(
    `with due as materialized (select d.id from delivery d where ${REFUSED} order by d.id limit ${AT_ONCE} for update of d skip locked)
     update delivery d set next_attempt_at = clock_timestamp() from due where d.id = due.id
     returning d.system, d.product_id`,
  );
  if (released.length === 0) return 'ALL';
  await wake.deliveriesDue(await openLanes(sql, released));
  return released.length < AT_ONCE ? 'ALL' : 'MORE';
}
