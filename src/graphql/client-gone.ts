import type { Response } from 'express';
import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { isIntrospectionType, isObjectType } from 'graphql';

/** The client hung up before it had its answer: nobody is left to be told, and it is no fault of ours. */
export class ClientGone extends Error {
  constructor() {
    super('the client is gone');
    this.name = 'ClientGone';
  }
}

type Resolver = GraphQLFieldResolver<unknown, { res?: Response }>;

/**
 * Reads nothing more once the client is gone. GraphQL.js 16 has no way to cancel an execution, so every field that has a
 * resolver looks before it reads and after; statements that were asked for come to their end, and nothing follows them.
 * Mutations are left alone: half a list of them may not be done because of how quick a client is.
 */
export function stopWhenClientIsGone(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    // Introspection types are GraphQL.js's own, shared by all schemas, and read nothing.
    if (!isObjectType(type) || isIntrospectionType(type) || type === schema.getMutationType()) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.resolve) field.resolve = unlessGone(field.resolve);
    }
  }
  return schema;
}

function unlessGone(resolve: Resolver): Resolver {
  return (source, args, context, info) => {
    refuseIfGone(context);
    const value = resolve(source, args, context, info);
    // Rows that were read meanwhile need not be put together either.
    return value instanceof Promise ? value.then((read) => (refuseIfGone(context), read)) : value;
  };
}

function refuseIfGone({ res }: { res?: Response }): void {
  if (res?.destroyed) throw new ClientGone();
}
