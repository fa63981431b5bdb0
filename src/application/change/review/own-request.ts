import type { Caller } from '../../../domain/actor.js';
import { mayActAs } from '../../../domain/actor.js';
import type { ChangeRequestAct } from '../../../domain/change/change.js';
import { mayBeDone } from '../../../domain/change/change.js';
import type { Problem } from '../../../domain/problem.js';
import { problem } from '../../../domain/problem.js';
import type { ChangeRequest } from '../../ports/change-request-store.js';

/** How each act is told of. */
const DONE = { UPDATE: 'updated', REBASE: 'rebased' } as const satisfies Partial<Record<ChangeRequestAct, string>>;

/**
 * Everything that keeps this caller from changing a request: it is somebody else's (an ADMIN may), nobody answers for the
 * key, or its state does not let it. Whoever changes it becomes one of its authors, and so cannot approve it.
 */
export function objectionsTo(request: ChangeRequest, { actor, roles }: Caller, act: keyof typeof DONE): Problem[] {
  const problems: Problem[] = [];
  if (actor.partyId === null) {
    problems.push(problem('PARTY_REQUIRED', 'this key belongs to no party, so nobody would answer for the request'));
  }
  const isOwn = actor.partyId !== null && request.author.partyId === actor.partyId;
  if (!isOwn && !mayActAs({ actor, roles }, ['ADMIN'])) {
    problems.push(
      problem('NOT_ASKED', `${request.number} is somebody else's; its author may do this, and an ADMIN`, ['id']),
    );
  }
  if (!mayBeDone(act, request.state)) {
    const message = `${request.number} is ${request.state} and cannot be ${DONE[act]}`;
    problems.push(problem('WRONG_STATE', message, ['id']));
  }
  return problems;
}
