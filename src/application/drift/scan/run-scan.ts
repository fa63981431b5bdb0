import type { Caller } from '../../../domain/actor.js';
import { systemActor } from '../../../domain/actor.js';
import { bulkSafety } from '../../../domain/drift/bulk-safety.js';
import { keptFault } from '../../../domain/publishing/kept-fault.js';
import type { ScanPorts } from '../../ports/ports.js';
import type { ScanRun } from '../../ports/scan-store.js';
import { ScanGone } from '../../ports/scan-store.js';
import { contactOf, faultOf, whyIn } from '../../publishing/fault-of.js';
import { refreshStock } from '../refresh-stock.js';
import { readChanges } from './read-changes.js';
import { readSystem } from './read-system.js';
import type { ScanJob } from './scan-job.js';
import { confirmUnseen, judgeConfirmed, judgePostponed, judgeStaged, pairWaiting } from './settle-scan.js';
import { startScan } from './start-scan.js';

/** A bulk operation of a large store shows nothing for many minutes: meanwhile this says that the process is alive. */
const HEARTBEAT_MS = 20_000;

const SCANNER: Caller = { actor: systemActor('scan'), roles: ['OPERATOR'] };

/**
 * Runs a scan from where it stands: from its beginning, or from where a process left it. Two processes never run one side
 * by side, because it is held under a lease. A scan that breaks off is FAILED and says nothing of absence; one whose process
 * stops is given back, and goes on elsewhere.
 * @param stop the process is to stop.
 */
export async function runScan(ports: ScanPorts, scanId: string, stop?: AbortSignal): Promise<void> {
  const run = await ports.scans.claimScan(scanId, ports.newId());
  if (!run) return;
  const system = await ports.observations.systemByCode(run.system);
  if (!system) return;
  const since = await ports.observations.now();
  const lost = new AbortController();
  const signal = stop ? AbortSignal.any([stop, lost.signal]) : lost.signal;
  const heartbeat = setInterval(() => void beat(ports, run, lost), HEARTBEAT_MS);
  try {
    const job = { ports, run, system, signal };
    const isOver = run.mode === 'FULL' ? await scanFully(job) : await scanChanges(job);
    await ports.queue.heard(system.code, 'READ', since);
    if (isOver) await afterwards(job);
  } catch (error) {
    await broke(ports, run, since, { error, stopped: stop?.aborted === true, gone: lost.signal.aborted });
  } finally {
    clearInterval(heartbeat);
  }
}

/** A beat that is missed is made up for by the next; a scan that is not ours any more is left at once. */
async function beat(ports: ScanPorts, run: ScanRun, lost: AbortController): Promise<void> {
  try {
    await ports.scans.holdScan(run);
  } catch (error) {
    if (error instanceof ScanGone) lost.abort(error);
    else ports.log('warn', 'a scan could not be held', { scan: run.id, error: String(error) });
  }
}

/** @returns false where the scan was held. */
async function scanFully(job: ScanJob): Promise<boolean> {
  const { ports, run, system } = job;
  const isConfirmed = run.phase === 'CONFIRMING';
  if (run.phase === 'READING') {
    await readSystem(job);
    const weight = await ports.scans.weigh(run.id);
    const verdict = bulkSafety(weight);
    if (verdict === 'EMPTY') {
      throw new Error(`${system.code} showed no record at all, though ${weight.linked} of ours are linked there`);
    }
    if (verdict === 'HOLD') {
      await ports.scans.stopScan(run, weight);
      ports.log('warn', 'a scan was stopped by bulk safety', { system: system.code, ...weight });
      return false;
    }
    await ports.scans.settleScan(run, weight);
    Object.assign(run, { linked: weight.linked, staged: weight.staged });
  }
  if (isConfirmed) await judgeConfirmed(job);
  else await judgeStaged(job);
  await judgePostponed(job, isConfirmed);
  // What it did not see is known only until the next one begins; a held scan has staged that.
  if (!isConfirmed || (await ports.scans.isLatest(run.id))) {
    await pairWaiting(job);
    if (!isConfirmed) await confirmUnseen(job);
    await judgePostponed(job, isConfirmed);
    await ports.scans.scanProgress(run.id, await ports.scans.judgeAbsences(run));
  }
  if (!isConfirmed) await refreshStock(ports, system.code, () => ports.scans.holdScan(run));
  await ports.scans.endScan(run, 'SUCCEEDED', null);
  return true;
}

async function scanChanges(job: ScanJob): Promise<boolean> {
  await readChanges(job);
  await job.ports.scans.endScan(job.run, 'SUCCEEDED', null);
  return false;
}

async function afterwards({ ports, run, system }: ScanJob): Promise<void> {
  if (await ports.scans.linkIfClean(system.code)) ports.log('info', `${system.code} is linked`, {});
  // An import may have come in meanwhile, and found this scan running: its records were perhaps read past.
  if (await ports.scans.waitSince(run.id)) await startScan(ports, SCANNER, system.code, 'FULL');
}

async function broke(
  ports: ScanPorts,
  run: ScanRun,
  since: Date,
  { error, stopped, gone }: { error: unknown; stopped: boolean; gone: boolean },
): Promise<void> {
  if (gone || error instanceof ScanGone) {
    ports.log('info', 'a scan was left: it was ended, or another process has it', { scan: run.id });
    return;
  }
  if (stopped) return ports.scans.releaseScan(run);
  const fault = keptFault(faultOf(error));
  ports.log('error', 'a scan failed', { system: run.system, fault: fault.message });
  await ports.scans.endScan(run, 'FAILED', fault.message);
  const contact = contactOf(fault);
  if (contact) await ports.queue.heard(run.system, contact, since, whyIn([fault]));
}
