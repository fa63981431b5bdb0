import { compareDecimals, decimalPlaces, decimalText, isPlainDecimal } from '../../domain/primitives/decimal.js';
import { isPlainObject } from '../plain-object.js';
import type { Item } from './item-doc.js';

/** One refused field: a JSON pointer into the body, and why. */
export interface FieldProblem {
  pointer: string;
  detail: string;
}

/** What a kit is checked against: the other items as they are. */
export interface Kits {
  item(code: string): { item: Item } | null;
  isComponent(code: string): boolean;
}

const POINTER = '/components';
const MOST_PLACES = 4;
/** It writes quantities its own way: "2" is answered "2.000". */
const ANSWERED_PLACES = 3;

/**
 * The components of a kit: the whole list, `null` or `[]` for none. This ERP knows no kit within a kit, and no component
 * that it has no item of. Answers every problem at once.
 */
export function readComponents(
  code: string,
  given: unknown,
  kits: Kits,
): { components: Item['components']; problems: FieldProblem[] } {
  if (given === null) return { components: [], problems: [] };
  if (!Array.isArray(given))
    return { components: [], problems: [{ pointer: POINTER, detail: 'must be a list or null' }] };
  const problems: FieldProblem[] = [];
  const seen = new Set<string>([code]);
  const components = given.map((entry: unknown, at): Item['components'][number] => {
    const { code: component, quantity, ...rest } = isPlainObject(entry) ? entry : {};
    const pointer = `${POINTER}/${at}`;
    if (typeof component !== 'string' || Object.keys(rest).length > 0) {
      problems.push({ pointer, detail: 'must be {code, quantity}' });
      return { code: '', quantity: '' };
    }
    const wrong = problemOfCode(component, seen, code, kits);
    if (wrong !== null) problems.push({ pointer: `${pointer}/code`, detail: wrong });
    seen.add(component);
    const amount = readQuantity(quantity);
    if ('detail' in amount) problems.push({ pointer: `${pointer}/quantity`, detail: amount.detail });
    return { code: component, quantity: 'detail' in amount ? '' : amount.value };
  });
  if (components.length > 0 && kits.isComponent(code)) {
    problems.push({ pointer: POINTER, detail: 'this item is a component of a kit and cannot be a kit itself' });
  }
  return { components, problems };
}

function problemOfCode(component: string, seen: ReadonlySet<string>, code: string, kits: Kits): string | null {
  if (component === code) return 'an item cannot be a component of itself';
  if (seen.has(component)) return 'is listed twice';
  const held = kits.item(component);
  if (!held) return 'no item has this code';
  return held.item.components.length > 0 ? 'is a kit itself, which cannot be a component' : null;
}

function readQuantity(quantity: unknown): { value: string } | { detail: string } {
  if (typeof quantity !== 'string' || !isPlainDecimal(quantity)) return { detail: 'must be a decimal as text' };
  if (decimalPlaces(quantity) > MOST_PLACES) return { detail: `must have at most ${MOST_PLACES} places` };
  if (compareDecimals(quantity, '0') <= 0) return { detail: 'must be above 0' };
  return { value: decimalText(quantity, ANSWERED_PLACES) };
}
