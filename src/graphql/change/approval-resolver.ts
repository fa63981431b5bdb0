import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { DecisionView } from '../../application/ports/change-reader.js';
import type { ApprovalRequirement } from '../../domain/change/approval.js';
import { giversOf } from '../../domain/change/approval.js';
import type { Capacity, DecidedAs } from '../../domain/change/capacity.js';
import { shownParty } from '../../domain/change/capacity.js';
import type { Party } from '../../domain/ownership/party.js';
import { PartyType } from '../access/party-type.js';
import type { Loaders } from '../loaders.js';
import { ApprovalRequirementType, DecidedAsType, DecisionType, GivenApprovalType } from './change-request-type.js';

/** A requirement together with what has been given to it. */
export interface RequirementView extends Omit<ApprovalRequirement, 'why'> {
  why: string | null;
  given: number;
  satisfied: boolean;
  /** Parties that have given it. */
  givers: string[];
  /** Null: nobody has submitted what it is about. */
  requestId: string | null;
}

export function requirementViews(
  requirements: readonly ApprovalRequirement[],
  approvedBy: readonly string[],
  requestId: string | null,
): RequirementView[] {
  return requirements.map((requirement) => {
    const givers = giversOf(requirement, approvedBy);
    const { why = null, count } = requirement;
    const partyId = shownParty(requirement, approvedBy);
    const namedId = requirement.namedId === undefined ? requirement.partyId : requirement.namedId;
    const given = givers.length;
    return { ...requirement, partyId, namedId, why, given, satisfied: given >= count, givers, requestId };
  });
}

interface Given {
  partyId: string;
  namedId: string | null;
  as: Capacity | null;
  at: Date;
}

@Resolver(() => ApprovalRequirementType)
export class ApprovalRequirementResolver {
  @ResolveField('party', () => PartyType, {
    description: 'Of whom it is asked; where it fell to others and one of them has given it, who did.',
  })
  party(@Parent() requirement: RequirementView, @Context('loaders') loaders: Loaders): Promise<Party> {
    return loaders.party(requirement.partyId);
  }

  @ResolveField('named', () => PartyType, {
    nullable: true,
    description: 'Whom the rule names, whether or not they can answer; null where nobody is accountable.',
  })
  named(@Parent() { namedId = null }: RequirementView, @Context('loaders') loaders: Loaders): Promise<Party> | null {
    return namedId === null ? null : loaders.party(namedId);
  }

  @ResolveField('eligible', () => [PartyType], { description: 'Whose approval counts.' })
  eligible(@Parent() { eligible }: RequirementView, @Context('loaders') loaders: Loaders): Promise<Party[]> {
    return Promise.all(eligible.map((id) => loaders.party(id)));
  }

  @ResolveField('givenBy', () => [GivenApprovalType], {
    description: 'Who has given it, in the order in which they did.',
  })
  async givenBy(@Parent() requirement: RequirementView, @Context('loaders') loaders: Loaders): Promise<Given[]> {
    const { requestId, givers, rule, namedId = null } = requirement;
    if (requestId === null) return [];
    const approvals = (await loaders.decisions.load(requestId)).filter(({ kind }) => kind === 'APPROVE');
    return givers.flatMap((partyId) => {
      // Who approved anew what has changed since is shown with what they said last.
      const last = approvals.findLast((each) => each.partyId === partyId);
      if (!last) return [];
      const as = last.decidedAs.find((each) => each.rule === rule && each.namedId === namedId)?.as ?? null;
      return [{ partyId, namedId, as, at: last.at }];
    });
  }
}

@Resolver(() => GivenApprovalType)
export class GivenApprovalResolver {
  @ResolveField('party', () => PartyType)
  party(@Parent() { partyId }: Given, @Context('loaders') loaders: Loaders): Promise<Party> {
    return loaders.party(partyId);
  }

  @ResolveField('inNameOf', () => PartyType, { nullable: true, description: 'Whom the rule names.' })
  inNameOf(@Parent() { namedId }: Given, @Context('loaders') loaders: Loaders): Promise<Party> | null {
    return namedId === null ? null : loaders.party(namedId);
  }
}

@Resolver(() => DecisionType)
export class DecisionResolver {
  @ResolveField('party', () => PartyType, { description: 'Who answers for it.' })
  party(@Parent() { partyId }: DecisionView, @Context('loaders') loaders: Loaders): Promise<Party> {
    return loaders.party(partyId);
  }

  @ResolveField('decidedAs', () => [DecidedAsType], {
    description:
      'Rule by rule, in what right; nothing where an ADMIN rejects what they were not asked, or it was decided before this was kept.',
  })
  decidedAs(@Parent() { decidedAs }: DecisionView): DecidedAs[] {
    return decidedAs;
  }
}

@Resolver(() => DecidedAsType)
export class DecidedAsResolver {
  @ResolveField('inNameOf', () => PartyType, { nullable: true, description: 'Whom the rule names.' })
  inNameOf(@Parent() { namedId }: DecidedAs, @Context('loaders') loaders: Loaders): Promise<Party> | null {
    return namedId === null ? null : loaders.party(namedId);
  }
}
