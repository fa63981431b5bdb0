import type { Caller } from '../../domain/actor.js';
import { mayActAs } from '../../domain/actor.js';
import { textFault } from '../../domain/catalog/read-sku-fields.js';
import { isAuthorOf } from '../../domain/change/authors.js';
import { capacitiesOf } from '../../domain/change/capacity.js';
import { mayBeDone } from '../../domain/change/change.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { Ports } from '../ports/ports.js';
import { askedAtPresent, notAsked } from './review/asked-at-present.js';
import { learnEditors } from './review/learn-editors.js';
import { splitOff } from './review/split-off.js';

/**
 * Ends a request with a reason that its author can act on. Whoever is asked for their approval may, and an ADMIN; its author
 * withdraws it instead.
 * @param changeIds only these: they become a draft of their own, and the rest goes on. All of them are the whole request.
 */
export async function rejectChangeRequest(
  ports: Ports,
  caller: Caller,
  id: string,
  comment: string,
  changeIds: readonly string[] | null = null,
): Promise<Outcome<{ id: string }>> {
  if (comment.trim() === '') return refused(problem('REQUIRED', 'a rejection says why', ['comment']));
  const fault = textFault(comment);
  if (fault) return refused(problem(fault.code, fault.message, ['comment']));
  return ports.work.run(async (stores) => {
    const locked = await stores.requests.lock(id);
    if (!locked) return refused(problem('NOT_FOUND', 'there is no such change request', ['id']));
    const request = await learnEditors(ports, stores, locked);
    const { actor } = caller;
    if (actor.partyId === null) return refused(problem('PARTY_REQUIRED', 'this key belongs to no party'));
    if (!mayBeDone('REJECT', request.state)) {
      return refused(problem('WRONG_STATE', `${request.number} is ${request.state} and cannot be rejected`, ['id']));
    }
    if (isAuthorOf(request, actor, await stores.parties.parties())) {
      return refused(problem('SELF_APPROVAL', `${request.number} is your own; withdraw it instead`, ['id']));
    }
    const named = new Set(changeIds);
    const isPart = changeIds !== null && named.size < request.changes.length;
    const asked = await askedAtPresent(stores, request);
    const isFree = mayActAs(caller, ['ADMIN']);
    const unasked = isFree ? [] : notAsked(request, actor.partyId, asked, isPart ? changeIds : null);
    const known = new Set(request.changes.map((change) => change.id));
    const strange = (changeIds ?? []).flatMap((each, index) =>
      known.has(each) ? [] : [problem('NOT_FOUND', `${request.number} has no such change`, ['changes', String(index)])],
    );
    if (unasked.length + strange.length > 0) return refused(...unasked, ...strange);
    if (changeIds?.length === 0) {
      return refused(problem('REQUIRED', 'name the changes that are to go, or leave the list out', ['changes']));
    }
    if (isPart) {
      return splitOff(ports, stores, actor, { request, changeIds: named, comment });
    }
    await stores.requests.decide({
      id: ports.newId(),
      requestId: id,
      actor,
      partyId: actor.partyId,
      kind: 'REJECT',
      comment,
      decidedAs: capacitiesOf(asked.requirements, actor.partyId, asked.world),
    });
    await stores.requests.update(id, { state: 'REJECTED' });
    await stores.audit([{ actor, type: 'CHANGE_REQUEST_REJECTED', subject: request.number, data: { comment } }]);
    return accepted({ id });
  });
}
