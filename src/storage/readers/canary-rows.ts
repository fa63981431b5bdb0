import type { CanaryView } from '../../application/ports/operations-reader.js';
import { OPEN } from '../delivery-moves.js';
import type { Sql } from '../sql.js';

/** Canaries with what has become of their deliveries, the newest first. @param where over alias `c`. */
export function readCanaries(sql: Sql, where: string, values: readonly unknown[]): Promise<CanaryView[]> {
  return sql.rows<CanaryView>(
    `select c.id, c.change_request_id as "changeRequestId", c.system, c.state, c.records, c.first_records as "firstRecords",
       c.stop_percent as "stopPercent", n.waiting, n.delivered, n.dead, c.created_at as "createdAt", c.stopped_at as "stoppedAt",
       c.ended_at as "endedAt", c.decided_by as "decidedBy", c.reason
     from canary c cross join lateral (
       select count(*) filter (where d.state in ${OPEN})::int as waiting,
         count(*) filter (where d.state = 'DELIVERED')::int as delivered,
         count(*) filter (where d.state = 'DEAD_LETTERED')::int as dead
       from delivery d where d.canary_id = c.id) n
     where ${where} order by c.created_at desc, c.id`,
    values,
  );
}
