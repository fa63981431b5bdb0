import { httpError } from './http-error.js';

/**
 * The parameters of a download, each a text or null: each once and known, because a misspelt filter would hand out
 * everything.
 * @throws HttpException 400 INVALID_FORMAT.
 */
export function queryTexts<N extends string>(
  query: Readonly<Record<string, unknown>>,
  names: readonly N[],
): Record<N, string | null> {
  const unknown = Object.keys(query).find((name) => !names.some((known) => known === name));
  if (unknown !== undefined) {
    const there = names.join(', ');
    throw httpError(400, 'INVALID_FORMAT', `there is no parameter "${unknown.slice(0, 40)}"; there are ${there}`);
  }
  return Object.fromEntries(names.map((name) => [name, textOf(query, name)])) as Record<N, string | null>;
}

function textOf(query: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = query[name];
  if (value === undefined || value === '') return null;
  // PostgreSQL takes neither NUL nor half a surrogate pair, and nothing is called so.
  if (typeof value === 'string' && value.isWellFormed() && !value.includes('\0')) return value;
  throw httpError(400, 'INVALID_FORMAT', `${name} is one text`);
}
