import type { Caller } from '../../../domain/actor.js';
import type { Outcome } from '../../../domain/problem.js';
import { accepted, problem, refused } from '../../../domain/problem.js';
import type { Connector } from '../../ports/connector.js';
import type { ObservationStore } from '../../ports/observation-store.js';
import type { Ports } from '../../ports/ports.js';

/**
 * Starts a scan as a job; one per system at a time. A system that is paused, UNLINKED or READ_ONLY is scanned like any
 * other: reading writes nothing there.
 */
export async function startScan(
  ports: Pick<Ports, 'scans' | 'newId'> & { observations: ObservationStore; connectors: Readers },
  caller: Caller,
  system: string,
  mode: 'FULL' | 'INCREMENTAL',
): Promise<Outcome<{ id: string }>> {
  if (!(await ports.observations.systemByCode(system))) {
    return refused(problem('NOT_FOUND', `there is no system ${system.slice(0, 64)}`, ['system']));
  }
  const connector = ports.connectors.find(system, 'SCAN');
  if (!connector) return refused(problem('WRONG_STATE', `${system} is not configured any more`, ['system']));
  if (mode === 'INCREMENTAL' && !connector.changesSince) {
    return refused(problem('WRONG_STATE', `${system} keeps no track of what changes: only FULL`, ['mode']));
  }
  const scan = await ports.scans.beginScan(ports.newId(), system, mode, caller.actor);
  if (!scan) return refused(problem('WRONG_STATE', `a scan of ${system} is running already`, ['system']));
  return accepted({ id: scan.id });
}

/** Of a registry, as much as starting takes. */
interface Readers {
  find(system: string, urgency: 'SCAN'): Pick<Connector, 'changesSince'> | null;
}
