import type { Caller } from '../../domain/actor.js';
import { textFault } from '../../domain/catalog/read-sku-fields.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { Ports } from '../ports/ports.js';
import { checkFindings } from './check-findings.js';

/** Says on record that somebody has seen the findings. They stay open, and their fields stay held. */
export async function acknowledgeFindings(
  ports: Ports,
  caller: Caller,
  input: { ids: string[]; note: string | null },
): Promise<Outcome<{ ids: string[] }>> {
  const fault = input.note === null ? null : textFault(input.note);
  if (fault) return refused(problem(fault.code, fault.message, ['note']));
  return ports.work.run(async (stores) => {
    const locked = await stores.findings.lock(input.ids);
    const problems = checkFindings(input.ids, locked, ['OPEN']);
    if (problems.length > 0) return { ok: false, problems };
    await stores.findings.acknowledge(input.ids, caller.actor, input.note);
    return accepted({ ids: input.ids });
  });
}
