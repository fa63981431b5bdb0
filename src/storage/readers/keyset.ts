import { crc32 } from 'node:zlib';
import type { Page, PageRequest } from '../../application/ports/page.js';
import { BadCursor, PAGE_LIMIT } from '../../application/ports/page.js';
import { isStorable } from '../../domain/primitives/text.js';
import { instantOf } from '../instants.js';
import type { Sql } from '../sql.js';

/**
 * The sort key of a row as an opaque text: what the next page begins behind.
 * @param list which list it is a place in: a key of the same form in another list would be a place there too.
 */
export function cursorOf(key: readonly string[], list: string): string {
  return Buffer.from(JSON.stringify([list, ...key])).toString('base64url');
}

/** What each part of a sort key may be, by its cast. PostgreSQL would fail on anything else: a fault of ours. */
const PARTS: Record<string, (text: string) => boolean> = {
  text: isStorable,
  uuid: (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text),
  int: (text) => /^\d{1,9}$/.test(text),
  bigint: (text) => /^\d{1,18}$/.test(text),
  timestamptz: (text) => instantOf(text) !== null,
};

/** The sort key in a cursor; throws BadCursor for anything that `cursorOf` did not make of such parts for this list. */
export function keyOf(cursor: string, casts: readonly string[], list: string): string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parts) && parts[0] === list && parts.length === casts.length + 1) {
      const key: unknown[] = parts.slice(1);
      if (key.every((part, index): part is string => fits(part, casts[index] ?? ''))) return key;
    }
  } catch {
    throw new BadCursor();
  }
  throw new BadCursor();
}

function fits(part: unknown, cast: string): part is string {
  return typeof part === 'string' && (PARTS[cast] ?? isStorable)(part);
}

export interface KeysetQuery {
  /** FROM and WHERE without the keyset condition; values numbered from $1. */
  from: string;
  where: string;
  values: readonly unknown[];
  columns: string;
  /** Sort key, most significant first; every part must be unique together and never null. */
  order: readonly { column: string; cast: string }[];
  descending?: boolean;
}

/** What tells cursors of one list from those of another: the table it is of, and its order; not its filters. */
function listMark({ from, order, descending }: KeysetQuery): string {
  const parts = [/^\S*/.exec(from)?.[0], ...order.map(({ column }) => column), descending ? 'desc' : 'asc'];
  return crc32(parts.join(' ')).toString(36);
}

/**
 * One page by keyset: no OFFSET, so that a page costs the same wherever it is, and rows that come and go shift nothing.
 * One statement (one row more than asked tells whether there is a next); the exact count is another, for who asks.
 */
export async function readPage<Row, T>(
  sql: Sql,
  page: PageRequest,
  query: KeysetQuery,
  toNode: (row: Row) => T,
): Promise<Page<T>> {
  const first = Math.min(page.first, PAGE_LIMIT);
  const values = [...query.values];
  const direction = query.descending ? 'desc' : 'asc';
  const order = query.order.map(({ column }) => `${column} ${direction}`).join(', ');
  const list = listMark(query);
  let where = query.where;
  if (page.after !== null) {
    const casts = query.order.map(({ cast }) => cast);
    const key = keyOf(page.after, casts, list);
    const places = query.order.map(({ cast }, index) => {
      values.push(key[index]);
      return `$${values.length}::${cast}`;
    });
    where += ` and (${query.order.map(({ column }) => column).join(', ')}) ${query.descending ? '<' : '>'} (${places.join(', ')})`;
  }
  const keys = query.order.map(({ column }, index) => `${column}::text as key_${index}`).join(', ');
  const rows = await sql.rows<Row & { [key: `key_${number}`]: string }>(
    `select ${query.columns}, ${keys} from ${query.from} where ${where} order by ${order} limit ${first + 1}`,
    values,
  );
  const items = rows.slice(0, first).map((row) => ({
    cursor: cursorOf(
      query.order.map((_, index) => row[`key_${index}`] ?? ''),
      list,
    ),
    node: toNode(row),
  }));
  return {
    items,
    hasNextPage: rows.length > first,
    hasPreviousPage: page.after !== null,
    totalCount: async () => {
      const text = `select count(*) as count from ${query.from} where ${query.where}`;
      const [row] = await sql.rows<{ count: string }>(text, query.values);
      return Number(row?.count ?? 0);
    },
  };
}

/** Takes a value and answers its place ($1, $2, …). */
export type Place = (value: unknown) => string;

/** A condition's text, its values put where they belong. */
export type Condition = (place: Place) => string;

/** Conditions gathered one by one, each with its own values. */
export class Conditions {
  readonly values: unknown[];
  private readonly parts: string[] = [];

  /** @param values of what stands before the conditions, numbered from $1. */
  constructor(values: readonly unknown[] = []) {
    this.values = [...values];
  }

  readonly place: Place = (value) => {
    this.values.push(value);
    return `$${this.values.length}`;
  };

  /** Adds a condition unless its value is absent; `text` is given the value's place ($1, $2, …). */
  add(value: unknown, text: (place: string) => string): this {
    if (value === null || value === undefined) return this;
    this.parts.push(text(this.place(value)));
    return this;
  }

  require(condition: Condition): this {
    this.parts.push(condition(this.place));
    return this;
  }

  get where(): string {
    return this.parts.length > 0 ? this.parts.join(' and ') : 'true';
  }
}
