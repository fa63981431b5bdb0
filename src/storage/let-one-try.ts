import { isAnswered, TRIED_SECONDS } from '../domain/publishing/gate.js';
import type { GateTools } from './gate-sql.js';
import { readGate } from './gate-sql.js';
import { openLanes } from './open-lanes.js';

/**
 * A system was read to the end. Where something is owed to it, that ends no hold: one delivery is let go at once instead of in its own
 * time, and what the system says to that counts. Else whoever may read and not write would be let go by each scan, refused
 * again, and told to people once more.
 * @param since when the look was begun; what began to hold the system after that is left alone.
 * @returns false where nothing is owed: then nobody else is going to hear how the system is.
 */
export async function letOneTry({ sql, wake }: GateTools, system: string, since: Date): Promise<boolean> {
  const owed = await sql.rows(
    `select 1 from system y join lane l on l.system = y.code where y.code = $1 and y.link = 'LINKED' and y.mode = 'WRITE'
       and l.due_at <= clock_timestamp() + make_interval(secs => $2) limit 1`,
    [system, TRIED_SECONDS],
  );
  if (owed.length === 0) return false;
  const gated = await readGate(sql, system);
  if (!gated?.gate.holds.some((hold) => isAnswered(hold, since))) return true;
  // What somebody else holds is passed by: it is being claimed, or made needless.
  const put = await sql.rows<{ system: string; product_id: string }>(
    `with one as materialized (select d.id from delivery d where d.system = $1 and d.state = 'RETRYING'
       and d.last_error->>'class' in ('AUTH', 'TRANSIENT') and d.next_attempt_at > clock_timestamp()
       order by d.next_attempt_at, d.id limit 1 for update of d skip locked)
     update delivery d set next_attempt_at = clock_timestamp() from one where d.id = one.id returning d.system, d.product_id`,
    [system],
  );
  await openLanes(sql, put);
  await sql.rows('update system set probe_at = clock_timestamp() where code = $1 and probe_at > clock_timestamp()', [
    system,
  ]);
  await wake.deliveriesDue([system]);
  return true;
}
