import { Field, Int, ObjectType } from '@nestjs/graphql';
import { connectionType } from '../connection.js';
import { NodeType } from '../node-type.js';
import { DateTimeScalar } from '../scalars/date-time.js';

@ObjectType('Product', { implements: () => [NodeType], description: 'The style that a shopper sees.' })
export class ProductType extends NodeType {
  @Field(() => String)
  handle!: string;
  @Field(() => String)
  title!: string;
  @Field(() => String, { nullable: true })
  vendor!: string | null;
  @Field(() => String, { nullable: true })
  productType!: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'Node of the Shopify Standard Product Taxonomy, e.g. gid://shopify/TaxonomyCategory/aa-1-13-8.',
  })
  category!: string | null;
  @Field(() => [String])
  tags!: string[];
  @Field(() => [String])
  optionNames!: string[];
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

export const ProductConnectionType = connectionType('Product', () => ProductType);
