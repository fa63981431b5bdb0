import { Context, Field, ID, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Party } from '../../domain/ownership/party.js';
import { enumType } from '../enum-type.js';
import type { Loaders } from '../loaders.js';
import { nodeId } from '../node-id.js';
import { NodeType } from '../node-type.js';
import { DateTimeScalar } from '../scalars/date-time.js';

export const PartyKindEnum = enumType<Party['kind']>('PartyKind', { USER: null, TEAM: null });

@ObjectType('Party', { implements: () => [NodeType], description: 'A person or a team who can be accountable.' })
export class PartyType extends NodeType {
  @Field(() => String)
  code!: string;
  @Field(() => PartyKindEnum)
  kind!: string;
  @Field(() => String)
  name!: string;
  @Field(() => String, { nullable: true })
  email!: string | null;
  @Field(() => String, {
    nullable: true,
    description: "Slack's id of the member or user group, by which alerts mention it.",
  })
  slackId?: string | null;
  @Field(() => Boolean)
  active!: boolean;
  @Field(() => Boolean, { description: 'Builds or runs systems: a warning where it is accountable for SKUs.' })
  engineering!: boolean;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When the delegation begins; null: it has.' })
  delegateFrom!: Date | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When the delegation ends; null: it does not.' })
  delegateUntil!: Date | null;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Out of office from then on: what it is asked to approve is asked of others as well.',
  })
  awayFrom!: Date | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it is back; null: not known.' })
  awayUntil!: Date | null;
}

@Resolver(() => PartyType)
export class PartyResolver {
  @ResolveField('id', () => ID)
  id(@Parent() party: Party): string {
    return nodeId('Party', party.id);
  }

  @ResolveField('members', () => [PartyType])
  members(@Parent() party: Party, @Context('loaders') loaders: Loaders): Promise<Party[]> {
    return Promise.all(party.memberIds.map((id) => loaders.party(id)));
  }

  @ResolveField('teams', () => [PartyType], { description: 'Teams that a person is in.' })
  async teams(@Parent() party: Party, @Context('loaders') loaders: Loaders): Promise<Party[]> {
    return [...(await loaders.parties()).values()].filter(({ memberIds }) => memberIds.includes(party.id));
  }

  @ResolveField('delegate', () => PartyType, {
    nullable: true,
    description: 'The person who may approve in its place, from `delegateFrom` until `delegateUntil`.',
  })
  delegate(@Parent() party: Party, @Context('loaders') loaders: Loaders): Promise<Party | null> {
    return party.delegateId === null ? Promise.resolve(null) : loaders.party(party.delegateId);
  }
}
