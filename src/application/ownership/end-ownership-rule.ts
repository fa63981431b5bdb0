import type { Caller } from '../../domain/actor.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { Ports } from '../ports/ports.js';

/** Ends a rule now; what it covered falls to the next rule. */
export async function endOwnershipRule(ports: Ports, caller: Caller, id: string): Promise<Outcome<{ id: string }>> {
  return ports.work.run(async (stores) => {
    await stores.ownership.lock();
    const [ended] = await stores.ownership.endRules([{ id, at: await stores.now() }]);
    if (!ended) return refused(problem('NOT_FOUND', 'there is no such rule in force or to come', ['id']));
    const { scope, written: match, ownerId, effectiveTo } = ended;
    const owner = (await stores.parties.parties()).find((party) => party.id === ownerId)?.code ?? null;
    const data = { id, scope, match, owner, until: effectiveTo };
    await stores.audit([{ actor: caller.actor, type: 'OWNERSHIP_RULE_ENDED', subject: match ?? 'DEFAULT', data }]);
    return accepted({ id });
  });
}
