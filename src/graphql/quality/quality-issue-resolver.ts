import { Inject } from '@nestjs/common';
import { Args, Context, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Roles } from '../../access/roles.js';
import type { ChangeRequestView } from '../../application/ports/change-reader.js';
import { Ports } from '../../application/ports/ports.js';
import type { QualityCount, QualityIssueView, QualityQuery } from '../../application/ports/quality-store.js';
import { ROLES } from '../../domain/actor.js';
import type { Product } from '../../domain/catalog/product.js';
import type { Sku } from '../../domain/catalog/sku.js';
import { ProductType } from '../catalog/product-type.js';
import { SkuType } from '../catalog/sku-type.js';
import { ChangeRequestType } from '../change/change-request-type.js';
import type { Connection } from '../connection.js';
import { toConnection } from '../connection.js';
import { inputPipe } from '../input-pipe.js';
import type { Loaders } from '../loaders.js';
import { nodeId } from '../node-id.js';
import { pageOf } from '../page-args.js';
import {
  QualityIssueConnectionType,
  QualityIssueCountType,
  QualityIssuesArgs,
  QualityIssueType,
} from './quality-issue-type.js';

/** A connection that remembers what was asked, so that it can count it for who wants to know. */
type AskedIssues = Connection<QualityIssueView> & { query: QualityQuery };

@Resolver(() => QualityIssueConnectionType)
export class QualityIssuesResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles(...ROLES)
  @Query(() => QualityIssueConnectionType, {
    description: 'Values of baselines that did not hold, the newest first.',
  })
  async qualityIssues(@Args(inputPipe) args: QualityIssuesArgs): Promise<AskedIssues> {
    const query = args.filter ?? {};
    // Not spread: a connection counts its rows only for who asks.
    return Object.assign(toConnection(await this.#ports.quality.issues(pageOf(args), query)), { query });
  }

  @ResolveField('counts', () => [QualityIssueCountType], {
    description: 'What the filter meets, by field and code; the most open first.',
  })
  counts(@Parent() { query }: AskedIssues): Promise<QualityCount[]> {
    return this.#ports.quality.counts(query);
  }
}

@Resolver(() => QualityIssueType)
export class QualityIssueResolver {
  @ResolveField('id', () => ID)
  id(@Parent() issue: QualityIssueView): string {
    return nodeId('QualityIssue', issue.id);
  }

  @ResolveField('sku', () => SkuType, {
    nullable: true,
    description: 'Null where it is the product that lacks the value.',
  })
  sku(@Parent() issue: QualityIssueView, @Context('loaders') loaders: Loaders): Promise<Sku | null> {
    return issue.skuId === null ? Promise.resolve(null) : loaders.sku.load(issue.skuId);
  }

  @ResolveField('product', () => ProductType)
  async product(@Parent() issue: QualityIssueView, @Context('loaders') loaders: Loaders): Promise<Product> {
    const product = await loaders.product.load(issue.productId);
    if (!product) throw new Error(`an issue names the product ${issue.productId}, which does not exist`);
    return product;
  }

  @ResolveField('changeRequest', () => ChangeRequestType, {
    nullable: true,
    description: 'The change request that decided on the field.',
  })
  changeRequest(
    @Parent() issue: QualityIssueView,
    @Context('loaders') loaders: Loaders,
  ): Promise<ChangeRequestView | null> {
    return issue.changeRequestId === null ? Promise.resolve(null) : loaders.request.load(issue.changeRequestId);
  }
}

@Resolver(() => SkuType)
export class SkuQualityResolver {
  @ResolveField('qualityIssues', () => [QualityIssueType], {
    description: 'Its values that a baseline could not take, and that nobody has decided on since.',
  })
  qualityIssues(@Parent() sku: Sku, @Context('loaders') loaders: Loaders): Promise<QualityIssueView[]> {
    return loaders.skuIssues.load(sku.id);
  }
}

@Resolver(() => ProductType)
export class ProductQualityResolver {
  @ResolveField('qualityIssues', () => [QualityIssueType], {
    description:
      'Its own values that a baseline could not take, and that nobody has decided on since; not those of its SKUs.',
  })
  qualityIssues(@Parent() product: Product, @Context('loaders') loaders: Loaders): Promise<QualityIssueView[]> {
    return loaders.productIssues.load(product.id);
  }
}
