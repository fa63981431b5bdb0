import { Field, Int, ObjectType } from '@nestjs/graphql';
import { connectionType } from '../connection.js';
import { NodeType } from '../node-type.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { DecimalScalar } from '../scalars/decimal.js';
import { LifecycleStateEnum, SkuKindEnum, WeightUnitEnum } from './catalog-enums.js';

@ObjectType('Weight')
export class WeightType {
  @Field(() => DecimalScalar)
  value!: string;
  @Field(() => WeightUnitEnum)
  unit!: string;
}

@ObjectType('OptionValue')
export class OptionValueType {
  @Field(() => String)
  name!: string;
  @Field(() => String)
  value!: string;
}

@ObjectType('SystemValue', { description: "What one system is meant to show instead of the master's own value." })
export class SystemValueType {
  @Field(() => DecimalScalar, { nullable: true })
  price!: string | null;
  @Field(() => DecimalScalar, { nullable: true })
  compareAtPrice!: string | null;
}

@ObjectType('StockLevel', { description: 'On hand in one ERP: read, never owned.' })
export class StockLevelType {
  @Field(() => DecimalScalar, { description: 'Below zero where more was sold than was there.' })
  onHand!: string;
  @Field(() => DateTimeScalar, { name: 'at', description: 'When the ERP reported it.' })
  reportedAt!: Date;
}

@ObjectType('Gate', { description: 'One thing that a lifecycle state asks for.' })
export class GateType {
  @Field(() => String)
  code!: string;
  @Field(() => String, {
    nullable: true,
    description: 'What it is about, where a code has several: the key of an attribute, the code of a system or SKU.',
  })
  subject!: string | null;
  @Field(() => String, { description: 'Goes on from the SKU: "has a weight".' })
  message!: string;
  @Field(() => Boolean)
  satisfied!: boolean;
  @Field(() => Boolean, { description: 'Only what blocks keeps a SKU out of the state; the rest is a warning.' })
  blocks!: boolean;
}

@ObjectType('Sku', { implements: () => [NodeType], description: 'The sellable variant with one code.' })
export class SkuType extends NodeType {
  @Field(() => String, { description: 'The SKU code: unique for ever, immutable, compared without case.' })
  code!: string;
  @Field(() => SkuKindEnum)
  kind!: string;
  @Field(() => LifecycleStateEnum)
  state!: string;
  @Field(() => String)
  title!: string;
  @Field(() => [OptionValueType])
  optionValues!: OptionValueType[];
  @Field(() => String, { nullable: true, description: 'GTIN-8, -12, -13 or -14 with a right check digit.' })
  gtin!: string | null;
  @Field(() => DecimalScalar, { nullable: true })
  price!: string | null;
  @Field(() => DecimalScalar, { nullable: true })
  compareAtPrice!: string | null;
  @Field(() => DecimalScalar, { nullable: true })
  cost!: string | null;
  @Field(() => WeightType, { nullable: true })
  weight!: WeightType | null;
  @Field(() => String, { nullable: true, description: 'Harmonized System code, 6 to 13 digits.' })
  hsCode!: string | null;
  @Field(() => String, { nullable: true, description: 'ISO 3166-1 alpha-2.' })
  countryOfOrigin!: string | null;
  @Field(() => Boolean)
  requiresShipping!: boolean;
  @Field(() => Boolean)
  taxable!: boolean;
  @Field(() => String, { nullable: true })
  taxCode!: string | null;
  @Field(() => String, { nullable: true })
  unitOfMeasure!: string | null;
  @Field(() => [SystemValueType], { description: 'Intended differences: prices of its own in one system.' })
  systemValues!: SystemValueType[];
  @Field(() => Int)
  revision!: number;
  @Field(() => DateTimeScalar)
  createdAt!: Date;
  @Field(() => DateTimeScalar)
  updatedAt!: Date;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The instant as of which it is told; null where it is told as it is now.',
  })
  asOf?: Date | null;
}

export const SkuConnectionType = connectionType('Sku', () => SkuType);
