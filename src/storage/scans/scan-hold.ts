import type { ScanHold, ScanRun } from '../../application/ports/scan-store.js';
import { ScanGone } from '../../application/ports/scan-store.js';
import type { ScanPhase, ScanView } from '../../application/ports/operations-reader.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';

/** A process shows three times a minute that it is at work: after this long without a sign it is taken for lost. */
const LEASE_SECONDS = 90;
/** A scan that takes its process down with it again and again would do so for ever. */
const MOST_LOSSES = 5;

interface RunRow {
  system: string;
  mode: ScanView['mode'];
  phase: ScanPhase;
  operation: string | null;
  read_at: Date | null;
  losses: number;
  linked: number | null;
  staged: number | null;
}

/**
 * Takes a RUNNING scan that nobody holds. What a run before this one has read and judged stands in pieces, so that it is
 * neither read past nor judged again; the count begins with those.
 */
export async function claimRunning(sql: Sql, id: string, token: string): Promise<ScanRun | 'LOST' | null> {
  const row = await firstRow<RunRow>(
    sql,
    `update scan c set lease_token = $2, lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}),
       touched_at = clock_timestamp(), losses = c.losses + case when c.lease_token is null then 0 else 1 end,
       records_read = case when c.mode = 'FULL' and c.phase = 'READING'
         then (select coalesce(sum(k.records), 0)::int from scan_piece k where k.seen_in = c.id) else c.records_read end,
       records_expected = coalesce(c.records_expected, case c.mode when 'FULL' then coalesce(
         (select p.records_read from scan p where p.system = c.system and p.mode = 'FULL' and p.state = 'SUCCEEDED'
           order by p.started_at desc limit 1),
         (select count(*)::int from record r where r.system = c.system and r.external_id is not null)) end)
     where c.id = $1 and c.state = 'RUNNING' and (c.lease_until is null or c.lease_until <= clock_timestamp())
     returning system, mode, phase, operation, read_at, losses, linked_records as linked, staged_records as staged`,
    [id, token],
  );
  if (!row) return null;
  if (row.losses >= MOST_LOSSES) return 'LOST';
  const { system, mode, phase, operation, read_at: readAt, linked, staged } = row;
  return { id, token, system, mode, phase, operation, readAt, linked, staged };
}

/** The scan's row, locked as long as the transaction takes, while it is this process's to run. @throws ScanGone */
export async function lockHeld(
  sql: Sql,
  { id, token }: ScanHold,
  strength: 'share' | 'update',
): Promise<{ system: string }> {
  const row = await firstRow<{ system: string }>(
    sql,
    `select system from scan where id = $1 and state = 'RUNNING' and lease_token = $2 for ${strength}`,
    [id, token],
  );
  if (!row) throw new ScanGone();
  return row;
}

/** @throws ScanGone */
export async function renewLease(sql: Sql, { id, token }: ScanHold): Promise<void> {
  const rows = await sql.rows(
    `update scan set lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}), touched_at = clock_timestamp()
     where id = $1 and state = 'RUNNING' and lease_token = $2 returning 1`,
    [id, token],
  );
  if (rows.length === 0) throw new ScanGone();
}

/** What a scan keeps only while it is under way. */
export async function dropWork(sql: Sql, scanId: string): Promise<void> {
  await sql.rows('delete from scan_stage where scan_id = $1', [scanId]);
  await sql.rows('delete from scan_postponed where scan_id = $1', [scanId]);
}

/** A later complete scan tells all that held ones before it could: they wait for nobody any more. */
export async function replaceHeld(sql: Sql, system: string, by: string): Promise<void> {
  const rows = await sql.rows<{ id: string }>(
    `update scan set state = 'CANCELLED', error = 'a later complete scan replaces it', finished_at = clock_timestamp()
     where system = $1 and state = 'HELD' and id <> $2 returning id`,
    [system, by],
  );
  for (const table of rows.length === 0 ? [] : ['scan_stage', 'scan_postponed']) {
    await sql.rows(`delete from ${table} where scan_id = any($1)`, [rows.map(({ id }) => id)]);
  }
}
