import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { Instant } from '../../domain/primitives/instant.js';

function read(value: unknown): Instant {
  const instant = typeof value === 'string' ? Instant.read(value) : null;
  if (!instant) throw new GraphQLError('A DateTime is RFC 3339 text such as "2026-11-23T20:00:00Z".');
  return instant;
}

/** An instant to the microsecond. Takes any offset; answers Z with three digits, or six where there are microseconds. */
export const DateTimeScalar = new GraphQLScalarType({
  name: 'DateTime',
  description:
    'An instant, RFC 3339, exact to the microsecond; answered in UTC. Digits beyond the sixth are cut off on input.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize(value: unknown): string {
    const instant = value instanceof Date ? value : read(value);
    return instant.toISOString();
  },
  parseValue: read,
  parseLiteral(node): Instant {
    return read(node.kind === Kind.STRING ? node.value : undefined);
  },
});
