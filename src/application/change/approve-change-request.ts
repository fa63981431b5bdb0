import type { Caller } from '../../domain/actor.js';
import { textFault } from '../../domain/catalog/read-sku-fields.js';
import { givenFor } from '../../domain/change/approval.js';
import { isAuthorOf } from '../../domain/change/authors.js';
import { mayBeDone } from '../../domain/change/change.js';
import { approvedAnew, isAskedStill } from '../../domain/change/void-approvals.js';
import type { Party } from '../../domain/ownership/party.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { ChangeRequest } from '../ports/change-request-store.js';
import type { Ports } from '../ports/ports.js';
import { applyChangeRequest } from './apply-change-request.js';

/** Records an approval; the one that satisfies the last requirement applies the request in the same transaction. */
export async function approveChangeRequest(
  ports: Ports,
  caller: Caller,
  id: string,
  comment: string | null,
): Promise<Outcome<{ id: string }>> {
  const fault = comment === null ? null : textFault(comment);
  if (fault) return refused(problem(fault.code, fault.message, ['comment']));
  return ports.work.run(async (stores) => {
    const request = await stores.requests.lock(id);
    if (!request) return refused(problem('NOT_FOUND', 'there is no such change request', ['id']));
    const objection = objectionTo(request, caller, await stores.parties.parties());
    const partyId = caller.actor.partyId;
    if (objection || partyId === null) return refused(objection ?? noParty());
    await stores.requests.decide({
      id: ports.newId(),
      requestId: id,
      actor: caller.actor,
      partyId,
      kind: 'APPROVE',
      comment,
    });
    await stores.audit([
      { actor: caller.actor, type: 'CHANGE_REQUEST_APPROVED', subject: request.number, data: { comment } },
    ]);
    const approvedBy = [...new Set([...request.approvedBy, partyId])];
    const requirements = approvedAnew(request.requirements, partyId);
    if (request.approvedBy.includes(partyId)) await stores.requests.update(id, { state: request.state, requirements });
    const complete = requirements.every((each) => givenFor(each, approvedBy) >= each.count);
    if (complete) await applyChangeRequest(ports, stores, { ...request, requirements, approvedBy });
    return accepted({ id });
  });
}

function noParty(): Problem {
  return problem('PARTY_REQUIRED', 'this key belongs to no party, so nobody would answer for the approval');
}

/** Why this caller may not approve: nobody approves their own, and only those who are asked count (design 4.3). */
function objectionTo(request: ChangeRequest, caller: Caller, parties: readonly Party[]): Problem | null {
  const { actor } = caller;
  if (actor.partyId === null) return noParty();
  if (!mayBeDone('APPROVE', request.state)) {
    return problem('WRONG_STATE', `${request.number} is ${request.state}; only a request in review can be approved`, [
      'id',
    ]);
  }
  if (isAuthorOf(request, actor, parties)) {
    return problem('SELF_APPROVAL', `${request.number} is your own; somebody else must approve it`, ['id']);
  }
  const { requirements, approvedBy } = request;
  if (approvedBy.includes(actor.partyId) && !isAskedStill(requirements, approvedBy, actor.partyId)) {
    return problem('ALREADY_DECIDED', `you have approved ${request.number} already`, ['id']);
  }
  if (!requirements.some((each) => each.eligible.includes(actor.partyId ?? ''))) {
    return problem('NOT_ASKED', `no rule asks for your approval of ${request.number}`, ['id']);
  }
  return null;
}
