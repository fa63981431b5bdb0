import type { FieldValues, Json } from '../primitives/json.js';
import { foldCode } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';

/** One line of a bundle: a SKU, by its code, and how many of it. The order of lines is the order in which people listed them. */
export interface BundleLine {
  sku: string;
  quantity: number;
}

/** Units of one SKU in one bundle (design 4.4; Shopify's own limit for a component is the same). */
export const QUANTITY_LIMIT = 2_000;
/** Exploded components of a bundle: what Shopify takes at most (design 4.1). */
export const COMPONENT_LIMIT = 30;
/** No SKU has a longer code (design 4.1). */
const CODE_LIMIT = 64;
/** Levels of bundles: one that holds simple SKUs only has one level. */
export const DEPTH_LIMIT = 5;

/**
 * What is wrong with the lines of a composition in themselves, whatever the SKUs are: all of it, each under its line.
 * Paths begin at the list: `["2", "quantity"]`.
 * @param own code of the bundle itself, where it is known: no bundle holds itself.
 */
export function compositionFaults(lines: readonly BundleLine[], own: string | null = null): Problem[] {
  if (lines.length === 0) return [problem('REQUIRED', 'a bundle has at least one component', [])];
  if (lines.length > COMPONENT_LIMIT) {
    return [problem('TOO_MANY', `a bundle has at most ${COMPONENT_LIMIT} components, not ${lines.length}`, [])];
  }
  const problems: Problem[] = [];
  const seen = new Set<string>();
  const ownKey = own === null ? null : foldCode(own);
  for (const [index, { sku, quantity }] of lines.entries()) {
    const key = foldCode(sku);
    const tooLong = sku.length > CODE_LIMIT;
    if (tooLong)
      problems.push(problem('TOO_LONG', `a SKU code has at most ${CODE_LIMIT} characters`, [String(index), 'sku']));
    else if (key === '') problems.push(problem('REQUIRED', 'a component names a SKU', [String(index), 'sku']));
    else if (key === ownKey) problems.push(problem('CYCLE', `${sku} would hold itself`, [String(index), 'sku']));
    else if (seen.has(key)) {
      problems.push(problem('DUPLICATE_CHANGE', `${sku} is listed twice`, [String(index), 'sku']));
    }
    seen.add(key);
    if (!isQuantity(quantity)) {
      const message = `a quantity is a whole number from 1 to ${QUANTITY_LIMIT}`;
      problems.push(problem('INVALID_FORMAT', message, [String(index), 'quantity']));
    }
  }
  if (lines.length === 1 && lines[0]?.quantity === 1) {
    problems.push(problem('INVALID_FORMAT', 'a lone component is in the bundle at least twice', ['0', 'quantity']));
  }
  return problems;
}

export function isQuantity(quantity: number): boolean {
  return Number.isInteger(quantity) && quantity >= 1 && quantity <= QUANTITY_LIMIT;
}

/** The lines of a composition as snapshots and patches hold them; empty for anything else. */
export function linesOf(value: Json | undefined): BundleLine[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((line) => {
    if (typeof line !== 'object' || line === null || Array.isArray(line)) return [];
    const { sku, quantity } = line;
    return typeof sku === 'string' && typeof quantity === 'number' ? [{ sku, quantity }] : [];
  });
}

/** The lines of a composition as JSON. */
export function linesJson(lines: readonly BundleLine[]): FieldValues[] {
  return lines.map(({ sku, quantity }) => ({ sku, quantity }));
}
