import { Field, InputType } from '@nestjs/graphql';
import { ArrayMaxSize, IsOptional, MaxLength } from 'class-validator';
import type { Party } from '../../domain/ownership/party.js';
import type { OwnershipScope } from '../../domain/ownership/resolve-owner.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { OwnershipScopeEnum } from '../access/ownership-type.js';
import { PartyKindEnum } from '../access/party-type.js';

/** RFC 5321, 4.5.3.1: no address is longer. */
const EMAIL_LIMIT = 254;
const TEXT_LIMIT = 255;
const MEMBERS_LIMIT = 500;

@InputType('PartyInput')
export class PartyInput {
  @Field(() => String)
  code!: string;
  @Field(() => PartyKindEnum)
  kind!: Party['kind'];
  @Field(() => String)
  name!: string;
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(EMAIL_LIMIT)
  email?: string | null;
  @Field(() => Boolean, { nullable: true, defaultValue: true })
  active?: boolean | null;
  @Field(() => [String], { nullable: true, description: "Codes of a team's people; left out, they stay." })
  @IsOptional()
  @ArrayMaxSize(MEMBERS_LIMIT)
  members?: string[] | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Builds or runs systems: a warning where it is accountable for SKUs. Left out, it stays.',
  })
  engineering?: boolean | null;
  @Field(() => String, {
    nullable: true,
    description:
      "Slack's id (U…, W…, or S… of a user group), by which alerts mention it. Left out, it stays; null: none.",
  })
  slackId?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'Code of the person who may approve in its place. Left out, they stay; null or empty: nobody.',
  })
  delegate?: string | null;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the delegation that is named here begins; at once if left out.',
  })
  delegateFrom?: Date | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When the delegation that is named here ends.' })
  delegateUntil?: Date | null;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Out of office from then on. Left out, it stays as it is; null: in office.',
  })
  awayFrom?: Date | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'With `awayFrom`: when it is back; null: not known.' })
  awayUntil?: Date | null;
  @Field(() => String, {
    nullable: true,
    description: 'Code of the party that takes over what nobody would answer for any more.',
  })
  successor?: string | null;
  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'Nobody takes over, and that is meant.' })
  leaveOrphaned?: boolean | null;
}

@InputType('OwnershipRuleInput')
export class OwnershipRuleInput {
  @Field(() => OwnershipScopeEnum)
  scope!: OwnershipScope;
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  match?: string | null;
  @Field(() => String, { description: 'Party code.' })
  owner!: string;
  @Field(() => DateTimeScalar, { nullable: true })
  effectiveFrom?: Date | null;
  @Field(() => DateTimeScalar, { nullable: true })
  effectiveTo?: Date | null;
}
