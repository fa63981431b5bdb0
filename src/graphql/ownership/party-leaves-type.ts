import { Context, Field, Int, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { PartyLeaves } from '../../application/ownership/party-leaves.js';
import type { ChangeRequestView } from '../../application/ports/change-reader.js';
import type { Party } from '../../domain/ownership/party.js';
import { OwnershipRuleType } from '../access/ownership-type.js';
import { PartyType } from '../access/party-type.js';
import { ChangeRequestType } from '../change/change-request-type.js';
import type { Loaders } from '../loaders.js';

@ObjectType('PartyLeaves', {
  description:
    'What nobody would answer for any more without this party, as it stands. Lists hold the first 100; `skus(filter: { owner })` lists every SKU.',
})
export class PartyLeavesType {
  @Field(() => Int, { description: 'Rules in force or to come, those of `teams` too.' })
  ruleCount!: number;
  @Field(() => [OwnershipRuleType])
  rules!: OwnershipRuleType[];
  @Field(() => Int, { description: 'SKUs that those rules decide now, RETIRED ones aside: they become orphans.' })
  skuCount!: number;
  @Field(() => [String], { description: 'Codes of the first, in order.' })
  skus!: string[];
  @Field(() => Int, {
    description: 'Requests in review that it is asked to approve; whoever is left is asked instead.',
  })
  requestCount!: number;
  @Field(() => Int, { description: 'Findings that are not resolved; a successor takes them over.' })
  findingCount!: number;
  @Field(() => Int, {
    description: 'Dead letters that are assigned to it; the owners of their SKUs are told of them instead.',
  })
  deadLetterCount!: number;
  @Field(() => Int, { description: 'Its API keys, which no longer sign in.' })
  keyCount!: number;
}

@Resolver(() => PartyLeavesType)
export class PartyLeavesResolver {
  @ResolveField('teams', () => [PartyType], { description: 'Teams that nobody active is left in.' })
  teams(@Parent() { teamIds }: PartyLeaves, @Context('loaders') loaders: Loaders): Promise<Party[]> {
    return Promise.all(teamIds.map((id) => loaders.party(id)));
  }

  @ResolveField('delegators', () => [PartyType], { description: 'Parties whose delegate it is.' })
  delegators(@Parent() { delegatorIds }: PartyLeaves, @Context('loaders') loaders: Loaders): Promise<Party[]> {
    return Promise.all(delegatorIds.map((id) => loaders.party(id)));
  }

  @ResolveField('requests', () => [ChangeRequestType])
  async requests(
    @Parent() { requestIds }: PartyLeaves,
    @Context('loaders') loaders: Loaders,
  ): Promise<ChangeRequestView[]> {
    const found = await Promise.all(requestIds.map((id) => loaders.request.load(id)));
    return found.filter((request) => request !== null);
  }
}
