import { TypeOverrides, types } from 'pg';
import { Instant } from '../domain/primitives/instant.js';

const { TIMESTAMPTZ } = types.builtins;
/** PostgreSQL's own text of a timestamptz in DateStyle ISO; offsets to the minute are all that zones have today. */
const TEXT = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?([+-]\d{2})(?::(\d{2}))?$/;

/** A timestamptz as PostgreSQL writes it, to the microsecond; null for text that is none, or lies outside years 1 to 9999. */
export function instantOf(text: string): Instant | null {
  const [, day, time, fraction = '', hours, minutes = '00'] = TEXT.exec(text) ?? [];
  // V8 makes a date of nearly anything, "undefined" included.
  if (day === undefined) return null;
  const seconds = Date.parse(`${day}T${time}${hours}:${minutes}`);
  return Number.isNaN(seconds) ? null : Instant.at(seconds, fraction);
}

/**
 * Type parsers for a pool of ours: timestamptz is an Instant, everything else is as `pg` has it. Not set on `pg` itself,
 * where pg-boss would get them too.
 */
export function exactTypes(): TypeOverrides {
  const own = new TypeOverrides();
  const plain = types.getTypeParser(TIMESTAMPTZ);
  // What has another form (`infinity`, years before Christ) is left to the parser that knows it.
  own.setTypeParser(TIMESTAMPTZ, (text) => instantOf(text) ?? plain(text));
  return own;
}

/** A statement's value with instants as exact text: `pg` itself would cut a Date to the millisecond. */
export function exactValue(value: unknown): unknown {
  if (value instanceof Instant) return value.toISOString();
  return Array.isArray(value) ? value.map(exactValue) : value;
}
