import type { BudgetAsk, BudgetTold, RateBudgets } from '../../application/ports/rate-budget.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';

/** Nobody asks again sooner, or processes that wait for the same points would do nothing else. */
const SHORTEST_WAIT_SECONDS = 0.01;

/**
 * The budget as one row a system. Each call is one statement on its own connection for a fraction of a millisecond: the
 * row is locked for no longer, and nobody waits inside the database. The table is unlogged, so nothing is flushed either.
 */
export class SqlRateBudgets implements RateBudgets {
  constructor(private readonly sql: Sql) {}

  async reserve(
    system: string,
    { points, share, keep }: BudgetAsk,
  ): Promise<{ granted: boolean; waitSeconds: number; taken: number }> {
    // What is dearer than all that may ever be there goes as soon as the bucket is full, and leaves a debt.
    const row = await firstRow<{ granted: boolean; wait: number }>(
      this.sql,
      `with taken as (
         update rate_budget b set points = budget_points(b, $3) - $2, counted_at = clock_timestamp()
         where b.system = $1 and budget_points(b, $3) >= least($2 + $4 * $3 * b.maximum, $3 * b.maximum) returning 1)
       select exists (select from taken) as granted,
         (least($2 + $4 * $3 * b.maximum, $3 * b.maximum) - budget_points(b, $3)) / ($3 * b.restore_rate) as wait
       from rate_budget b where b.system = $1`,
      [system, points, share, keep],
    );
    if (!row || row.granted) return { granted: true, waitSeconds: 0, taken: row ? points : 0 };
    return { granted: false, waitSeconds: Math.max(SHORTEST_WAIT_SECONDS, row.wait), taken: 0 };
  }

  async settle(
    system: string,
    { refund, share, told, underWay }: { refund: number; share: number; told: BudgetTold; underWay: number },
  ): Promise<void> {
    await this.sql.rows(
      `insert into rate_budget as b (system, maximum, restore_rate, points, counted_at)
       values ($1, $2::float8, $3::float8, greatest(0, $4::float8 - (1 - $5::float8) * $2::float8 - $7::float8), clock_timestamp())
       on conflict (system) do update set maximum = excluded.maximum, restore_rate = excluded.restore_rate,
         points = least(budget_points(b, $5) + $6::float8, $5::float8 * excluded.maximum, $4::float8 - $7::float8),
         counted_at = clock_timestamp()`,
      [system, told.maximum, told.restoreRate, told.left, share, refund, underWay],
    );
  }
}
