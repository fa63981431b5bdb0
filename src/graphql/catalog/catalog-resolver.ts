import { Inject } from '@nestjs/common';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { Ports } from '../../application/ports/ports.js';
import { ROLES } from '../../domain/actor.js';
import type { Product } from '../../domain/catalog/product.js';
import type { Sku } from '../../domain/catalog/sku.js';
import { Roles } from '../../access/roles.js';
import type { Connection } from '../connection.js';
import { toConnection } from '../connection.js';
import { inputPipe } from '../input-pipe.js';
import { pageOf } from '../page-args.js';
import { ProductsArgs, SkusArgs } from './catalog-args.js';
import { ProductConnectionType, ProductType } from './product-type.js';
import { SkuConnectionType, SkuType } from './sku-type.js';

/** The catalogue's root fields. */
@Resolver()
export class CatalogResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles(...ROLES)
  @Query(() => SkuType, { nullable: true })
  sku(@Args('code', { type: () => String }) code: string): Promise<Sku | null> {
    return this.#ports.catalog.skuByCode(code);
  }

  @Roles(...ROLES)
  @Query(() => SkuConnectionType)
  async skus(@Args(inputPipe) args: SkusArgs): Promise<Connection<Sku>> {
    return toConnection(await this.#ports.catalog.skus(pageOf(args), args.filter ?? {}, args.orderBy ?? 'CODE'));
  }

  @Roles(...ROLES)
  @Query(() => ProductType, { nullable: true })
  product(@Args('handle', { type: () => String }) handle: string): Promise<Product | null> {
    return this.#ports.catalog.productByHandle(handle);
  }

  @Roles(...ROLES)
  @Query(() => ProductConnectionType)
  async products(@Args(inputPipe) args: ProductsArgs): Promise<Connection<Product>> {
    return toConnection(await this.#ports.catalog.products(pageOf(args), args.search ?? null));
  }
}
