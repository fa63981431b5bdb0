import { Context, Field, ID, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Party } from '../../domain/ownership/resolve-owner.js';
import { enumType } from '../enum-type.js';
import type { Loaders } from '../loaders.js';
import { nodeId } from '../node-id.js';
import { NodeType } from '../node-type.js';

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
  @Field(() => Boolean)
  active!: boolean;
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
}
