import type { Outcome } from '../../../domain/problem.js';
import { accepted, problem, refused } from '../../../domain/problem.js';
import type { ChangeRequest } from '../../ports/change-request-store.js';
import type { Ports } from '../../ports/ports.js';
import type { Stores } from '../../ports/unit-of-work.js';
import { comparePlan, replan } from './keep-plan.js';
import type { LockedPlan } from './plan-under-locks.js';
import { planUnderLocks } from './plan-under-locks.js';

/** A request, and its plan as it is now, where that has been worked out. */
export interface SeenRequest {
  request: ChangeRequest;
  ready: LockedPlan | null;
}

/**
 * The request as somebody saw it who names the hash of its plan, or STALE_PLAN. Where that is another plan than the one
 * that was put to the approvers, it is put to them now: what others approved of the parts that differ counts no more.
 */
export async function asSeen(
  ports: Ports,
  stores: Stores,
  request: ChangeRequest,
  planHash: string,
): Promise<Outcome<SeenRequest>> {
  const ready = await planUnderLocks(ports, stores, request);
  const { planned, plan } = ready;
  if (plan.hash !== planHash || planned.set.conflicts.length + planned.set.problems.length > 0) {
    const message = `${request.number} would do something else by now than the plan that you saw: look at it again`;
    return refused(problem('STALE_PLAN', message, ['planHash']));
  }
  // What policy asks for now is looked at when it is applied; here only what approvals cover counts.
  const standing = await comparePlan(stores, request, request.requirements, plan);
  if (standing.isSame) return accepted({ request, ready });
  const { requirements } = standing;
  await stores.requests.update(request.id, { state: request.state, requirements });
  await replan(ports, stores, request, plan, standing);
  return accepted({ request: { ...request, requirements }, ready });
}
