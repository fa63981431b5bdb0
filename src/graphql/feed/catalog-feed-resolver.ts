import { Inject } from '@nestjs/common';
import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Roles } from '../../access/roles.js';
import type { CatalogFeed, PlacedEntry } from '../../application/feed/read-catalog-feed.js';
import { readCatalogFeed } from '../../application/feed/read-catalog-feed.js';
import { Ports } from '../../application/ports/ports.js';
import { ROLES } from '../../domain/actor.js';
import type { Product } from '../../domain/catalog/product.js';
import type { Sku } from '../../domain/catalog/sku.js';
import { ProductType } from '../catalog/product-type.js';
import { SkuType } from '../catalog/sku-type.js';
import { inputPipe } from '../input-pipe.js';
import type { Loaders } from '../loaders.js';
import { CatalogFeedArgs, CatalogFeedEntryType, CatalogFeedType, DEFAULT_ENTRIES } from './catalog-feed-type.js';

@Resolver(() => CatalogFeedEntryType)
export class CatalogFeedResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles(...ROLES)
  @Query(() => CatalogFeedType)
  catalogFeed(@Args(inputPipe) args: CatalogFeedArgs): Promise<CatalogFeed> {
    return readCatalogFeed(this.#ports, args.after ?? null, args.first ?? DEFAULT_ENTRIES);
  }

  @ResolveField('sku', () => SkuType, {
    nullable: true,
    description: 'The SKU as it is now, which may be later than this entry; null for a product.',
  })
  sku(@Parent() { entity, key }: PlacedEntry, @Context('loaders') loaders: Loaders): Promise<Sku | null> | null {
    return entity === 'PRODUCT' ? null : loaders.skuByCode.load(key);
  }

  @ResolveField('product', () => ProductType, {
    nullable: true,
    description: 'The product as it is now; null for a SKU, which has its own.',
  })
  product(
    @Parent() { entity, key }: PlacedEntry,
    @Context('loaders') loaders: Loaders,
  ): Promise<Product | null> | null {
    return entity === 'PRODUCT' ? loaders.productByHandle.load(key) : null;
  }
}
