import type { ScanHold } from '../../application/ports/scan-store.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';
import { lockHeld } from './scan-hold.js';

export async function readCursor(sql: Sql, system: string): Promise<string | null> {
  const row = await firstRow<{ cursor: string }>(sql, 'select cursor from scan_cursor where system = $1', [system]);
  return row?.cursor ?? null;
}

export async function writeCursor(sql: Sql, hold: ScanHold, cursor: string): Promise<void> {
  const { system } = await lockHeld(sql, hold, 'share');
  await sql.rows(
    `insert into scan_cursor (system, cursor, moved_by) values ($1, $2, $3)
     on conflict (system) do update set cursor = excluded.cursor, moved_by = excluded.moved_by, moved_at = clock_timestamp()`,
    [system, cursor, hold.id],
  );
}

/** A system that refuses our key, or fails all the time, is not asked for changes; a pause only keeps us from writing. */
export async function isIncrementalDue(sql: Sql, system: string, minutes: number): Promise<boolean> {
  const rows = await sql.rows(
    `select 1 from system y where y.code = $1
       and not exists (select from scan c where c.system = y.code and (c.state = 'RUNNING'
         or c.mode = 'INCREMENTAL' and c.started_at > clock_timestamp() - make_interval(mins => $2)))
       and not exists (select from system_hold h where h.system = y.code and h.kind <> 'PAUSE' and h.ended_at is null)`,
    [system, minutes],
  );
  return rows.length > 0;
}
