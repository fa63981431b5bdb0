import { Inject } from '@nestjs/common';
import { Args, ID, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Ports } from '../../application/ports/ports.js';
import type { Revision } from '../../application/ports/catalog-reader.js';
import type { Product } from '../../domain/catalog/product.js';
import type { Sku } from '../../domain/catalog/sku.js';
import type { Json } from '../../domain/primitives/json.js';
import type { Connection } from '../connection.js';
import { toConnection } from '../connection.js';
import { inputPipe } from '../input-pipe.js';
import { nodeId } from '../node-id.js';
import { PageArgs, pageOf } from '../page-args.js';
import { attributesOf, AttributeValueType } from './field-change-type.js';
import { ProductType } from './product-type.js';
import { ProductRevisionConnectionType } from './revision-types.js';
import { SkuConnectionType } from './sku-type.js';

@Resolver(() => ProductType)
export class ProductResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @ResolveField('id', () => ID)
  id(@Parent() product: Product): string {
    return nodeId('Product', product.id);
  }

  @ResolveField('attributes', () => [AttributeValueType])
  attributes(@Parent() product: Product): { key: string; value: Json }[] {
    return attributesOf(product.attributes);
  }

  // One statement per product: pages of children each have a cursor of their own, which no batch can serve.
  @ResolveField('skus', () => SkuConnectionType)
  async skus(@Parent() product: Product, @Args(inputPipe) args: PageArgs): Promise<Connection<Sku>> {
    return toConnection(await this.#ports.catalog.skusOfProduct(product.id, pageOf(args), product.asOf));
  }

  @ResolveField('revisions', () => ProductRevisionConnectionType, {
    description: 'Newest first; of the past, those by then.',
  })
  async revisions(@Parent() product: Product, @Args(inputPipe) args: PageArgs): Promise<Connection<Revision>> {
    return toConnection(await this.#ports.catalog.productRevisionsOf(product.id, pageOf(args), product.asOf));
  }
}
