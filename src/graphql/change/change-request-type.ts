import { Field, Int, ObjectType } from '@nestjs/graphql';
import type { Fallback } from '../../domain/change/approval.js';
import type { Capacity } from '../../domain/change/capacity.js';
import type { ChangeOperation, ChangeRequestState } from '../../domain/change/change.js';
import type { Json } from '../../domain/primitives/json.js';
import { ActorType } from '../actor-type.js';
import { FieldChangeType } from '../catalog/field-change-type.js';
import { connectionType } from '../connection.js';
import { enumType } from '../enum-type.js';
import { NodeType } from '../node-type.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { JsonScalar } from '../scalars/json.js';
import { UserErrorType } from '../user-errors.js';

export const ChangeRequestStateEnum = enumType<ChangeRequestState>('ChangeRequestState', {
  DRAFT: null,
  VALIDATING: 'More than 500 changes: checked and planned as a job, then IN_REVIEW, or DRAFT again with problems.',
  IN_REVIEW: 'Submitted and valid; waits for approvals.',
  SCHEDULED: 'Approved, waits for its effective time, or for the end of a freeze window.',
  APPLIED: 'In the canonical master, and queued to every system.',
  REJECTED: null,
  WITHDRAWN: null,
  CONFLICTED: 'Something it touches was changed meanwhile in the same field; needs changeRequestRebase.',
});

const ChangeOperationEnum = enumType<ChangeOperation>('ChangeOperation', {
  PRODUCT_CREATE: null,
  PRODUCT_UPDATE: null,
  SKU_CREATE: null,
  SKU_UPDATE: null,
  SKU_TRANSITION: null,
  BUNDLE_SET: null,
});

const DecisionKindEnum = enumType<'APPROVE' | 'REJECT'>('DecisionKind', { APPROVE: null, REJECT: null });

@ObjectType('Change')
export class ChangeType {
  @Field(() => ChangeOperationEnum)
  operation!: string;
  @Field(() => String, { description: 'SKU code or product handle.' })
  target!: string;
  @Field(() => Int, { nullable: true })
  baseRevision!: number | null;
  @Field(() => [FieldChangeType])
  fields!: FieldChangeType[];
}

const ApprovalFallbackEnum = enumType<Fallback>('ApprovalFallback', {
  APPROVERS: 'Everybody with the role APPROVER.',
  ADMINS: 'Everybody with the role ADMIN, since there are too few with the role APPROVER.',
});

const CapacityEnum = enumType<Capacity>('Capacity', {
  PARTY: 'The party that the rule names.',
  MEMBER: 'Somebody of the team that the rule names.',
  DELEGATE: 'Its delegate.',
  APPROVER: 'With the role APPROVER, since who is named could not give all that is asked.',
  ADMIN: 'With the role ADMIN, since nobody else could.',
});

@ObjectType('ApprovalRequirement')
export class ApprovalRequirementType {
  @Field(() => String, { description: 'Which rule asks.' })
  rule!: string;
  @Field(() => String, {
    nullable: true,
    description: 'Why the rule asks, and why somebody else than the named party is asked.',
  })
  why!: string | null;
  @Field(() => ApprovalFallbackEnum, {
    nullable: true,
    description: 'Who is asked besides whom the rule names; null: nobody.',
  })
  fell?: string | null;
  @Field(() => Int)
  count!: number;
  @Field(() => Int)
  given!: number;
  @Field(() => Boolean)
  satisfied!: boolean;
}

@ObjectType('Decision')
export class DecisionType {
  @Field(() => ActorType)
  actor!: ActorType;
  @Field(() => DecisionKindEnum)
  kind!: string;
  @Field(() => String, { nullable: true })
  comment!: string | null;
  @Field(() => DateTimeScalar)
  at!: Date;
}

@ObjectType('GivenApproval', { description: 'Who really gave an approval, and in what right.' })
export class GivenApprovalType {
  @Field(() => CapacityEnum, {
    nullable: true,
    description: 'Null: it was given before this was kept, or to what policy has asked since.',
  })
  as!: string | null;
  @Field(() => DateTimeScalar)
  at!: Date;
}

@ObjectType('DecidedAs', { description: 'For whom, and in what right, somebody decided on what one rule asks.' })
export class DecidedAsType {
  @Field(() => String)
  rule!: string;
  @Field(() => CapacityEnum)
  as!: string;
}

@ObjectType('FieldConflict', { description: 'Two people changed one field: all four facts.' })
export class FieldConflictType {
  @Field(() => String)
  target!: string;
  @Field(() => String)
  field!: string;
  @Field(() => JsonScalar, { nullable: true })
  base!: Json;
  @Field(() => JsonScalar, { nullable: true })
  current!: Json;
  @Field(() => JsonScalar, { nullable: true })
  proposed!: Json;
}

@ObjectType('ChangeRequest', {
  implements: () => [NodeType],
  description: 'Proposed changes to many SKUs, applied all together or not at all.',
})
export class ChangeRequestType extends NodeType {
  @Field(() => String, { description: 'Short and sayable: CR-1042.' })
  number!: string;
  @Field(() => String)
  title!: string;
  @Field(() => String, { nullable: true })
  reason!: string | null;
  @Field(() => ChangeRequestStateEnum)
  state!: string;
  @Field(() => ActorType)
  author!: ActorType;
  @Field(() => [FieldConflictType])
  conflicts!: FieldConflictType[];
  @Field(() => [UserErrorType], { description: 'What validation found wrong.' })
  problems!: UserErrorType[];
  @Field(() => [UserErrorType], {
    description: 'What keeps nothing back, but whoever writes and whoever approves should see.',
  })
  warnings!: UserErrorType[];
  @Field(() => DateTimeScalar)
  createdAt!: Date;
  @Field(() => DateTimeScalar, { nullable: true })
  submittedAt!: Date | null;
  @Field(() => DateTimeScalar, { nullable: true })
  appliedAt!: Date | null;
}

export const ChangeConnectionType = connectionType('Change', () => ChangeType);
export const ChangeRequestConnectionType = connectionType('ChangeRequest', () => ChangeRequestType);
