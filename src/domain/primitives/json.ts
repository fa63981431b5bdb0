/** A value that survives JSON unchanged: what snapshots, findings and field changes carry. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Values of one record by canonical field name (`price`, `product.title`, `lifecycle`, …). */
export type FieldValues = Record<string, Json>;

/** One field before and after. `null` stands for "not set"; money and measures are exact decimals as strings. */
export interface FieldChange {
  field: string;
  from: Json;
  to: Json;
}

/** The value that the map itself holds under a key of people's: `constructor` is one like any other. Null where it has none. */
export function ownValue(map: Readonly<Record<string, Json>>, key: string): Json {
  return Object.hasOwn(map, key) ? (map[key] ?? null) : null;
}

/**
 * Deep equality of JSON values; the order of object keys does not matter, the order of lists does. Says what comparing the
 * `canonicalJson` of both would, and writes no text for it: a scan asks it millions of times.
 */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  return same(a ?? null, b ?? null);
}

function same(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (typeof a === 'string' || typeof b === 'string') return false;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object')
    return canonicalJson(a) === canonicalJson(b);
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((each, at) => same(each, b[at] ?? null));
  }
  if (Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(a[key] ?? null, b[key] ?? null))
  );
}

/** The same text in pieces, of which each is one inner value of a long list or map: to be hashed piece by piece. */
export function* canonicalPieces(value: Json, depth = 2): Generator<string> {
  if (depth === 0 || value === null || typeof value !== 'object') return yield canonicalJson(value);
  const isList = Array.isArray(value);
  let before = isList ? '[' : '{';
  for (const key of isList ? value.keys() : Object.keys(value).sort()) {
    const inner = isList ? value[Number(key)] : (value as Record<string, Json>)[key];
    yield isList ? before : `${before}${JSON.stringify(key)}:`;
    yield* canonicalPieces(inner ?? null, depth - 1);
    before = ',';
  }
  const empty = before === ',' ? '' : before;
  yield `${empty}${isList ? ']' : '}'}`;
}

/** One text for one value, whatever the order of its keys: for comparing and hashing. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`).join(',')}}`;
}
