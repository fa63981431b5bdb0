import type { Outcome } from '../../../domain/problem.js';
import { accepted, problem, refused } from '../../../domain/problem.js';
import type { ChangeRequest } from '../../ports/change-request-store.js';
import type { Ports } from '../../ports/ports.js';
import type { Stores } from '../../ports/unit-of-work.js';
import { putInConflict } from '../put-in-conflict.js';
import { comparePlan, replan } from './keep-plan.js';
import type { LockedPlan } from './plan-under-locks.js';
import { planUnderLocks } from './plan-under-locks.js';

/** A request, and its plan as it is now, where that has been worked out. */
export interface SeenRequest {
  request: ChangeRequest;
  ready: LockedPlan | null;
  /** It does not fit the present any more, and will be CONFLICTED once this approval is kept. */
  isConflicted: boolean;
}

/**
 * The request as somebody saw it who names the hash of its plan, or STALE_PLAN. Where that is another plan than the one
 * that was put to the approvers, it is put to them now: what others approved of the parts that differ counts no more.
 * Where the request conflicts by now, it has no plan that could be seen again and approved: whoever names the plan that was
 * put to them approves that, as without a hash; for anybody else it is CONFLICTED at once, and STALE_PLAN says so.
 */
export async function asSeen(
  ports: Ports,
  stores: Stores,
  request: ChangeRequest,
  planHash: string,
): Promise<Outcome<SeenRequest>> {
  const ready = await planUnderLocks(ports, stores, request);
  const { planned, plan } = ready;
  const { conflicts, problems, warnings } = planned.set;
  if (conflicts.length + problems.length > 0) {
    const put = await stores.plans.latest(request.id);
    if (put?.hash === planHash) return accepted({ request, ready, isConflicted: true });
    await putInConflict(stores, request, { conflicts, problems, warnings });
    const message = `${request.number} does not fit any more what is there by now, and is CONFLICTED: see its conflicts and problems`;
    return refused(problem('STALE_PLAN', message, ['planHash']));
  }
  if (plan.hash !== planHash) {
    const message = `${request.number} would do something else by now than the plan that you saw: look at it again`;
    return refused(problem('STALE_PLAN', message, ['planHash']));
  }
  // What policy asks for now is looked at when it is applied; here only what approvals cover counts.
  const standing = await comparePlan(stores, request, request.requirements, plan);
  if (standing.isSame) return accepted({ request, ready, isConflicted: false });
  const { requirements } = standing;
  await stores.requests.update(request.id, { state: request.state, requirements });
  await replan(ports, stores, request, plan, standing);
  return accepted({ request: { ...request, requirements }, ready, isConflicted: false });
}
