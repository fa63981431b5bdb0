import type { Type } from '@nestjs/common';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import type { Page } from '../application/ports/page.js';

@ObjectType('PageInfo')
export class PageInfoType {
  @Field(() => Boolean)
  hasNextPage!: boolean;
  @Field(() => Boolean)
  hasPreviousPage!: boolean;
  @Field(() => String, { nullable: true })
  startCursor!: string | null;
  @Field(() => String, { nullable: true })
  endCursor!: string | null;
}

/** A page in the shape of the contract's connections. */
export interface Connection<T> {
  edges: { cursor: string; node: T }[];
  nodes: T[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  /** Counts everything, so it is a getter: the executor reads it only for an operation that selects it. */
  readonly totalCount: Promise<number>;
}

/** Makes `<name>Edge` and `<name>Connection`; called once per name, where the node's type is declared. */
export function connectionType(name: string, node: () => Type<unknown>): Type<object> {
  @ObjectType(`${name}Edge`)
  class EdgeType {
    @Field(() => String)
    cursor!: string;
    @Field(node)
    node!: unknown;
  }

  @ObjectType(`${name}Connection`)
  class ConnectionType {
    @Field(() => [EdgeType])
    edges!: EdgeType[];
    @Field(() => [node()])
    nodes!: unknown[];
    @Field(() => PageInfoType)
    pageInfo!: PageInfoType;
    @Field(() => Int, { description: 'Counted exactly.' })
    totalCount!: Promise<number>;
  }
  return ConnectionType;
}

/** A reader's page as a connection. */
export function toConnection<T>(page: Page<T>): Connection<T> {
  return {
    edges: page.items,
    nodes: page.items.map(({ node }) => node),
    pageInfo: {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      startCursor: page.items[0]?.cursor ?? null,
      endCursor: page.items.at(-1)?.cursor ?? null,
    },
    get totalCount() {
      return page.totalCount();
    },
  };
}

/** A connection that holds nothing, for questions whose answer is empty before anything is read. */
export function emptyConnection<T>(): Connection<T> {
  return toConnection<T>({
    items: [],
    hasNextPage: false,
    hasPreviousPage: false,
    totalCount: () => Promise.resolve(0),
  });
}
