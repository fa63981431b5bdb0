import { Context, Field, ID, Int, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { DeadLetterGroup, SystemView } from '../../application/ports/operations-reader.js';
import type { Party } from '../../domain/ownership/party.js';
import { PartyType } from '../access/party-type.js';
import { connectionType } from '../connection.js';
import type { Loaders } from '../loaders.js';
import { nodeId } from '../node-id.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { ErrorClassEnum } from './delivery-type.js';
import { SystemType } from './system-type.js';

@ObjectType('DeadLetterGroup', {
  description: 'All dead letters of one system that died of one cause: the same class, code and shape of the message.',
})
export class DeadLetterGroupType {
  @Field(() => ErrorClassEnum)
  errorClass!: string;
  @Field(() => String, { nullable: true })
  code!: string | null;
  @Field(() => String, { description: 'The message without ids, numbers and quoted parts.' })
  shape!: string;
  @Field(() => String, { description: 'The message of the one that died last.' })
  message!: string;
  @Field(() => Int)
  count!: number;
  @Field(() => Int, { description: 'Of these, as many should have been resolved by now.' })
  overdue!: number;
  @Field(() => Int, { description: 'Of these, as many are nobody’s to look at.' })
  unassigned!: number;
  @Field(() => DateTimeScalar)
  oldestAt!: Date;
  @Field(() => DateTimeScalar)
  newestAt!: Date;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When the first of them has to be resolved.' })
  dueAt!: Date | null;
}

export const DeadLetterGroupConnectionType = connectionType('DeadLetterGroup', () => DeadLetterGroupType);

@Resolver(() => DeadLetterGroupType)
export class DeadLetterGroupResolver {
  @ResolveField('id', () => ID, { description: 'For `group` of a delivery filter.' })
  id(@Parent() group: DeadLetterGroup): string {
    return nodeId('DeadLetterGroup', group.key);
  }

  @ResolveField('system', () => SystemType)
  system(@Parent() group: DeadLetterGroup, @Context('loaders') loaders: Loaders): Promise<SystemView> {
    return loaders.system(group.system);
  }

  @ResolveField('assignees', () => [PartyType])
  assignees(@Parent() group: DeadLetterGroup, @Context('loaders') loaders: Loaders): Promise<Party[]> {
    return Promise.all(group.assigneeIds.map((id) => loaders.party(id)));
  }
}
