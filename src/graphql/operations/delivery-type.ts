import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { IsOptional, MaxLength } from 'class-validator';
import type { DeliveryQuery } from '../../application/ports/operations-reader.js';
import type { DeliveryState } from '../../domain/publishing/delivery-state.js';
import type { ErrorClass } from '../../domain/publishing/system.js';
import type { Json } from '../../domain/primitives/json.js';
import { ActorType } from '../actor-type.js';
import { connectionType } from '../connection.js';
import { enumType } from '../enum-type.js';
import { decodeNodeId, keyOf } from '../node-id.js';
import { NodeType } from '../node-type.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { JsonScalar } from '../scalars/json.js';

const TEXT_LIMIT = 255;

const DeliveryStateEnum = enumType<DeliveryState>('DeliveryState', {
  PENDING: null,
  IN_FLIGHT: null,
  RETRYING: null,
  DELIVERED: null,
  DEAD_LETTERED: null,
  SUPERSEDED: 'A newer revision took its place before it was sent.',
  DISCARDED: null,
});
export const ErrorClassEnum = enumType<ErrorClass>('ErrorClass', {
  RATE_LIMITED: null,
  TRANSIENT: null,
  VALIDATION: null,
  CONFLICT: null,
  AUTH: null,
  NOT_FOUND: null,
  UNKNOWN: null,
});

@ObjectType('DeliveryError')
export class DeliveryErrorType {
  @Field(() => ErrorClassEnum)
  class!: string;
  @Field(() => String, { nullable: true })
  code!: string | null;
  @Field(() => String)
  message!: string;
  @Field(() => DateTimeScalar)
  at!: Date;
  @Field(() => JsonScalar, { nullable: true, description: "The system's own answer, secrets removed." })
  raw!: Json;
}

@ObjectType('Delivery', {
  implements: () => [NodeType],
  description: 'The duty to bring one record of one system to one canonical revision.',
})
export class DeliveryType extends NodeType {
  @Field(() => String, { description: 'SKU code or product handle.' })
  target!: string;
  @Field(() => Int)
  revision!: number;
  @Field(() => DeliveryStateEnum)
  state!: string;
  @Field(() => Int)
  attempts!: number;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'Null while it is under way, and where it waits for something that has no time: see `state` and `holds` of the system.',
  })
  nextAttemptAt!: Date | null;
  @Field(() => DeliveryErrorType, { nullable: true })
  lastError!: DeliveryErrorType | null;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When a dead letter must be resolved: 24 hours after it died.',
  })
  dueAt!: Date | null;
  @Field(() => Boolean)
  overdue!: boolean;
  @Field(() => DateTimeScalar)
  createdAt!: Date;
  @Field(() => DateTimeScalar, { nullable: true })
  deliveredAt!: Date | null;
  @Field(() => DateTimeScalar, { nullable: true })
  diedAt!: Date | null;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When a dead letter was retried, given up, or made needless by a later delivery.',
  })
  resolvedAt!: Date | null;
  @Field(() => ActorType, { nullable: true, description: 'Who retried it last, or gave it up.' })
  settledBy!: ActorType | null;
  @Field(() => String, { nullable: true, description: 'Why it was given up.' })
  note!: string | null;
}

export const DeliveryConnectionType = connectionType('Delivery', () => DeliveryType);

@InputType('DeliveryFilter')
export class DeliveryFilterInput implements DeliveryQuery {
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  system?: string | null;
  @Field(() => [DeliveryStateEnum], { nullable: true })
  states?: DeliveryState[] | null;
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  target?: string | null;
  @Field(() => ErrorClassEnum, { nullable: true })
  errorClass?: ErrorClass | null;
  @Field(() => Boolean, { nullable: true })
  overdue?: boolean | null;
  @Field(() => String, { nullable: true, description: 'Id or number of a change request.' })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  changeRequest?: string | null;
  @Field(() => ID, { nullable: true, description: 'A group of dead letters.' })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  group?: string | null;
  @Field(() => String, { nullable: true, description: 'Code of the party whose dead letters they are.' })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  assignee?: string | null;
}

/** The filter in the reader's terms: global ids become keys; a request's number stays as it is. */
export function deliveryQueryOf(filter: DeliveryFilterInput): DeliveryQuery {
  const named = decodeNodeId(filter.changeRequest ?? '');
  const { system, states, target, errorClass, overdue, assignee } = filter;
  const group = filter.group ? keyOf('DeadLetterGroup', filter.group) : null;
  const changeRequest = named?.kind === 'ChangeRequest' ? named.key : filter.changeRequest;
  return { system, states, target, errorClass, overdue, changeRequest, group, assignee };
}
