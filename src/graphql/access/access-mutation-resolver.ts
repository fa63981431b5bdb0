import { Inject } from '@nestjs/common';
import { Args, Field, ID, Mutation, ObjectType, Resolver } from '@nestjs/graphql';
import { CurrentCaller, Roles } from '../../access/roles.js';
import { createApiKey } from '../../application/access/create-api-key.js';
import { revokeApiKey } from '../../application/access/revoke-api-key.js';
import { Ports } from '../../application/ports/ports.js';
import type { Caller, Role } from '../../domain/actor.js';
import type { Problem } from '../../domain/problem.js';
import { keyOf, nodeId } from '../node-id.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { UserErrorType, userErrors } from '../user-errors.js';
import { RoleEnum } from './access-query-resolver.js';

@ObjectType('ApiKeyPayload')
export class ApiKeyPayloadType {
  @Field(() => String, { nullable: true, description: 'Shown once.' })
  secret!: string | null;
  @Field(() => ID, { nullable: true })
  keyId!: string | null;
  @Field(() => [UserErrorType])
  userErrors!: UserErrorType[];
}

interface ApiKeyPayload {
  secret: string | null;
  keyId: string | null;
  userErrors: Problem[];
}

@Resolver()
export class AccessMutationResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles('ADMIN')
  @Mutation(() => ApiKeyPayloadType)
  async apiKeyCreate(
    @Args('name', { type: () => String }) name: string,
    @Args('party', { type: () => String, nullable: true }) party: string | null | undefined,
    @Args('roles', { type: () => [RoleEnum] }) roles: Role[],
    @Args('expiresAt', { type: () => DateTimeScalar, nullable: true }) expiresAt: Date | null | undefined,
    @CurrentCaller() caller: Caller,
  ): Promise<ApiKeyPayload> {
    const draft = { name, party: party ?? null, roles, expiresAt: expiresAt ?? null };
    const outcome = await createApiKey(this.#ports, caller, draft);
    if (!outcome.ok) return { secret: null, keyId: null, userErrors: userErrors(outcome.problems) };
    return { secret: outcome.value.secret, keyId: nodeId('ApiKey', outcome.value.keyId), userErrors: [] };
  }

  @Roles('ADMIN')
  @Mutation(() => ApiKeyPayloadType)
  async apiKeyRevoke(
    @Args('keyId', { type: () => ID }) keyId: string,
    @CurrentCaller() caller: Caller,
  ): Promise<ApiKeyPayload> {
    const outcome = await revokeApiKey(this.#ports, caller, keyOf('ApiKey', keyId));
    if (!outcome.ok) return { secret: null, keyId: null, userErrors: userErrors(outcome.problems) };
    return { secret: null, keyId, userErrors: [] };
  }
}
