import { Inject } from '@nestjs/common';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { listProducts } from '../../application/catalog/list-products.js';
import { listSkus } from '../../application/catalog/list-skus.js';
import { readAsOf } from '../../application/catalog/read-as-of.js';
import { Ports } from '../../application/ports/ports.js';
import { ROLES } from '../../domain/actor.js';
import type { Product } from '../../domain/catalog/product.js';
import type { Sku } from '../../domain/catalog/sku.js';
import { Roles } from '../../access/roles.js';
import type { Connection } from '../connection.js';
import { toConnection } from '../connection.js';
import { inputPipe } from '../input-pipe.js';
import { pageOf } from '../page-args.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { valueOf } from '../user-errors.js';
import { AS_OF, ProductsArgs, SkusArgs } from './catalog-args.js';
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
  @Query(() => SkuType, { nullable: true, description: 'By its code, whatever its case; null where there is none.' })
  async sku(
    @Args('code', { type: () => String }) code: string,
    @Args('asOf', { type: () => DateTimeScalar, nullable: true, description: AS_OF }) asOf?: Date | null,
  ): Promise<Sku | null> {
    const { catalog } = this.#ports;
    return valueOf(await readAsOf(this.#ports, asOf ?? null, () => catalog.skuByCode(code, asOf)));
  }

  @Roles(...ROLES)
  @Query(() => SkuConnectionType)
  async skus(@Args(inputPipe) args: SkusArgs): Promise<Connection<Sku>> {
    const { filter, orderBy, asOf } = args;
    const page = await listSkus(this.#ports, pageOf(args), filter ?? {}, orderBy ?? 'CODE', asOf ?? null);
    return toConnection(valueOf(page));
  }

  @Roles(...ROLES)
  @Query(() => ProductType, { nullable: true, description: 'By its handle; null where there is none.' })
  async product(
    @Args('handle', { type: () => String }) handle: string,
    @Args('asOf', { type: () => DateTimeScalar, nullable: true, description: AS_OF }) asOf?: Date | null,
  ): Promise<Product | null> {
    const { catalog } = this.#ports;
    return valueOf(await readAsOf(this.#ports, asOf ?? null, () => catalog.productByHandle(handle, asOf)));
  }

  @Roles(...ROLES)
  @Query(() => ProductConnectionType)
  async products(@Args(inputPipe) args: ProductsArgs): Promise<Connection<Product>> {
    return toConnection(valueOf(await listProducts(this.#ports, pageOf(args), args.search ?? null, args.asOf ?? null)));
  }
}
