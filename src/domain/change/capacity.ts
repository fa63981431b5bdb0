import { delegateOf } from '../ownership/party.js';
import type { ApprovalRequirement, ApprovalWorld } from './approval.js';
import { giversOf } from './approval.js';

/** In what right somebody decides: as whom the rule names, or as one of those that the duty fell to. */
export const CAPACITIES = ['PARTY', 'MEMBER', 'DELEGATE', 'APPROVER', 'ADMIN'] as const;
export type Capacity = (typeof CAPACITIES)[number];

/** For whom, and in what right, somebody decided on what one rule asks. Kept with the decision: people change. */
export interface DecidedAs {
  rule: string;
  /** The party that the rule names; null where it names none. */
  namedId: string | null;
  as: Capacity;
}

/** For each requirement that this party may meet, in what right it does. */
export function capacitiesOf(
  requirements: readonly ApprovalRequirement[],
  partyId: string,
  world: Pick<ApprovalWorld, 'parties' | 'approvers' | 'at'>,
): DecidedAs[] {
  return requirements.flatMap((requirement) => {
    if (!requirement.eligible.includes(partyId)) return [];
    const { rule, partyId: asked } = requirement;
    const namedId = requirement.namedId === undefined ? asked : requirement.namedId;
    return [{ rule, namedId, as: capacityFor(namedId, partyId, world) }];
  });
}

function capacityFor(
  namedId: string | null,
  partyId: string,
  { parties, approvers, at }: Pick<ApprovalWorld, 'parties' | 'approvers' | 'at'>,
): Capacity {
  const named = namedId === null ? undefined : parties.get(namedId);
  if (named?.id === partyId) return 'PARTY';
  if (named?.memberIds.includes(partyId) === true) return 'MEMBER';
  if (named && delegateOf(named, parties, at)?.id === partyId) return 'DELEGATE';
  return approvers.includes(partyId) ? 'APPROVER' : 'ADMIN';
}

/**
 * The party under which a requirement is shown: in whose name it is asked; where the duty fell to others and one of them has
 * given the approval, whoever gave it, or one would read that somebody approved who never did.
 */
export function shownParty(requirement: ApprovalRequirement, approvedBy: readonly string[]): string {
  const { partyId, namedId, fell = null } = requirement;
  const givers = giversOf(requirement, approvedBy);
  if (givers.includes(partyId) || (partyId === namedId && fell === null)) return partyId;
  return givers[0] ?? partyId;
}
