import { Field, InputType } from '@nestjs/graphql';
import type { SkuFieldsDraft } from '../../domain/catalog/read-sku-fields.js';
import type { Json } from '../../domain/primitives/json.js';
import { WeightUnitEnum } from '../catalog/catalog-enums.js';
import { DecimalScalar } from '../scalars/decimal.js';
import { JsonScalar } from '../scalars/json.js';

// Sizes and forms of these values are the domain's to judge: it answers every problem at once, each with its path.

@InputType('WeightInput')
export class WeightInput {
  @Field(() => DecimalScalar)
  value!: string;
  @Field(() => WeightUnitEnum)
  unit!: string;
}

@InputType('OptionValueInput')
export class OptionValueInput {
  @Field(() => String)
  name!: string;
  @Field(() => String)
  value!: string;
}

@InputType('AttributeInput')
export class AttributeInput {
  @Field(() => String)
  key!: string;
  @Field(() => JsonScalar, { nullable: true })
  value?: Json;
}

@InputType('SystemValueInput')
export class SystemValueInput {
  @Field(() => String)
  system!: string;
  @Field(() => DecimalScalar, { nullable: true })
  price?: string | null;
  @Field(() => DecimalScalar, { nullable: true })
  compareAtPrice?: string | null;
}

@InputType('SkuFieldsInput', { description: 'A field that is left out stays; a field that is null is cleared.' })
export class SkuFieldsInput {
  @Field(() => String, { nullable: true })
  title?: string | null;
  @Field(() => [OptionValueInput], { nullable: true })
  optionValues?: OptionValueInput[] | null;
  @Field(() => String, { nullable: true })
  gtin?: string | null;
  @Field(() => DecimalScalar, { nullable: true })
  price?: string | null;
  @Field(() => DecimalScalar, { nullable: true })
  compareAtPrice?: string | null;
  @Field(() => DecimalScalar, { nullable: true })
  cost?: string | null;
  @Field(() => WeightInput, { nullable: true })
  weight?: WeightInput | null;
  @Field(() => String, { nullable: true })
  hsCode?: string | null;
  @Field(() => String, { nullable: true })
  countryOfOrigin?: string | null;
  @Field(() => Boolean, { nullable: true })
  requiresShipping?: boolean | null;
  @Field(() => Boolean, { nullable: true })
  taxable?: boolean | null;
  @Field(() => String, { nullable: true })
  taxCode?: string | null;
  @Field(() => String, { nullable: true })
  unitOfMeasure?: string | null;
  @Field(() => [AttributeInput], { nullable: true })
  attributes?: AttributeInput[] | null;
  @Field(() => String, { nullable: true })
  successor?: string | null;
  @Field(() => [String], {
    nullable: true,
    description: 'Codes of systems; all systems in WRITE mode if left out at creation.',
  })
  listedIn?: string[] | null;
  @Field(() => [SystemValueInput], { nullable: true })
  systemValues?: SystemValueInput[] | null;
}

/** Keys that the caller left out stay left out: "leave it" and "clear it" are different wishes. */
export function skuFieldsOf(input: SkuFieldsInput): SkuFieldsDraft {
  const { attributes, systemValues, ...plain } = input;
  const draft: SkuFieldsDraft = plain;
  if (attributes !== undefined) draft.attributes = attributesInput(attributes);
  if (systemValues !== undefined) {
    draft.systemValues =
      systemValues?.map((each) => ({
        system: each.system,
        price: each.price ?? null,
        compareAtPrice: each.compareAtPrice ?? null,
      })) ?? null;
  }
  return draft;
}

/** An attribute without a value is one to be cleared. */
export function attributesInput(attributes: AttributeInput[] | null): { key: string; value: Json }[] | null {
  return attributes?.map(({ key, value }) => ({ key, value: value ?? null })) ?? null;
}
