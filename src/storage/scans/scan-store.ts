import type { DataSource } from 'typeorm';
import type { ScanView } from '../../application/ports/operations-reader.js';
import type {
  PairedRecord,
  PlaceInScan,
  ScanCounts,
  ScanHold,
  ScanRun,
  ScanStore,
  SeenPiece,
  StagedRecord,
} from '../../application/ports/scan-store.js';
import { ScanGone } from '../../application/ports/scan-store.js';
import type { Wakeups } from '../../application/ports/unit-of-work.js';
import type { Actor } from '../../domain/actor.js';
import type { BulkWeight } from '../../domain/drift/bulk-safety.js';
import type { RootRef } from '../../domain/publishing/system.js';
import { inTransaction } from '../in-transaction.js';
import { reopenLanes } from '../lane-sql.js';
import { scanOf, SCAN_COLUMNS, type ScanRow } from '../readers/scan-rows.js';
import type { Sql } from '../sql.js';
import { firstRow, sqlOver } from '../sql.js';
import { absences, unseenRecords } from './absences.js';
import { forgetPaired, pairByCode, readPaired } from './pairing.js';
import { isIncrementalDue, readCursor, writeCursor } from './scan-cursor.js';
import { claimRunning, dropWork, lockHeld, renewLease, replaceHeld } from './scan-hold.js';
import { donePieces, forgetPieces, joinWholeTables, keepSeen, markUnchanged, settledPieces } from './scan-pieces.js';
import { clearStage, holdBack, pursue, readPostponed, readStage, weigh } from './scan-stage.js';
import { settleSightings } from './sightings.js';

const LOST = 'the process that ran it was lost again and again';

/** A scan's book-keeping over PostgreSQL; each method is a transaction of its own. */
export class SqlScanStore implements ScanStore {
  constructor(
    private readonly source: DataSource,
    private readonly wakeupsOf: (sql: Sql) => Wakeups,
    private readonly newId: () => string,
  ) {}

  beginScan(id: string, system: string, mode: ScanView['mode'], by: Actor): Promise<ScanView | null> {
    return this.transact(async (sql) => {
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
    const row = await firstRow<ScanRow>(this.sql, `select ${SCAN_COLUMNS} from scan where id = $1`, [id]);
    return row ? scanOf(row) : null;
  }

  async claimScan(id: string, token: string): Promise<ScanRun | null> {
    const run = await this.transact((sql) => claimRunning(sql, id, token));
    if (run !== 'LOST') return run;
    await this.endScan({ id, token }, 'FAILED', LOST);
    return null;
  }

  holdScan(hold: ScanHold): Promise<void> {
    return renewLease(this.sql, hold);
  }

  async releaseScan({ id, token }: ScanHold): Promise<void> {
    await this.sql.rows('update scan set lease_token = null, lease_until = null where id = $1 and lease_token = $2', [
      id,
      token,
    ]);
  }

  async unheldScans(): Promise<string[]> {
    const rows = await this.sql.rows<{ id: string }>(
      `select id from scan where state = 'RUNNING' and (lease_until is null or lease_until <= clock_timestamp()) order by started_at`,
    );
    return rows.map(({ id }) => id);
  }

  async releaseScans(): Promise<void> {
    await this.sql.rows(`update scan set lease_until = null where state = 'RUNNING'`);
  }

  async scanBegan({ id, token }: ScanHold, operation: string | null, readAt: Date): Promise<void> {
    const rows = await this.sql.rows(
      `update scan set operation = $3, read_at = $4 where id = $1 and state = 'RUNNING' and lease_token = $2 returning 1`,
      [id, token, operation, readAt],
    );
    if (rows.length === 0) throw new ScanGone();
  }

  async scanProgress(scanId: string, add: ScanCounts): Promise<void> {
    const { recordsRead = 0, unchanged = 0, skusCompared = 0, opened = 0, closed = 0, notCovered = 0 } = add;
    await this.sql.rows(
      `update scan set records_read = records_read + $2, records_unchanged = records_unchanged + $3, skus_compared = skus_compared + $4,
         findings_opened = findings_opened + $5, findings_resolved = findings_resolved + $6,
         values_not_covered = values_not_covered + $7, touched_at = clock_timestamp() where id = $1`,
      [scanId, recordsRead, unchanged, skusCompared, opened, closed, notCovered],
    );
  }

  async knownPieces(hold: ScanHold, basis: string): Promise<{ settled: Set<string>; done: Set<string> }> {
    return this.transact(async (sql) => {
      const { system } = await lockHeld(sql, hold, 'share');
      await joinWholeTables(sql);
      return { settled: await settledPieces(sql, system, basis), done: await donePieces(sql, hold.id) };
    });
  }

  piecesUnchanged(hold: ScanHold, fingerprints: readonly string[]): Promise<void> {
    return this.transact((sql) => markUnchanged(sql, hold, fingerprints));
  }

  scanSaw(hold: ScanHold, pieces: readonly SeenPiece[]): Promise<Map<string, string>> {
    return this.transact((sql) => keepSeen(sql, this.newId, hold, pieces));
  }

  weigh(scanId: string): Promise<BulkWeight> {
    return weigh(this.sql, scanId);
  }

  async settleScan({ id, token }: ScanHold, { linked, staged }: BulkWeight): Promise<void> {
    const rows = await this.sql.rows(
      `update scan set phase = 'SETTLING', linked_records = $3, staged_records = $4
       where id = $1 and state = 'RUNNING' and lease_token = $2 returning 1`,
      [id, token, linked, staged],
    );
    if (rows.length === 0) throw new ScanGone();
  }

  stopScan(hold: ScanHold, weight: BulkWeight): Promise<void> {
    return this.transact((sql) => holdBack(sql, this.newId, hold, weight));
  }

  staged(scanId: string, limit: number): Promise<StagedRecord[]> {
    return readStage(this.sql, scanId, limit);
  }

  unstage(hold: ScanHold, records: readonly PlaceInScan[]): Promise<void> {
    return this.transact((sql) => clearStage(sql, hold, records));
  }

  postponed(scanId: string, limit: number): Promise<RootRef[]> {
    return readPostponed(this.sql, scanId, limit);
  }

  pursued(hold: ScanHold, rootIds: readonly string[], toInbox: readonly string[]): Promise<void> {
    return this.transact(async (sql) => {
      const { system } = await pursue(sql, hold, rootIds);
      if (toInbox.length === 0) return;
      await sql.rows(
        `insert into webhook (id, system, topic, root_id, root_code, body)
         select n.id, $2, 'look-again', n.root_id, (select max(w.root_code) from scan_postponed w where w.scan_id = $3 and w.root_id = n.root_id), ''
         from jsonb_to_recordset($1::jsonb) as n(id uuid, root_id text)`,
        [JSON.stringify(toInbox.map((root) => ({ id: this.newId(), root_id: root }))), system, hold.id],
      );
      await this.wakeupsOf(sql).webhookArrived(system);
    });
  }

  pair(hold: ScanHold): Promise<number> {
    return this.transact(async (sql) => {
      const { system } = await lockHeld(sql, hold, 'update');
      await joinWholeTables(sql);
      const paired = await pairByCode(sql, hold.id, system);
      await joinWholeTables(sql, false);
      if (paired === 0) return paired;
      // Deliveries that waited for their records to be matched can go out now.
      await reopenLanes(sql);
      await this.wakeupsOf(sql).deliveriesDue([system]);
      return paired;
    });
  }

  paired(
    scanId: string,
    after: PlaceInScan | null,
    limit: number,
  ): Promise<{ records: PairedRecord[]; next: PlaceInScan | null }> {
    return this.transact((sql) => readPaired(sql, scanId, after, limit));
  }

  pairedJudged(hold: ScanHold, records: readonly PlaceInScan[]): Promise<void> {
    return this.transact(async (sql) => {
      const { system } = await lockHeld(sql, hold, 'share');
      await forgetPaired(sql, system, records);
    });
  }

  unseen(
    scanId: string,
    after: string | null,
    limit: number,
  ): Promise<{ recordId: string; externalId: string; root: RootRef }[]> {
    return unseenRecords(this.sql, scanId, after, limit);
  }

  judgeAbsences(hold: ScanHold): Promise<{ opened: number; closed: number }> {
    return this.transact(async (sql) => {
      const { system } = await lockHeld(sql, hold, 'update');
      return absences(sql, this.newId, hold.id, system);
    });
  }

  async isLatest(scanId: string): Promise<boolean> {
    const rows = await this.sql.rows(
      `select 1 from scan c where c.id = $1 and not exists (select from scan l where l.system = c.system and l.mode = 'FULL' and l.started_at > c.started_at)`,
      [scanId],
    );
    return rows.length > 0;
  }

  endScan(hold: ScanHold, state: 'SUCCEEDED' | 'FAILED', error: string | null): Promise<void> {
    return this.transact(async (sql) => {
      const ended = await firstRow<{ system: string; mode: ScanView['mode'] }>(
        sql,
        `update scan set state = $3, error = $4, finished_at = clock_timestamp(), lease_token = null, lease_until = null
         where id = $1 and lease_token = $2 and state = 'RUNNING' returning system, mode`,
        [hold.id, hold.token, state, error],
      );
      if (!ended) return;
      await dropWork(sql, hold.id);
      const later = `select 1 from scan l join scan c on c.id = $1 where l.system = c.system and l.mode = 'FULL' and l.started_at > c.started_at`;
      if (state !== 'SUCCEEDED' || ended.mode !== 'FULL' || (await firstRow(sql, later, [hold.id]))) return;
      await replaceHeld(sql, ended.system, hold.id);
      await settleSightings(sql, hold.id, ended.system);
      await forgetPieces(sql, hold.id);
    });
  }

  async waitSince(scanId: string): Promise<boolean> {
    const rows = await this.sql.rows(
      `select 1 from scan c where c.id = $1 and exists (
         select from record r where r.system = c.system and r.match = 'WAITING' and r.waiting_since >= c.started_at)`,
      [scanId],
    );
    return rows.length > 0;
  }

  async linkIfClean(system: string): Promise<boolean> {
    return this.transact(async (sql) => {
      const rows = await sql.rows(
        `update system set link = 'LINKED' where code = $1 and link = 'UNLINKED'
           and exists (select from record where system = $1 and match = 'MATCHED')
           and not exists (select from finding where system = $1 and kind in ('MISSING', 'UNEXPECTED', 'DUPLICATE') and state <> 'RESOLVED')
         returning 1`,
        [system],
      );
      if (rows.length === 0) return false;
      await this.wakeupsOf(sql).deliveriesDue([system]);
      return true;
    });
  }

  cursor(system: string): Promise<string | null> {
    return readCursor(this.sql, system);
  }

  moveCursor(hold: ScanHold, cursor: string): Promise<void> {
    return this.transact((sql) => writeCursor(sql, hold, cursor));
  }

  incrementalDue(system: string, minutes: number): Promise<boolean> {
    return isIncrementalDue(this.sql, system, minutes);
  }

  private get sql(): Sql {
    return sqlOver(this.source);
  }

  private transact<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return inTransaction(this.source, (tx) => work(sqlOver(tx)));
  }
}
