import { Inject, UnprocessableEntityException } from '@nestjs/common';
import { Args, ArgsType, Field, ID, Query, Resolver } from '@nestjs/graphql';
import { IsOptional, MaxLength } from 'class-validator';
import { CurrentCaller, Roles } from '../../access/roles.js';
import type { ChangeRequestView } from '../../application/ports/change-reader.js';
import { Ports } from '../../application/ports/ports.js';
import type { Caller } from '../../domain/actor.js';
import { ROLES } from '../../domain/actor.js';
import type { ChangeRequestState } from '../../domain/change/change.js';
import type { Connection } from '../connection.js';
import { emptyConnection, toConnection } from '../connection.js';
import { inputPipe } from '../input-pipe.js';
import { keyOf } from '../node-id.js';
import { PageArgs, pageOf } from '../page-args.js';
import { ChangeRequestConnectionType, ChangeRequestStateEnum, ChangeRequestType } from './change-request-type.js';

@ArgsType()
export class ChangeRequestsArgs extends PageArgs {
  @Field(() => [ChangeRequestStateEnum], { nullable: true })
  states?: ChangeRequestState[] | null;

  @Field(() => Boolean, { nullable: true })
  awaitingMe?: boolean | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(255)
  target?: string | null;
}

@Resolver()
export class ChangeQueryResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles(...ROLES)
  @Query(() => ChangeRequestType, { nullable: true, description: 'By id, or by number ("CR-1042").' })
  changeRequest(
    @Args('id', { type: () => ID, nullable: true }) id?: string | null,
    @Args('number', { type: () => String, nullable: true }) number?: string | null,
  ): Promise<ChangeRequestView | null> {
    if (typeof id === 'string' && typeof number !== 'string') {
      return this.#ports.changes.requestById(keyOf('ChangeRequest', id));
    }
    if (typeof number === 'string' && typeof id !== 'string') return this.#ports.changes.requestByNumber(number);
    throw new UnprocessableEntityException('Name a change request by its id or by its number.');
  }

  @Roles(...ROLES)
  @Query(() => ChangeRequestConnectionType)
  async changeRequests(
    @Args(inputPipe) args: ChangeRequestsArgs,
    @CurrentCaller() caller: Caller,
  ): Promise<Connection<ChangeRequestView>> {
    const mine = args.awaitingMe === true;
    const partyId = caller.actor.partyId;
    // A key of no party is never asked for an approval; without this the filter would fall away and list everything.
    if (mine && partyId === null) return emptyConnection();
    const query = { states: args.states ?? null, awaitingParty: mine ? partyId : null, target: args.target ?? null };
    return toConnection(await this.#ports.changes.requests(pageOf(args), query));
  }
}
