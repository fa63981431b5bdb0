import type { ApolloServerPlugin } from '@apollo/server';
import type { OperationDefinitionNode } from 'graphql';
import { GraphQLError, TypeInfo, valueFromASTUntyped, visit, visitWithTypeInfo } from 'graphql';
import { isStorable } from '../domain/primitives/text.js';

/**
 * Refuses an operation whose arguments hold text that cannot be searched for, before any of it runs: one rule for every
 * argument, so that none of them can end as a fault of ours. The arguments of mutations are for `StorableInput`, which
 * answers as mutations do.
 */
export const refuseUnstorableText: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ schema, document, operation, request }) => {
        const variables = { ...defaultsOf(operation), ...request.variables };
        const places = new Set<string>();
        const types = new TypeInfo(schema);
        const visitor = visitWithTypeInfo(types, {
          Argument: ({ name, value }) => {
            if (types.getParentType() === schema.getMutationType()) return;
            const found = unstorablePlaces(valueFromASTUntyped(value, variables), [name.value]);
            for (const place of found) places.add(place.join('.'));
          },
        });
        visit(document, visitor);
        if (places.size === 0) return Promise.resolve();
        const message = `A NUL character or half a character cannot be searched for: ${[...places].join(', ')}.`;
        throw new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });
      },
    }),
};

function defaultsOf(operation: OperationDefinitionNode | undefined): Record<string, unknown> {
  const given = (operation?.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
    defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)] as const] : [],
  );
  return Object.fromEntries(given);
}

/** The path of every text inside a value that PostgreSQL cannot hold. A name that it cannot hold is told as its object's. */
export function unstorablePlaces(value: unknown, path: string[]): string[][] {
  if (typeof value === 'string') return isStorable(value) ? [] : [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    isStorable(key) ? unstorablePlaces(inner, [...path, key]) : [path],
  );
}
