import { Context, Field, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { CurrentCaller, Roles } from '../../access/roles.js';
import type { Actor, Caller, Role } from '../../domain/actor.js';
import { ROLES } from '../../domain/actor.js';
import type { Party } from '../../domain/ownership/party.js';
import { ActorType } from '../actor-type.js';
import { enumType } from '../enum-type.js';
import type { Loaders } from '../loaders.js';
import { PartyType } from './party-type.js';

export const RoleEnum = enumType<Role>('Role', {
  VIEWER: null,
  INTEGRATION: null,
  MERCHANDISER: null,
  APPROVER: null,
  OPERATOR: null,
  ADMIN: null,
});

@ObjectType('Viewer', { description: 'Who is calling.' })
export class ViewerType {
  @Field(() => ActorType)
  actor!: ActorType;
  @Field(() => PartyType, { nullable: true })
  party!: PartyType | null;
  @Field(() => [RoleEnum])
  roles!: string[];
}

@Resolver()
export class AccessQueryResolver {
  @Roles(...ROLES)
  @Query(() => ViewerType)
  async viewer(
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<{ actor: Actor; party: Party | null; roles: readonly Role[] }> {
    const { actor, roles } = caller;
    return { actor, party: actor.partyId === null ? null : await loaders.party(actor.partyId), roles };
  }

  @Roles(...ROLES)
  @Query(() => [PartyType])
  async parties(@Context('loaders') loaders: Loaders): Promise<Party[]> {
    return [...(await loaders.parties()).values()];
  }
}
