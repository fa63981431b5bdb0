import { givenFor } from '../../../domain/change/approval.js';
import { authorPartiesOf } from '../../../domain/change/authors.js';
import { askedAgain, newlyVoided } from '../../../domain/change/void-approvals.js';
import type { ChangeRequest } from '../../ports/change-request-store.js';
import type { Ports } from '../../ports/ports.js';
import type { Stores } from '../../ports/unit-of-work.js';
import { applyChangeRequest } from '../apply-change-request.js';
import type { PlannedRequest } from '../plan-request.js';

/**
 * A request whose content has changed goes on from where it stood: a draft stays one, with what is wrong with it; any
 * other is in review again, or in conflict, without the approvals that the change voids. Where every approval that is
 * asked for is there still, it is applied, or waits for its time.
 * @param request as it is now, with the requirements and approvals from before.
 * @param edited targets whose changes are not what was approved.
 * @returns parties whose approval does not count any more.
 */
export async function goOn(
  ports: Ports,
  stores: Stores,
  request: ChangeRequest,
  planned: PlannedRequest,
  edited: readonly string[],
): Promise<string[]> {
  const { conflicts, warnings } = planned.set;
  if (request.state === 'DRAFT') {
    await stores.requests.update(request.id, { state: 'DRAFT', problems: planned.problems, conflicts, warnings });
    return [];
  }
  const { requirements: before, approvedBy } = request;
  const requirements = askedAgain(planned.requirements, before, approvedBy, edited, authorPartiesOf(request));
  const state = conflicts.length > 0 ? ('CONFLICTED' as const) : ('IN_REVIEW' as const);
  await stores.requests.update(request.id, { state, problems: [], conflicts, warnings, requirements });
  const complete = requirements.every((each) => givenFor(each, approvedBy) >= each.count);
  if (state === 'IN_REVIEW' && complete) {
    await applyChangeRequest(ports, stores, { ...request, state, requirements });
  }
  return newlyVoided(requirements, before);
}
