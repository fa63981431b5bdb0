import type { Caller } from '../../domain/actor.js';
import { mayActAs } from '../../domain/actor.js';
import { mayBeDone } from '../../domain/change/change.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { Ports } from '../ports/ports.js';

/** Takes a request back; its author's own act, or an ADMIN's. */
export async function withdrawChangeRequest(
  ports: Ports,
  caller: Caller,
  id: string,
): Promise<Outcome<{ id: string }>> {
  return ports.work.run(async (stores) => {
    const request = await stores.requests.lock(id);
    if (!request) return refused(problem('NOT_FOUND', 'there is no such change request', ['id']));
    const isAuthor = request.author.partyId !== null && request.author.partyId === caller.actor.partyId;
    if (!isAuthor && !mayActAs(caller, ['ADMIN'])) {
      return refused(problem('NOT_ASKED', `only its author, or an ADMIN, may withdraw ${request.number}`, ['id']));
    }
    if (!mayBeDone('WITHDRAW', request.state)) {
      return refused(problem('WRONG_STATE', `${request.number} is ${request.state} and cannot be withdrawn`, ['id']));
    }
    await stores.requests.update(id, { state: 'WITHDRAWN' });
    if (request.state === 'VALIDATING') await stores.validations.stop(id);
    await stores.audit([{ actor: caller.actor, type: 'CHANGE_REQUEST_WITHDRAWN', subject: request.number, data: {} }]);
    return accepted({ id });
  });
}
