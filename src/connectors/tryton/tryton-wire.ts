import type { Json } from '../../domain/primitives/json.js';

/** One row of a model as `search_read` answers it: fields of related rows stand under `relation.`. */
export type Row = { [key: string]: Json };

export type Domain = Json[];

/** Seconds since 1970 with six places, as Tryton writes a record's timestamp. */
export type Stamp = string;

/** A decimal as Tryton's JSON has it: a bare number would have been rounded on the way. */
export function decimal(text: string): Json {
  return { __class__: 'Decimal', decimal: text };
}

/** The text of a decimal; null where nothing is there; undefined where it is something else. */
export function decimalIn(value: Json | undefined): string | null | undefined {
  if (value === null || value === undefined) return null;
  return isRow(value) && value['__class__'] === 'Decimal' && typeof value['decimal'] === 'string'
    ? value['decimal']
    : undefined;
}

/** An instant in UTC, to the microsecond, as Tryton's domains take it. */
export function datetime(stamp: Stamp): Json {
  const [seconds = '0', fraction = ''] = stamp.split('.');
  const at = new Date(Number(seconds) * 1000);
  return {
    __class__: 'datetime',
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    day: at.getUTCDate(),
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
    second: at.getUTCSeconds(),
    microsecond: Number(fraction.padEnd(6, '0').slice(0, 6)),
  };
}

export function date(at: Date): Json {
  return { __class__: 'date', year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() };
}

export function instantOf(stamp: Stamp): string {
  return new Date(Number(stamp) * 1000).toISOString();
}

export function isRow(value: Json | undefined): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The related row under `name.`; null where there is none. */
export function related(row: Row, name: string): Row | null {
  const value = row[`${name}.`];
  return isRow(value) ? value : null;
}

/** The related rows under `name.`. */
export function relatedRows(row: Row, name: string): Row[] {
  const value = row[`${name}.`];
  return Array.isArray(value) ? value.filter(isRow) : [];
}

export function textIn(row: Row | null, key: string): string | null {
  const value = row?.[key];
  return typeof value === 'string' && value !== '' ? value : null;
}

export function numberIn(row: Row | null, key: string): number | null {
  const value = row?.[key];
  return typeof value === 'number' ? value : null;
}

/** Both of what it takes to say which row of a company counts: its own, else the one for all. */
export function ofCompany(rows: readonly Row[], company: number): Row | null {
  return rows.find((row) => row['company'] === company) ?? rows.find((row) => row['company'] === null) ?? null;
}
