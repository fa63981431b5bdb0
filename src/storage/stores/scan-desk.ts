import type { ScanView } from '../../application/ports/operations-reader.js';
import type { ScanDesk } from '../../application/ports/scan-store.js';
import type { Actor } from '../../domain/actor.js';
import { dropWork } from '../scans/scan-hold.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';

/** What people decide about scans, in one transaction. */
export class SqlScanDesk implements ScanDesk {
  constructor(private readonly sql: Sql) {}

  lock(id: string): Promise<{ system: string; state: ScanView['state'] } | null> {
    return firstRow(this.sql, 'select system, state from scan where id = $1 for update', [id]);
  }

  async isAnyRunning(system: string): Promise<boolean> {
    return (await this.sql.rows(`select 1 from scan where system = $1 and state = 'RUNNING'`, [system])).length > 0;
  }

  async systemsHeld(): Promise<string[]> {
    const rows = await this.sql.rows<{ system: string }>(
      `select distinct h.system from scan h where (h.state = 'HELD' or (h.state = 'RUNNING' and h.phase = 'CONFIRMING'))
         and not exists (select from scan n where n.system = h.system and n.state = 'RUNNING' and n.phase = 'SETTLING')`,
    );
    return rows.map(({ system }) => system);
  }

  async confirm(id: string, by: Actor, reason: string): Promise<void> {
    await this.sql.rows(
      `update scan set state = 'RUNNING', phase = 'CONFIRMING', finished_at = null, decided_by = $2, decided_at = clock_timestamp(),
         reason = $3, losses = 0, touched_at = clock_timestamp() where id = $1`,
      [id, JSON.stringify(by), reason],
    );
  }

  async cancel(id: string, by: Actor): Promise<void> {
    await this.sql.rows(
      `update scan set state = 'CANCELLED', finished_at = clock_timestamp(), decided_by = $2, decided_at = clock_timestamp(),
         lease_token = null, lease_until = null where id = $1`,
      [id, JSON.stringify(by)],
    );
    await dropWork(this.sql, id);
  }
}
