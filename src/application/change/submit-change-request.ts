import type { Caller } from '../../domain/actor.js';
import { mayActAs } from '../../domain/actor.js';
import { mayBeDone } from '../../domain/change/change.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { Ports } from '../ports/ports.js';
import { askValidation, isBulk } from './bulk/ask-validation.js';
import { effectiveFaults } from './effective-at.js';
import { enterReview } from './enter-review.js';
import { planRequest } from './plan-request.js';

/** Puts a draft into review: planned against the present, with the approvals that policy asks for; a large one as a job. */
export async function submitChangeRequest(ports: Ports, caller: Caller, id: string): Promise<Outcome<{ id: string }>> {
  return ports.work.run(async (stores) => {
    const request = await stores.requests.lock(id);
    if (!request) return refused(problem('NOT_FOUND', 'there is no such change request', ['id']));
    const isAuthor = request.author.partyId !== null && request.author.partyId === caller.actor.partyId;
    if (!isAuthor && !mayActAs(caller, ['ADMIN'])) {
      return refused(problem('NOT_ASKED', `only its author, or an ADMIN, may submit ${request.number}`, ['id']));
    }
    if (!mayBeDone('SUBMIT', request.state)) {
      return refused(
        problem('WRONG_STATE', `${request.number} is ${request.state}; only a draft can be submitted`, ['id']),
      );
    }
    const { changes, author, editors, effectiveAt } = request;
    const late = effectiveFaults(effectiveAt, await stores.now());
    if (isBulk(changes)) {
      if (late.length > 0) return { ok: false, problems: late };
      await askValidation(stores, request, caller.actor, true);
      return accepted({ id });
    }
    const planned = await planRequest(ports, stores, changes, author, { lock: false, editors });
    if (late.length + planned.problems.length > 0) {
      const { set } = planned;
      const problems = [...late, ...planned.problems];
      await stores.requests.update(id, { state: 'DRAFT', problems, warnings: set.warnings });
      return { ok: false, problems };
    }
    await enterReview(ports, stores, request, planned, caller.actor);
    return accepted({ id });
  });
}
