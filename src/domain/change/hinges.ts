import type { Problem } from '../problem.js';

/** Fields that are judged by each other: where one of them is not known, nothing can be said of the others. A product's bear its prefix. */
const JUDGED_TOGETHER: readonly (readonly string[])[] = [
  ['price', 'compareAtPrice', 'systemValues', 'listedIn'],
  ['optionValues', 'product.optionNames', 'product'],
  ['attributes', 'product.productType', 'product'],
  ['gtin', 'product.productType'],
  ['state', 'to', 'successor'],
];

/** By what a naming policy may judge a code. */
const NAMES = [
  'title',
  'optionValues',
  'attributes',
  'product',
  'product.title',
  'product.vendor',
  'product.productType',
  'product.attributes',
];

/** Codes of what is judged by a whole composition: a line that does not hold leaves them open. */
const OF_ALL_LINES: ReadonlySet<string> = new Set(['TOO_MANY', 'REQUIRED']);

/**
 * Could a problem be gone, or another one, had the values held that were left out of planning?
 * @param place of the problem within its change: `["fields", "price"]`.
 * @param missing names of the fields that did not hold: of the SKU that the problem is about, and, after `product.`, of
 * its product.
 */
export function hingesOn({ code }: Problem, place: readonly string[], missing: ReadonlySet<string>): boolean {
  if (missing.size === 0) return false;
  const [name = ''] = place[0] === 'fields' ? place.slice(1) : place;
  if (name === 'code' || name === 'handle') return code === 'NAMING_POLICY' && NAMES.some((each) => missing.has(each));
  // What a step asks of a SKU, it asks of any field.
  if (name === 'to' && code !== 'TRANSITION_NOT_ALLOWED') return true;
  if (name === 'components' || name === 'bundle') return missing.has(name) && OF_ALL_LINES.has(code);
  const judgedBy = JUDGED_TOGETHER.filter((group) => group.includes(name)).flat();
  return [name, ...judgedBy].some((each) => missing.has(each));
}

/** The name of the field that a path within a change points into. */
export function fieldAt(place: readonly string[]): string {
  return (place[0] === 'fields' ? place[1] : place[0]) ?? '';
}
