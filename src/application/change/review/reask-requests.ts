import type { Actor } from '../../../domain/actor.js';
import { systemActor } from '../../../domain/actor.js';
import type { ApprovalRequirement } from '../../../domain/change/approval.js';
import { reask } from '../../../domain/change/approval.js';
import { sameJson } from '../../../domain/primitives/json.js';
import type { AskedRequest } from '../../ports/change-request-store.js';
import type { Stores } from '../../ports/unit-of-work.js';
import { readApproving } from '../plan-request.js';

/** Who asks others where a delegation or an absence began or ended: nobody sends word of that. */
export const CALENDAR = systemActor('calendar');

/**
 * Asks anew for the approvals of locked requests in review, as parties are at this very moment: whoever left, or whose
 * delegation has ended, is asked no more, and a delegate or a successor is. Each request that asks others now says so in
 * the audit log. Two statements, however many requests there are.
 * @param successors by the id of who left: who takes their place.
 * @returns the requirements of the requests that ask others now, by id.
 */
export async function reaskRequests(
  stores: Stores,
  actor: Actor,
  requests: readonly AskedRequest[],
  successors: ReadonlyMap<string, string> = new Map(),
): Promise<Map<string, ApprovalRequirement[]>> {
  if (requests.length === 0) return new Map();
  const approving = await readApproving(stores, await stores.now());
  const changed = requests.flatMap(({ requirements, authorPartyId, editorPartyIds, approvedBy, ...request }) => {
    const world = { ...approving, authorPartyId, editorPartyIds };
    const anew = requirements.map((requirement) => reask(requirement, world, approvedBy, successors));
    // Compared as the database keeps them: a field that is left out, and one that is undefined, are one.
    return sameJson(JSON.parse(JSON.stringify(anew)), JSON.parse(JSON.stringify(requirements)))
      ? []
      : [{ ...request, requirements: anew }];
  });
  if (changed.length === 0) return new Map();
  await stores.requests.reask(changed);
  await stores.audit(
    changed.map(({ number, requirements }) => ({
      actor,
      type: 'CHANGE_REQUEST_REASKED',
      subject: number,
      data: { asked: requirements.map(({ partyId }) => partyId) },
    })),
  );
  return new Map(changed.map(({ id, requirements }) => [id, requirements]));
}
