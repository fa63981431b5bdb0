import type { Caller } from '../../domain/actor.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { ObservationStore } from '../ports/observation-store.js';
import type { Ports } from '../ports/ports.js';

/** Starts a scan as a job; one per system at a time. */
export async function startScan(
  ports: Pick<Ports, 'scans' | 'newId'> & { observations: ObservationStore },
  caller: Caller,
  system: string,
  mode: 'FULL' | 'INCREMENTAL',
): Promise<Outcome<{ id: string }>> {
  if (!(await ports.observations.systemByCode(system))) {
    return refused(problem('NOT_FOUND', `there is no system ${system}`, ['system']));
  }
  if (mode !== 'FULL') return refused(problem('INVALID_FORMAT', 'only full scans can be started by hand', ['mode']));
  const scan = await ports.scans.beginScan(ports.newId(), system, mode, caller.actor);
  if (!scan) return refused(problem('WRONG_STATE', `a scan of ${system} is running already`, ['system']));
  return accepted({ id: scan.id });
}
