import { Inject } from '@nestjs/common';
import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { CurrentCaller, Roles } from '../../access/roles.js';
import type { SystemView } from '../../application/ports/operations-reader.js';
import { Ports } from '../../application/ports/ports.js';
import { linkSystem } from '../../application/publishing/link-system.js';
import { pauseSystem } from '../../application/publishing/pause-system.js';
import { resumeSystem } from '../../application/publishing/resume-system.js';
import type { Caller } from '../../domain/actor.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import type { Loaders } from '../loaders.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { userErrors } from '../user-errors.js';
import { SystemPayloadType } from './operations-payloads.js';

interface SystemPayload {
  system: SystemView | null;
  userErrors: Problem[];
}

@Resolver()
export class SystemMutationResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles('OPERATOR')
  @Mutation(() => SystemPayloadType, {
    description: 'Sends nothing to the system until then; it goes on by itself. A pause that is on is replaced.',
  })
  async systemPause(
    @Args('system', { type: () => String }) system: string,
    @Args('reason', { type: () => String }) reason: string,
    @Args('until', { type: () => DateTimeScalar }) until: Date,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<SystemPayload> {
    return answer(await pauseSystem(this.#ports, caller, { system, reason, until }), loaders);
  }

  @Roles('OPERATOR')
  @Mutation(() => SystemPayloadType, {
    description: 'Goes on at once, whatever holds the system: a pause, a key that was refused, an open breaker.',
  })
  async systemResume(
    @Args('system', { type: () => String }) system: string,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<SystemPayload> {
    return answer(await resumeSystem(this.#ports, caller, system), loaders);
  }

  @Roles('ADMIN')
  @Mutation(() => SystemPayloadType, {
    description:
      'Takes an UNLINKED system into service after its first complete scan; SKUs that it lacks are created there only with `createMissing`.',
  })
  async systemLink(
    @Args('system', { type: () => String }) system: string,
    @Args('createMissing', { type: () => Boolean, nullable: true, defaultValue: false }) createMissing: boolean | null,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<SystemPayload> {
    return answer(await linkSystem(this.#ports, caller, system, createMissing === true), loaders);
  }
}

/** The system as it is now. */
async function answer(outcome: Outcome<{ system: string }>, loaders: Loaders): Promise<SystemPayload> {
  if (!outcome.ok) return { system: null, userErrors: userErrors(outcome.problems) };
  loaders.reset();
  return { system: await loaders.system(outcome.value.system), userErrors: [] };
}
