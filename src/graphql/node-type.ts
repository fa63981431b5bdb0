import { Field, ID, InterfaceType } from '@nestjs/graphql';
import type { NodeKind } from './node-id.js';

/** What `node(id)` answers: a view of a reader, and the name of its type. */
export interface NodeValue {
  __typename: NodeKind;
}

@InterfaceType('Node', {
  description: 'Anything with an id of its own.',
  resolveType: (value: NodeValue) => value.__typename,
})
export abstract class NodeType {
  @Field(() => ID)
  id!: string;
}
