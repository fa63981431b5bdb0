import { ArgsType, Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { ArrayMaxSize } from 'class-validator';
import type { SkipReason } from '../../application/ports/delivery-store.js';
import { ChangeRequestType } from '../change/change-request-type.js';
import { enumType } from '../enum-type.js';
import { UserErrorType } from '../user-errors.js';
import { DeliveryType } from './delivery-type.js';
import { DriftFindingType } from './drift-finding-type.js';
import { DriftScanType } from './drift-scan-type.js';
import { SystemType } from './system-type.js';

/** As many rows as one transaction should lock by name; more are reached by filter or in several calls. */
export const IDS_LIMIT = 1_000;

@ArgsType()
export class IdsArgs {
  @Field(() => [ID])
  @ArrayMaxSize(IDS_LIMIT)
  ids!: string[];
}

const SkipReasonEnum = enumType<SkipReason>('DeliverySkipReason', {
  SYSTEM_READ_ONLY: 'Nothing is sent to its system: what differs there is a finding.',
  RECORD_MISSING: 'Its record is gone from the system: the finding that says so is what has to be resolved.',
  RECORD_WAITING: 'Its record waits for a scan of the system to match it.',
  BEYOND_LIMIT: 'One call moves 10,000 at most; the next call goes on.',
});

@ObjectType('DeliverySkip', {
  description: 'Dead letters that a filter means and that were left as they were, by why.',
})
export class DeliverySkipType {
  @Field(() => SkipReasonEnum)
  reason!: SkipReason;
  @Field(() => Int)
  count!: number;
}

@ObjectType('DeliveryPayload')
export class DeliveryPayloadType {
  @Field(() => [DeliveryType], {
    description: 'What was moved, as it is now; SUPERSEDED where a newer delivery of the same record waits already.',
  })
  deliveries!: unknown[];
  @Field(() => [DeliverySkipType], { description: 'What the filter means besides, and was left as it was.' })
  skipped!: DeliverySkipType[];
  @Field(() => [UserErrorType])
  userErrors!: UserErrorType[];
}

@ObjectType('DriftPayload')
export class DriftPayloadType {
  @Field(() => [DriftFindingType])
  findings!: unknown[];
  @Field(() => ChangeRequestType, { nullable: true })
  changeRequest!: unknown;
  @Field(() => [UserErrorType])
  userErrors!: UserErrorType[];
}

@ObjectType('DriftScanPayload')
export class DriftScanPayloadType {
  @Field(() => DriftScanType, { nullable: true })
  scan!: unknown;
  @Field(() => [UserErrorType])
  userErrors!: UserErrorType[];
}

@ObjectType('SystemPayload')
export class SystemPayloadType {
  @Field(() => SystemType, { nullable: true })
  system!: unknown;
  @Field(() => [UserErrorType])
  userErrors!: UserErrorType[];
}

/** Rows by id in the order asked for. A read that failed fails the answer; it is no row that is not there. */
export function present<T>(rows: readonly (T | Error | null)[]): T[] {
  return rows.flatMap((row) => {
    if (row instanceof Error) throw row;
    return row === null ? [] : [row];
  });
}
