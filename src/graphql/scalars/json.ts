import type { ValueNode } from 'graphql';
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import type { Json } from '../../domain/primitives/json.js';

type Variables = Readonly<Record<string, unknown>> | null | undefined;

/** Deeper values could only be meant to exhaust us. */
const DEPTH_LIMIT = 32;

function ofLiteral(node: ValueNode, variables: Variables): unknown {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return node.values.map((each) => ofLiteral(each, variables));
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map((field) => [field.name.value, ofLiteral(field.value, variables)]));
    case Kind.VARIABLE:
      break;
  }
  return variables?.[node.name.value] ?? null;
}

function checked(value: unknown, depth = 0): Json {
  if (depth > DEPTH_LIMIT) throw new GraphQLError(`A JSON value is at most ${DEPTH_LIMIT} levels deep.`);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((each) => checked(each, depth + 1));
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, checked(each, depth + 1)]));
  }
  throw new GraphQLError('This is no JSON value.');
}

/** Any JSON value. Money and measures inside it are decimals as text, as everywhere. */
export const JsonScalar = new GraphQLScalarType({
  name: 'JSON',
  description: 'Any JSON value.',
  serialize: (value: unknown): unknown => value,
  parseValue: (value: unknown): Json => checked(value),
  parseLiteral: (node, variables): Json => checked(ofLiteral(node, variables)),
});
