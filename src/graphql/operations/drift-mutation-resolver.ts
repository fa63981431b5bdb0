import { Inject } from '@nestjs/common';
import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { CurrentCaller, Roles } from '../../access/roles.js';
import { acknowledgeFindings } from '../../application/drift/acknowledge-findings.js';
import { adoptFindings } from '../../application/drift/adopt-findings.js';
import { waiveFindings } from '../../application/drift/resolve/waive-findings.js';
import { revertFindings } from '../../application/drift/revert-findings.js';
import type { ChangeRequestView } from '../../application/ports/change-reader.js';
import type { FindingView } from '../../application/ports/operations-reader.js';
import { Ports } from '../../application/ports/ports.js';
import type { Caller } from '../../domain/actor.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { inputPipe } from '../input-pipe.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import type { Loaders } from '../loaders.js';
import { keyOf } from '../node-id.js';
import { userErrors } from '../user-errors.js';
import { DriftPayloadType, IdsArgs, present } from './operations-payloads.js';

interface DriftPayload {
  findings: FindingView[];
  changeRequest: ChangeRequestView | null;
  userErrors: Problem[];
}

@Resolver()
export class DriftMutationResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles('OPERATOR')
  @Mutation(() => DriftPayloadType, {
    description: 'Says that somebody has seen them. Ends a waiver, and what the matrix would do by itself.',
  })
  async driftAcknowledge(
    @Args(inputPipe) { ids }: IdsArgs,
    @Args('note', { type: () => String, nullable: true }) note: string | null | undefined,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<DriftPayload> {
    const input = { ids: findingKeys(ids), note: note ?? null };
    return answer(await acknowledgeFindings(this.#ports, caller, input), loaders);
  }

  @Roles('OPERATOR')
  @Mutation(() => DriftPayloadType, {
    description: 'Pushes the canonical value again; what takes something off sale needs `confirm`.',
  })
  async driftRevert(
    @Args(inputPipe) { ids }: IdsArgs,
    @Args('note', { type: () => String, nullable: true }) note: string | null | undefined,
    @Args('confirm', { type: () => Boolean, nullable: true, defaultValue: false }) confirm: boolean | null,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<DriftPayload> {
    const input = { ids: findingKeys(ids), note: note ?? null, confirm: confirm === true };
    return answer(await revertFindings(this.#ports, caller, input), loaders);
  }

  @Roles('OPERATOR', 'MERCHANDISER')
  @Mutation(() => DriftPayloadType, { description: 'Proposes the observed values as a change request.' })
  async driftAdopt(
    @Args(inputPipe) { ids }: IdsArgs,
    @Args('reason', { type: () => String }) reason: string,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<DriftPayload> {
    return answer(await adoptFindings(this.#ports, caller, { ids: findingKeys(ids), reason }), loaders);
  }

  @Roles('OPERATOR')
  @Mutation(() => DriftPayloadType, {
    description:
      'Lets the differences be until then, at most 92 days: their fields are neither flagged nor written, and the findings are open again when it ends.',
  })
  async driftWaive(
    @Args(inputPipe) { ids }: IdsArgs,
    @Args('until', { type: () => DateTimeScalar }) until: Date,
    @Args('reason', { type: () => String }) reason: string,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<DriftPayload> {
    return answer(await waiveFindings(this.#ports, caller, { ids: findingKeys(ids), until, reason }), loaders);
  }
}

function findingKeys(ids: readonly string[]): string[] {
  return ids.map((id) => keyOf('DriftFinding', id));
}

/** The findings as they are now, and the request that adopts them where there is one. */
async function answer(
  outcome: Outcome<{ ids: string[]; changeRequestId?: string }>,
  loaders: Loaders,
): Promise<DriftPayload> {
  if (!outcome.ok) return { findings: [], changeRequest: null, userErrors: userErrors(outcome.problems) };
  loaders.reset();
  const { ids, changeRequestId } = outcome.value;
  const findings = present(await loaders.finding.loadMany(ids));
  const changeRequest = changeRequestId === undefined ? null : await loaders.request.load(changeRequestId);
  return { findings, changeRequest, userErrors: [] };
}
