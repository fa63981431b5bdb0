import { givenFor } from '../../../domain/change/approval.js';
import { authorPartiesOf } from '../../../domain/change/authors.js';
import { standingOf } from '../../../domain/change/plan/standing.js';
import { askedAgain, newlyVoided, withConflicting } from '../../../domain/change/void-approvals.js';
import { foldCode } from '../../../domain/primitives/text.js';
import type { ChangeRequest } from '../../ports/change-request-store.js';
import type { Ports } from '../../ports/ports.js';
import type { Stores } from '../../ports/unit-of-work.js';
import { applyChangeRequest } from '../apply-change-request.js';
import type { PlanStanding } from '../plan/keep-plan.js';
import { comparePlan, keepPlan } from '../plan/keep-plan.js';
import { workOutPlan } from '../plan/work-out-plan.js';
import type { PlannedRequest } from '../plan-request.js';
import { freezeForeseen } from '../run/hold-request.js';

const NOTHING_MOVED: Pick<PlanStanding, 'changed'> = { changed: [] };

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
  const { conflicts } = planned.set;
  const warnings = [...planned.set.warnings, ...(await freezeForeseen(stores, planned, request.effectiveAt))];
  if (request.state === 'DRAFT') {
    await stores.requests.update(request.id, { state: 'DRAFT', problems: planned.problems, conflicts, warnings });
    return [];
  }
  const { requirements: before, approvedBy } = request;
  const conflicting = conflicts.map(({ target }) => target);
  const fresh = withConflicting(planned.requirements, before, conflicting);
  const asked = askedAgain(fresh, before, approvedBy, edited, authorPartiesOf(request));
  const plan = await workOutPlan(ports, stores, planned);
  // What the world made of the rest meanwhile is not what was approved either; what was split off is nobody's here.
  // While something conflicts there is no plan to compare: what of the rest moved is seen once it is sound.
  const { changed } = conflicts.length > 0 ? NOTHING_MOVED : await comparePlan(stores, request, asked, plan);
  const here = new Set(request.changes.map(({ target }) => foldCode(target)));
  const moved = changed.filter(({ because }) => here.has(foldCode(because)));
  const { requirements } = standingOf(asked, before, approvedBy, moved);
  const state = conflicts.length > 0 ? ('CONFLICTED' as const) : ('IN_REVIEW' as const);
  await stores.requests.update(request.id, { state, problems: [], conflicts, warnings, requirements });
  if (state === 'IN_REVIEW') await keepPlan(ports, stores, request.id, plan, null);
  const complete = requirements.every((each) => givenFor(each, approvedBy) >= each.count);
  if (state === 'IN_REVIEW' && complete) {
    await applyChangeRequest(ports, stores, { ...request, state, requirements });
  }
  return newlyVoided(requirements, before);
}
