import type { KeptPlan, PlanReader } from '../../application/ports/plan-store.js';
import type { Sql } from '../sql.js';

/** Reads of plans that were kept with their requests. */
export class SqlPlanReader implements PlanReader {
  constructor(private readonly sql: Sql) {}

  async replansOf(requestIds: readonly string[]): Promise<Map<string, KeptPlan[]>> {
    const rows = await this.sql.rows<KeptPlan>(
      `select id, change_request_id as "requestId", hash, at, reason from request_plan
       where change_request_id = any($1::uuid[]) and reason is not null order by at, id`,
      [requestIds],
    );
    return Map.groupBy(rows, (row) => row.requestId);
  }
}
