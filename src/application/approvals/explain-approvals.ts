import type { RuleExplained } from '../../domain/approvals/requirements.js';
import type { ApprovalRequirement } from '../../domain/change/approval.js';
import { standingOf } from '../../domain/change/plan/standing.js';
import { settingsOf } from '../../domain/settings/settings.js';
import type { ChangeRequest } from '../ports/change-request-store.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import { planRequest } from '../change/plan-request.js';

export interface ApprovalsExplained {
  /** Version of the setting `approvals` that asks, or that asked; 0 before anybody set it. */
  policyVersion: number;
  rules: RuleExplained[];
  /** What would be asked if the request were submitted now; `why` says why, and why somebody else is asked. */
  requirements: ApprovalRequirement[];
  /** Parties that have approved. */
  approvedBy: string[];
  /** Targets that nobody could approve. */
  nobodyFor: string[];
}

/**
 * Which rule of the policy in force asks whom about a request, and why; by the code that asks when it is submitted and
 * when it is applied. Of a request that has ended it is what was asked then, by the policy of then. Null where there is none.
 */
export async function explainApprovals(ports: Ports, id: string): Promise<ApprovalsExplained | null> {
  const view = await ports.changes.requestById(id);
  return ports.work.run(async (stores) => {
    const request = await stores.requests.read(id);
    if (!request) return null;
    const { approvedBy, author, editors, changes } = request;
    if (ENDED.has(request.state)) return explainEnded(stores, request, view?.appliedAt ?? null);
    const policyVersion = (await stores.settings.newest('approvals'))?.version ?? 0;
    const planned = await planRequest(ports, stores, changes, author, { lock: false, editors, approvals: request });
    const { explained, orphans } = planned;
    // Who was asked again has not approved what it is asked of now.
    const { requirements } = standingOf(planned.requirements, request.requirements, approvedBy, []);
    return { policyVersion, rules: explained, requirements, approvedBy, nobodyFor: orphans };
  });
}

const ENDED: ReadonlySet<string> = new Set(['APPLIED', 'REJECTED', 'WITHDRAWN']);

/** @param appliedAt judged for the last time; what was never applied, when it was last put to its approvers. */
async function explainEnded(
  stores: Stores,
  { id, requirements, approvedBy }: ChangeRequest,
  appliedAt: Date | null,
): Promise<ApprovalsExplained> {
  const judgedAt = appliedAt ?? (await stores.plans.latest(id))?.at ?? (await stores.now());
  const policy = await stores.settings.inForceAt('approvals', judgedAt);
  const { approvals } = settingsOf(policy ? new Map([['approvals', policy.value]]) : new Map());
  const descriptions = new Map(approvals.map(({ key, description }) => [key, description ?? null]));
  const rules = requirements.map((each) => asAsked(each, descriptions.get(each.rule) ?? null));
  return { policyVersion: policy?.version ?? 0, rules, requirements, approvedBy, nobodyFor: [] };
}

function asAsked(
  { rule, targets, why = 'it was asked before reasons were kept' }: ApprovalRequirement,
  description: string | null,
): RuleExplained {
  return { rule, description, asks: true, why, targets };
}
