import type { DataSource } from 'typeorm';
import type { GoneRecord } from '../application/ports/observation-store.js';
import type { ScanView } from '../application/ports/operations-reader.js';
import type { ScanStore } from '../application/ports/scan-store.js';
import type { Wakeups } from '../application/ports/unit-of-work.js';
import type { Actor } from '../domain/actor.js';
import { foldCode } from '../domain/primitives/text.js';
import type { ObservedRecord, RootRef } from '../domain/publishing/system.js';
import { reopenLanes } from './lane-sql.js';
import { scanOf, SCAN_COLUMNS, type ScanRow } from './readers/scan-rows.js';
import { absences, pairByCode, unseenRecords } from './scan-sql.js';
import { keepSightings, settleSightings } from './sighting-sql.js';
import { inTransaction } from './in-transaction.js';
import type { Sql } from './sql.js';
import { firstRow, sqlOver } from './sql.js';

/** A full scan's book-keeping over PostgreSQL; each method is a transaction of its own. */
export class SqlScanStore implements ScanStore {
  constructor(
    private readonly source: DataSource,
    private readonly wakeupsOf: (sql: Sql) => Wakeups,
    private readonly newId: () => string,
  ) {}

  beginScan(id: string, system: string, mode: 'FULL' | 'INCREMENTAL', by: Actor): Promise<ScanView | null> {
    return inTransaction(this.source, async (tx) => {
      const sql = sqlOver(tx);
      const row = await firstRow<ScanRow>(
        sql,
        `insert into scan (id, system, mode, state, started_by) values ($1, $2, $3, 'RUNNING', $4)
         on conflict do nothing returning ${SCAN_COLUMNS}`,
        [id, system, mode, JSON.stringify(by)],
      );
      if (!row) return null;
      await this.wakeupsOf(sql).scanDue(id);
      return scanOf(row);
    });
  }

  async scan(id: string): Promise<ScanView | null> {
    const row = await firstRow<ScanRow>(sqlOver(this.source), `select ${SCAN_COLUMNS} from scan where id = $1`, [id]);
    return row ? scanOf(row) : null;
  }

  async scanSaw(scanId: string, batch: readonly ObservedRecord[]): Promise<void> {
    const rows = batch.map((each) => ({
      entity: each.entity,
      external_id: each.externalId,
      root_id: each.root.externalId,
      root_code: each.root.code,
      code: each.code,
      code_folded: each.code === null ? null : foldCode(each.code),
      observed: each,
    }));
    // Values are kept only of records that nobody is matched with: those are looked at again when the scan is complete.
    // The share lock makes endScan wait, which drops what was seen: nothing is left behind by a scan that has ended.
    const running = await sqlOver(this.source).rows(
      `with s as (select system from scan where id = $2 and state = 'RUNNING' for share), saw as (
         insert into scan_record (scan_id, entity, external_id, root_id, root_code, code, code_folded, observed)
         select $2, n.entity, n.external_id, n.root_id, n.root_code, n.code, n.code_folded, case when r.id is null then n.observed end
         from s cross join jsonb_to_recordset($1::jsonb) as n(entity text, external_id text, root_id text, root_code text,
           code text, code_folded text, observed jsonb)
         left join record r on r.system = s.system and r.entity = n.entity and r.external_id = n.external_id
         on conflict do nothing)
       select 1 from s`,
      [JSON.stringify(rows), scanId],
    );
    if (running.length === 0) throw new Error('the scan was given up while it ran');
    await keepSightings(sqlOver(this.source), this.newId, scanId, batch);
  }

  async scanProgress(
    scanId: string,
    add: { recordsRead: number; skusCompared: number; opened: number; closed: number },
  ): Promise<void> {
    await sqlOver(this.source).rows(
      `update scan set records_read = records_read + $2, skus_compared = skus_compared + $3,
         findings_opened = findings_opened + $4, findings_resolved = findings_resolved + $5, touched_at = clock_timestamp() where id = $1`,
      [scanId, add.recordsRead, add.skusCompared, add.opened, add.closed],
    );
  }

  pair(scanId: string): Promise<ObservedRecord[]> {
    return inTransaction(this.source, async (tx) => {
      const sql = sqlOver(tx);
      const paired = await pairByCode(sql, scanId);
      if (paired.length > 0) await this.wakeMatched(sql, scanId);
      return paired;
    });
  }

  /** Deliveries that waited for their records to be matched can go out now. */
  private async wakeMatched(sql: Sql, scanId: string): Promise<void> {
    await reopenLanes(sql);
    const scan = await firstRow<{ system: string }>(sql, 'select system from scan where id = $1', [scanId]);
    if (scan) await this.wakeupsOf(sql).deliveriesDue([scan.system]);
  }

  unseen(
    scanId: string,
    after: string | null,
    limit: number,
  ): Promise<{ recordId: string; externalId: string; root: RootRef }[]> {
    return unseenRecords(sqlOver(this.source), scanId, after, limit);
  }

  judgeAbsences(scanId: string, gone: readonly GoneRecord[]): Promise<{ opened: number; closed: number }> {
    return inTransaction(this.source, (tx) => absences(sqlOver(tx), this.newId, scanId, gone));
  }

  async endScan(scanId: string, state: 'SUCCEEDED' | 'FAILED', error: string | null): Promise<void> {
    await inTransaction(this.source, async (tx) => {
      const sql = sqlOver(tx);
      await sql.rows(
        `update scan set state = $2, error = $3, finished_at = clock_timestamp() where id = $1 and state = 'RUNNING'`,
        [scanId, state, error],
      );
      await settleSightings(sql, scanId);
      await sql.rows('delete from scan_record where scan_id = $1', [scanId]);
    });
  }

  async waitSince(scanId: string): Promise<boolean> {
    const rows = await sqlOver(this.source).rows(
      `select 1 from scan c where c.id = $1 and exists (
         select from record r where r.system = c.system and r.match = 'WAITING' and r.waiting_since >= c.started_at)`,
      [scanId],
    );
    return rows.length > 0;
  }

  async linkIfClean(system: string): Promise<boolean> {
    const rows = await sqlOver(this.source).rows(
      `update system set link = 'LINKED' where code = $1 and link = 'UNLINKED'
         and exists (select from record where system = $1 and match = 'MATCHED')
         and not exists (select from finding where system = $1 and kind in ('MISSING', 'UNEXPECTED', 'DUPLICATE') and state <> 'RESOLVED')
       returning 1`,
      [system],
    );
    if (rows.length === 0) return false;
    await inTransaction(this.source, (tx) => this.wakeupsOf(sqlOver(tx)).deliveriesDue([system]));
    return true;
  }

  async failAbandonedScans(idleSeconds: number): Promise<void> {
    const rows = await sqlOver(this.source).rows<{ id: string }>(
      `select id from scan where state = 'RUNNING' and touched_at <= clock_timestamp() - make_interval(secs => $1)`,
      [idleSeconds],
    );
    for (const { id } of rows) await this.endScan(id, 'FAILED', 'the process that ran it ended');
  }
}
