import { Context, ID, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { ChangeRequestView } from '../../application/ports/change-reader.js';
import type { FindingView, SystemView } from '../../application/ports/operations-reader.js';
import type { Sku } from '../../domain/catalog/sku.js';
import type { Party } from '../../domain/ownership/party.js';
import { PartyType } from '../access/party-type.js';
import { SkuType } from '../catalog/sku-type.js';
import { ChangeRequestType } from '../change/change-request-type.js';
import type { Loaders } from '../loaders.js';
import { nodeId } from '../node-id.js';
import { DriftFindingType } from './drift-finding-type.js';
import { SystemType } from './system-type.js';

@Resolver(() => DriftFindingType)
export class DriftFindingResolver {
  @ResolveField('id', () => ID)
  id(@Parent() finding: FindingView): string {
    return nodeId('DriftFinding', finding.id);
  }

  @ResolveField('system', () => SystemType)
  system(@Parent() finding: FindingView, @Context('loaders') loaders: Loaders): Promise<SystemView> {
    return loaders.system(finding.system);
  }

  @ResolveField('sku', () => SkuType, { nullable: true })
  sku(@Parent() finding: FindingView, @Context('loaders') loaders: Loaders): Promise<Sku | null> {
    return finding.skuId === null ? Promise.resolve(null) : loaders.sku.load(finding.skuId);
  }

  @ResolveField('owner', () => PartyType, { nullable: true })
  owner(@Parent() finding: FindingView, @Context('loaders') loaders: Loaders): Promise<Party | null> {
    return finding.ownerId === null ? Promise.resolve(null) : loaders.party(finding.ownerId);
  }

  @ResolveField('changeRequest', () => ChangeRequestType, {
    nullable: true,
    description: 'The change request that adopts it.',
  })
  changeRequest(
    @Parent() finding: FindingView,
    @Context('loaders') loaders: Loaders,
  ): Promise<ChangeRequestView | null> {
    return finding.changeRequestId === null ? Promise.resolve(null) : loaders.request.load(finding.changeRequestId);
  }
}
