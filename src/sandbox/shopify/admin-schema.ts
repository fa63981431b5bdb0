import { readFileSync } from 'node:fs';
import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import {
  buildSchema,
  defaultFieldResolver,
  getNamedType,
  GraphQLError,
  GraphQLScalarType,
  isScalarType,
  Kind,
  valueFromASTUntyped,
} from 'graphql';
import { isMoney } from './normalise.js';
import { missingAccess } from './access/scopes.js';
import type { ShopContext } from './shop-context.js';
import { accessDenied, notSimulated } from './shop-errors.js';

type Check = (value: unknown) => unknown;

const PLAIN_NUMBER = /^\d{1,20}$/;

/** Coercion of the scalars that `buildSchema` would pass through unread. */
const SCALARS: Record<string, { input: Check; output: Check }> = {
  Money: { input: decimalInput, output: textOutput },
  Decimal: { input: decimalInput, output: textOutput },
  DateTime: { input: dateTime, output: textOutput },
  URL: { input: url, output: textOutput },
  HTML: { input: text, output: textOutput },
  FormattedString: { input: text, output: textOutput },
  UnsignedInt64: { input: unsigned, output: unsigned },
};

/** The pruned real schema with its scalars. Parsed once, at start (about 40 ms). */
export function loadAdminSchema(): GraphQLSchema {
  const schema = buildSchema(readFileSync(new URL('./schema.graphql', import.meta.url), 'utf8'), { assumeValid: true });
  for (const type of Object.values(schema.getTypeMap())) {
    const scalar = SCALARS[type.name];
    if (!(type instanceof GraphQLScalarType) || !isScalarType(type) || !scalar) continue;
    type.serialize = scalar.output;
    type.parseValue = scalar.input;
    type.parseLiteral = (node, variables) => {
      if (node.kind === Kind.OBJECT || node.kind === Kind.LIST) throw new GraphQLError(`invalid ${type.name}`);
      return scalar.input(valueFromASTUntyped(node, variables));
    };
  }
  return schema;
}

/** A field without a value in the stand-in is an error, never `null`; so is one that the app has no scope for. */
export const loudFieldResolver: GraphQLFieldResolver<unknown, ShopContext> = (source, args, context, info) => {
  const parent = info.parentType.name;
  const missing = missingAccess(context.account.scopes, parent, info.fieldName, getNamedType(info.returnType).name);
  if (missing !== null) throw accessDenied(info.fieldName, missing);
  const value = defaultFieldResolver(source, args, context, info);
  if (value === undefined) throw notSimulated(`${parent}.${info.fieldName}`);
  return value;
};

function decimalInput(value: unknown): string {
  const plain = typeof value === 'number' && Number.isFinite(value) ? String(value) : value;
  if (typeof plain === 'string' && isMoney(plain)) return plain;
  throw new GraphQLError(`invalid decimal '${String(value)}'`);
}

function dateTime(value: unknown): string {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value))) return value;
  throw new GraphQLError(`invalid DateTime '${String(value)}'`);
}

function url(value: unknown): string {
  if (typeof value === 'string' && URL.canParse(value)) return value;
  throw new GraphQLError(`Invalid url '${String(value)}', missing scheme`);
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new GraphQLError('Could not coerce value to String');
}

function unsigned(value: unknown): string {
  if ((typeof value === 'string' || typeof value === 'number') && PLAIN_NUMBER.test(String(value)))
    return String(value);
  throw new GraphQLError(`invalid UnsignedInt64 '${String(value)}'`);
}

/** A wrong value here is a fault of the stand-in itself; graphql-js answers it as an error of the field. */
function textOutput(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new GraphQLError(`sandbox fault: ${JSON.stringify(value)} is no text`);
}
