import type { Caller } from '../../domain/actor.js';
import { systemActor } from '../../domain/actor.js';
import { readable } from '../../domain/drift/readable.js';
import type { GovernedSystem, RootRef } from '../../domain/publishing/system.js';
import type { GoneRecord } from '../ports/observation-store.js';
import type { ScanPorts } from '../ports/ports.js';
import { contactOf, faultOf } from '../publishing/fault-of.js';
import { observe, observeRoots } from './observe-roots.js';
import { refreshStock } from './refresh-stock.js';
import { startScan } from './start-scan.js';

/** Roots read again at once, to confirm what a scan suggests. */
const CONFIRM = 100;
/** How often a record that a delivery is at work on is looked at again, and how long we wait in between. */
const BUSY_ROUNDS = 20;
const BUSY_MS = 500;
/** A bulk operation of a large store shows nothing for many minutes; a scan that does not move so long counts as dead. */
const HEARTBEAT_MS = 60_000;

const SCANNER: Caller = { actor: systemActor('scan'), roles: ['OPERATOR'] };

/**
 * Reads a whole system and judges every record of it. What the scan suggests is confirmed by a strong read before a
 * MISSING finding is opened, because a scan is no snapshot. A scan that breaks off is FAILED and says nothing of absence.
 */
export async function runScan(ports: ScanPorts, scanId: string): Promise<void> {
  const scan = await ports.scans.scan(scanId);
  if (!scan || scan.state !== 'RUNNING') return;
  const system = await ports.observations.systemByCode(scan.system);
  if (!system) return;
  const since = await ports.observations.now();
  try {
    await readAll(ports, system, scanId);
    await pairWaiting(ports, system, scanId);
    const gone = await confirmUnseen(ports, system, scanId);
    const { opened, closed } = await ports.scans.judgeAbsences(scanId, gone);
    await ports.scans.scanProgress(scanId, { recordsRead: 0, skusCompared: 0, opened, closed });
    await refreshStock(ports, system.code, () => touch(ports, scanId));
    await ports.scans.endScan(scanId, 'SUCCEEDED', null);
    await ports.queue.heard(system.code, 'REACHED', since);
    if (await ports.scans.linkIfClean(system.code)) ports.log('info', `${system.code} is linked`, {});
    // An import may have come in meanwhile, and found this scan running: its records were perhaps read past.
    if (await ports.scans.waitSince(scanId)) await startScan(ports, SCANNER, system.code, 'FULL');
  } catch (error) {
    const fault = faultOf(error);
    ports.log('error', 'a scan failed', { system: system.code, fault: fault.message });
    await ports.scans.endScan(scanId, 'FAILED', fault.message);
    const contact = contactOf(fault);
    if (contact) await ports.queue.heard(system.code, contact, since);
  }
}

async function readAll(ports: ScanPorts, system: GovernedSystem, scanId: string): Promise<void> {
  const readAt = await ports.observations.now();
  const busyRoots = new Map<string, RootRef>();
  const heartbeat = setInterval(() => void touch(ports, scanId), HEARTBEAT_MS);
  try {
    for await (const batch of ports.connectors.of(system.code, 'SCAN').scan()) {
      await ports.scans.scanSaw(scanId, batch.map(readable));
      const counts = await observe(ports, system, 'FULL_SCAN', { records: batch, goneRoots: [], readAt });
      if (counts.busy > 0) for (const { root } of batch) busyRoots.set(root.externalId, root);
      await ports.scans.scanProgress(scanId, {
        recordsRead: batch.length,
        skusCompared: counts.compared,
        opened: counts.opened,
        closed: counts.closed,
      });
    }
  } finally {
    clearInterval(heartbeat);
  }
  await lookAgain(ports, system, scanId, [...busyRoots.values()]);
}

/** The scan is alive, though it has nothing to show yet. A beat that is missed is made up for by the next. */
async function touch(ports: ScanPorts, scanId: string): Promise<void> {
  try {
    await ports.scans.scanProgress(scanId, { recordsRead: 0, skusCompared: 0, opened: 0, closed: 0 });
  } catch (error) {
    ports.log('warn', 'a scan could not be touched', { scan: scanId, error: String(error) });
  }
}

/** Verdicts that were put off while a delivery was at work. */
async function lookAgain(
  ports: ScanPorts,
  system: GovernedSystem,
  scanId: string,
  roots: readonly RootRef[],
): Promise<void> {
  for (let from = 0; from < roots.length; from += CONFIRM) {
    const batch = roots.slice(from, from + CONFIRM);
    for (let round = 0; round < BUSY_ROUNDS; round += 1) {
      const { opened, closed, busy, compared } = await observeRoots(ports, system, batch, 'FULL_SCAN');
      await ports.scans.scanProgress(scanId, { recordsRead: 0, skusCompared: compared, opened, closed });
      if (busy === 0) break;
      await ports.clock.wait(BUSY_MS);
    }
  }
}

/** Records that waited for a first match are paired, and compared for the first time. */
async function pairWaiting(ports: ScanPorts, system: GovernedSystem, scanId: string): Promise<void> {
  const paired = await ports.scans.pair(scanId);
  if (paired.length === 0) return;
  const readAt = await ports.observations.now();
  for (let from = 0; from < paired.length; from += 500) {
    const batch = paired.slice(from, from + 500);
    const { opened, closed, compared } = await observe(ports, system, 'FULL_SCAN', {
      records: batch,
      goneRoots: [],
      readAt,
    });
    await ports.scans.scanProgress(scanId, { recordsRead: 0, skusCompared: compared, opened, closed });
  }
}

/** Of the records that the scan did not see, those that a strong read says are gone. */
async function confirmUnseen(ports: ScanPorts, system: GovernedSystem, scanId: string): Promise<GoneRecord[]> {
  const gone: GoneRecord[] = [];
  let after: string | null = null;
  for (;;) {
    const unseen = await ports.scans.unseen(scanId, after, CONFIRM);
    if (unseen.length === 0) return gone;
    const roots = new Map(unseen.map(({ root }) => [root.externalId, root]));
    const readings = await ports.connectors.of(system.code, 'SCAN').readRoots([...roots.values()]);
    const there = new Set(readings.flatMap((reading) => reading.records ?? []).map(({ externalId }) => externalId));
    gone.push(
      ...unseen
        .filter(({ externalId }) => !there.has(externalId))
        .map(({ recordId, externalId }) => ({ recordId, externalId })),
    );
    after = unseen.at(-1)?.recordId ?? null;
  }
}
