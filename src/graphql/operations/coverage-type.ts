import { Context, Field, Int, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { NotCovered } from '../../application/ports/observation-store.js';
import type { RecordCoverage, SystemCoverage } from '../../application/ports/coverage-reader.js';
import type { SystemView } from '../../application/ports/operations-reader.js';
import type { Product } from '../../domain/catalog/product.js';
import type { Sku } from '../../domain/catalog/sku.js';
import type { Json } from '../../domain/primitives/json.js';
import { ProductType } from '../catalog/product-type.js';
import { SkuType } from '../catalog/sku-type.js';
import { RecordEntityEnum } from '../change/plan-type.js';
import { connectionType } from '../connection.js';
import { enumType } from '../enum-type.js';
import type { Loaders } from '../loaders.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { JsonScalar } from '../scalars/json.js';
import { SystemType } from './system-type.js';

const NotCoveredReasonEnum = enumType<NotCovered['reason']>('NotCoveredReason', {
  UNREADABLE: 'It could not be read there: a scope is missing, a page was cut short, a value is of no known kind.',
  UNDECIDED: 'A quality issue is open on it: nobody has decided yet what it is to be.',
});

@ObjectType('NotCoveredField', { description: 'A field that was not compared.' })
export class NotCoveredFieldType {
  @Field(() => String)
  field!: string;
  @Field(() => NotCoveredReasonEnum)
  reason!: string;
}

@ObjectType('NotCoveredCount')
export class NotCoveredCountType extends NotCoveredFieldType {
  @Field(() => Int)
  records!: number;
}

@ObjectType('SystemCoverage', { description: 'How much of a system has been compared, and when.' })
export class SystemCoverageType {
  @Field(() => Int, { description: 'Records that are matched with one of the system’s, and in service.' })
  records!: number;
  @Field(() => Int, { description: 'Of these, compared within the hours that were asked about.' })
  comparedRecently!: number;
  @Field(() => Int)
  neverCompared!: number;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When the one that has waited longest was compared.' })
  oldestComparedAt!: Date | null;
  @Field(() => Int, { description: 'SKUs that are to be in the system and are matched with nothing there.' })
  unmatched!: number;
  @Field(() => Int, { description: 'Records of the system that nobody governs.' })
  ungoverned!: number;
  @Field(() => Int, {
    description:
      'Records that are matched with a SKU or product that is not in service there, a DRAFT: compared with nothing.',
  })
  notInService!: number;
  @Field(() => [NotCoveredCountType])
  notCovered!: NotCoveredCountType[];
  @Field(() => DateTimeScalar, { nullable: true, description: 'When what had changed was last compared.' })
  changesComparedAt!: Date | null;
}

@ObjectType('RecordCoverage', { description: 'When one record was last compared.' })
export class RecordCoverageType {
  @Field(() => RecordEntityEnum)
  entity!: string;
  @Field(() => String)
  externalId!: string;
  @Field(() => DateTimeScalar, { nullable: true })
  comparedAt!: Date | null;
  @Field(() => [NotCoveredFieldType])
  notCovered!: NotCoveredFieldType[];
}

@ObjectType('UngovernedRecord', {
  description: 'A record of a system that is matched with none of ours, as scans last saw it.',
})
export class UngovernedRecordType {
  @Field(() => RecordEntityEnum)
  entity!: string;
  @Field(() => String)
  externalId!: string;
  @Field(() => String, { description: 'The product that a variant lives in; an ERP item is its own root.' })
  rootId!: string;
  @Field(() => String, { nullable: true, description: 'SKU code or handle there.' })
  code!: string | null;
  @Field(() => DateTimeScalar)
  firstSeenAt!: Date;
  @Field(() => DateTimeScalar)
  lastSeenAt!: Date;
  @Field(() => JsonScalar)
  fields!: Json;
}

export const RecordCoverageConnectionType = connectionType('RecordCoverage', () => RecordCoverageType);
export const UngovernedRecordConnectionType = connectionType('UngovernedRecord', () => UngovernedRecordType);

@Resolver(() => SystemCoverageType)
export class SystemCoverageResolver {
  @ResolveField('system', () => SystemType)
  system(@Parent() { system }: SystemCoverage, @Context('loaders') loaders: Loaders): Promise<SystemView> {
    return loaders.system(system);
  }
}

@Resolver(() => RecordCoverageType)
export class RecordCoverageResolver {
  @ResolveField('sku', () => SkuType, { nullable: true })
  sku(@Parent() { skuId }: RecordCoverage, @Context('loaders') loaders: Loaders): Promise<Sku | null> {
    return skuId === null ? Promise.resolve(null) : loaders.sku.load(skuId);
  }

  @ResolveField('product', () => ProductType, { nullable: true })
  product(@Parent() { productId }: RecordCoverage, @Context('loaders') loaders: Loaders): Promise<Product | null> {
    return loaders.product.load(productId);
  }
}
