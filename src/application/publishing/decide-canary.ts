import type { Caller } from '../../domain/actor.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem } from '../../domain/problem.js';
import type { Ports } from '../ports/ports.js';
import { reasonFaults } from '../../domain/given-reason.js';

/**
 * An operator decides on a canary that stopped, or that takes too long: CONTINUE brings the rest out whatever becomes of it,
 * GIVE_UP discards what has not been sent. Either is on record with its reason.
 */
export async function decideCanary(
  ports: Ports,
  caller: Caller,
  id: string,
  decision: 'CONTINUE' | 'GIVE_UP',
  reason: string,
): Promise<Outcome<{ id: string }>> {
  return ports.work.run(async (stores) => {
    const problems = reasonFaults(reason);
    const canary = await stores.canaries.lock(id);
    if (!canary) problems.push(problem('NOT_FOUND', 'there is no such canary', ['id']));
    else if (canary.state !== 'STOPPED' && canary.state !== 'FIRST') {
      const message = `it is ${canary.state}; only one that stopped, or whose first records are under way, waits for a decision`;
      problems.push(problem('WRONG_STATE', message, ['id']));
    }
    if (!canary || problems.length > 0) return { ok: false, problems };
    const by = { actor: caller.actor, reason: reason.trim() };
    if (decision === 'CONTINUE') await stores.canaries.release(canary, by);
    else await stores.canaries.giveUp(canary, by);
    return accepted({ id });
  });
}
