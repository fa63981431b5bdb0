import { Field, Int, ObjectType } from '@nestjs/graphql';
import type { Json } from '../../domain/primitives/json.js';
import { ActorType } from '../actor-type.js';
import { connectionType } from '../connection.js';
import { NodeType } from '../node-type.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { JsonScalar } from '../scalars/json.js';
import { FieldChangeType } from './field-change-type.js';

@ObjectType({ isAbstract: true })
abstract class RevisionFields extends NodeType {
  @Field(() => Int)
  revision!: number;
  @Field(() => DateTimeScalar, { description: 'To the microsecond: as `asOf` it answers just this revision.' })
  appliedAt!: Date;
  @Field(() => ActorType)
  actor!: ActorType;
  @Field(() => String, { nullable: true })
  reason!: string | null;
  @Field(() => [FieldChangeType])
  changes!: FieldChangeType[];
}

@ObjectType('SkuRevision', {
  implements: () => [NodeType],
  description: 'One applied change of one SKU: immutable.',
})
export class SkuRevisionType extends RevisionFields {
  @Field(() => JsonScalar, { description: 'The whole SKU as it stood after this revision.' })
  snapshot!: Json;
}

@ObjectType('ProductRevision', {
  implements: () => [NodeType],
  description: 'One applied change of one product: immutable.',
})
export class ProductRevisionType extends RevisionFields {
  @Field(() => JsonScalar, { description: 'The whole product as it stood after this revision.' })
  snapshot!: Json;
}

export const SkuRevisionConnectionType = connectionType('SkuRevision', () => SkuRevisionType);
export const ProductRevisionConnectionType = connectionType('ProductRevision', () => ProductRevisionType);
