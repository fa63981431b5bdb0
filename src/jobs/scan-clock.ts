import type { PgBoss } from 'pg-boss';
import type { ScanSchedule } from '../application/drift/scan/scan-schedule.js';
import { QUEUES } from './queues.js';

/**
 * The clock rings for each system's full scan as its schedule says, once however many processes there are, and for no system
 * that has none any more. One that was due while nobody was there is made up for by the scan at start.
 */
export async function keepScanClock(boss: PgBoss, schedules: readonly ScanSchedule[], zone: string): Promise<void> {
  const wanted = schedules.flatMap(({ system, full }) => (full === null ? [] : [{ system, full }]));
  const kept = await boss.getSchedules(QUEUES.scanClock);
  for (const { key } of kept) {
    if (!wanted.some(({ system }) => system === key)) await boss.unschedule(QUEUES.scanClock, key);
  }
  for (const { system, full } of wanted) {
    await boss.schedule(QUEUES.scanClock, full, { system }, { key: system, tz: zone });
  }
}
