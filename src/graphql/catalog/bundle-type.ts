import { Field, Int, ObjectType } from '@nestjs/graphql';
import type { AllocationMethod } from '../../domain/bundle/allocate.js';
import { enumType } from '../enum-type.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { DecimalScalar } from '../scalars/decimal.js';
import { WeightType } from './sku-type.js';

@ObjectType('BundleComponent', { description: 'A SKU in a bundle, and how many of it.' })
export class BundleComponentType {
  @Field(() => Int)
  quantity!: number;
  @Field(() => Int, { description: 'From 1, in the order in which people listed them.' })
  position!: number;
}

@ObjectType('BundleRollup', {
  description: 'Figures derived from the exploded components, exactly; null where a component lacks the figure.',
})
export class BundleRollupType {
  @Field(() => DecimalScalar, { nullable: true })
  cost!: string | null;
  @Field(() => WeightType, {
    nullable: true,
    description: 'In the unit that all components share, else in grams, to the microgram.',
  })
  weight!: WeightType | null;
  @Field(() => DecimalScalar, { nullable: true, description: 'What the components cost a buyer one by one.' })
  componentPriceTotal!: string | null;
  @Field(() => DecimalScalar, {
    nullable: true,
    description: "What a buyer saves against that by the bundle's own price; below zero where the bundle is dearer.",
  })
  savings!: string | null;
  @Field(() => Int, {
    nullable: true,
    description:
      "Units that could be built from the components' stock as the ERP last reported it. Null as of the past: stock is read, not kept.",
  })
  buildable!: number | null;
}

const AllocationMethodEnum = enumType<AllocationMethod>('AllocationMethod', {
  PRICE_SHARE: 'By what the components cost a buyer one by one.',
  COST_SHARE: 'By what the components cost the house.',
  FIXED: 'As somebody fixed it, SKU by SKU.',
});

@ObjectType('AllocatedComponent', { description: "What one component has of a bundle's price." })
export class AllocatedComponentType {
  @Field(() => Int)
  quantity!: number;
  @Field(() => DecimalScalar, { description: 'For all of its units together.' })
  amount!: string;
}

@ObjectType('PriceAllocation', {
  description:
    "How a bundle's price is spread over what is in it, bundles inside it taken apart. The amounts add up to the price exactly.",
})
export class PriceAllocationType {
  @Field(() => AllocationMethodEnum)
  method!: AllocationMethod;
  @Field(() => [AllocatedComponentType], { nullable: true, description: 'Null where the price cannot be spread.' })
  components!: AllocatedComponentType[] | null;
  @Field(() => String, { nullable: true, description: 'Why it cannot be spread.' })
  reason!: string | null;
}

@ObjectType('BundleComposition', { description: 'What a bundle is made of, from one moment to another.' })
export class BundleCompositionType {
  @Field(() => Int, {
    description: 'The first composition is 1. One still to come may be renumbered until it is in force.',
  })
  version!: number;
  @Field(() => DateTimeScalar)
  effectiveFrom!: Date;
  @Field(() => DateTimeScalar, { nullable: true })
  effectiveTo!: Date | null;
}
