import { Field, InputType, Int } from '@nestjs/graphql';
import { UnprocessableEntityException } from '@nestjs/common';
import type { ChangeDraft, ChangeRequestDraft } from '../../application/change/change-draft.js';
import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import type { ProductFieldsDraft } from '../../domain/catalog/read-product-fields.js';
import type { SkuKind } from '../../domain/catalog/sku.js';
import { LifecycleStateEnum, SkuKindEnum } from '../catalog/catalog-enums.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { AttributeInput, attributesInput, SkuFieldsInput, skuFieldsOf } from './sku-fields-input.js';

@InputType({ isAbstract: true })
abstract class ProductFieldsInput {
  @Field(() => String, { nullable: true })
  vendor?: string | null;
  @Field(() => String, { nullable: true })
  productType?: string | null;
  @Field(() => String, { nullable: true })
  category?: string | null;
  @Field(() => [String], { nullable: true })
  tags?: string[] | null;
  @Field(() => [AttributeInput], { nullable: true })
  attributes?: AttributeInput[] | null;
}

@InputType('ProductCreateInput')
export class ProductCreateInput extends ProductFieldsInput {
  @Field(() => String)
  handle!: string;
  @Field(() => String)
  title!: string;
  @Field(() => [String], { nullable: true })
  optionNames?: string[] | null;
}

@InputType('ProductUpdateInput', { description: 'A field that is left out stays; a field that is null is cleared.' })
export class ProductUpdateInput extends ProductFieldsInput {
  @Field(() => String)
  handle!: string;
  @Field(() => Int, { nullable: true })
  baseRevision?: number | null;
  @Field(() => String, { nullable: true })
  title?: string | null;
}

@InputType('BundleComponentInput')
export class BundleComponentInput {
  @Field(() => String, { description: 'A SKU code.' })
  sku!: string;
  @Field(() => Int, { description: '1 to 2,000.' })
  quantity!: number;
}

@InputType('BundleSetInput')
export class BundleSetInput {
  @Field(() => String)
  code!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'The revision the author looked at; the present one if left out.',
  })
  baseRevision?: number | null;
  @Field(() => [BundleComponentInput], { description: 'All that is in it; a lone SKU at least twice.' })
  components!: BundleComponentInput[];
  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When it takes effect; at once if left out. Until then the version may be replaced by one for the same moment.',
  })
  effectiveFrom?: Date | null;
}

@InputType('SkuCreateInput')
export class SkuCreateInput {
  @Field(() => String)
  code!: string;
  @Field(() => SkuKindEnum, { nullable: true, defaultValue: 'SIMPLE', description: 'It never changes.' })
  kind?: SkuKind | null;
  @Field(() => String, { description: 'Handle of its product.' })
  product!: string;
  @Field(() => SkuFieldsInput)
  fields!: SkuFieldsInput;
  @Field(() => [BundleComponentInput], { nullable: true, description: 'What is in it, where it is a bundle.' })
  bundle?: BundleComponentInput[] | null;
}

@InputType('SkuUpdateInput')
export class SkuUpdateInput {
  @Field(() => String)
  code!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'The revision the author looked at; the present one if left out.',
  })
  baseRevision?: number | null;
  @Field(() => SkuFieldsInput)
  fields!: SkuFieldsInput;
}

@InputType('SkuTransitionInput')
export class SkuTransitionInput {
  @Field(() => String)
  code!: string;
  @Field(() => LifecycleStateEnum)
  to!: LifecycleState;
  @Field(() => String, { nullable: true })
  successor?: string | null;
}

@InputType('ChangeInput', { isOneOf: true, description: 'Exactly one of these.' })
export class ChangeInput {
  @Field(() => ProductCreateInput, { nullable: true })
  productCreate?: ProductCreateInput;
  @Field(() => ProductUpdateInput, { nullable: true })
  productUpdate?: ProductUpdateInput;
  @Field(() => SkuCreateInput, { nullable: true })
  skuCreate?: SkuCreateInput;
  @Field(() => SkuUpdateInput, { nullable: true })
  skuUpdate?: SkuUpdateInput;
  @Field(() => SkuTransitionInput, { nullable: true })
  skuTransition?: SkuTransitionInput;
  @Field(() => BundleSetInput, { nullable: true })
  bundleSet?: BundleSetInput;
}

@InputType('ChangeRequestInput')
export class ChangeRequestInput {
  @Field(() => String)
  title!: string;
  @Field(() => String, { nullable: true })
  reason?: string | null;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it is to be applied, once approved; at once if left out.',
  })
  effectiveAt?: Date | null;
  @Field(() => [ChangeInput], { description: 'At most 10,000; all are applied, or none.' })
  changes!: ChangeInput[];
  @Field(() => String, {
    nullable: true,
    description: 'Sent again with the same key by the same caller, a request is answered, not repeated.',
  })
  idempotencyKey?: string | null;
}

/** The request in the words of the verbs. */
export function requestDraftOf(input: ChangeRequestInput): ChangeRequestDraft {
  const { title, reason, effectiveAt, idempotencyKey, changes } = input;
  return {
    title,
    reason: reason ?? null,
    effectiveAt: effectiveAt ?? null,
    idempotencyKey: idempotencyKey ?? null,
    changes: changes.map(changeDraftOf),
  };
}

/** The change in the words of the verb. GraphQL has seen to it that there is exactly one. */
export function changeDraftOf(input: ChangeInput): ChangeDraft {
  const { productCreate, productUpdate, skuCreate, skuUpdate, skuTransition, bundleSet } = input;
  if (productCreate) {
    const { handle, ...fields } = productCreate;
    return { kind: 'productCreate', input: { handle, fields: productFieldsOf(fields) } };
  }
  if (productUpdate) {
    const { handle, baseRevision, ...fields } = productUpdate;
    return {
      kind: 'productUpdate',
      input: { handle, baseRevision: baseRevision ?? null, fields: productFieldsOf(fields) },
    };
  }
  if (skuCreate) {
    const { code, kind, product, fields, bundle } = skuCreate;
    return { kind: 'skuCreate', input: { code, kind, product, fields: skuFieldsOf(fields), bundle } };
  }
  if (skuUpdate) {
    const { code, baseRevision, fields } = skuUpdate;
    return { kind: 'skuUpdate', input: { code, baseRevision: baseRevision ?? null, fields: skuFieldsOf(fields) } };
  }
  if (skuTransition) {
    const { code, to, successor } = skuTransition;
    return { kind: 'skuTransition', input: { code, to, successor } };
  }
  if (bundleSet) return { kind: 'bundleSet', input: bundleSet };
  throw new UnprocessableEntityException('A change names exactly one operation.');
}

function productFieldsOf(
  input: ProductFieldsInput & Pick<ProductFieldsDraft, 'title' | 'optionNames'>,
): ProductFieldsDraft {
  const { attributes, ...plain } = input;
  return attributes === undefined ? plain : { ...plain, attributes: attributesInput(attributes) };
}
