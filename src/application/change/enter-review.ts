import type { Actor } from '../../domain/actor.js';
import type { ChangeRequest } from '../ports/change-request-store.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import { applyChangeRequest } from './apply-change-request.js';
import { keepPlan } from './plan/keep-plan.js';
import type { WorkedPlan } from './plan/work-out-plan.js';
import { workOutPlan } from './plan/work-out-plan.js';
import type { PlannedRequest } from './plan-request.js';
import { freezeForeseen } from './run/hold-request.js';

/**
 * A sound request enters review: with the approvals that policy asks for, in conflict at once where somebody else came
 * first, or applied on the spot where policy asks for nobody.
 * @param plan where it has been worked out already.
 */
export async function enterReview(
  ports: Ports,
  stores: Stores,
  { id, effectiveAt }: Pick<ChangeRequest, 'id' | 'effectiveAt'>,
  planned: PlannedRequest,
  by: Actor,
  plan: WorkedPlan | null = null,
): Promise<void> {
  const conflicted = planned.set.conflicts.length > 0;
  await stores.requests.update(id, {
    state: conflicted ? 'CONFLICTED' : 'IN_REVIEW',
    problems: [],
    warnings: [...planned.set.warnings, ...(await freezeForeseen(stores, planned, effectiveAt))],
    conflicts: planned.set.conflicts,
    requirements: planned.requirements,
    submitted: true,
  });
  const request = await stores.requests.lock(id);
  if (!request) throw new Error(`change request ${id} vanished inside its own transaction`);
  const data = { changes: request.changes.length };
  await stores.audit([{ actor: by, type: 'CHANGE_REQUEST_SUBMITTED', subject: request.number, data }]);
  if (conflicted) return;
  await keepPlan(ports, stores, id, plan ?? (await workOutPlan(ports, stores, planned)), null);
  if (planned.requirements.length === 0) await applyChangeRequest(ports, stores, request);
}
