import type { Caller } from '../../domain/actor.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { Ports } from '../ports/ports.js';

/**
 * Takes a system into service after its first complete scan. With `createMissing`, what it lacks is created there;
 * else that stays a finding, and nothing is ever created that a scan has not looked for (design 4.13).
 */
export async function linkSystem(
  ports: Ports,
  caller: Caller,
  system: string,
  createMissing: boolean,
): Promise<Outcome<{ system: string }>> {
  const view = (await ports.operations.systems()).find((each) => each.code === system);
  if (!view) return refused(problem('NOT_FOUND', `there is no system ${system}`, ['system']));
  if (view.lastFullScanId === null) {
    return refused(problem('WRONG_STATE', `${system} has not been scanned to the end yet`, ['system']));
  }
  if (createMissing && view.mode !== 'WRITE') {
    return refused(problem('WRONG_STATE', `${system} is read-only: nothing can be created there`, ['createMissing']));
  }
  return ports.work.run(async (stores) => {
    const created = createMissing ? await stores.records.allowCreation(system, 'ALL_MISSING') : [];
    if (created.length > 0) {
      const findings = await stores.findings.missingOf(created);
      await stores.findings.requestRevert(findings, caller.actor, 'created by systemLink');
      await stores.deliveries.enqueueRecords(created);
    }
    // The system's own row comes last, behind records, findings and deliveries: the order of whoever takes several of these.
    await stores.deliveries.setLink(system, 'LINKED');
    await stores.wake.deliveriesDue([system]);
    const data = { createMissing, records: created.length };
    await stores.audit([{ actor: caller.actor, type: 'SYSTEM_LINKED', subject: system, data }]);
    return accepted({ system });
  });
}
