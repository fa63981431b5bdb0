import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

/** What is answered may be longer than what is taken: a sum of many amounts, each multiplied, stays exact. */
const STORED = /^-?\d+(\.\d+)?$/;

/**
 * Text stays as it came: a caller's "19,90" is an input that is wrong, which the verbs answer with the path of its field;
 * only what can never be an exact decimal, because JSON has rounded it already, is refused here.
 */
function read(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  throw new GraphQLError('A Decimal is text such as "19.90" (or a whole number): a JSON float is not exact.');
}

/** An exact decimal as text. A float is refused: 19.90 has been 19.899999… on its way here. */
export const DecimalScalar = new GraphQLScalarType({
  name: 'Decimal',
  description: 'Exact decimal, as a string: "19.90".',
  serialize(value: unknown): string {
    const text = typeof value === 'string' ? value : String(value);
    if (!STORED.test(text)) throw new GraphQLError('a stored amount is no plain decimal');
    return text;
  },
  parseValue: read,
  parseLiteral(node): string {
    if (node.kind === Kind.STRING) return node.value;
    if (node.kind === Kind.INT) return read(Number(node.value));
    throw new GraphQLError('A Decimal is text such as "19.90": quote it.', { nodes: node });
  },
});
