import type { Caller } from '../../../domain/actor.js';
import { instantKey } from '../../../domain/bundle/timeline.js';
import { textFault, titleFault } from '../../../domain/catalog/read-sku-fields.js';
import { mayBeDone } from '../../../domain/change/change.js';
import { invertApplied } from '../../../domain/change/invert.js';
import type { Outcome, Problem } from '../../../domain/problem.js';
import { accepted, problem, refused } from '../../../domain/problem.js';
import type { Ports } from '../../ports/ports.js';
import { isBulk } from '../bulk/ask-validation.js';
import { addForValidation, addRequest } from '../create-change-request.js';

/**
 * Proposes what takes an applied request back, against the present: a new request of the caller's, a draft unless it is
 * to be submitted. Only what is still as the request left it is undone.
 * @returns the new request, and what stays as it is: what was created, what has no way back, what others changed since.
 */
export async function revertChangeRequest(
  ports: Ports,
  caller: Caller,
  id: string,
  wish: { reason: string | null; submit: boolean },
): Promise<Outcome<{ id: string; left: Problem[] }>> {
  if (caller.actor.partyId === null) {
    return refused(problem('PARTY_REQUIRED', 'this key belongs to no party, so nobody would answer for the request'));
  }
  const fault = wish.reason === null ? null : textFault(wish.reason);
  if (fault) return refused(problem(fault.code, fault.message, ['reason']));
  return ports.work.run(async (stores) => {
    const request = await stores.requests.lock(id);
    if (!request) return refused(problem('NOT_FOUND', 'there is no such change request', ['id']));
    if (!mayBeDone('REVERT', request.state)) {
      const message = `${request.number} is ${request.state}; only what was applied can be taken back`;
      return refused(problem('WRONG_STATE', message, ['id']));
    }
    const applied = await stores.requests.applied(id);
    const { changes, left } = invertApplied(applied, instantKey(await stores.now()));
    if (changes.length === 0) {
      return refused(problem('REQUIRED', `nothing of ${request.number} is left that could be undone`, ['id']), ...left);
    }
    const whole = `Revert ${request.number}: ${request.title}`;
    const title = titleFault(whole) ? `Revert ${request.number}` : whole;
    const draft = { title, reason: wish.reason, idempotencyKey: null, changes };
    const asDraft = !wish.submit;
    const inverse = { draft, changes, asDraft, origin: 'REQUEST' as const, revertsId: id };
    const add = isBulk(changes) ? addForValidation : addRequest;
    const added = await add(ports, stores, caller, inverse);
    if (added.ok) return accepted({ id: added.value.id, left });
    const told = added.problems.map(({ code, message, field }) => {
      const target = field?.[0] === 'changes' ? changes[Number(field[1])]?.target : undefined;
      return problem(code, target === undefined ? message : `${target}: ${message}`, ['id']);
    });
    return { ok: false, problems: [...told, ...left] };
  });
}
