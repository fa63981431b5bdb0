import { Field, Int, ObjectType } from '@nestjs/graphql';
import type { ApprovalWay } from '../../application/truth/explain-field.js';
import type { Json } from '../../domain/primitives/json.js';
import type { FieldStanding } from '../../domain/truth/explanation.js';
import { ActorType } from '../actor-type.js';
import { enumType } from '../enum-type.js';
import { DriftAttributionType, ObservationSourceEnum } from '../operations/drift-finding-type.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { JsonScalar } from '../scalars/json.js';
import { FieldRuleType } from './source-of-truth-type.js';

const FieldStandingEnum = enumType<FieldStanding>('FieldStanding', {
  IN_SYNC: 'It shows what the master wants.',
  ECHO: 'It shows what a write of ours, not settled yet, was to leave behind.',
  LAG: 'It shows what was last published, and the master has moved: a delivery owes it.',
  DRIFT: 'Somebody else has changed it there.',
  NEVER_AGREED: 'It differs, and nothing was ever published there, so that nobody can say who moved.',
  NOT_COVERED: 'It could not be read there, or has not been looked at yet.',
  NO_PLACE: 'The system has no place for it.',
  NOT_GOVERNED: 'The matrix says that nobody governs it.',
  NOT_THERE: 'The system has no record of it.',
  NOT_DECIDED:
    'The master wants nothing of it there: not in this state, not in the currency of the system, or nobody has decided yet.',
});

const ApprovalWayEnum = enumType<ApprovalWay>('ApprovalWay', {
  DECISION: 'Somebody who was asked approved the change request.',
  POLICY: 'A version of the source-of-truth matrix approved it: an owner said so, or a rule is AUTO_ADOPT.',
  FORCE: 'An ADMIN applied the change request without the approvals that it lacked.',
  BASELINE: 'It came with a baseline import, which an ADMIN answers for.',
});

@ObjectType('FieldApproval', { description: 'Who said yes to a value.' })
export class FieldApprovalType {
  @Field(() => ApprovalWayEnum)
  way!: ApprovalWay;
  @Field(() => ActorType)
  actor!: ActorType;
  @Field(() => DateTimeScalar)
  at!: Date;
  @Field(() => String, { nullable: true })
  comment!: string | null;
}

@ObjectType('FieldObservation', { description: 'What a system showed, and a change request took into the master.' })
export class FieldObservationType {
  @Field(() => ObservationSourceEnum)
  source!: string;
  @Field(() => JsonScalar, { nullable: true })
  found!: Json;
  @Field(() => DateTimeScalar, { description: 'When it was seen there.' })
  at!: Date;
  @Field(() => DriftAttributionType, { nullable: true, description: 'Who wrote it there, as far as the system tells.' })
  attribution!: DriftAttributionType | null;
}

@ObjectType('FieldInSystem', { description: 'One field as one system holds it. Speaks of the present.' })
export class FieldInSystemType {
  @Field(() => FieldStandingEnum)
  standing!: FieldStanding;
  @Field(() => JsonScalar, {
    nullable: true,
    description: "What the master wants it to show, in the system's terms: weights in grams, prices of its own.",
  })
  wanted!: Json;
  @Field(() => JsonScalar, { nullable: true, description: 'What counts as published there.' })
  published!: Json;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When the delivery that brought it was verified there. Null: none of ours did; it was found there as it is.',
  })
  publishedAt!: Date | null;
  @Field(() => JsonScalar, { nullable: true, description: 'What it showed when it was last looked at.' })
  observed!: Json;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was last looked at.' })
  comparedAt!: Date | null;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was last seen showing what the master wants. Null where it shows something else now.',
  })
  lastSeenAt!: Date | null;
}

@ObjectType('FieldExplanation', { description: 'Why one field of a SKU, or of its product, is as it is.' })
export class FieldExplanationType {
  @Field(() => String)
  field!: string;
  @Field(() => JsonScalar, { nullable: true, description: 'As the master has it.' })
  value!: Json;
  @Field(() => FieldRuleType, {
    nullable: true,
    description: 'The rule of the matrix that says who owns it; perhaps the one of its family, such as attributes.*.',
  })
  rule!: FieldRuleType | null;
  @Field(() => Int, { description: 'Version of the matrix that the rule is in: the one in force now.' })
  policyVersion!: number;
  @Field(() => Int, { description: 'The revision of the SKU, or of its product, that brought the value.' })
  revision!: number;
  @Field(() => ActorType, { description: 'Who brought it.' })
  actor!: ActorType;
  @Field(() => DateTimeScalar, { description: 'When it came into the master.' })
  at!: Date;
  @Field(() => String, { nullable: true })
  reason!: string | null;
  @Field(() => [FieldApprovalType], { description: 'Oldest first; none where policy asks for nobody.' })
  approvals!: FieldApprovalType[];
}
