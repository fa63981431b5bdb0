import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';

/** How long a caller may send a request again under its key (design 4.3). */
const KEPT = `interval '72 hours'`;

/** What a caller sent under a key that is still kept. */
export async function keptUnder(sql: Sql, caller: string, key: string): Promise<{ id: string; hash: string } | null> {
  return firstRow<{ id: string; hash: string }>(
    sql,
    `select change_request_id as id, hash from idempotency_key
     where caller = $1 and key = $2 and created_at > clock_timestamp() - ${KEPT}`,
    [caller, key],
  );
}

/**
 * Keeps a key. Where another transaction takes it at the same moment this one waits, fails for uniqueness and runs again,
 * and then finds what the other did; one that has grown old is as good as new.
 */
export async function keepKey(
  sql: Sql,
  { caller, key, hash, requestId }: { caller: string; key: string; hash: string; requestId: string },
): Promise<void> {
  await sql.rows(
    `delete from idempotency_key where caller = $1 and key = $2 and created_at <= clock_timestamp() - ${KEPT}`,
    [caller, key],
  );
  await sql.rows('insert into idempotency_key (caller, key, hash, change_request_id) values ($1, $2, $3, $4)', [
    caller,
    key,
    hash,
    requestId,
  ]);
}

/** Removes keys that nobody can use any more. */
export async function forgetKeys(sql: Sql): Promise<number> {
  const rows = await sql.rows(
    `delete from idempotency_key where created_at <= clock_timestamp() - ${KEPT} returning caller`,
  );
  return rows.length;
}
