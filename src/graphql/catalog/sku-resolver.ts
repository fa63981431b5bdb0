import { Inject } from '@nestjs/common';
import { Args, Context, ID, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Revision } from '../../application/ports/catalog-reader.js';
import type { FindingView, SystemRecordView, SystemView } from '../../application/ports/operations-reader.js';
import { Ports } from '../../application/ports/ports.js';
import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import { TRANSITIONS } from '../../domain/catalog/lifecycle.js';
import type { Product } from '../../domain/catalog/product.js';
import type { Sku, SystemValue } from '../../domain/catalog/sku.js';
import type { Gate, StockLevel } from '../../domain/gates/gate.js';
import { gatesOf } from '../../domain/gates/gate-rules.js';
import type { Party } from '../../domain/ownership/party.js';
import type { OwnershipRule } from '../../domain/ownership/resolve-owner.js';
import type { Json } from '../../domain/primitives/json.js';
import { ResolvedOwnerType } from '../access/ownership-type.js';
import type { Connection } from '../connection.js';
import { toConnection } from '../connection.js';
import { inputPipe } from '../input-pipe.js';
import type { Loaders } from '../loaders.js';
import { nodeId } from '../node-id.js';
import { DriftFindingType } from '../operations/drift-finding-type.js';
import { SystemRecordType, SystemType } from '../operations/system-type.js';
import { PageArgs, pageOf } from '../page-args.js';
import { LifecycleStateEnum } from './catalog-enums.js';
import { attributesOf, AttributeValueType } from './field-change-type.js';
import { ProductType } from './product-type.js';
import { SkuRevisionConnectionType } from './revision-types.js';
import { GateType, SkuType, StockLevelType, SystemValueType } from './sku-type.js';

@Resolver(() => SkuType)
export class SkuResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @ResolveField('id', () => ID)
  id(@Parent() sku: Sku): string {
    return nodeId('Sku', sku.id);
  }

  @ResolveField('product', () => ProductType)
  product(@Parent() sku: Sku, @Context('loaders') loaders: Loaders): Promise<Product> {
    return productOf(sku, loaders);
  }

  @ResolveField('attributes', () => [AttributeValueType])
  attributes(@Parent() sku: Sku): { key: string; value: Json }[] {
    return attributesOf(sku.attributes);
  }

  @ResolveField('successor', () => SkuType, {
    nullable: true,
    description: "The SKU that takes this one's place once it is phased out.",
  })
  successor(@Parent() sku: Sku, @Context('loaders') loaders: Loaders): Promise<Sku | null> {
    return sku.successor === null ? Promise.resolve(null) : loaders.at(sku.asOf).skuByCode.load(sku.successor);
  }

  @ResolveField('listedIn', () => [SystemType], { description: 'Systems that it is to be in.' })
  listedIn(@Parent() sku: Sku, @Context('loaders') loaders: Loaders): Promise<SystemView[]> {
    return Promise.all(sku.listedIn.map((code) => loaders.system(code)));
  }

  @ResolveField('owner', () => ResolvedOwnerType, {
    nullable: true,
    description: 'Who is accountable for it, and by which rule; of the past, by the rules in force then.',
  })
  owner(
    @Parent() sku: Sku,
    @Context('loaders') loaders: Loaders,
  ): Promise<{ party: Party; rule: OwnershipRule } | null> {
    return this.#ownerOf(sku, loaders);
  }

  @ResolveField('readiness', () => [GateType], {
    description:
      'What must still be there before it may enter a state, one line each. Of the past: the SKU as it stood, by the gates and the people of today.',
  })
  async readiness(
    @Parent() sku: Sku,
    @Args('for', { type: () => LifecycleStateEnum }) state: LifecycleState,
    @Context('loaders') loaders: Loaders,
  ): Promise<Gate[]> {
    return gatesOf(state, sku, await loaders.gates.factsOf(sku, await productOf(sku, loaders)));
  }

  @ResolveField('allowedTransitions', () => [LifecycleStateEnum], {
    description: 'Steps that the lifecycle has from here; what a state asks for besides is told by `readiness`.',
  })
  allowedTransitions(@Parent() sku: Sku): readonly LifecycleState[] {
    return TRANSITIONS[sku.state];
  }

  @ResolveField('stock', () => [StockLevelType], {
    description:
      'On hand, as each ERP last reported it; none where none has reported it. Speaks of the present, whatever asOf says.',
  })
  stock(@Parent() sku: Sku, @Context('loaders') loaders: Loaders): Promise<StockLevel[]> {
    return loaders.gates.stock.load(sku.id);
  }

  @ResolveField('systems', () => [SystemRecordType], {
    description: 'Where it stands in each system that it is published to. Speaks of the present, whatever asOf says.',
  })
  systems(@Parent() sku: Sku, @Context('loaders') loaders: Loaders): Promise<SystemRecordView[]> {
    return loaders.records.load(sku.id);
  }

  @ResolveField('openDrift', () => [DriftFindingType], { description: 'Speaks of the present, whatever asOf says.' })
  openDrift(@Parent() sku: Sku, @Context('loaders') loaders: Loaders): Promise<FindingView[]> {
    return loaders.openFindings.load(sku.id);
  }

  @ResolveField('revisions', () => SkuRevisionConnectionType, {
    description: 'Newest first; of the past, those that were there by then.',
  })
  async revisions(@Parent() sku: Sku, @Args(inputPipe) args: PageArgs): Promise<Connection<Revision>> {
    return toConnection(await this.#ports.catalog.revisionsOf(sku.id, pageOf(args), sku.asOf));
  }

  async #ownerOf(
    sku: Sku,
    loaders: Loaders,
  ): Promise<{ party: Party; rule: OwnershipRule; asOf: Date | undefined } | null> {
    const { handle, productType, vendor } = await productOf(sku, loaders);
    const rule = await loaders.owners.ruleOf({ code: sku.code, handle, productType, vendor, asOf: sku.asOf });
    return rule && { party: await loaders.party(rule.ownerId), rule, asOf: sku.asOf };
  }
}

async function productOf(sku: Sku, loaders: Loaders): Promise<Product> {
  const product = await loaders.at(sku.asOf).product.load(sku.productId);
  if (!product) throw new Error(`the SKU ${sku.code} names the product ${sku.productId}, which does not exist`);
  return product;
}

@Resolver(() => SystemValueType)
export class SystemValueResolver {
  @ResolveField('system', () => SystemType)
  system(@Parent() value: SystemValue, @Context('loaders') loaders: Loaders): Promise<SystemView> {
    return loaders.system(value.system);
  }
}

@Resolver(() => StockLevelType)
export class StockLevelResolver {
  @ResolveField('system', () => SystemType)
  system(@Parent() level: StockLevel, @Context('loaders') loaders: Loaders): Promise<SystemView> {
    return loaders.system(level.system);
  }
}
