import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

/** RFC 3339 with seconds and an offset; what `Date` alone would take ("2026", "1 May") is refused. */
const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/i;

/** An instant from RFC 3339 text; null for anything else, the 30th of February included. */
export function parseInstant(text: string): Date | null {
  const parts = RFC_3339.exec(text);
  if (!parts) return null;
  const [year, month, day, hour] = parts.slice(1, 5).map(Number);
  // `Date` rolls 30 February over into March; a day that the month has not is no date.
  const calendar = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day));
  if (calendar.getUTCMonth() !== (month ?? 0) - 1 || calendar.getUTCDate() !== day || (hour ?? 24) > 23) return null;
  const instant = new Date(text);
  return Number.isNaN(instant.getTime()) ? null : instant;
}

function read(value: unknown): Date {
  const instant = typeof value === 'string' ? parseInstant(value) : null;
  if (!instant) throw new GraphQLError('A DateTime is RFC 3339 text such as "2026-11-23T20:00:00Z".');
  return instant;
}

/** An instant, written in UTC with milliseconds. Takes any offset; answers Z. */
export const DateTimeScalar = new GraphQLScalarType({
  name: 'DateTime',
  description: 'An instant, RFC 3339; answered in UTC.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize(value: unknown): string {
    const instant = value instanceof Date ? value : read(value);
    return instant.toISOString();
  },
  parseValue: read,
  parseLiteral(node): Date {
    return read(node.kind === Kind.STRING ? node.value : undefined);
  },
});
