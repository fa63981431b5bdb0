import { Inject } from '@nestjs/common';
import { Args, ArgsType, Context, Field, ID, Mutation, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsOptional, ValidateNested } from 'class-validator';
import { CurrentCaller, Roles } from '../../access/roles.js';
import type { DeadLettersMoved, Skipped, WhichDeliveries } from '../../application/ports/delivery-store.js';
import type { DeliveryView } from '../../application/ports/operations-reader.js';
import { Ports } from '../../application/ports/ports.js';
import { assignDeliveries } from '../../application/publishing/assign-deliveries.js';
import { discardDeliveries } from '../../application/publishing/discard-deliveries.js';
import { retryDeliveries } from '../../application/publishing/retry-deliveries.js';
import type { Caller } from '../../domain/actor.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { inputPipe } from '../input-pipe.js';
import type { Loaders } from '../loaders.js';
import { keyOf } from '../node-id.js';
import { userErrors } from '../user-errors.js';
import { DeliveryFilterInput, deliveryQueryOf } from './delivery-type.js';
import { DeliveryPayloadType, IDS_LIMIT, IdsArgs, present } from './operations-payloads.js';

@ArgsType()
export class WhichDeliveriesArgs {
  @Field(() => [ID], { nullable: true })
  @IsOptional()
  @ArrayMaxSize(IDS_LIMIT)
  ids?: string[] | null;
  @Field(() => DeliveryFilterInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => DeliveryFilterInput)
  filter?: DeliveryFilterInput | null;
}

interface DeliveryPayload {
  deliveries: DeliveryView[];
  skipped: Skipped[];
  userErrors: Problem[];
}

@Resolver()
export class DeliveryMutationResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles('OPERATOR')
  @Mutation(() => DeliveryPayloadType, {
    description:
      'Puts dead letters back in line: by id (all or none), by group (`filter.group`), or by any filter (`skipped` says what was left).',
  })
  async deliveryRetry(
    @Args(inputPipe) args: WhichDeliveriesArgs,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<DeliveryPayload> {
    return answer(await retryDeliveries(this.#ports, caller, whichOf(args)), loaders);
  }

  @Roles('OPERATOR')
  @Mutation(() => DeliveryPayloadType, {
    description: 'Gives dead letters up. What the master wants there and the system does not show is a finding then.',
  })
  async deliveryDiscard(
    @Args(inputPipe) { ids }: IdsArgs,
    @Args('reason', { type: () => String }) reason: string,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<DeliveryPayload> {
    const keys = ids.map((id) => keyOf('Delivery', id));
    return answer(await discardDeliveries(this.#ports, caller, keys, reason), loaders);
  }

  @Roles('OPERATOR')
  @Mutation(() => DeliveryPayloadType, {
    description: 'Makes dead letters a party’s to look at, or nobody’s; those that die of the same later are its too.',
  })
  async deliveryAssign(
    @Args(inputPipe) args: WhichDeliveriesArgs,
    @Args('assignee', { type: () => String, nullable: true, description: 'Code of an active party; null: nobody.' })
    assignee: string | null | undefined,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<DeliveryPayload> {
    return answer(await assignDeliveries(this.#ports, caller, whichOf(args), assignee ?? null), loaders);
  }
}

function whichOf({ ids, filter }: WhichDeliveriesArgs): WhichDeliveries {
  const keys = ids?.map((id) => keyOf('Delivery', id)) ?? null;
  return { ids: keys, filter: filter ? deliveryQueryOf(filter) : null };
}

/** The deliveries as they are now. */
async function answer(outcome: Outcome<DeadLettersMoved>, loaders: Loaders): Promise<DeliveryPayload> {
  if (!outcome.ok) return { deliveries: [], skipped: [], userErrors: userErrors(outcome.problems) };
  loaders.reset();
  const { ids, skipped } = outcome.value;
  return { deliveries: present(await loaders.delivery.loadMany(ids)), skipped, userErrors: [] };
}
