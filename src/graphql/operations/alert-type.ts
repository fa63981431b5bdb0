import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { IsOptional, MaxLength } from 'class-validator';
import type { AlertQuery } from '../../application/ports/alert-store.js';
import type { AlertKind, AlertState } from '../../domain/alerts/alert.js';
import { connectionType } from '../connection.js';
import { enumType } from '../enum-type.js';
import { NodeType } from '../node-type.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { UserErrorType } from '../user-errors.js';

const TEXT_LIMIT = 255;

const AlertStateEnum = enumType<AlertState>('AlertState', {
  WAITING: 'To be sent, now or when an attempt that failed is made again.',
  SENT: null,
  NOT_SENT: 'Given up after a day, or refused: a person has to look at it.',
  NOWHERE: 'No Slack was configured when it was to be sent.',
});
const AlertKindEnum = enumType<AlertKind>('AlertKind', {
  DIGEST: 'How things stand, once a day.',
  SYSTEM_PAUSED: null,
  BREAKER_OPEN: null,
  CRITICAL_FINDING: null,
  FORCE_APPLIED: null,
  SCAN_HELD: null,
  SUBSCRIPTION_LOST: null,
  BUNDLE_VERSION_REFUSED: null,
  REQUEST_NOT_APPLIED: null,
  CANARY_STOPPED: null,
  API_VERSION_CHANGED: null,
});

@ObjectType('AlertGroup', { description: 'What an alert tells one owner.' })
export class AlertGroupType {
  @Field(() => String)
  heading!: string;
  @Field(() => [String])
  lines!: string[];
  @Field(() => Int, { description: 'Lines that were left out of the alert.' })
  more!: number;
}

@ObjectType('Alert', {
  implements: () => [NodeType],
  description: 'Something that people are told: one event, one alert, one message.',
})
export class AlertType extends NodeType {
  @Field(() => AlertKindEnum)
  kind!: string;
  @Field(() => String, { description: 'What it happened to: CR-1042, a SKU code, the code of a system.' })
  subject!: string;
  @Field(() => String)
  title!: string;
  @Field(() => String)
  body!: string;
  @Field(() => [AlertGroupType])
  groups!: AlertGroupType[];
  @Field(() => DateTimeScalar)
  raisedAt!: Date;
  @Field(() => AlertStateEnum)
  state!: string;
  @Field(() => Int)
  attempts!: number;
  @Field(() => DateTimeScalar, { nullable: true })
  nextAttemptAt!: Date | null;
  @Field(() => String, { nullable: true, description: 'Why it was not sent, the last time that it was tried.' })
  lastError!: string | null;
  @Field(() => DateTimeScalar, { nullable: true })
  sentAt!: Date | null;
}

export const AlertConnectionType = connectionType('Alert', () => AlertType);

@InputType('AlertFilter')
export class AlertFilterInput implements AlertQuery {
  @Field(() => [AlertStateEnum], { nullable: true })
  states?: AlertState[] | null;
  @Field(() => [AlertKindEnum], { nullable: true })
  kinds?: AlertKind[] | null;
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  system?: string | null;
  @Field(() => String, { nullable: true, description: 'Code of a party that it tells something.' })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  owner?: string | null;
  @Field(() => DateTimeScalar, { nullable: true })
  raisedAfter?: Date | null;
}

@ObjectType('AlertPayload')
export class AlertPayloadType {
  @Field(() => [AlertType])
  alerts!: unknown[];
  @Field(() => Int, { description: 'How many the filter names beyond what one call takes: call again.' })
  more!: number;
  @Field(() => [UserErrorType])
  userErrors!: UserErrorType[];
}
