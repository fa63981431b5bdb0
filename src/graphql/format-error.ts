import type { GraphQLFormattedError } from 'graphql';
import { unwrapResolverError } from '@apollo/server/errors';
import { BadCursor } from '../application/ports/page.js';
import type { Ports } from '../application/ports/ports.js';
import { ClientGone } from './client-gone.js';

/** Codes whose messages were written for callers; anything else could tell of our inside. */
const FOR_CALLERS = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
]);

/**
 * What a caller sees of an error: its message and code where they are meant for callers; else INTERNAL and an id under
 * which the log has the whole of it. Stack traces never leave.
 */
export function errorFormatter(
  ports: Pick<Ports, 'log' | 'newId'>,
): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const cause = unwrapResolverError(error);
    const { message, locations, path } = formatted;
    const where = { ...(locations ? { locations } : {}), ...(path ? { path } : {}) };
    if (cause instanceof BadCursor) return { message: cause.message, ...where, extensions: { code: 'BAD_USER_INPUT' } };
    if (cause instanceof ClientGone) return { message: cause.message, ...where };
    const code = formatted.extensions?.['code'];
    const ours = typeof code === 'string' && FOR_CALLERS.has(code);
    if (ours) return { message, ...where, extensions: { code } };
    const requestId = ports.newId();
    const trace = cause instanceof Error ? cause.stack : String(cause);
    ports.log('error', 'a GraphQL operation failed', { requestId, path: path?.join('.'), error: trace });
    const text = `Something went wrong on our side. The log has it under ${requestId}.`;
    return { message: text, ...where, extensions: { code: 'INTERNAL', requestId } };
  };
}
