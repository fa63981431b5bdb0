import { Inject } from '@nestjs/common';
import { Args, Context, Field, ID, Mutation, ObjectType, Resolver } from '@nestjs/graphql';
import { CurrentCaller, Roles } from '../../access/roles.js';
import { createApiKey } from '../../application/access/create-api-key.js';
import { revokeApiKey } from '../../application/access/revoke-api-key.js';
import { endOwnershipRule } from '../../application/ownership/end-ownership-rule.js';
import { setOwnershipRule } from '../../application/ownership/set-ownership-rule.js';
import { setParty } from '../../application/ownership/set-party.js';
import { Ports } from '../../application/ports/ports.js';
import type { Caller, Role } from '../../domain/actor.js';
import type { OwnershipRule, Party } from '../../domain/ownership/resolve-owner.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { inputPipe } from '../input-pipe.js';
import type { Loaders } from '../loaders.js';
import { keyOf, nodeId } from '../node-id.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { UserErrorType, userErrors } from '../user-errors.js';
import { OwnershipRuleInput, PartyInput } from './access-inputs.js';
import { RoleEnum } from './access-query-resolver.js';
import { OwnershipRuleType } from './ownership-type.js';
import { PartyType } from './party-type.js';

@ObjectType('PartyPayload')
export class PartyPayloadType {
  @Field(() => PartyType, { nullable: true })
  party!: unknown;
  @Field(() => [UserErrorType])
  userErrors!: UserErrorType[];
}

@ObjectType('OwnershipPayload')
export class OwnershipPayloadType {
  @Field(() => OwnershipRuleType, { nullable: true })
  rule!: unknown;
  @Field(() => [UserErrorType])
  userErrors!: UserErrorType[];
}

@ObjectType('ApiKeyPayload')
export class ApiKeyPayloadType {
  @Field(() => String, { nullable: true, description: 'Shown once.' })
  secret!: string | null;
  @Field(() => ID, { nullable: true })
  keyId!: string | null;
  @Field(() => [UserErrorType])
  userErrors!: UserErrorType[];
}

interface OwnershipPayload {
  rule: OwnershipRule | null;
  userErrors: Problem[];
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
  @Mutation(() => PartyPayloadType)
  async partySet(
    @Args('input', { type: () => PartyInput }, inputPipe) input: PartyInput,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<{ party: Party | null; userErrors: Problem[] }> {
    const { code, kind, name } = input;
    const draft = { code, kind, name, email: input.email ?? null, active: input.active ?? true };
    const outcome = await setParty(this.#ports, caller, { ...draft, members: input.members ?? null });
    if (!outcome.ok) return { party: null, userErrors: userErrors(outcome.problems, ['input']) };
    loaders.reset();
    return { party: await loaders.party(outcome.value.id), userErrors: [] };
  }

  @Roles('ADMIN')
  @Mutation(() => OwnershipPayloadType)
  async ownershipRuleSet(
    @Args('input', { type: () => OwnershipRuleInput }, inputPipe) input: OwnershipRuleInput,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<OwnershipPayload> {
    const { scope, owner } = input;
    const period = { effectiveFrom: input.effectiveFrom ?? null, effectiveTo: input.effectiveTo ?? null };
    const draft = { scope, match: input.match ?? null, owner, ...period };
    return ownershipAnswer(await setOwnershipRule(this.#ports, caller, draft), loaders, ['input']);
  }

  @Roles('ADMIN')
  @Mutation(() => OwnershipPayloadType)
  async ownershipRuleEnd(
    @Args('id', { type: () => ID }) id: string,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<OwnershipPayload> {
    return ownershipAnswer(await endOwnershipRule(this.#ports, caller, keyOf('OwnershipRule', id)), loaders, []);
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

async function ownershipAnswer(
  outcome: Outcome<{ id: string }>,
  loaders: Loaders,
  path: readonly string[],
): Promise<OwnershipPayload> {
  if (!outcome.ok) return { rule: null, userErrors: userErrors(outcome.problems, path) };
  loaders.reset();
  return { rule: (await loaders.rules()).find(({ id }) => id === outcome.value.id) ?? null, userErrors: [] };
}
