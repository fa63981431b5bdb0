import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, visit } from 'graphql';
import { isStorable } from '../domain/primitives/text.js';

/**
 * Refuses an operation whose arguments hold text that cannot be stored or searched for, before any of it runs: one rule
 * for every argument, so that none of them can end as a fault of ours.
 */
export const refuseUnstorableText: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ request, document }) => {
        let place = placeOf(request.variables ?? {}, '$');
        visit(document, {
          StringValue: ({ value }) => {
            if (!isStorable(value)) place ??= 'the document';
          },
        });
        if (place === null) return Promise.resolve();
        const message = `${place} holds a NUL character or half a character: neither can be stored`;
        throw new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
      },
    }),
};

/** The path of the first such text; null when there is none. */
function placeOf(value: unknown, path: string): string | null {
  if (typeof value === 'string') return isStorable(value) ? null : path;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    if (!isStorable(key)) return path;
    const place = placeOf(inner, path === '$' ? `$${key}` : `${path}.${key}`);
    if (place !== null) return place;
  }
  return null;
}
