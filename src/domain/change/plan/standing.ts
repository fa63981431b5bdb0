import type { ApprovalRequirement } from '../approval.js';
import { givenFor, wasMet } from '../approval.js';
import { askedOfMore, withVoids } from '../void-approvals.js';
import type { ChangedCommitment } from './commitments.js';

/** How the approvals of a request stand to what it would do now. */
export interface Standing {
  /** What is asked now, with what counts no more. */
  requirements: ApprovalRequirement[];
  /** Those of it that nobody has met. */
  missing: ApprovalRequirement[];
}

/**
 * An approval stands as long as what it covers is what was approved. Where that is otherwise now, it counts no more, for
 * this part alone; every other approval stands.
 * @param before what was asked when it was approved.
 * @param changed what is otherwise than it was committed to then.
 */
export function standingOf(
  asked: readonly ApprovalRequirement[],
  before: readonly ApprovalRequirement[],
  approvedBy: readonly string[],
  changed: readonly Pick<ChangedCommitment, 'because'>[],
): Standing {
  const names = new Set(changed.map(({ because }) => because));
  const were = before.map((each) => voidedWhere(each, approvedBy, names));
  const requirements = withVoids(askedOfMore(asked, before, approvedBy), were);
  const missing = requirements.filter(
    (each) => givenFor(each, approvedBy) < each.count && !wasMet(each, were, approvedBy),
  );
  return { requirements, missing };
}

function voidedWhere(
  requirement: ApprovalRequirement,
  approvedBy: readonly string[],
  names: ReadonlySet<string>,
): ApprovalRequirement {
  const { targets, eligible, voided = [] } = requirement;
  if (!targets.some((target) => names.has(target))) return requirement;
  const all = new Set([...voided, ...approvedBy.filter((id) => eligible.includes(id))]);
  return all.size === 0 ? requirement : { ...requirement, voided: [...all] };
}
