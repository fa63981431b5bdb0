import { Field, Int, ObjectType } from '@nestjs/graphql';
import type { ReachedSku } from '../../domain/change/plan/reached.js';
import type { OmissionReason, SilentSystem, WriteAction } from '../../domain/change/plan/write-plan.js';
import type { Json } from '../../domain/primitives/json.js';
import type { RecordEntity } from '../../domain/publishing/system.js';
import { FieldChangeType } from '../catalog/field-change-type.js';
import { connectionType } from '../connection.js';
import { enumType } from '../enum-type.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { JsonScalar } from '../scalars/json.js';
import { UserErrorType } from '../user-errors.js';
import { ApprovalRequirementType } from './change-request-type.js';

export const WriteActionEnum = enumType<WriteAction>('WriteAction', {
  CREATE: null,
  UPDATE: null,
  PUBLISH: 'It goes on sale there.',
  UNPUBLISH: 'It goes off sale there.',
  ARCHIVE: 'It ends there; nothing is ever deleted.',
});

export const RecordEntityEnum = enumType<RecordEntity>('RecordEntity', {
  PRODUCT: 'A product, by its handle.',
  SKU: 'A SKU, by its code.',
});

export const PlanOmissionReasonEnum = enumType<OmissionReason>('PlanOmissionReason', {
  HELD: 'Somebody changed it there, and the finding is open; this request does not decide on it.',
  WAIVED: 'The difference is waived for a while.',
  IGNORED: 'The source-of-truth matrix says that an edit of the field there is ignored; it is never written over.',
  FOREIGN: 'The field is not ours to write there.',
  NOT_SHOWN: 'The system did not show the field when it was last looked at: it has no place for it, or hides it.',
  NOT_MATCHED: 'No scan has matched the record yet; it is written once one has.',
  GONE: 'The record is gone there: see its MISSING finding.',
  PRICE_MISSING: 'It has no price there, and nothing is offered for nothing.',
  COMPONENT_NOT_LISTED: 'The bundle holds what is not to be in that system.',
});

const SilenceReasonEnum = enumType<SilentSystem['reason']>('SilenceReason', {
  READ_ONLY: 'It is observed, and never written.',
  UNLINKED: 'It is written once it is linked.',
});

const ReachEnum = enumType<ReachedSku['why']>('PlanReach', {
  SIBLING: 'Its product changes, or the standing of its product in a store.',
  BUNDLE: 'Something in it changes its state or its components.',
});

@ObjectType('PlannedWrite')
export class PlannedWriteType {
  @Field(() => RecordEntityEnum)
  entity!: string;
  @Field(() => String, { description: 'SKU code or product handle.' })
  target!: string;
  @Field(() => WriteActionEnum)
  action!: string;
  @Field(() => [FieldChangeType], {
    description: "From what the system last showed to what it is to show, in that system's canonical terms.",
  })
  fields!: FieldChangeType[];
  @Field(() => [String], { description: 'Those of the fields that earlier requests owe already.' })
  owed!: string[];
  @Field(() => [String], { description: 'Codes and handles of the changes that reach this record; none: only owed.' })
  because!: string[];
  @Field(() => [String], { description: 'Codes of components that have to be there first, and are on their way.' })
  waitsFor!: string[];
}

export const PlannedWriteConnectionType = connectionType('PlannedWrite', () => PlannedWriteType);

@ObjectType('PlanOmission', { description: 'What the request changes and does not write there, and why.' })
export class PlanOmissionType {
  @Field(() => RecordEntityEnum)
  entity!: string;
  @Field(() => String)
  target!: string;
  @Field(() => String, { nullable: true, description: 'Null: the whole record.' })
  field!: string | null;
  @Field(() => PlanOmissionReasonEnum)
  reason!: string;
  @Field(() => JsonScalar, { nullable: true, description: 'What the master wants there.' })
  expected!: Json;
  @Field(() => JsonScalar, { nullable: true, description: 'What the system last showed.' })
  found!: Json;
}

@ObjectType('PlanSupersession', {
  description:
    'A difference that somebody made there and that the request writes over; its finding ends as SUPERSEDED.',
})
export class PlanSupersessionType {
  @Field(() => RecordEntityEnum)
  entity!: string;
  @Field(() => String)
  target!: string;
  @Field(() => String)
  field!: string;
  @Field(() => JsonScalar, { nullable: true })
  found!: Json;
  @Field(() => JsonScalar, { nullable: true })
  to!: Json;
}

@ObjectType('SilentSystem', {
  description: 'A system that gets nothing, though the request changes what it should show.',
})
export class SilentSystemType {
  @Field(() => SilenceReasonEnum)
  reason!: string;
  @Field(() => Int, { description: 'Records that would be written else.' })
  records!: number;
}

@ObjectType('ReachedSku')
export class ReachedSkuType {
  @Field(() => ReachEnum)
  why!: string;
  @Field(() => [String], { description: 'Codes and handles of the changes that reach it.' })
  by!: string[];
}

@ObjectType('ChangePlan', { description: 'The dry run: like a plan before an apply.' })
export class ChangePlanType {
  @Field(() => String, {
    description:
      'Over everything that an approval commits to: equal as long as the same is written. Pass it to changeRequestApprove.',
  })
  hash!: string;
  @Field(() => [UserErrorType])
  errors!: UserErrorType[];
  @Field(() => [UserErrorType])
  warnings!: UserErrorType[];
  @Field(() => [PlannedWriteType], {
    description: 'Per system, the records that would be written, and the fields in each. For long ones see writesPage.',
  })
  writes!: PlannedWriteType[];
  @Field(() => [PlanOmissionType])
  omissions!: PlanOmissionType[];
  @Field(() => [PlanSupersessionType])
  supersedes!: PlanSupersessionType[];
  @Field(() => [ApprovalRequirementType], { description: 'Approvals that policy would ask for.' })
  approvals!: unknown[];
}

@ObjectType('ChangedCommitment', {
  description: 'Something that a request would do otherwise than it was approved; null where it was, or is, not there.',
})
export class ChangedCommitmentType {
  @Field(() => String, { description: 'Code or handle of the change.' })
  because!: string;
  @Field(() => RecordEntityEnum)
  entity!: string;
  @Field(() => String)
  target!: string;
  @Field(() => String, { nullable: true, description: 'Null: the creation of the record.' })
  field!: string | null;
  @Field(() => Boolean, { description: 'It is about a difference found there that would be written over.' })
  supersedes!: boolean;
  @Field(() => JsonScalar, { nullable: true })
  was!: Json;
  @Field(() => JsonScalar, { nullable: true })
  is!: Json;
}

@ObjectType('ReplannedPart')
export class ReplannedPartType {
  @Field(() => String)
  rule!: string;
  @Field(() => [String], { description: 'Codes and handles; the first hundred.' })
  targets!: string[];
}

@ObjectType('Replan', {
  description: 'The world moved after approvals were asked for: what is otherwise, and who is asked.',
})
export class ReplanType {
  @Field(() => DateTimeScalar)
  at!: Date;
  @Field(() => String, { description: 'Of the plan from then on.' })
  hash!: string;
  @Field(() => Int)
  changedCount!: number;
}
