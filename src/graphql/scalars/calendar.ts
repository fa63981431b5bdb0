import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { parseQuarter } from '../../domain/audit/quarter.js';

const ISO_WEEK = /^\d{4}-W(0[1-9]|[1-4]\d|5[0-3])$/;

/** A scalar of texts of one form; anything else is refused by name. */
function textScalar(name: string, example: string, fits: (text: string) => boolean): GraphQLScalarType<string, string> {
  const read = (value: unknown): string => {
    if (typeof value === 'string' && fits(value)) return value;
    throw new GraphQLError(`${name} is text such as "${example}".`);
  };
  return new GraphQLScalarType({
    name,
    description: `"${example}"`,
    serialize: read,
    parseValue: read,
    parseLiteral: (node) => read(node.kind === Kind.STRING ? node.value : undefined),
  });
}

/** A calendar quarter in UTC. */
export const QuarterScalar = textScalar('Quarter', '2026-Q3', (text) => parseQuarter(text) !== null);

/** A week by ISO 8601: Monday to Sunday, week 1 has the year's first Thursday. */
export const IsoWeekScalar = textScalar('IsoWeek', '2026-W47', (text) => ISO_WEEK.test(text));
