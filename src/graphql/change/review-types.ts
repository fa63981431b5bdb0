import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import type { ValidationPhase } from '../../application/ports/request-validations.js';
import { ActorType } from '../actor-type.js';
import { enumType } from '../enum-type.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { UserErrorType } from '../user-errors.js';
import { ChangeRequestType } from './change-request-type.js';

@ObjectType('Comment')
export class CommentType {
  @Field(() => ActorType)
  actor!: ActorType;
  @Field(() => String)
  body!: string;
  @Field(() => DateTimeScalar)
  at!: Date;
}

@ObjectType('SkippedWait', { description: 'What a request that was applied by force would have waited for.' })
export class SkippedWaitType {
  @Field(() => Int, { description: 'Approvals that were asked for and not given.' })
  approvals!: number;
  @Field(() => String, { nullable: true, description: 'The freeze window that was on over it.' })
  freeze!: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was to be applied, where that had not come.' })
  effectiveAt!: string | null;
}

@ObjectType('ForcedApply', { description: 'Who applied a request by force, when, and why.' })
export class ForcedApplyType {
  @Field(() => SkippedWaitType, { nullable: true, description: 'What was skipped; null where that was not kept yet.' })
  skipped?: SkippedWaitType | null;

  @Field(() => ActorType)
  actor!: ActorType;
  @Field(() => String)
  reason!: string;
  @Field(() => DateTimeScalar)
  at!: string;
}

const ValidationPhaseEnum = enumType<ValidationPhase>('ValidationPhase', {
  WAITING: 'Nobody is at it yet, or whoever was has died.',
  CHECKING: 'Its changes are checked, one by one and together.',
  PLANNING: 'What it would write to every system is worked out.',
  DONE: null,
  STOPPED: 'The request was withdrawn before it was done.',
});

@ObjectType('RequestProgress', { description: 'How far the checking and planning of a large request is.' })
export class RequestProgressType {
  @Field(() => ValidationPhaseEnum)
  phase!: string;
  @Field(() => Int, { description: 'Of `total`; told once a second.' })
  done!: number;
  @Field(() => Int, { description: 'Twice the changes: each is checked, and then planned.' })
  total!: number;
  @Field(() => Int, { description: 'How often it was begun: more than once where a process died on the way.' })
  attempts!: number;
  @Field(() => DateTimeScalar)
  askedAt!: Date;
  @Field(() => DateTimeScalar, { nullable: true })
  finishedAt!: Date | null;
}

@ObjectType('ChangeRevertPayload')
export class ChangeRevertPayloadType {
  @Field(() => ChangeRequestType, { nullable: true, description: 'The new request that takes the applied one back.' })
  changeRequest!: unknown;
  @Field(() => [UserErrorType], {
    description:
      'What stays as it is: what was created (CANNOT_BE_UNDONE), what has no way back (TRANSITION_NOT_ALLOWED), what somebody changed since (STALE_BASE, with who).',
  })
  left!: UserErrorType[];
  @Field(() => [UserErrorType])
  userErrors!: UserErrorType[];
  @Field(() => [UserErrorType], { description: 'What was accepted, but should be looked at again.' })
  warnings!: UserErrorType[];
}

@ObjectType('FreezeWindow', {
  description:
    'A time in which nothing is applied that would reach certain systems: what is approved waits for the end.',
})
export class FreezeWindowType {
  @Field(() => String)
  name!: string;
  @Field(() => DateTimeScalar)
  from!: string;
  @Field(() => DateTimeScalar, { description: 'It is on until just before.' })
  to!: string;
  @Field(() => [String], { nullable: true, description: 'Codes of systems; null: whatever would be applied.' })
  systems!: string[] | null;
  @Field(() => String)
  reason!: string;
  @Field(() => Boolean, { description: 'Is it on now?' })
  on!: boolean;
  @Field(() => Int, { description: 'Approved requests that wait for its end.' })
  held!: number;
}

@ObjectType('FreezeWindowPayload')
export class FreezeWindowPayloadType {
  @Field(() => FreezeWindowType, { nullable: true, description: 'Null where it went before it began.' })
  window!: FreezeWindowType | null;
  @Field(() => [UserErrorType])
  userErrors!: UserErrorType[];
}

@InputType('FreezeWindowInput')
export class FreezeWindowInput {
  @Field(() => String, { description: 'What people call it; a window of this name is replaced.' })
  name!: string;
  @Field(() => DateTimeScalar)
  from!: Date;
  @Field(() => DateTimeScalar)
  to!: Date;
  @Field(() => [String], { nullable: true, description: 'Codes of systems; left out: whatever would be applied.' })
  systems?: string[] | null;
  @Field(() => String)
  reason!: string;
}
