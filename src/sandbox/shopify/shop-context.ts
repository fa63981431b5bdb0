import { GraphQLError } from 'graphql';
import type { Account } from './access/account.js';
import type { BulkRun } from './bulk/bulk-run.js';
import type { StagedInput } from './bulk/staged-uploads.js';
import type { ProductDoc } from './product-doc.js';
import type { SearchIndex } from './search-index.js';
import type { ShopEvents } from './shop-events.js';
import type { Change, ShopifyState } from './shopify-state.js';

/** What one request works with. */
export interface ShopContext {
  state: ShopifyState;
  bulk: BulkRunner;
  jobs: JobRunner;
  features: ShopFeatures;
  account: Account;
  /** What searches see. */
  index: SearchIndex;
  events: ShopEvents;
  /** Second resolution; one time for all that a request writes. */
  now: string;
  /** Connections may leave out `first`, as they do inside a bulk query. */
  unpaged: boolean;
  /** The products that this piece of a bulk query is about; null for all. */
  scan: readonly ProductDoc[] | null;
  /** `extensions.search` of the answer. */
  searches: SearchNote[];
  /** Durable, and known to the webhooks, when it returns. */
  commit(changes: Change[]): void;
}

/** What the shop may do. One object for the whole stand-in, switched by its control side. */
export interface ShopFeatures {
  eligibleForBundles: boolean;
  /** Whether jobs go on after their mutation was answered, or stand still where they are. */
  operations: 'on' | 'held';
  /** How long a job is in each of its states. */
  stepMs: number;
  /** Product bundles show what they are made of in their variants too, not in `bundleComponents` alone: not known [B]. */
  variantComponents: boolean;
  /** A job leaves a variant whose options stay the same as it is, but for its price; else it makes another one: not known [B]. */
  keepsVariants: boolean;
}

/** Does what a mutation only began. */
export interface JobRunner {
  start(id: number): void;
}

/** The bulk operations of the shop, as the root fields need them. */
export interface BulkRunner {
  runQuery(args: { query: string; groupObjects: boolean }, context: ShopContext): object;
  runMutation(args: { mutation: string; stagedUploadPath: string }, context: ShopContext): object;
  cancel(id: string): object;
  stage(inputs: StagedInput[]): object;
  view(id: string): object | null;
  views(): { run: BulkRun; view: object }[];
}

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
