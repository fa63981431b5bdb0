import { httpError } from './http-error.js';

/**
 * The parameters of a call, each a text or null where it is left out: each once, known and not empty, because a filter
 * that is misspelt or was not filled in would hand out everything.
 * @throws HttpException 400 INVALID_FORMAT.
 */
export function queryTexts<N extends string>(
  query: Readonly<Record<string, unknown>>,
  names: readonly N[],
): Record<N, string | null> {
  const unknown = Object.keys(query).find((name) => !names.some((known) => known === name));
  if (unknown !== undefined) {
    const there = names.length > 0 ? `there is ${names.join(', ')}` : 'there are none here';
    throw httpError(400, 'INVALID_FORMAT', `there is no parameter "${unknown.slice(0, 40)}"; ${there}`);
  }
  return Object.fromEntries(names.map((name) => [name, textOf(query, name)])) as Record<N, string | null>;
}

function textOf(query: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = query[name];
  if (value === undefined) return null;
  if (typeof value !== 'string') throw httpError(400, 'INVALID_FORMAT', `${name} is given more than once`);
  if (value === '') throw httpError(400, 'INVALID_FORMAT', `${name} is empty: leave it out to ask for nothing of it`);
  // Express puts this character where it cannot read what was sent.
  if (value.includes('\uFFFD')) throw httpError(400, 'INVALID_FORMAT', `${name} is not UTF-8 text`);
  // PostgreSQL takes neither.
  if (value.isWellFormed() && !value.includes('\0')) return value;
  throw httpError(400, 'INVALID_FORMAT', `${name} holds a NUL character or half a character, and nothing is called so`);
}
