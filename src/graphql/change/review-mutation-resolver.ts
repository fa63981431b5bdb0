import { Inject } from '@nestjs/common';
import { Args, Context, ID, Mutation, Resolver } from '@nestjs/graphql';
import { CurrentCaller, Roles } from '../../access/roles.js';
import { commentChangeRequest } from '../../application/change/review/comment-change-request.js';
import { rebaseChangeRequest } from '../../application/change/review/rebase-change-request.js';
import { revertChangeRequest } from '../../application/change/review/revert-change-request.js';
import { updateChangeRequest } from '../../application/change/review/update-change-request.js';
import { forceApply } from '../../application/change/run/force-apply.js';
import { Ports } from '../../application/ports/ports.js';
import type { Caller } from '../../domain/actor.js';
import type { Loaders } from '../loaders.js';
import { keyOf } from '../node-id.js';
import { userErrors } from '../user-errors.js';
import { ChangeRequestInput, requestDraftOf } from './change-input.js';
import type { ChangeRequestPayload } from './change-payload.js';
import { answer, ChangeRequestPayloadType } from './change-payload.js';
import { ChangeRevertPayloadType } from './review-types.js';

/** What is done to a request after it was created, beside deciding on it. */
@Resolver()
export class ReviewMutationResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles('MERCHANDISER')
  @Mutation(() => ChangeRequestPayloadType, {
    description:
      'By its author, in DRAFT, IN_REVIEW, SCHEDULED or CONFLICTED; voids the approvals that it touches. `input` is all of its content.',
  })
  async changeRequestUpdate(
    @Args('id', { type: () => ID }) id: string,
    @Args('input', { type: () => ChangeRequestInput }) input: ChangeRequestInput,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<ChangeRequestPayload> {
    const key = keyOf('ChangeRequest', id);
    return answer(await updateChangeRequest(this.#ports, caller, key, requestDraftOf(input)), loaders);
  }

  @Roles('MERCHANDISER')
  @Mutation(() => ChangeRequestPayloadType, {
    description:
      'Takes the present as the new base: what it proposes stays, and fields in conflict are approved again. To leave a field as it is now, take it out with changeRequestUpdate.',
  })
  async changeRequestRebase(
    @Args('id', { type: () => ID }) id: string,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<ChangeRequestPayload> {
    return answer(await rebaseChangeRequest(this.#ports, caller, keyOf('ChangeRequest', id)), loaders);
  }

  @Roles('MERCHANDISER', 'APPROVER')
  @Mutation(() => ChangeRequestPayloadType)
  async changeRequestComment(
    @Args('id', { type: () => ID }) id: string,
    @Args('body', { type: () => String }) body: string,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<ChangeRequestPayload> {
    return answer(await commentChangeRequest(this.#ports, caller, keyOf('ChangeRequest', id), body), loaders);
  }

  @Roles('ADMIN')
  @Mutation(() => ChangeRequestPayloadType, {
    description:
      'ADMIN, with a reason: applied now, without approvals and in a freeze, and named in the quarterly audit. Never by its author, and never past validation or conflicts.',
  })
  async changeRequestForceApply(
    @Args('id', { type: () => ID }) id: string,
    @Args('reason', { type: () => String }) reason: string,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<ChangeRequestPayload> {
    return answer(await forceApply(this.#ports, caller, keyOf('ChangeRequest', id), reason), loaders);
  }

  @Roles('MERCHANDISER')
  @Mutation(() => ChangeRevertPayloadType, {
    description:
      'Proposes what takes an applied request back, against the present: a draft, unless `submit`. What cannot be undone is named in `left`.',
  })
  async changeRequestRevert(
    @Args('id', { type: () => ID }) id: string,
    @Args('reason', { type: () => String, nullable: true }) reason: string | null | undefined,
    @Args('submit', { type: () => Boolean, nullable: true, defaultValue: false }) submit: boolean | null,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<ChangeRequestPayload & Pick<ChangeRevertPayloadType, 'left'>> {
    const wish = { reason: reason ?? null, submit: submit === true };
    const outcome = await revertChangeRequest(this.#ports, caller, keyOf('ChangeRequest', id), wish);
    return { ...(await answer(outcome, loaders)), left: outcome.ok ? userErrors(outcome.value.left) : [] };
  }
}
