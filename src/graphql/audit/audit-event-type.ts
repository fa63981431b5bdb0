import { ArgsType, Field, Int, ObjectType } from '@nestjs/graphql';
import { IsOptional, MaxLength } from 'class-validator';
import type { Json } from '../../domain/primitives/json.js';
import { ActorType } from '../actor-type.js';
import { connectionType } from '../connection.js';
import { NodeType } from '../node-type.js';
import { PageArgs } from '../page-args.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { JsonScalar } from '../scalars/json.js';

const TEXT_LIMIT = 255;

@ObjectType('AuditEvent', {
  implements: () => [NodeType],
  description: 'What was done, by whom, to what; never changed, and chained to the event before it by its hash.',
})
export class AuditEventType extends NodeType {
  @Field(() => String, { description: '1, 2, 3, … without a hole.' })
  sequence!: string;
  @Field(() => DateTimeScalar)
  at!: Date;
  @Field(() => ActorType)
  actor!: ActorType;
  @Field(() => String, { description: 'CHANGE_REQUEST_APPLIED, …' })
  type!: string;
  @Field(() => String, { description: "What it was done to: CR-1042, a SKU code, a system's code." })
  subject!: string;
  @Field(() => JsonScalar)
  data!: Json;
  @Field(() => String, {
    description: 'SHA-256 over the hash before, 32 bytes, and `canonical` in UTF-8; hexadecimal.',
  })
  hash!: string;
  @Field(() => String, { description: 'The event as its hash covers it: RFC 8785 (JSON Canonicalization Scheme).' })
  canonical!: string;
}

export const AuditEventConnectionType = connectionType('AuditEvent', () => AuditEventType);

@ArgsType()
export class AuditEventsArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'Exactly this subject.' })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  subject?: string | null;

  @Field(() => String, { nullable: true, description: 'Exactly this type.' })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  type?: string | null;
}

@ObjectType('AuditVerification')
export class AuditVerificationType {
  @Field(() => Boolean, { description: 'Every hash that was checked fits.' })
  intact!: boolean;
  @Field(() => Int, { description: 'Events whose hash fits.' })
  checked!: number;
  @Field(() => String, { nullable: true, description: 'First sequence whose hash does not fit, or that is missing.' })
  brokenAt!: string | null;
  @Field(() => String, {
    description:
      'Hash of the last event that fits: note it down elsewhere, and what came before can never be rewritten unseen.',
  })
  headHash!: string;
  @Field(() => String, { description: 'Its sequence; 0 for a log without events.' })
  headSequence!: string;
  @Field(() => Boolean, {
    description: 'One call checks a million events; there are more: ask again from the sequence after `headSequence`.',
  })
  hasMore!: boolean;
}
