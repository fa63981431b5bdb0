import { Context, ID, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { ChangeRequestView } from '../../application/ports/change-reader.js';
import type {
  CanaryView,
  DeliveryView,
  FindingView,
  ScanView,
  SystemRecordView,
  SystemView,
} from '../../application/ports/operations-reader.js';
import type { Party } from '../../domain/ownership/party.js';
import { PartyType } from '../access/party-type.js';
import { ChangeRequestType } from '../change/change-request-type.js';
import type { Loaders } from '../loaders.js';
import { nodeId } from '../node-id.js';
import { CanaryType } from './canary-type.js';
import { DeliveryType } from './delivery-type.js';
import { DriftFindingType } from './drift-finding-type.js';
import { DriftScanType } from './drift-scan-type.js';
import { SystemRecordType, SystemType } from './system-type.js';

@Resolver(() => SystemType)
export class SystemResolver {
  @ResolveField('id', () => ID)
  id(@Parent() system: SystemView): string {
    return nodeId('System', system.code);
  }

  @ResolveField('canaries', () => [CanaryType], {
    description: 'Large requests that are still on their way to it, those that stopped among them.',
  })
  canaries(@Parent() system: SystemView, @Context('loaders') loaders: Loaders): Promise<CanaryView[]> {
    return loaders.openCanaries.load(system.code);
  }

  @ResolveField('lastFullScan', () => DriftScanType, { nullable: true })
  lastFullScan(@Parent() system: SystemView, @Context('loaders') loaders: Loaders): Promise<ScanView | null> {
    return system.lastFullScanId === null ? Promise.resolve(null) : loaders.scan.load(system.lastFullScanId);
  }
}

@Resolver(() => SystemRecordType)
export class SystemRecordResolver {
  @ResolveField('system', () => SystemType)
  system(@Parent() record: SystemRecordView, @Context('loaders') loaders: Loaders): Promise<SystemView> {
    return loaders.system(record.system);
  }
}

@Resolver(() => DriftScanType)
export class DriftScanResolver {
  @ResolveField('id', () => ID)
  id(@Parent() scan: ScanView): string {
    return nodeId('DriftScan', scan.id);
  }

  @ResolveField('system', () => SystemType)
  system(@Parent() scan: ScanView, @Context('loaders') loaders: Loaders): Promise<SystemView> {
    return loaders.system(scan.system);
  }
}

@Resolver(() => DeliveryType)
export class DeliveryResolver {
  @ResolveField('id', () => ID)
  id(@Parent() delivery: DeliveryView): string {
    return nodeId('Delivery', delivery.id);
  }

  @ResolveField('system', () => SystemType)
  system(@Parent() delivery: DeliveryView, @Context('loaders') loaders: Loaders): Promise<SystemView> {
    return loaders.system(delivery.system);
  }

  @ResolveField('group', () => ID, { nullable: true, description: 'Of a dead letter: what else died of the same.' })
  group(@Parent() { group }: DeliveryView): string | null {
    return group === null ? null : nodeId('DeadLetterGroup', group);
  }

  @ResolveField('assignee', () => PartyType, { nullable: true, description: 'Whose this dead letter is to look at.' })
  assignee(@Parent() { assigneeId }: DeliveryView, @Context('loaders') loaders: Loaders): Promise<Party | null> {
    return assigneeId === null ? Promise.resolve(null) : loaders.party(assigneeId);
  }

  @ResolveField('finding', () => DriftFindingType, {
    nullable: true,
    description:
      'The finding that tells the rest: that the record is gone there, or that the field is somebody else’s.',
  })
  finding(@Parent() { findingId }: DeliveryView, @Context('loaders') loaders: Loaders): Promise<FindingView | null> {
    return findingId === null ? Promise.resolve(null) : loaders.finding.load(findingId);
  }

  @ResolveField('changeRequest', () => ChangeRequestType, { nullable: true })
  changeRequest(
    @Parent() delivery: DeliveryView,
    @Context('loaders') loaders: Loaders,
  ): Promise<ChangeRequestView | null> {
    return delivery.changeRequestId === null ? Promise.resolve(null) : loaders.request.load(delivery.changeRequestId);
  }
}
