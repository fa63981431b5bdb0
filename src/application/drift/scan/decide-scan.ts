import type { Caller } from '../../../domain/actor.js';
import type { Outcome } from '../../../domain/problem.js';
import { accepted, problem, refused } from '../../../domain/problem.js';
import type { Ports } from '../../ports/ports.js';
import { reasonFaults } from '../../../domain/given-reason.js';

/**
 * Lets a HELD scan go on: it is RUNNING again, reads what it had staged once more, and opens what still differs then as
 * findings that wait for a person, whatever the rules would do by themselves.
 */
export function confirmScan(
  ports: Ports,
  caller: Caller,
  id: string,
  reason: string,
): Promise<Outcome<{ id: string }>> {
  return ports.work.run(async (stores) => {
    const problems = reasonFaults(reason);
    const scan = await stores.scans.lock(id);
    if (!scan) problems.push(problem('NOT_FOUND', 'there is no such scan', ['id']));
    else if (scan.state !== 'HELD') {
      problems.push(problem('WRONG_STATE', `the scan is ${scan.state}: only a HELD one waits to be confirmed`, ['id']));
    } else if (await stores.scans.isAnyRunning(scan.system)) {
      problems.push(problem('WRONG_STATE', `a scan of ${scan.system} is running: wait for its end`, ['id']));
    }
    if (!scan || problems.length > 0) return { ok: false, problems };
    await stores.scans.confirm(id, caller.actor, reason.trim());
    await stores.wake.scanDue(id);
    const data = { scan: id, reason: reason.trim() };
    await stores.audit([{ actor: caller.actor, type: 'SCAN_CONFIRMED', subject: scan.system, data }]);
    return accepted({ id });
  });
}

/** Ends a RUNNING scan, which says nothing of absence then, or drops what a HELD one had staged. */
export function cancelScan(ports: Ports, caller: Caller, id: string): Promise<Outcome<{ id: string }>> {
  return ports.work.run(async (stores) => {
    const scan = await stores.scans.lock(id);
    if (!scan) return refused(problem('NOT_FOUND', 'there is no such scan', ['id']));
    if (scan.state !== 'RUNNING' && scan.state !== 'HELD') {
      return refused(problem('WRONG_STATE', `the scan is ${scan.state}: it has ended already`, ['id']));
    }
    await stores.scans.cancel(id, caller.actor);
    const data = { scan: id, was: scan.state };
    await stores.audit([{ actor: caller.actor, type: 'SCAN_CANCELLED', subject: scan.system, data }]);
    return accepted({ id });
  });
}
