import type { RuleExplained } from '../../domain/approvals/requirements.js';
import type { ApprovalRequirement } from '../../domain/change/approval.js';
import { withVoids } from '../../domain/change/void-approvals.js';
import type { Ports } from '../ports/ports.js';
import { planRequest } from '../change/plan-request.js';

export interface ApprovalsExplained {
  /** Version of the setting `approvals`; 0 before anybody set it. */
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
 * when it is applied. Of a request that has ended it is what was asked then. Null where there is none.
 */
export async function explainApprovals(ports: Ports, id: string): Promise<ApprovalsExplained | null> {
  return ports.work.run(async (stores) => {
    const request = await stores.requests.read(id);
    if (!request) return null;
    const policyVersion = (await stores.settings.newest('approvals'))?.version ?? 0;
    const { approvedBy } = request;
    if (ENDED.has(request.state)) {
      const { requirements } = request;
      return { policyVersion, rules: requirements.map(asAsked), requirements, approvedBy, nobodyFor: [] };
    }
    const planned = await planRequest(ports, stores, request.changes, request.author, {
      lock: false,
      editors: request.editors,
    });
    const { explained, orphans } = planned;
    // Who was asked again has not approved what it is asked of now.
    const requirements = withVoids(planned.requirements, request.requirements);
    return { policyVersion, rules: explained, requirements, approvedBy, nobodyFor: orphans };
  });
}

const ENDED: ReadonlySet<string> = new Set(['APPLIED', 'REJECTED', 'WITHDRAWN']);

function asAsked({ rule, targets, why = 'it was asked before reasons were kept' }: ApprovalRequirement): RuleExplained {
  return { rule, description: null, asks: true, why, targets };
}
