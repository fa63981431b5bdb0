import { Inject } from '@nestjs/common';
import { Args, Context, ID, Mutation, Resolver } from '@nestjs/graphql';
import { CurrentCaller, Roles } from '../../access/roles.js';
import { proposeReplacements } from '../../application/bundle/propose-replacements.js';
import { replaceComponent } from '../../application/bundle/replace-component.js';
import { approveChangeRequest } from '../../application/change/approve-change-request.js';
import { createChangeRequest } from '../../application/change/create-change-request.js';
import { rejectChangeRequest } from '../../application/change/reject-change-request.js';
import { submitChangeRequest } from '../../application/change/submit-change-request.js';
import { withdrawChangeRequest } from '../../application/change/withdraw-change-request.js';
import { Ports } from '../../application/ports/ports.js';
import type { Caller } from '../../domain/actor.js';
import type { Loaders } from '../loaders.js';
import { keyOf } from '../node-id.js';
import { ChangeRequestInput, requestDraftOf } from './change-input.js';
import type { ChangeRequestPayload } from './change-payload.js';
import { answer, ChangeRequestPayloadType } from './change-payload.js';

@Resolver()
export class ChangeMutationResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles('MERCHANDISER', 'INTEGRATION')
  @Mutation(() => ChangeRequestPayloadType, {
    description:
      'Creates it and submits it at once, unless `draft`. With more than 500 changes it is VALIDATING: checked and planned as a job.',
  })
  async changeRequestCreate(
    @Args('input', { type: () => ChangeRequestInput }) input: ChangeRequestInput,
    @Args('draft', { type: () => Boolean, nullable: true, defaultValue: false }) draft: boolean | null,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<ChangeRequestPayload> {
    const request = requestDraftOf(input);
    const outcome = await createChangeRequest(this.#ports, caller, request, draft === true);
    const proposals = outcome.ok
      ? []
      : await proposeReplacements(this.#ports, caller, request.changes, outcome.problems);
    return { ...(await answer(outcome, loaders, ['input'])), proposals };
  }

  @Roles('MERCHANDISER', 'INTEGRATION')
  @Mutation(() => ChangeRequestPayloadType, {
    description:
      'Proposes, as a draft, that a SKU leaves every bundle that holds it, another taking its place, and is retired. `successor`: its own if left out.',
  })
  async bundleComponentReplace(
    @Args('code', { type: () => String }) code: string,
    @Args('successor', { type: () => String, nullable: true }) successor: string | null | undefined,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<ChangeRequestPayload> {
    return answer(await replaceComponent(this.#ports, caller, { code, successor: successor ?? null }), loaders);
  }

  @Roles('MERCHANDISER')
  @Mutation(() => ChangeRequestPayloadType)
  async changeRequestSubmit(
    @Args('id', { type: () => ID }) id: string,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<ChangeRequestPayload> {
    return answer(await submitChangeRequest(this.#ports, caller, keyOf('ChangeRequest', id)), loaders);
  }

  @Roles('APPROVER')
  @Mutation(() => ChangeRequestPayloadType, { description: 'Nobody approves a request of their own.' })
  async changeRequestApprove(
    @Args('id', { type: () => ID }) id: string,
    @Args('comment', { type: () => String, nullable: true }) comment: string | null | undefined,
    @Args('planHash', {
      type: () => String,
      nullable: true,
      description:
        'Of the plan that you saw: refused with STALE_PLAN where it is not the present one any more; where the request conflicts by now, it is CONFLICTED.',
    })
    planHash: string | null | undefined,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<ChangeRequestPayload> {
    const key = keyOf('ChangeRequest', id);
    return answer(await approveChangeRequest(this.#ports, caller, key, comment ?? null, planHash ?? null), loaders);
  }

  @Roles('APPROVER')
  @Mutation(() => ChangeRequestPayloadType, {
    description:
      'By whoever is asked for their approval, and by an ADMIN. With `changes`: only these, which become a new draft of the same author; the rest goes on.',
  })
  async changeRequestReject(
    @Args('id', { type: () => ID }) id: string,
    @Args('comment', { type: () => String }) comment: string,
    @Args('changes', { type: () => [ID], nullable: true }) changes: string[] | null | undefined,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<ChangeRequestPayload> {
    const key = keyOf('ChangeRequest', id);
    const only = changes?.map((each) => keyOf('Change', each)) ?? null;
    return answer(await rejectChangeRequest(this.#ports, caller, key, comment, only), loaders);
  }

  @Roles('MERCHANDISER')
  @Mutation(() => ChangeRequestPayloadType)
  async changeRequestWithdraw(
    @Args('id', { type: () => ID }) id: string,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<ChangeRequestPayload> {
    return answer(await withdrawChangeRequest(this.#ports, caller, keyOf('ChangeRequest', id)), loaders);
  }
}
