import { closeAdopted } from '../drift/resolve/close-adopted.js';
import type { ChangeRequest, Forced } from '../ports/change-request-store.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import { putInConflict } from './put-in-conflict.js';
import { comparePlan, keepPlan, replan } from './plan/keep-plan.js';
import { nobodyToAsk } from './plan/nobody-to-ask.js';
import type { LockedPlan } from './plan/plan-under-locks.js';
import { planUnderLocks } from './plan/plan-under-locks.js';
import { freezeForeseen, holdRequest } from './run/hold-request.js';
import { recordForce, skippedBy } from './run/record-force.js';
import { writeChangeSet } from './write-change-set.js';

export type ApplyResult = 'APPLIED' | 'CONFLICTED' | 'IN_REVIEW' | 'SCHEDULED';

/**
 * Applies an approved request in the caller's transaction: every guard runs again on locked rows, then revisions, feed,
 * audit and deliveries are written. What no longer fits puts the request to CONFLICTED, with all four facts of each
 * conflict or with its problems; nothing of it is applied then. Before its effective time, and in a freeze, it waits.
 * @param how forced: applied by force, without approvals, now and in a freeze, and judged like any other; ready: the plan,
 * where this very transaction has worked it out on locked rows already.
 */
export async function applyChangeRequest(
  ports: Ports,
  stores: Stores,
  request: ChangeRequest,
  how: { forced?: Forced; ready?: LockedPlan | null } = {},
): Promise<ApplyResult> {
  const { forced = null } = how;
  const { planned, plan } = how.ready ?? (await planOnce(ports, stores, request, forced !== null));
  // Where somebody else made the same change meanwhile, there is nothing left to do, which is no problem.
  const problems = [...planned.set.problems, ...(forced ? [] : await nobodyToAsk(stores, request, { planned, plan }))];
  const { conflicts, warnings } = planned.set;
  if (conflicts.length > 0 || problems.length > 0) {
    await putInConflict(stores, request, { conflicts, problems, warnings });
    return 'CONFLICTED';
  }
  const standing = await comparePlan(stores, request, planned.requirements, plan);
  if (standing.missing.length > 0 && !forced) {
    // The world moved: it would write something else than was approved, or somebody is asked who has not been. Whoever
    // approved that part is asked again; what else was approved stays approved.
    const told = [...warnings, ...(await freezeForeseen(stores, planned, request.effectiveAt))];
    await stores.requests.update(request.id, {
      state: 'IN_REVIEW',
      requirements: standing.requirements,
      warnings: told,
    });
    await replan(ports, stores, request, plan, standing);
    return 'IN_REVIEW';
  }
  if (!forced && (await holdRequest(stores, request, planned))) return 'SCHEDULED';
  if (!standing.isSame) await keepPlan(ports, stores, request.id, plan, null);
  const outcome = { state: 'APPLIED' as const, problems: [], conflicts: [], warnings, applied: true };
  const skipped = forced && (await skippedBy(stores, request, planned, standing.missing));
  await stores.requests.update(
    request.id,
    forced && skipped ? { ...outcome, forced: { ...forced, skipped } } : outcome,
  );
  const stamp = { actor: request.author, reason: request.reason, changeRequestId: request.id };
  // Records and findings before deliveries and lanes, in the order of whoever publishes meanwhile.
  const linked = await stores.findings.adoptedBy(request.id);
  const written = await writeChangeSet(stores, planned.set, stamp, 'DELIVER');
  await stores.audit([
    {
      actor: request.author,
      type: 'CHANGE_REQUEST_APPLIED',
      subject: request.number,
      data: { revisions: written.length },
    },
  ]);
  if (forced && skipped) await recordForce(ports, stores, request, forced, skipped);
  await closeAdopted(ports, stores, request, linked);
  return 'APPLIED';
}

/**
 * A version of a bundle that is due comes before what is set after it, by force even in a freeze; but only where something
 * is set. What ends in conflict has moved nothing, and what a freeze holds stays held.
 */
function planOnce(ports: Ports, stores: Stores, request: ChangeRequest, evenIfFrozen: boolean): Promise<LockedPlan> {
  const planning = (): Promise<LockedPlan> => planUnderLocks(ports, stores, request, { evenIfFrozen });
  if (!evenIfFrozen) return planning();
  return stores.tentatively(planning, ({ planned: { set } }) => set.conflicts.length + set.problems.length === 0);
}
