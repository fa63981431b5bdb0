import type { FieldValues, Json } from '../primitives/json.js';
import { ownValue, sameJson } from '../primitives/json.js';

/** What cells say, each by the header of its column: as one text that can be kept. */
export function saidText(said: readonly (readonly [name: string, cell: string])[]): string {
  return JSON.stringify(said);
}

/**
 * The first column in which something else, or more, is said than before; null where it is the same. A column that is left
 * out says nothing. @param before, now texts of `saidText`, of one file.
 */
export function saidOtherwise(before: string, now: string): { column: string; value: string } | null {
  const earlier = new Map(JSON.parse(before) as [string, string][]);
  const other = (JSON.parse(now) as [string, string][]).find(([name, cell]) => earlier.get(name) !== cell);
  return other ? { column: other[0], value: other[1] } : null;
}

/**
 * Fields of a product in which a file says something else than the product has, by their paths. What is not set says
 * nothing, and options are compared elsewhere: a SKU is in its product only under the product's own.
 */
export function fieldsOtherwise(said: FieldValues, has: FieldValues): string[][] {
  return Object.entries(said).flatMap(([field, value]) => {
    if (field === 'optionNames' || isNothing(value)) return [];
    if (field !== 'attributes') return sameJson(value, has[field] ?? null) ? [] : [[field]];
    const present = mapOf(has[field] ?? null);
    return Object.entries(mapOf(value)).flatMap(([key, each]) =>
      isNothing(each) || sameJson(each, ownValue(present, key)) ? [] : [[field, key]],
    );
  });
}

function isNothing(value: Json): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

function mapOf(value: Json): Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
