import type { Condition } from '../keyset.js';

/** A condition, or what it is known to be before anything is read: then nothing of it, and none of its values, goes into the SQL. */
export type Test = Condition | boolean;

export function either(one: Test, other: Test): Test {
  if (one === true || other === true) return true;
  if (one === false) return other;
  if (other === false) return one;
  return (place) => `(${one(place)} or ${other(place)})`;
}

export function both(one: Test, other: Test): Test {
  if (one === false || other === false) return false;
  if (one === true) return other;
  if (other === true) return one;
  return (place) => `(${one(place)} and ${other(place)})`;
}

/** The column's value is among these. */
export function isAmong(column: string, values: readonly string[]): Test {
  return values.length > 0 && ((place) => `${column} = any(${place(values)}::text[])`);
}

/** The column has a value that is none of these, or none at all. */
export function isNotAmong(column: string, values: readonly string[]): Test {
  return values.length === 0 || ((place) => `(${column} is null or ${column} <> all(${place(values)}::text[]))`);
}

/**
 * The folded column contains the folded word, whatever LIKE would make of its characters. From three letters on a
 * trigram index finds it; a shorter word is tried row by row.
 */
export function contains(column: string, word: string): Condition {
  const pattern = `%${word.replace(/[\\%_]/g, (special) => `\\${special}`)}%`;
  return (place) => `${column} like ${place(pattern)}`;
}

/** A test as a condition. */
export function conditionOf(test: Test): Condition {
  return typeof test === 'boolean' ? () => String(test) : test;
}
