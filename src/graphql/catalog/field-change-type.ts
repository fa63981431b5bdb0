import { Field, ObjectType } from '@nestjs/graphql';
import type { Json } from '../../domain/primitives/json.js';
import { JsonScalar } from '../scalars/json.js';

@ObjectType('FieldChange', { description: 'One field before and after; null stands for "not set".' })
export class FieldChangeType {
  @Field(() => String)
  field!: string;
  @Field(() => JsonScalar, { nullable: true })
  from!: Json;
  @Field(() => JsonScalar, { nullable: true })
  to!: Json;
}

@ObjectType('AttributeValue', { description: "An attribute of the catalogue's own (material, season, …)." })
export class AttributeValueType {
  @Field(() => String)
  key!: string;
  @Field(() => JsonScalar)
  value!: Json;
}

/** Attributes in the order of their keys. A cleared one is no attribute, so that `value` is never null. */
export function attributesOf(attributes: Record<string, Json>): { key: string; value: Json }[] {
  return Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => ({ key, value }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
}
