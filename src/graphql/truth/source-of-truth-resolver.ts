import { Inject } from '@nestjs/common';
import { Args, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { GraphQLError } from 'graphql';
import { CurrentCaller, Roles } from '../../access/roles.js';
import { Ports } from '../../application/ports/ports.js';
import { ReportRenderer } from '../../application/ports/report-renderer.js';
import type { PolicyRead } from '../../application/truth/read-source-of-truth.js';
import { readSourceOfTruth } from '../../application/truth/read-source-of-truth.js';
import { setSourceOfTruth } from '../../application/truth/set-source-of-truth.js';
import { signSourceOfTruth } from '../../application/truth/sign-source-of-truth.js';
import type { Caller } from '../../domain/actor.js';
import { ROLES } from '../../domain/actor.js';
import type { Outcome } from '../../domain/problem.js';
import { userErrors } from '../user-errors.js';
import { FieldRuleInput, SourceOfTruthPayloadType, SourceOfTruthPolicyType } from './source-of-truth-type.js';

@Resolver()
export class SourceOfTruthResolver {
  readonly #ports: Ports;
  readonly #renderer: ReportRenderer;

  constructor(@Inject(Ports) ports: Ports, @Inject(ReportRenderer) renderer: ReportRenderer) {
    this.#ports = ports;
    this.#renderer = renderer;
  }

  @Roles(...ROLES)
  @Query(() => SourceOfTruthPolicyType, { description: 'The matrix in force, or an older version of it.' })
  async sourceOfTruth(
    @Args('version', { type: () => Int, nullable: true }) version?: number | null,
  ): Promise<SourceOfTruthPolicyType> {
    const read = await readSourceOfTruth(this.#ports, version ?? null);
    if (read) return this.#policyOf(read);
    const message = `There is no version ${version} of the source-of-truth matrix.`;
    throw new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
  }

  @Roles('ADMIN')
  @Mutation(() => SourceOfTruthPayloadType, {
    description: 'A new version of the matrix, in force at once; fields that are not named keep their rule.',
  })
  async sourceOfTruthSet(
    @Args('rules', { type: () => [FieldRuleInput] }) rules: FieldRuleInput[],
    @Args('reason', { type: () => String }) reason: string,
    @CurrentCaller() caller: Caller,
  ): Promise<SourceOfTruthPayloadType> {
    const draft = rules.map(({ field, owner, onDrift, severity, tolerance = null }) => {
      return { field: field.trim(), owner: owner.trim(), onDrift, severity, tolerance };
    });
    return this.#answer(await setSourceOfTruth(this.#ports, caller, { rules: draft, reason }));
  }

  @Roles('ADMIN')
  @Mutation(() => SourceOfTruthPayloadType, {
    description: 'Signs the version in force. It stands once another ADMIN than the one who set it has signed.',
  })
  async sourceOfTruthSignOff(
    @Args('version', { type: () => Int }) version: number,
    @CurrentCaller() caller: Caller,
    @Args('comment', { type: () => String, nullable: true }) comment?: string | null,
  ): Promise<SourceOfTruthPayloadType> {
    return this.#answer(await signSourceOfTruth(this.#ports, caller, { version, comment: comment ?? null }));
  }

  async #answer(outcome: Outcome<{ version: number }>): Promise<SourceOfTruthPayloadType> {
    if (!outcome.ok) return { policy: null, userErrors: userErrors(outcome.problems) };
    const read = await readSourceOfTruth(this.#ports, outcome.value.version);
    return { policy: read && this.#policyOf(read), userErrors: [] };
  }

  #policyOf({ policy, standing, at }: PolicyRead): SourceOfTruthPolicyType {
    const { isSigned: signed, isOverdue: overdue, nextReviewDue } = standing;
    return { ...policy, signed, overdue, nextReviewDue, markdown: this.#renderer.sourceOfTruthMarkdown(policy, at) };
  }
}
