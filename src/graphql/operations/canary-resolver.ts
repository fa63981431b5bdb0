import { Inject } from '@nestjs/common';
import { Args, Context, ID, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentCaller, Roles } from '../../access/roles.js';
import type { ChangeRequestView } from '../../application/ports/change-reader.js';
import type { CanaryView, SystemView } from '../../application/ports/operations-reader.js';
import { Ports } from '../../application/ports/ports.js';
import { decideCanary } from '../../application/publishing/decide-canary.js';
import type { Caller } from '../../domain/actor.js';
import type { Problem } from '../../domain/problem.js';
import { ChangeRequestType } from '../change/change-request-type.js';
import type { Loaders } from '../loaders.js';
import { keyOf, nodeId } from '../node-id.js';
import { userErrors } from '../user-errors.js';
import { CanaryPayloadType, CanaryType } from './canary-type.js';
import { SystemType } from './system-type.js';

interface CanaryPayload {
  canary: CanaryView | null;
  userErrors: Problem[];
}

@Resolver(() => CanaryType)
export class CanaryResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @ResolveField('id', () => ID)
  id(@Parent() canary: CanaryView): string {
    return nodeId('Canary', canary.id);
  }

  @ResolveField('system', () => SystemType)
  system(@Parent() canary: CanaryView, @Context('loaders') loaders: Loaders): Promise<SystemView> {
    return loaders.system(canary.system);
  }

  @ResolveField('changeRequest', () => ChangeRequestType)
  changeRequest(@Parent() canary: CanaryView, @Context('loaders') loaders: Loaders): Promise<ChangeRequestView | null> {
    return loaders.request.load(canary.changeRequestId);
  }

  @Roles('OPERATOR')
  @Mutation(() => CanaryPayloadType, { description: 'Lets the rest of the request go, whatever becomes of it.' })
  canaryContinue(
    @Args('id', { type: () => ID }) id: string,
    @Args('reason', { type: () => String }) reason: string,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<CanaryPayload> {
    return this.#decide(caller, id, 'CONTINUE', reason, loaders);
  }

  @Roles('OPERATOR')
  @Mutation(() => CanaryPayloadType, { description: 'Discards what of the request has not been sent to the system.' })
  canaryGiveUp(
    @Args('id', { type: () => ID }) id: string,
    @Args('reason', { type: () => String }) reason: string,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<CanaryPayload> {
    return this.#decide(caller, id, 'GIVE_UP', reason, loaders);
  }

  async #decide(
    caller: Caller,
    id: string,
    decision: 'CONTINUE' | 'GIVE_UP',
    reason: string,
    loaders: Loaders,
  ): Promise<CanaryPayload> {
    const outcome = await decideCanary(this.#ports, caller, keyOf('Canary', id), decision, reason);
    if (!outcome.ok) return { canary: null, userErrors: userErrors(outcome.problems) };
    loaders.reset();
    return { canary: await loaders.canary.load(outcome.value.id), userErrors: [] };
  }
}
