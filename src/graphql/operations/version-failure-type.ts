import { ArgsType, Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { IsBoolean, IsOptional } from 'class-validator';
import { ActorType } from '../actor-type.js';
import { connectionType } from '../connection.js';
import { enumType } from '../enum-type.js';
import { NodeType } from '../node-type.js';
import { PageArgs } from '../page-args.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { UserErrorType } from '../user-errors.js';

const KindEnum = enumType<'REFUSED' | 'FAILED'>('BundleVersionFailureKind', {
  REFUSED: 'It did not stand when it was due, and is gone: the version before it goes on.',
  FAILED: 'It could not be looked at, and is tried again.',
});

@ObjectType('BundleVersionFailure', {
  implements: () => [NodeType],
  description: 'A version of a bundle that could not take effect when it was due.',
})
export class BundleVersionFailureType extends NodeType {
  @Field(() => DateTimeScalar)
  dueAt!: Date;
  @Field(() => KindEnum)
  kind!: string;
  @Field(() => [UserErrorType], { description: 'What stood against it, where it was refused.' })
  problems!: unknown[];
  @Field(() => String, {
    nullable: true,
    description: 'What went wrong, where it failed; the log of the service has all of it.',
  })
  error!: string | null;
  @Field(() => DateTimeScalar)
  firstAt!: Date;
  @Field(() => DateTimeScalar)
  lastAt!: Date;
  @Field(() => Int)
  attempts!: number;
  @Field(() => Boolean, {
    description: 'Nobody has seen to it: neither closed it, nor composed the bundle anew since, nor retired it.',
  })
  open!: boolean;
  @Field(() => DateTimeScalar, { nullable: true })
  closedAt!: Date | null;
  @Field(() => ActorType, { nullable: true })
  closedBy!: unknown;
  @Field(() => String, { nullable: true })
  closedBecause!: string | null;
}

export const BundleVersionFailureConnectionType = connectionType(
  'BundleVersionFailure',
  () => BundleVersionFailureType,
);

@ArgsType()
export class BundleVersionFailuresArgs extends PageArgs {
  @Field(() => Boolean, { nullable: true, description: 'Left out: all of them.' })
  @IsOptional()
  @IsBoolean()
  open?: boolean | null;
}

@ArgsType()
export class BundleVersionFailureCloseArgs {
  @Field(() => ID)
  id!: string;
  @Field(() => String, { description: 'What was done about it.' })
  comment!: string;
}

@ObjectType('BundleVersionFailurePayload')
export class BundleVersionFailurePayloadType {
  @Field(() => BundleVersionFailureType, { nullable: true })
  failure!: unknown;
  @Field(() => [UserErrorType])
  userErrors!: UserErrorType[];
}
