import { randomUUID } from 'node:crypto';
import type { DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { execute, getOperationAST, getVariableValues, GraphQLError, parse, print, validate } from 'graphql';
import type { Answer, Request } from '../loopback-server.js';
import { isPlainObject, parseJson } from '../plain-object.js';
import type { CostBucket, ThrottleStatus } from './access/cost-bucket.js';
import { actualCost, requestedCost } from './access/query-cost.js';
import { adminRoot } from './admin-root.js';
import { loudFieldResolver } from './admin-schema.js';
import { badLiterals, badVariables } from './bad-input.js';
import type { ShopContext } from './shop-context.js';
import { isOfWholeRequest } from './shop-errors.js';

const DOCUMENTATION = 'https://shopify.dev/api/usage/rate-limits';
const ARRAY_LIMIT = 250;
const VARIANT_LIMIT = 2048;

/** A request that can be executed: parsed, valid, its variables coerced. */
export interface ReadyOperation {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Record<string, unknown>;
  coerced: Record<string, unknown>;
  cost: number;
}

/**
 * Reads the body; what is wrong with it is an answer in Shopify's words, with HTTP 200 (400 when it is no JSON).
 * @param costLimit points that no operation may ask for more than.
 */
export function readOperation(schema: GraphQLSchema, request: Request, costLimit: number): ReadyOperation | Answer {
  const body = readBody(request.body);
  if (!body) return { status: 400, json: { errors: { query: 'Required parameter missing or invalid' } } };
  let document: DocumentNode;
  try {
    document = parse(body.query);
  } catch (error) {
    return { status: 200, json: { errors: [{ message: messageOf(error) }] } };
  }
  const problems = validate(schema, document);
  if (problems.length > 0) return { status: 200, json: { errors: problems.map(validationError) } };
  const literals = badLiterals(schema, document);
  if (literals.length > 0) return { status: 200, json: { errors: literals } };
  const operation = getOperationAST(document, body.operationName);
  if (!operation) return { status: 200, json: { errors: [{ message: 'An operation name is required' }] } };
  const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], body.variables);
  const bad = badVariables(schema, operation, body.variables, coerced.errors ?? []);
  if (bad.length > 0 || !coerced.coerced) return { status: 200, json: { errors: bad } };
  const tooLong = longestArray(named(coerced.coerced, operation), '');
  if (tooLong) return { status: 200, json: { errors: [tooLong] } };
  const cost = requestedCost({ schema, document, operation, variables: coerced.coerced });
  if (cost > costLimit) return { status: 200, json: { errors: [tooCostly(cost, costLimit)] } };
  // Executed with the raw variables: graphql-js coerces them once more by itself.
  return { document, operation, variables: body.variables, coerced: coerced.coerced, cost };
}

/**
 * Runs it, and gives the bucket back what it did not cost. A field that is not simulated takes the whole `data` with it,
 * so that no client overlooks it.
 */
export async function runOperation(
  schema: GraphQLSchema,
  ready: ReadyOperation,
  context: ShopContext,
  bucket: CostBucket,
): Promise<Answer> {
  const result: ExecutionResult = await execute({
    schema,
    document: ready.document,
    operationName: ready.operation.name?.value,
    variableValues: ready.variables,
    rootValue: adminRoot,
    contextValue: context,
    fieldResolver: loudFieldResolver,
  });
  const { document, operation, coerced: variables, cost } = ready;
  const actual = result.data
    ? Math.min(cost, actualCost({ schema, document, operation, variables }, result.data))
    : cost;
  bucket.giveBack(cost - actual);
  const extensions = {
    cost: { requestedQueryCost: cost, actualQueryCost: actual, throttleStatus: bucket.current() },
    ...(context.searches.length > 0 ? { search: context.searches } : {}),
  };
  const errors = result.errors?.map((error) => error.toJSON());
  if (result.errors?.some(isOfWholeRequest)) return { status: 200, json: { errors, extensions } };
  return { status: 200, json: { data: result.data, ...(errors ? { errors } : {}), extensions } };
}

/** HTTP 200, no data, no Retry-After [M: shopify.md 3.1]. */
export function throttled(cost: number, throttleStatus: ThrottleStatus): Answer {
  const extensions = { code: 'THROTTLED', documentation: DOCUMENTATION };
  return {
    status: 200,
    json: {
      errors: [{ message: 'Throttled', extensions }],
      extensions: { cost: { requestedQueryCost: cost, actualQueryCost: null, throttleStatus } },
    },
  };
}

export function unauthorized(): Answer {
  return {
    status: 401,
    json: { errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' },
  };
}

/** Headers of every answer of the API; `version` is the one that answered [D]. */
export function withApiHeaders(answer: Answer, version: string): Answer {
  const headers = { 'x-shopify-api-version': version, 'x-request-id': randomUUID(), ...answer.headers };
  return { ...answer, headers };
}

function readBody(
  body: Buffer,
): { query: string; variables: Record<string, unknown>; operationName: string | null } | null {
  const value = parseJson(body.toString('utf8'));
  if (!isPlainObject(value) || typeof value['query'] !== 'string') return null;
  const { query, variables, operationName } = value;
  return {
    query,
    variables: isPlainObject(variables) ? variables : {},
    operationName: typeof operationName === 'string' ? operationName : null,
  };
}

function validationError(error: GraphQLError): object {
  const field = /^Cannot query field "(.+?)" on type "(.+?)"/.exec(error.message);
  if (field) {
    const message = `Field '${field[1]}' doesn't exist on type '${field[2]}'`;
    const extensions = { code: 'undefinedField', typeName: field[2], fieldName: field[1] };
    return { message, locations: error.locations, extensions };
  }
  return { message: error.message, locations: error.locations, extensions: { code: 'argumentLiteralsIncompatible' } };
}

/** Arrays in variables are limited to 250 values, lists of variants to 2,048 [R: shopify.md 2.2]. */
function longestArray(value: unknown, name: string): object | null {
  if (Array.isArray(value)) {
    const maximum = /variants/i.test(name) ? VARIANT_LIMIT : ARRAY_LIMIT;
    if (value.length > maximum) {
      const message = `The input array size of ${value.length} is greater than the maximum allowed of ${maximum}.`;
      return { message, extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED' } };
    }
    return value.map((one) => longestArray(one, name)).find((found) => found !== null) ?? null;
  }
  if (value === null || typeof value !== 'object') return null;
  for (const [key, one] of Object.entries(value)) {
    const found = longestArray(one, key);
    if (found) return found;
  }
  return null;
}

/** Variables by what they are, where it is variants: their lists may be longer, whatever the variable is called. */
function named(variables: Record<string, unknown>, { variableDefinitions }: OperationDefinitionNode): object[] {
  return (variableDefinitions ?? []).map(({ variable, type }) => {
    const isVariants = /ProductVariant(?:sBulk|Set)Input/.test(print(type));
    return { [isVariants ? 'variants' : variable.name.value]: variables[variable.name.value] };
  });
}

function tooCostly(cost: number, maxCost: number): object {
  const message = `Query cost is ${cost}, which exceeds the single query max cost limit (${maxCost}).`;
  return {
    message,
    extensions: { code: 'MAX_COST_EXCEEDED', cost, maxCost, documentation: DOCUMENTATION },
  };
}

function messageOf(error: unknown): string {
  if (error instanceof GraphQLError) return error.message;
  throw error;
}
