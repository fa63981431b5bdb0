import { Context, ID, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { SkuRevision } from '../../application/ports/catalog-reader.js';
import type { ChangeRequestView } from '../../application/ports/change-reader.js';
import { ChangeRequestType } from '../change/change-request-type.js';
import type { Loaders } from '../loaders.js';
import { nodeId } from '../node-id.js';
import { SkuRevisionType } from './sku-revision-type.js';

@Resolver(() => SkuRevisionType)
export class SkuRevisionResolver {
  @ResolveField('id', () => ID)
  id(@Parent() revision: SkuRevision): string {
    return nodeId('SkuRevision', revision.id);
  }

  @ResolveField('changeRequest', () => ChangeRequestType, { nullable: true })
  changeRequest(
    @Parent() revision: SkuRevision,
    @Context('loaders') loaders: Loaders,
  ): Promise<ChangeRequestView | null> {
    return revision.changeRequestId === null ? Promise.resolve(null) : loaders.request.load(revision.changeRequestId);
  }
}
