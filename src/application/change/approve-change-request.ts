import type { Caller } from '../../domain/actor.js';
import { textFault } from '../../domain/catalog/read-sku-fields.js';
import { givenFor } from '../../domain/change/approval.js';
import { isAuthorOf } from '../../domain/change/authors.js';
import { capacitiesOf } from '../../domain/change/capacity.js';
import { mayBeDone } from '../../domain/change/change.js';
import { approvedAnew, isAskedStill } from '../../domain/change/void-approvals.js';
import type { Party } from '../../domain/ownership/party.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { ChangeRequest } from '../ports/change-request-store.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import { asSeen } from './plan/as-seen.js';
import { applyChangeRequest } from './apply-change-request.js';
import { approvingOf, whoIs } from './review/asked-at-present.js';
import { learnEditors } from './review/learn-editors.js';
import { CALENDAR, reaskRequests } from './review/reask-requests.js';

/**
 * Records an approval; the one that satisfies the last requirement applies the request in the same transaction.
 * @param planHash of the plan that the approver saw: refused where it is not the present one. Without it, what is approved
 * is the plan that was last put to the approvers; where the request would do something else by now, it is put to them anew.
 * Where it conflicts by now, it is CONFLICTED, whether or not this approval counts.
 */
export async function approveChangeRequest(
  ports: Ports,
  caller: Caller,
  id: string,
  comment: string | null,
  planHash: string | null = null,
): Promise<Outcome<{ id: string }>> {
  const fault = comment === null ? null : textFault(comment);
  if (fault) return refused(problem(fault.code, fault.message, ['comment']));
  return ports.work.run(async (stores) => {
    const locked = await stores.requests.lock(id);
    if (!locked) return refused(problem('NOT_FOUND', 'there is no such change request', ['id']));
    const parties = await stores.parties.parties();
    const found = await askedNow(ports, stores, locked);
    // Whoever has approved an older plan may approve this one: that is known once it is worked out.
    const early = objectionTo(found, caller, parties);
    if (early && early.code !== 'ALREADY_DECIDED') return refused(early);
    const unplanned = { request: found, ready: null, isConflicted: false };
    const seen = planHash === null ? accepted(unplanned) : await asSeen(ports, stores, found, planHash);
    if (!seen.ok) return seen;
    const { request, ready, isConflicted } = seen.value;
    const objection = objectionTo(request, caller, parties);
    const partyId = caller.actor.partyId;
    if (objection || partyId === null) return refused(objection ?? noParty());
    const decidedAs = capacitiesOf(request.requirements, partyId, await approvingOf(stores, request));
    const decision = { id: ports.newId(), requestId: id, actor: caller.actor, partyId, comment, decidedAs };
    await stores.requests.decide({ ...decision, kind: 'APPROVE' });
    await stores.audit([
      { actor: caller.actor, type: 'CHANGE_REQUEST_APPROVED', subject: request.number, data: { comment } },
    ]);
    const approvedBy = [...new Set([...request.approvedBy, partyId])];
    const requirements = approvedAnew(request.requirements, partyId);
    if (request.approvedBy.includes(partyId)) await stores.requests.update(id, { state: request.state, requirements });
    const complete = requirements.every((each) => givenFor(each, approvedBy) >= each.count);
    // What is known to conflict by now is told at once, however many approvals it still waits for.
    if (complete || isConflicted)
      await applyChangeRequest(ports, stores, { ...request, requirements, approvedBy }, { ready });
    return accepted({ id });
  });
}

/**
 * The request as it is asked of parties at this very moment: a delegation or an absence may have begun or ended since the
 * last look at the calendar, and whoever is asked no more may not approve.
 */
async function askedNow(ports: Ports, stores: Stores, locked: ChangeRequest): Promise<ChangeRequest> {
  if (!mayBeDone('APPROVE', locked.state)) return locked;
  const request = await learnEditors(ports, stores, locked);
  const asked = {
    ...request,
    authorPartyId: request.author.partyId,
    editorPartyIds: request.editors.flatMap(({ partyId }) => partyId ?? []),
  };
  const requirements = (await reaskRequests(stores, CALENDAR, [asked])).get(request.id);
  return requirements ? { ...request, requirements } : request;
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
    const byId = new Map(parties.map((party) => [party.id, party]));
    const asked = whoIs(requirements, { parties: byId });
    return problem('NOT_ASKED', `no rule asks for your approval of ${request.number}${asked}`, ['id']);
  }
  return null;
}
