import { Field, ObjectType } from '@nestjs/graphql';
import type { Actor } from '../domain/actor.js';
import { enumType } from './enum-type.js';

const ActorKindEnum = enumType<Actor['kind']>('ActorKind', { USER: null, API_KEY: null, SYSTEM: null });

@ObjectType('Actor', { description: 'Who did something.' })
export class ActorType {
  @Field(() => ActorKindEnum)
  kind!: string;
  @Field(() => String)
  id!: string;
  @Field(() => String)
  name!: string;
}
