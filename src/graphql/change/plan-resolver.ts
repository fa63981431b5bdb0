import { Inject } from '@nestjs/common';
import { Args, Context, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentCaller, Roles } from '../../access/roles.js';
import type { ChangePlan } from '../../application/change/plan/change-plan.js';
import { planOfRequest, previewChanges } from '../../application/change/plan/change-plan.js';
import { pageOfWrites } from '../../application/change/plan/page-of-writes.js';
import type { ChangeRequestView } from '../../application/ports/change-reader.js';
import type { FindingView, SystemView } from '../../application/ports/operations-reader.js';
import type { KeptPlan } from '../../application/ports/plan-store.js';
import { Ports } from '../../application/ports/ports.js';
import type { Caller } from '../../domain/actor.js';
import { ROLES } from '../../domain/actor.js';
import type { Sku } from '../../domain/catalog/sku.js';
import type { ReachedSku } from '../../domain/change/plan/reached.js';
import type {
  PlannedWrite,
  PlanOmission,
  PlanSupersession,
  SilentSystem,
} from '../../domain/change/plan/write-plan.js';
import { SkuType } from '../catalog/sku-type.js';
import type { Connection } from '../connection.js';
import { toConnection } from '../connection.js';
import { inputPipe } from '../input-pipe.js';
import type { Loaders } from '../loaders.js';
import { DriftFindingType } from '../operations/drift-finding-type.js';
import { SystemType } from '../operations/system-type.js';
import { PageArgs, pageOf } from '../page-args.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import type { RequirementView } from './approval-resolver.js';
import { requirementViews } from './approval-resolver.js';
import { changeDraftOf, ChangeInput } from './change-input.js';
import { ApprovalRequirementType, ChangeRequestType } from './change-request-type.js';
import {
  ChangePlanType,
  PlannedWriteConnectionType,
  PlannedWriteType,
  PlanOmissionType,
  PlanSupersessionType,
  ReachedSkuType,
  ReplanType,
  SilentSystemType,
} from './plan-type.js';

@Resolver()
export class ChangePlanQueryResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles(...ROLES)
  @Query(() => ChangePlanType, { description: 'Dry run of changes that nobody has submitted.' })
  changePlan(
    @Args('changes', { type: () => [ChangeInput] }) changes: ChangeInput[],
    @Args('effectiveAt', {
      type: () => DateTimeScalar,
      nullable: true,
      description: 'As if the request asked for this time: whether a freeze window will be on then.',
    })
    effectiveAt: Date | null | undefined,
    @CurrentCaller() caller: Caller,
  ): Promise<ChangePlan> {
    return previewChanges(this.#ports, caller, changes.map(changeDraftOf), effectiveAt ?? null);
  }
}

@Resolver(() => ChangeRequestType)
export class ChangeRequestPlanResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @ResolveField('plan', () => ChangePlanType, {
    description:
      'What it would do to every system, worked out against the present; of a request that has ended, the last one kept.',
  })
  plan(@Parent() request: ChangeRequestView): Promise<ChangePlan> {
    return planOfRequest(this.#ports, request.id);
  }

  @ResolveField('replans', () => [ReplanType], {
    description: 'Times at which it was put to its approvers anew, because it would have done something else.',
  })
  replans(@Parent() request: ChangeRequestView, @Context('loaders') loaders: Loaders): Promise<KeptPlan[]> {
    return loaders.replans.load(request.id);
  }
}

@Resolver(() => ChangePlanType)
export class ChangePlanResolver {
  @ResolveField('writesCount', () => Int)
  writesCount(@Parent() plan: ChangePlan): number {
    return plan.writes.length;
  }

  @ResolveField('writesPage', () => PlannedWriteConnectionType)
  writesPage(@Parent() plan: ChangePlan, @Args(inputPipe) args: PageArgs): Connection<PlannedWrite> {
    return toConnection(pageOfWrites(plan.writes, pageOf(args)));
  }

  @ResolveField('affected', () => [SkuType], {
    description: 'SKUs and bundles that are reached though the request does not name them.',
  })
  async affected(@Parent() { reached }: ChangePlan, @Context('loaders') loaders: Loaders): Promise<Sku[]> {
    const skus = await Promise.all(reached.map(({ code }) => loaders.skuByCode.load(code)));
    return skus.filter((sku) => sku !== null);
  }

  @ResolveField('reached', () => [ReachedSkuType], { description: 'The affected ones, and by what they are reached.' })
  reached(@Parent() plan: ChangePlan): ReachedSku[] {
    return plan.reached;
  }

  @ResolveField('silent', () => [SilentSystemType], { description: 'Systems that get nothing, and why.' })
  silent(@Parent() plan: ChangePlan): SilentSystem[] {
    return plan.silent;
  }

  @ResolveField('approvals', () => [ApprovalRequirementType], { description: 'Approvals that policy would ask for.' })
  approvals(@Parent() { requirements, approvedBy, requestId }: ChangePlan): RequirementView[] {
    return requirementViews(requirements, approvedBy, requestId);
  }
}

@Resolver(() => PlannedWriteType)
export class PlannedWriteResolver {
  @ResolveField('system', () => SystemType)
  system(@Parent() { system }: PlannedWrite, @Context('loaders') loaders: Loaders): Promise<SystemView> {
    return loaders.system(system);
  }
}

@Resolver(() => PlanOmissionType)
export class PlanOmissionResolver {
  @ResolveField('system', () => SystemType)
  system(@Parent() { system }: PlanOmission, @Context('loaders') loaders: Loaders): Promise<SystemView> {
    return loaders.system(system);
  }

  @ResolveField('finding', () => DriftFindingType, { nullable: true, description: 'What holds it.' })
  finding(
    @Parent() { findingId }: PlanOmission,
    @Context('loaders') loaders: Loaders,
  ): Promise<FindingView | null> | null {
    return findingId === null ? null : loaders.finding.load(findingId);
  }
}

@Resolver(() => PlanSupersessionType)
export class PlanSupersessionResolver {
  @ResolveField('system', () => SystemType)
  system(@Parent() { system }: PlanSupersession, @Context('loaders') loaders: Loaders): Promise<SystemView> {
    return loaders.system(system);
  }

  @ResolveField('finding', () => DriftFindingType, { nullable: true })
  finding(
    @Parent() { findingId }: PlanSupersession,
    @Context('loaders') loaders: Loaders,
  ): Promise<FindingView | null> {
    return loaders.finding.load(findingId);
  }
}

@Resolver(() => SilentSystemType)
export class SilentSystemResolver {
  @ResolveField('system', () => SystemType)
  system(@Parent() { system }: SilentSystem, @Context('loaders') loaders: Loaders): Promise<SystemView> {
    return loaders.system(system);
  }
}

@Resolver(() => ReachedSkuType)
export class ReachedSkuResolver {
  @ResolveField('sku', () => SkuType, { nullable: true })
  sku(@Parent() { code }: ReachedSku, @Context('loaders') loaders: Loaders): Promise<Sku | null> {
    return loaders.skuByCode.load(code);
  }
}
