import { Field, Int, ObjectType } from '@nestjs/graphql';
import type { Json } from '../../domain/primitives/json.js';
import { ActorType } from '../actor-type.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { JsonScalar } from '../scalars/json.js';
import { UserErrorType } from '../user-errors.js';

@ObjectType('SettingVersion', { description: 'One value that a setting had, and why.' })
export class SettingVersionType {
  @Field(() => Int)
  version!: number;
  @Field(() => JsonScalar)
  value!: Json;
  @Field(() => String)
  reason!: string;
  @Field(() => DateTimeScalar)
  changedAt!: Date;
  @Field(() => ActorType)
  changedBy!: ActorType;
}

@ObjectType('Setting', {
  description: 'A rule of the house as data. Versioned, audited, each with a JSON Schema.',
})
export class SettingType {
  @Field(() => String)
  key!: string;
  @Field(() => String, { description: 'What it decides.' })
  description!: string;
  @Field(() => JsonScalar)
  value!: Json;
  @Field(() => JsonScalar, { description: 'JSON Schema, draft 2020-12.' })
  schema!: Json;
  @Field(() => Int, { description: '0: nobody has set it, the default is in force.' })
  version!: number;
  @Field(() => DateTimeScalar, { nullable: true })
  changedAt!: Date | null;
  @Field(() => ActorType, { nullable: true })
  changedBy!: ActorType | null;
}

@ObjectType('SettingEffect', { description: 'Something that a new value would do to what is there already.' })
export class SettingEffectType {
  @Field(() => String)
  code!: string;
  @Field(() => String)
  message!: string;
  @Field(() => Int, { description: 'How many SKUs or products it concerns; exact.' })
  count!: number;
  @Field(() => [String], { description: 'The first few, by SKU code or product handle.' })
  examples!: string[];
}

@ObjectType('SettingPayload')
export class SettingPayloadType {
  @Field(() => SettingType, { nullable: true })
  setting!: SettingType | null;
  @Field(() => [SettingEffectType], {
    description: 'What it does to what is there already, as settingPreview tells it.',
  })
  effects!: SettingEffectType[];
  @Field(() => [UserErrorType])
  userErrors!: UserErrorType[];
}

@ObjectType('SettingPreview', { description: 'What setting a value would do; nothing is set.' })
export class SettingPreviewType {
  @Field(() => [SettingEffectType])
  effects!: SettingEffectType[];
  @Field(() => [UserErrorType], { description: 'Why the value would be refused.' })
  userErrors!: UserErrorType[];
}
