import type { Sql } from './sql.js';

/**
 * Lanes with something due now; in one order, so that two transactions never wait for each other in a circle.
 * @returns the systems that they are in.
 */
export async function openLanes(sql: Sql, rows: readonly { system: string; product_id: string }[]): Promise<string[]> {
  if (rows.length === 0) return [];
  await sql.rows(
    `insert into lane (system, product_id, due_at)
     select system, product_id, clock_timestamp()
     from jsonb_to_recordset($1::jsonb) as n(system text, product_id uuid) group by 1, 2 order by 1, 2
     on conflict (system, product_id) do update set due_at = least(lane.due_at, excluded.due_at)`,
    [JSON.stringify(rows.map(({ system, product_id }) => ({ system, product_id })))],
  );
  return [...new Set(rows.map(({ system }) => system))].sort();
}
