import { Inject } from '@nestjs/common';
import { Args, ArgsType, Context, Field, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsOptional, ValidateNested } from 'class-validator';
import { CurrentCaller, Roles } from '../../access/roles.js';
import { retryAlerts } from '../../application/alerts/retry-alerts.js';
import type { AlertView } from '../../application/ports/alert-store.js';
import type { SystemView } from '../../application/ports/operations-reader.js';
import { Ports } from '../../application/ports/ports.js';
import type { Caller } from '../../domain/actor.js';
import { ROLES } from '../../domain/actor.js';
import type { AlertGroup } from '../../domain/alerts/alert.js';
import type { Party } from '../../domain/ownership/party.js';
import type { Problem } from '../../domain/problem.js';
import { PartyType } from '../access/party-type.js';
import type { Connection } from '../connection.js';
import { toConnection } from '../connection.js';
import { inputPipe } from '../input-pipe.js';
import type { Loaders } from '../loaders.js';
import { keyOf, nodeId } from '../node-id.js';
import { PageArgs, pageOf } from '../page-args.js';
import { userErrors } from '../user-errors.js';
import { AlertConnectionType, AlertFilterInput, AlertGroupType, AlertPayloadType, AlertType } from './alert-type.js';
import { IDS_LIMIT } from './operations-payloads.js';
import { SystemType } from './system-type.js';

@ArgsType()
export class AlertsArgs extends PageArgs {
  @Field(() => AlertFilterInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => AlertFilterInput)
  filter?: AlertFilterInput | null;
}

@ArgsType()
export class AlertRetryArgs {
  @Field(() => [ID], { nullable: true })
  @IsOptional()
  @ArrayMaxSize(IDS_LIMIT)
  ids?: string[] | null;
  @Field(() => AlertFilterInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => AlertFilterInput)
  filter?: AlertFilterInput | null;
}

/** What people were told, or should have been. */
@Resolver(() => AlertType)
export class AlertResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles(...ROLES)
  @Query(() => AlertConnectionType, { description: 'Alerts, the newest first.' })
  async alerts(@Args(inputPipe) args: AlertsArgs): Promise<Connection<AlertView>> {
    return toConnection(await this.#ports.alerts.alerts(pageOf(args), args.filter ?? {}));
  }

  @Roles('OPERATOR')
  @Mutation(() => AlertPayloadType, {
    description:
      'Sends alerts now that are NOT_SENT, NOWHERE or WAITING: by id, or the oldest thousand that a filter names.',
  })
  async alertRetry(
    @Args(inputPipe) args: AlertRetryArgs,
    @CurrentCaller() caller: Caller,
  ): Promise<{ alerts: AlertView[]; more: number; userErrors: Problem[] }> {
    const ids = args.ids?.map((id) => keyOf('Alert', id)) ?? null;
    const outcome = await retryAlerts(this.#ports, caller, { ids, filter: args.filter ?? null });
    if (!outcome.ok) return { alerts: [], more: 0, userErrors: userErrors(outcome.problems) };
    const { ids: sent, more } = outcome.value;
    return { alerts: await this.#ports.alerts.alertsByIds(sent), more, userErrors: [] };
  }

  @ResolveField('id', () => ID)
  id(@Parent() alert: AlertView): string {
    return nodeId('Alert', alert.id);
  }

  @ResolveField('system', () => SystemType, { nullable: true })
  system(@Parent() alert: AlertView, @Context('loaders') loaders: Loaders): Promise<SystemView | null> {
    return alert.system === null ? Promise.resolve(null) : loaders.system(alert.system);
  }
}

@Resolver(() => AlertGroupType)
export class AlertGroupResolver {
  @ResolveField('owner', () => PartyType, { nullable: true, description: 'Null: nobody in particular is told.' })
  owner(@Parent() group: AlertGroup, @Context('loaders') loaders: Loaders): Promise<Party | null> {
    return group.ownerId === null ? Promise.resolve(null) : loaders.party(group.ownerId);
  }
}
