import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { SkuType } from '../catalog/sku-type.js';
import { AttributeInput, OptionValueInput } from '../change/sku-fields-input.js';
import { PageInfoType } from '../connection.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { UserErrorType } from '../user-errors.js';

@InputType('NamingSegmentInput', { description: "The text of a segment whose content is the author's choice." })
export class NamingSegmentInput {
  @Field(() => String)
  name!: string;
  @Field(() => String)
  value!: string;
}

@InputType('NamingProductInput', { description: 'What policies look at in a product that is not there yet.' })
export class NamingProductInput {
  @Field(() => String)
  title!: string;
  @Field(() => String, { nullable: true })
  vendor?: string | null;
  @Field(() => String, { nullable: true })
  productType?: string | null;
  @Field(() => [AttributeInput], { nullable: true })
  attributes?: AttributeInput[] | null;
}

@InputType('SkuCodeProposeInput')
export class SkuCodeProposeInput {
  @Field(() => String, { description: 'Handle of the product that the SKU is for.' })
  product!: string;
  @Field(() => NamingProductInput, { nullable: true, description: 'The product, where it is not there yet.' })
  newProduct?: NamingProductInput | null;
  @Field(() => [OptionValueInput], { nullable: true })
  optionValues?: OptionValueInput[] | null;
  @Field(() => String, { nullable: true, description: 'Title of the SKU, where the policy looks at it.' })
  title?: string | null;
  @Field(() => [AttributeInput], {
    nullable: true,
    description: 'Attributes of the SKU, where the policy looks at them.',
  })
  attributes?: AttributeInput[] | null;
  @Field(() => [NamingSegmentInput], { nullable: true })
  segments?: NamingSegmentInput[] | null;
  @Field(() => Int, {
    nullable: true,
    defaultValue: 1,
    description: 'From 1 to 100; more than 1 needs a running number.',
  })
  count?: number | null;
  @Field(() => String, { nullable: true, description: 'Name of a policy other than the one that reaches the product.' })
  policy?: string | null;
}

@ObjectType('SkuCodeProposePayload')
export class SkuCodeProposePayloadType {
  @Field(() => [String], { description: 'Free codes that fit the policy, in the order of their numbers.' })
  codes!: string[];
  @Field(() => String, { nullable: true, description: 'The policy that made them.' })
  policy!: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Until then nobody else can use them.' })
  reservedUntil!: Date | null;
  @Field(() => [UserErrorType])
  userErrors!: UserErrorType[];
}

@ObjectType('NamingViolation', { description: 'A SKU code that does not fit the naming policy of its product.' })
export class NamingViolationType {
  @Field(() => String)
  code!: string;
  @Field(() => String)
  policy!: string;
  @Field(() => String, { description: 'What the policy wants instead.' })
  why!: string;
  @Field(() => SkuType)
  sku!: unknown;
}

@ObjectType('NamingViolationEdge')
export class NamingViolationEdgeType {
  @Field(() => String)
  cursor!: string;
  @Field(() => NamingViolationType)
  node!: unknown;
}

@ObjectType('NamingViolationConnection', {
  description:
    'A page looks at a bounded number of codes: it may hold fewer than asked for, or none, and have a next page.',
})
export class NamingViolationConnectionType {
  @Field(() => [NamingViolationEdgeType])
  edges!: unknown[];
  @Field(() => [NamingViolationType])
  nodes!: unknown[];
  @Field(() => PageInfoType)
  pageInfo!: PageInfoType;
}
