import type { DueWork, WaitingJobs, WaitingQueue } from '../../application/ports/waiting-jobs.js';
import { QUEUE_SCHEMA } from '../postgres/queue-schema.js';
import { REFUSED } from '../release-refused.js';
import type { Sql } from '../sql.js';

/** One look at all tables, and one at all queues of pg-boss, in place of one for each of those who work on them. */
export class SqlWaitingJobs implements WaitingJobs {
  constructor(private readonly sql: Sql) {}

  async due(): Promise<DueWork> {
    const [row] = await this.sql.rows<DueWork>(
      `select exists (select from change_request where state = 'SCHEDULED' and (due_at <= clock_timestamp() or blocked_by is not null)) as requests,
         exists (select from bundle_version where state = 'SCHEDULED' and effective_from <= clock_timestamp()) as versions,
         exists (select from request_validation where finished_at is null) as validations,
         exists (select from scan where state = 'RUNNING' and (lease_until is null or lease_until <= clock_timestamp())) as scans,
         exists (select from finding where state = 'WAIVED' and waived_until <= clock_timestamp())
           or exists (select from finding where healing in ('AUTO_REVERT', 'AUTO_ADOPT') and state <> 'RESOLVED' and revert_requested_by is null)
           or exists (select from finding where kind = 'UNEXPECTED' and state <> 'RESOLVED' and revert_requested_by is not null
             and coalesce(not_before <= clock_timestamp(), true)) as findings,
         exists (select from system_hold where kind = 'PAUSE' and ended_at is null and until <= clock_timestamp()) as pauses,
         exists (select from delivery d where ${REFUSED}) as refused,
         exists (select from canary where state in ('FIRST', 'REST', 'STOPPED', 'CONTINUED')) as canaries,
         exists (select from webhook where handled_at is null) as webhooks`,
    );
    if (!row) throw new Error('the database did not say what is due');
    return row;
  }

  within(milliseconds: number): Promise<WaitingQueue[]> {
    // In the words of pg-boss's own index of jobs that wait.
    return this.sql.rows<WaitingQueue>(
      `select name as queue, greatest(0, extract(epoch from min(start_after) - clock_timestamp()) * 1000)::float8 as "inMs"
       from ${QUEUE_SCHEMA}.job where state < 'active' and not blocked
         and start_after <= clock_timestamp() + make_interval(secs => $1::float8 / 1000) group by name`,
      [milliseconds],
    );
  }
}
