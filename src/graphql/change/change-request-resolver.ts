import { Inject } from '@nestjs/common';
import { Args, Context, ID, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { ChangeRequestView, ChangeView, DecisionView } from '../../application/ports/change-reader.js';
import type { CanaryView, DeliveryView } from '../../application/ports/operations-reader.js';
import { Ports } from '../../application/ports/ports.js';
import type { FieldConflict } from '../../domain/change/change.js';
import type { Connection } from '../connection.js';
import { toConnection } from '../connection.js';
import { inputPipe } from '../input-pipe.js';
import type { Loaders } from '../loaders.js';
import { nodeId } from '../node-id.js';
import { CanaryType } from '../operations/canary-type.js';
import { DeliveryType } from '../operations/delivery-type.js';
import { PageArgs, pageOf } from '../page-args.js';
import type { RequirementView } from './approval-resolver.js';
import { requirementViews } from './approval-resolver.js';
import {
  ApprovalRequirementType,
  ChangeConnectionType,
  ChangeRequestType,
  ChangeType,
  DecisionType,
  FieldConflictType,
} from './change-request-type.js';

@Resolver(() => ChangeRequestType)
export class ChangeRequestResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @ResolveField('id', () => ID)
  id(@Parent() request: ChangeRequestView): string {
    return nodeId('ChangeRequest', request.id);
  }

  @ResolveField('changes', () => ChangeConnectionType)
  async changes(
    @Parent() request: ChangeRequestView,
    @Args(inputPipe) args: PageArgs,
  ): Promise<Connection<ChangeView>> {
    return toConnection(await this.#ports.changes.changesOf(request.id, pageOf(args)));
  }

  @ResolveField('approvals', () => [ApprovalRequirementType], {
    description: 'Approvals asked for by policy, and those given.',
  })
  async approvals(
    @Parent() request: ChangeRequestView,
    @Context('loaders') loaders: Loaders,
  ): Promise<RequirementView[]> {
    const decisions = await loaders.decisions.load(request.id);
    const approvedBy = decisions.filter(({ kind }) => kind === 'APPROVE').map(({ partyId }) => partyId);
    return requirementViews(request.requirements, approvedBy, request.id);
  }

  @ResolveField('decisions', () => [DecisionType])
  decisions(@Parent() request: ChangeRequestView, @Context('loaders') loaders: Loaders): Promise<DecisionView[]> {
    return loaders.decisions.load(request.id);
  }

  @ResolveField('deliveries', () => [DeliveryType], {
    description: 'After it was applied: how far each system is.',
  })
  deliveries(@Parent() request: ChangeRequestView, @Context('loaders') loaders: Loaders): Promise<DeliveryView[]> {
    return loaders.requestDeliveries.load(request.id);
  }

  @ResolveField('canaries', () => [CanaryType], {
    description: 'Of a request that touches many records: how far it has come in each system. Others have none.',
  })
  canaries(@Parent() request: ChangeRequestView, @Context('loaders') loaders: Loaders): Promise<CanaryView[]> {
    return loaders.requestCanaries.load(request.id);
  }
}

@Resolver(() => ChangeType)
export class ChangeResolver {
  @ResolveField('id', () => ID)
  id(@Parent() change: ChangeView): string {
    return nodeId('Change', change.id);
  }
}

@Resolver(() => FieldConflictType)
export class FieldConflictResolver {
  @ResolveField('changedBy', () => ChangeRequestType, {
    nullable: true,
    description: 'The change that came in between.',
  })
  changedBy(
    @Parent() conflict: FieldConflict,
    @Context('loaders') loaders: Loaders,
  ): Promise<ChangeRequestView | null> {
    return conflict.changedBy === null ? Promise.resolve(null) : loaders.request.load(conflict.changedBy);
  }
}
