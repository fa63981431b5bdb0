import { Inject } from '@nestjs/common';
import { Args, Context, Field, ID, Mutation, ObjectType, Resolver } from '@nestjs/graphql';
import { CurrentCaller, Roles } from '../../access/roles.js';
import { endOwnershipRule } from '../../application/ownership/end-ownership-rule.js';
import type { PartyLeaves } from '../../application/ownership/party-leaves.js';
import { readPartyLeaves } from '../../application/ownership/party-leaves.js';
import { setOwnershipRule } from '../../application/ownership/set-ownership-rule.js';
import { setParty } from '../../application/ownership/set-party.js';
import { Ports } from '../../application/ports/ports.js';
import type { Caller } from '../../domain/actor.js';
import type { Party } from '../../domain/ownership/party.js';
import type { PartyDraft } from '../../domain/ownership/party-draft.js';
import type { OwnershipRule } from '../../domain/ownership/resolve-owner.js';
import type { Problem } from '../../domain/problem.js';
import { OwnershipRuleType } from '../access/ownership-type.js';
import { PartyType } from '../access/party-type.js';
import { inputPipe } from '../input-pipe.js';
import type { Loaders } from '../loaders.js';
import { keyOf } from '../node-id.js';
import { UserErrorType, userErrors } from '../user-errors.js';
import { OwnershipRuleInput, PartyInput } from './ownership-inputs.js';
import { PartyLeavesType } from './party-leaves-type.js';

@ObjectType('PartyPayload')
export class PartyPayloadType {
  @Field(() => PartyType, { nullable: true })
  party!: unknown;
  @Field(() => PartyLeavesType, {
    nullable: true,
    description: 'What nobody answers for without a successor: as it was handed over, or why the change was refused.',
  })
  leaves!: unknown;
  @Field(() => [UserErrorType], { description: 'What keeps nothing back, but should be seen: ENGINEERING_OWNER.' })
  warnings!: UserErrorType[];
  @Field(() => [UserErrorType])
  userErrors!: UserErrorType[];
}

@ObjectType('OwnershipPayload')
export class OwnershipPayloadType {
  @Field(() => OwnershipRuleType, { nullable: true })
  rule!: unknown;
  @Field(() => [UserErrorType], {
    description: 'What keeps nothing back, but should be seen: ENGINEERING_OWNER, NO_APPROVER_KEY.',
  })
  warnings!: UserErrorType[];
  @Field(() => [UserErrorType])
  userErrors!: UserErrorType[];
}

interface PartyPayload {
  party: Party | null;
  leaves: PartyLeaves | null;
  warnings: Problem[];
  userErrors: Problem[];
}

interface OwnershipPayload {
  rule: OwnershipRule | null;
  warnings: Problem[];
  userErrors: Problem[];
}

@Resolver()
export class OwnershipMutationResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles('ADMIN')
  @Mutation(() => PartyPayloadType, {
    description:
      'Makes a party, or changes the one that has the code. Where nobody would answer for SKUs any more, it names a successor or says that they are to be orphans.',
  })
  async partySet(
    @Args('input', { type: () => PartyInput }, inputPipe) input: PartyInput,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<PartyPayload> {
    const outcome = await setParty(this.#ports, caller, draftOf(input));
    loaders.reset();
    if (outcome.ok) {
      const { id, leaves } = outcome.value;
      const warnings = userErrors(outcome.value.warnings, ['input']);
      return { party: await loaders.party(id), leaves, warnings, userErrors: [] };
    }
    const asked = outcome.problems.some(({ code }) => code === 'SUCCESSOR_REQUIRED') && input.active === false;
    const leaves = asked ? await readPartyLeaves(this.#ports, input.code) : null;
    return { party: null, leaves, warnings: [], userErrors: userErrors(outcome.problems, ['input']) };
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
    const outcome = await setOwnershipRule(this.#ports, caller, {
      scope,
      match: input.match ?? null,
      owner,
      ...period,
    });
    loaders.reset();
    if (!outcome.ok) return { rule: null, warnings: [], userErrors: userErrors(outcome.problems, ['input']) };
    const warnings = userErrors(outcome.value.warnings, ['input']);
    return { rule: await loaders.owners.rule(outcome.value.id), warnings, userErrors: [] };
  }

  @Roles('ADMIN')
  @Mutation(() => OwnershipPayloadType, { description: 'Ends a rule now; what it covered falls to the next one.' })
  async ownershipRuleEnd(
    @Args('id', { type: () => ID }) id: string,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<OwnershipPayload> {
    const outcome = await endOwnershipRule(this.#ports, caller, keyOf('OwnershipRule', id));
    loaders.reset();
    if (!outcome.ok) return { rule: null, warnings: [], userErrors: userErrors(outcome.problems) };
    return { rule: await loaders.owners.rule(outcome.value.id), warnings: [], userErrors: [] };
  }
}

function draftOf(input: PartyInput): PartyDraft {
  const { code, kind, name, email = null, active, members = null, engineering, slackId, delegate } = input;
  const { delegateFrom, delegateUntil, awayFrom, awayUntil } = input;
  const { successor, leaveOrphaned } = input;
  const party = { code, kind, name, email, active: active ?? true, members };
  return {
    ...party,
    engineering,
    slackId,
    delegate,
    delegateFrom,
    delegateUntil,
    awayFrom,
    awayUntil,
    successor,
    leaveOrphaned,
  };
}
