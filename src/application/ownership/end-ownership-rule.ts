import type { Caller } from '../../domain/actor.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { Ports } from '../ports/ports.js';

/** Ends a rule now; what it covered falls to the next rule. */
export async function endOwnershipRule(ports: Ports, caller: Caller, id: string): Promise<Outcome<{ id: string }>> {
  return ports.work.run(async (stores) => {
    const ended = await stores.parties.endRule(id, await stores.now());
    if (!ended) return refused(problem('NOT_FOUND', 'there is no such rule in force', ['id']));
    await stores.audit([{ actor: caller.actor, type: 'OWNERSHIP_RULE_ENDED', subject: id, data: {} }]);
    return accepted({ id });
  });
}
