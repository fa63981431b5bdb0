import type { ChangePage } from '../../ports/connector.js';
import type { ObservationCounts } from '../observe-roots.js';
import { observe, observeRoots } from '../observe-roots.js';
import type { ScanJob } from './scan-job.js';
import { goesOn } from './scan-job.js';
import { judgePostponed } from './settle-scan.js';

/** Roots read again at once. */
const ROOTS = 50;

/**
 * Takes what a system says has changed, page by page, and moves the cursor behind a page once all of it has been judged:
 * whatever breaks off, breaks off before something that is asked for again. It says nothing of what it is not told.
 */
export async function readChanges(job: ScanJob): Promise<void> {
  const { ports, run, system } = job;
  const connector = ports.connectors.of(system.code, 'SCAN');
  if (!connector.changesSince) throw new Error(`${system.code} keeps no track of what changes`);
  const pages = connector.changesSince(await ports.scans.cursor(system.code), job.signal)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const readAt = await ports.observations.now();
      const next = await pages.next();
      if (next.done === true) return;
      goesOn(job);
      await takePage(job, next.value, readAt);
      await judgePostponed(job);
      await ports.scans.moveCursor(run, next.value.cursor);
    }
  } finally {
    await pages.return?.();
  }
}

/** A product is told whole, so that a variant which is gone is missed; what is named as gone is asked for by id first. */
async function takePage(job: ScanJob, { records, gone }: ChangePage, readAt: Date): Promise<void> {
  const { ports, run, system } = job;
  const mark = { hold: run, basis: '', pieces: [], pieceOf: new Map<string, string>() };
  if (records.length > 0) {
    await ports.scans.scanProgress(run.id, { recordsRead: records.length });
    const observation = { records, goneRoots: [], readAt, wholeRoots: true };
    await count(job, await observe(ports, system, 'INCREMENTAL_SCAN', observation, { mark }));
  }
  for (let from = 0; from < gone.length; from += ROOTS) {
    goesOn(job);
    const some = gone.slice(from, from + ROOTS);
    await count(job, await observeRoots(ports, system, some, 'INCREMENTAL_SCAN', { mark, wholeRoots: true }));
  }
}

async function count({ ports, run }: ScanJob, counts: ObservationCounts): Promise<void> {
  const { opened, closed, compared: skusCompared, notCovered } = counts;
  await ports.scans.scanProgress(run.id, { skusCompared, opened, closed, notCovered });
}
