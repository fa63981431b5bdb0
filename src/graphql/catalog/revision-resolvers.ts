import { Context, ID, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Revision } from '../../application/ports/catalog-reader.js';
import type { ChangeRequestView } from '../../application/ports/change-reader.js';
import type { Json } from '../../domain/primitives/json.js';
import { ChangeRequestType } from '../change/change-request-type.js';
import type { Loaders } from '../loaders.js';
import { nodeId } from '../node-id.js';
import { JsonScalar } from '../scalars/json.js';
import { ProductRevisionType, SkuRevisionType } from './revision-types.js';

@Resolver(() => SkuRevisionType)
export class SkuRevisionResolver {
  @ResolveField('id', () => ID)
  id(@Parent() revision: Revision): string {
    return nodeId('SkuRevision', revision.id);
  }

  /** As callers name things: the product by its handle, which never changes, and not by our id. */
  @ResolveField('snapshot', () => JsonScalar, { description: 'The whole SKU as it stood after this revision.' })
  async snapshot(@Parent() { snapshot }: Revision, @Context('loaders') loaders: Loaders): Promise<Json> {
    const { productId, ...told } = snapshot;
    if (typeof productId !== 'string') return snapshot;
    return { ...told, product: (await loaders.product.load(productId))?.handle ?? null };
  }

  @ResolveField('changeRequest', () => ChangeRequestType, { nullable: true })
  changeRequest(@Parent() revision: Revision, @Context('loaders') loaders: Loaders): Promise<ChangeRequestView | null> {
    return requestOf(revision, loaders);
  }
}

@Resolver(() => ProductRevisionType)
export class ProductRevisionResolver {
  @ResolveField('id', () => ID)
  id(@Parent() revision: Revision): string {
    return nodeId('ProductRevision', revision.id);
  }

  @ResolveField('changeRequest', () => ChangeRequestType, { nullable: true })
  changeRequest(@Parent() revision: Revision, @Context('loaders') loaders: Loaders): Promise<ChangeRequestView | null> {
    return requestOf(revision, loaders);
  }
}

function requestOf({ changeRequestId }: Revision, loaders: Loaders): Promise<ChangeRequestView | null> {
  return changeRequestId === null ? Promise.resolve(null) : loaders.request.load(changeRequestId);
}
