import type { Caller } from '../../domain/actor.js';
import { textFault } from '../../domain/catalog/read-sku-fields.js';
import { mayBeDone } from '../../domain/change/change.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { Ports } from '../ports/ports.js';

/** Ends a request with a reason that its author can act on. Its author withdraws it instead. */
export async function rejectChangeRequest(
  ports: Ports,
  caller: Caller,
  id: string,
  comment: string,
): Promise<Outcome<{ id: string }>> {
  if (comment.trim() === '') return refused(problem('REQUIRED', 'a rejection says why', ['comment']));
  const fault = textFault(comment);
  if (fault) return refused(problem(fault.code, fault.message, ['comment']));
  return ports.work.run(async (stores) => {
    const request = await stores.requests.lock(id);
    if (!request) return refused(problem('NOT_FOUND', 'there is no such change request', ['id']));
    const { actor } = caller;
    if (actor.partyId === null) return refused(problem('PARTY_REQUIRED', 'this key belongs to no party'));
    if (!mayBeDone('REJECT', request.state)) {
      return refused(problem('WRONG_STATE', `${request.number} is ${request.state} and cannot be rejected`, ['id']));
    }
    if (request.author.partyId === actor.partyId) {
      return refused(problem('SELF_APPROVAL', `${request.number} is your own; withdraw it instead`, ['id']));
    }
    await stores.requests.decide({
      id: ports.newId(),
      requestId: id,
      actor,
      partyId: actor.partyId,
      kind: 'REJECT',
      comment,
    });
    await stores.requests.update(id, { state: 'REJECTED' });
    await stores.audit([{ actor, type: 'CHANGE_REQUEST_REJECTED', subject: request.number, data: { comment } }]);
    return accepted({ id });
  });
}
