import { GraphQLError } from 'graphql';

/** What Shopify tells about a search whose fields it does not know: it ignores them and answers all rows [R]. */
export interface SearchNote {
  path: string[];
  query: string;
  warnings: { field: string; message: string; code: string }[];
}

/** The shape of every mutation's error list; types without `code` are never asked for it. */
export interface UserError {
  field: string[] | null;
  message: string;
  code: string | null;
}

export function userError(field: string[] | null, message: string, code: string | null = null): UserError {
  return { field, message, code };
}

const NOT_SIMULATED = 'NOT_SIMULATED';
const INTERNAL_ERROR = 'INTERNAL_SERVER_ERROR';

/** The schema has it, the stand-in has no answer to it. A wrong answer would be worse than this error. */
export function notSimulated(what: string): GraphQLError {
  return new GraphQLError(`not simulated: ${what}`, { extensions: { code: NOT_SIMULATED } });
}

/** Shopify broke over an input that it did not foresee: an error of the whole request, nothing done [R]. */
export function internalError(): GraphQLError {
  const message = 'Internal error. Looks like something went wrong on our end.';
  return new GraphQLError(message, { extensions: { code: INTERNAL_ERROR } });
}

/** The shop lacks what a field asks for: the field is null, the error names what is missing [D]. */
export function accessDenied(field: string, required: string): GraphQLError {
  const documentation = 'https://shopify.dev/api/usage/access-scopes';
  return new GraphQLError(`Access denied for ${field} field. Required access: ${required}`, {
    extensions: { code: 'ACCESS_DENIED', documentation, requiredAccess: required },
  });
}

/** True for an error that leaves no `data` at all. */
export function isOfWholeRequest(error: GraphQLError): boolean {
  return error.extensions['code'] === NOT_SIMULATED || error.extensions['code'] === INTERNAL_ERROR;
}

/**
 * @throws NOT_SIMULATED when the input carries a field that would be silently ignored. `false` and `null` ask for nothing,
 * and the schema itself puts `false` there as a default.
 */
export function onlyKnown(type: string, input: object, known: readonly string[]): void {
  const surplus = Object.entries(input).find(
    ([key, value]) => value !== undefined && value !== null && value !== false && !known.includes(key),
  );
  if (surplus) throw notSimulated(`${type}.${surplus[0]}`);
}
