import { Field, Float, Int, ObjectType } from '@nestjs/graphql';
import type { CanaryState } from '../../domain/publishing/canary.js';
import { ActorType } from '../actor-type.js';
import { enumType } from '../enum-type.js';
import { NodeType } from '../node-type.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { UserErrorType } from '../user-errors.js';

const CanaryStateEnum = enumType<CanaryState>('CanaryState', {
  FIRST: 'A few records are under way; the rest waits for them.',
  REST: 'The first have arrived; the rest is under way.',
  STOPPED: 'Too many died; the rest waits for an operator.',
  CONTINUED: 'An operator let the rest go, whatever becomes of it.',
  GIVEN_UP: 'An operator discarded the rest.',
  FINISHED: null,
});

@ObjectType('Canary', {
  implements: () => [NodeType],
  description: 'How far a large request has come in one system: it goes to a few records first.',
})
export class CanaryType extends NodeType {
  @Field(() => CanaryStateEnum)
  state!: string;
  @Field(() => Int, { description: 'Records that the request touches in the system.' })
  records!: number;
  @Field(() => Int)
  firstRecords!: number;
  @Field(() => Float, { description: 'From which share of errors on it stops, in per cent of what has ended.' })
  stopPercent!: number;
  @Field(() => Int, { description: 'Deliveries that are still owed, those held among them.' })
  waiting!: number;
  @Field(() => Int)
  delivered!: number;
  @Field(() => Int)
  dead!: number;
  @Field(() => DateTimeScalar)
  createdAt!: Date;
  @Field(() => DateTimeScalar, { nullable: true })
  stoppedAt!: Date | null;
  @Field(() => DateTimeScalar, { nullable: true })
  endedAt!: Date | null;
  @Field(() => ActorType, { nullable: true, description: 'Who continued it, or gave it up.' })
  decidedBy!: ActorType | null;
  @Field(() => String, { nullable: true })
  reason!: string | null;
}

@ObjectType('CanaryPayload')
export class CanaryPayloadType {
  @Field(() => CanaryType, { nullable: true })
  canary!: unknown;
  @Field(() => [UserErrorType])
  userErrors!: UserErrorType[];
}
