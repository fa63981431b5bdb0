import type { FieldValues } from '../primitives/json.js';
import type { World } from './draft.js';

const NONE: ReadonlySet<string> = new Set();

/** Fields of one SKU or product whose present value is nobody's decision: they have an open quality issue. */
export function undecidedOf({ undecided }: World, entity: 'SKU' | 'PRODUCT', key: string): ReadonlySet<string> {
  return undecided?.get(`${entity}:${key}`) ?? NONE;
}

/** Those of them that a patch names, and so decides on, whatever it says of them; attributes by key. */
export function decidedBy(patch: FieldValues, undecided: ReadonlySet<string>): string[] {
  if (undecided.size === 0) return [];
  const { attributes } = patch;
  const keys = typeof attributes === 'object' && attributes !== null ? Object.keys(attributes) : [];
  const named = new Set([...Object.keys(patch), ...keys.map((key) => `attributes.${key}`)]);
  // Null for all attributes names every one of them.
  return [...undecided].filter((field) => named.has(field) || (attributes === null && field.startsWith('attributes.')));
}
