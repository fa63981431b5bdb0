import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { MaxLength } from 'class-validator';
import type { DriftAction, Severity } from '../../domain/drift/source-of-truth.js';
import { ActorType } from '../actor-type.js';
import { enumType } from '../enum-type.js';
import { SeverityEnum } from '../operations/drift-finding-type.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { DecimalScalar } from '../scalars/decimal.js';
import { UserErrorType } from '../user-errors.js';

const DriftActionEnum = enumType<DriftAction>('DriftAction', {
  FLAG: 'Record a finding and wait for a person.',
  AUTO_REVERT: 'Record it, and push the canonical value again.',
  AUTO_ADOPT: 'Record it, and take the observed value into the master.',
  IGNORE: null,
});

@ObjectType('FieldRule', { description: 'Which system owns a field, and what happens when another one writes it.' })
export class FieldRuleType {
  @Field(() => String, { description: 'price, title, bundle.components, attributes.material, …' })
  field!: string;
  @Field(() => String, { description: "MASTER, a system's code, or NONE: not governed." })
  owner!: string;
  @Field(() => DriftActionEnum)
  onDrift!: DriftAction;
  @Field(() => SeverityEnum)
  severity!: Severity;
  @Field(() => DecimalScalar, {
    nullable: true,
    description: 'Absolute difference of a number that still counts as equal.',
  })
  tolerance!: string | null;
}

@ObjectType('SignOff')
export class SignOffType {
  @Field(() => ActorType)
  actor!: ActorType;
  @Field(() => DateTimeScalar)
  at!: Date;
  @Field(() => String, { nullable: true })
  comment!: string | null;
}

@ObjectType('SourceOfTruthPolicy', { description: 'The source-of-truth matrix: a signed, versioned document.' })
export class SourceOfTruthPolicyType {
  @Field(() => Int, { description: '0: nobody has set one, the defaults are in force.' })
  version!: number;
  @Field(() => DateTimeScalar)
  effectiveFrom!: Date;
  @Field(() => ActorType, { nullable: true, description: 'Who set it; null of version 0.' })
  setBy!: ActorType | null;
  @Field(() => String, { nullable: true })
  reason!: string | null;
  @Field(() => [FieldRuleType])
  rules!: readonly FieldRuleType[];
  @Field(() => [SignOffType], { description: 'Oldest first.' })
  signOffs!: readonly SignOffType[];
  @Field(() => Boolean, { description: 'Somebody who did not set it has signed it.' })
  signed!: boolean;
  @Field(() => Boolean, { description: 'While it is so, or unsigned, AUTO_REVERT and AUTO_ADOPT act as FLAG.' })
  overdue!: boolean;
  @Field(() => DateTimeScalar, { description: 'Reviews are due every quarter.' })
  nextReviewDue!: Date;
  @Field(() => String, { description: 'The document as people read it.' })
  markdown!: string;
}

@ObjectType('SourceOfTruthPayload')
export class SourceOfTruthPayloadType {
  @Field(() => SourceOfTruthPolicyType, { nullable: true })
  policy!: SourceOfTruthPolicyType | null;
  @Field(() => [UserErrorType])
  userErrors!: UserErrorType[];
}

@InputType('FieldRuleInput')
export class FieldRuleInput {
  @Field(() => String)
  @MaxLength(100)
  field!: string;
  @Field(() => String)
  @MaxLength(64)
  owner!: string;
  @Field(() => DriftActionEnum)
  onDrift!: DriftAction;
  @Field(() => SeverityEnum)
  severity!: Severity;
  @Field(() => DecimalScalar, { nullable: true })
  tolerance?: string | null;
}
