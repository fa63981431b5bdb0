import { gtin14 } from '../catalog/gtin.js';
import { lawOf } from '../drift/normalise.js';
import { DEFAULT_RULES, ruleOf } from '../drift/source-of-truth.js';
import type { FieldValues, Json } from '../primitives/json.js';

/** One side of a row: its values are comparable fields (`comparableFields`), its prices in its own currency. */
export interface RowSide {
  side: string;
  currency: string;
  fields: FieldValues;
}

/** One field in which the paired sides do not agree, with what each of those that have the field holds. */
export interface SideDifference {
  field: string;
  values: { side: string; value: Json }[];
}

const MONEY: ReadonlySet<string> = new Set(['price', 'compareAtPrice', 'cost']);

/**
 * What differs between paired records, field by field in the order of names, after normalisation. A side that has no
 * place for a field, or whose value could not be read, is not asked; amounts are only set against the same currency.
 */
export function differencesOf(sides: readonly RowSide[]): SideDifference[] {
  const fields = [...new Set(sides.flatMap((each) => Object.keys(each.fields)))].sort();
  return fields.flatMap((field) => {
    const holders = sides.filter((each) => field in each.fields);
    const isApart = holders.some((one, index) => holders.slice(index + 1).some((other) => differs(field, one, other)));
    if (!isApart) return [];
    return [{ field, values: holders.map(({ side, fields: held }) => ({ side, value: held[field] ?? null })) }];
  });
}

function differs(field: string, one: RowSide, other: RowSide): boolean {
  if (MONEY.has(field) && one.currency !== other.currency) return false;
  const a = one.fields[field] ?? null;
  const b = other.fields[field] ?? null;
  if (a === b) return false;
  if (field === 'gtin') return wholeGtin(a) !== wholeGtin(b);
  return !lawOf(field).agrees(a, b, undefined, ruleOf(DEFAULT_RULES, field)?.tolerance ?? null);
}

/** A 12-digit UPC and its 13-digit form are one GTIN; what has other than digits is compared as it stands. */
function wholeGtin(value: Json): Json {
  return typeof value === 'string' && /^[0-9]{8,14}$/.test(value) ? gtin14(value) : value;
}
