import { systemActor } from '../../../domain/actor.js';
import type { Caller } from '../../../domain/actor.js';
import type { Ports } from '../../ports/ports.js';
import { startScan } from './start-scan.js';

/** When a system is scanned by itself. */
export interface ScanSchedule {
  system: string;
  /** Five fields of a cron line, in the zone of the service; null: never by itself. */
  full: string | null;
  /** Between the beginnings of two incremental scans; null: never by itself. */
  incrementalMinutes: number | null;
}

const CLOCK: Caller = { actor: systemActor('schedule'), roles: ['OPERATOR'] };

/** The full scan of a system whose time has come. One that runs already is as good. */
export async function startScheduled(ports: Ports, system: string): Promise<void> {
  const outcome = await startScan(ports, CLOCK, system, 'FULL');
  if (outcome.ok) return;
  ports.log('info', 'a scheduled scan was not started', {
    system,
    why: outcome.problems.map(({ message }) => message),
  });
}

/** Incremental scans that are due: however many processes look, one of each system begins. */
export async function startIncremental(ports: Ports, schedules: readonly ScanSchedule[]): Promise<void> {
  for (const { system, incrementalMinutes: minutes } of schedules) {
    if (minutes === null || !ports.connectors.of(system, 'SCAN').changesSince) continue;
    if (await ports.scans.incrementalDue(system, minutes)) await startScan(ports, CLOCK, system, 'INCREMENTAL');
  }
}
