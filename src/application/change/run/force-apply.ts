import type { Caller } from '../../../domain/actor.js';
import { isAuthorOf } from '../../../domain/change/authors.js';
import { mayBeDone } from '../../../domain/change/change.js';
import { reasonFaults } from '../../../domain/given-reason.js';
import type { Outcome } from '../../../domain/problem.js';
import { accepted, problem } from '../../../domain/problem.js';
import type { Ports } from '../../ports/ports.js';
import { learnEditors } from '../review/learn-editors.js';
import { applyChangeRequest } from '../apply-change-request.js';

/**
 * Applies a request now, without approvals, before its effective time and in a freeze. It skips neither validation nor
 * conflicts: what does not fit the present becomes CONFLICTED, as ever. Whoever wrote or edited it may not; it is on
 * record with the request, for good, named in the quarter's audit and told at once, with what was skipped.
 */
export async function forceApply(
  ports: Ports,
  caller: Caller,
  id: string,
  reason: string,
): Promise<Outcome<{ id: string }>> {
  const { actor } = caller;
  const text = reason.trim();
  return ports.work.run(async (stores) => {
    const problems = reasonFaults(text);
    const locked = await stores.requests.lock(id);
    const request = locked && (await learnEditors(ports, stores, locked));
    if (!request) problems.push(problem('NOT_FOUND', 'there is no such change request', ['id']));
    if (actor.partyId === null) {
      problems.push(problem('PARTY_REQUIRED', 'this key belongs to no party, so nobody would answer for it'));
    }
    if (request && !mayBeDone('FORCE', request.state)) {
      const message = `${request.number} is ${request.state}; only what is in review or scheduled can be applied by force`;
      problems.push(problem('WRONG_STATE', message, ['id']));
    }
    if (request && isAuthorOf(request, actor, await stores.parties.parties())) {
      const message = `${request.number} is your own; somebody else must approve it, or apply it by force`;
      problems.push(problem('SELF_APPROVAL', message, ['id']));
    }
    if (!request || problems.length > 0) return { ok: false, problems };
    await applyChangeRequest(ports, stores, request, { forced: { actor, reason: text } });
    return accepted({ id });
  });
}
