import type { ApprovalRequirement } from '../../../domain/change/approval.js';
import type { ChangedCommitment } from '../../../domain/change/plan/commitments.js';
import { changedCommitments } from '../../../domain/change/plan/commitments.js';
import type { Standing } from '../../../domain/change/plan/standing.js';
import { standingOf } from '../../../domain/change/plan/standing.js';
import type { ChangeRequest } from '../../ports/change-request-store.js';
import type { ReplanReason } from '../../ports/plan-store.js';
import type { Ports } from '../../ports/ports.js';
import { inTurns } from '../../ports/turns.js';
import type { Stores } from '../../ports/unit-of-work.js';
import type { WorkedPlan } from './work-out-plan.js';

/** Of what is otherwise, so much is told one by one; the rest is counted. */
const TOLD = 100;

/** How a request's approvals stand to what it would do now, and why. */
export interface PlanStanding extends Standing {
  /** What is otherwise than in the plan that was put to the approvers; nothing where there was none yet. */
  changed: ChangedCommitment[];
  /** The plan that was put to them says the same. */
  isSame: boolean;
}

/** Compares what a request would do now with the plan that was put to its approvers. */
export async function comparePlan(
  stores: Pick<Stores, 'plans'>,
  request: Pick<ChangeRequest, 'id' | 'requirements' | 'approvedBy'>,
  asked: readonly ApprovalRequirement[],
  plan: WorkedPlan,
): Promise<PlanStanding> {
  const kept = await stores.plans.latest(request.id);
  const isSame = kept?.hash === plan.hash;
  const changed = kept && !isSame ? await inTurns(changedCommitments(kept.commitments, plan.commitments)) : [];
  return { ...standingOf(asked, request.requirements, request.approvedBy, changed), changed, isSame };
}

/** Why a request is planned anew. */
export function replanReason({ changed, missing }: Pick<PlanStanding, 'changed' | 'missing'>): ReplanReason {
  const names = new Set(changed.map(({ because }) => because));
  return {
    changed: changed.slice(0, TOLD),
    changedCount: changed.length,
    asked: missing.map(({ partyId, rule, targets }) => {
      const touched = targets.filter((target) => names.has(target));
      return { partyId, rule, targets: (touched.length > 0 ? touched : targets).slice(0, TOLD) };
    }),
  };
}

/** Keeps a plan with its request: what approvals bind to from now on, or what was applied. */
export async function keepPlan(
  ports: Pick<Ports, 'newId'>,
  stores: Pick<Stores, 'plans'>,
  requestId: string,
  plan: WorkedPlan,
  reason: ReplanReason | null,
): Promise<void> {
  const { commitments, hash, writes, omissions, supersedes, silent, reached } = plan;
  const content = { writes, omissions, supersedes, silent, reached };
  await stores.plans.keep({ id: ports.newId(), requestId, hash, commitments, content, reason });
}

/** Puts a request to its approvers as it is now, says why, and lets the audit log say it too. */
export async function replan(
  ports: Pick<Ports, 'newId'>,
  stores: Pick<Stores, 'plans' | 'audit'>,
  request: Pick<ChangeRequest, 'id' | 'number' | 'author'>,
  plan: WorkedPlan,
  standing: PlanStanding,
): Promise<void> {
  const reason = replanReason(standing);
  await keepPlan(ports, stores, request.id, plan, reason);
  const { changed, changedCount, asked } = reason;
  const data = { asked: asked.map(({ partyId }) => partyId), parts: asked, changed, changedCount };
  await stores.audit([{ actor: request.author, type: 'CHANGE_REQUEST_REPLANNED', subject: request.number, data }]);
}
