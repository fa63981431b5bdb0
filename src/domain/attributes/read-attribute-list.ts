import type { Json } from '../primitives/json.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import type { AttributeDefinition } from './definition.js';
import { isAttributeKey } from './definition.js';
import { readAttribute } from './read-attribute.js';

/** An attribute as a caller names it; a value of null clears. */
export interface AttributeDraft {
  key: string;
  value: Json;
}

/** What the house calls its attributes, by key. */
export type Definitions = ReadonlyMap<string, AttributeDefinition>;

const LIST_LIMIT = 500;

/** Where nothing is defined, no key is known. */
export const NO_DEFINITIONS: Definitions = new Map();

export function definitionsOf(definitions: readonly AttributeDefinition[]): Definitions {
  return new Map(definitions.map((each) => [each.key, each]));
}

/**
 * Attributes as a caller lists them, in canonical form by key; every problem at its own place in the list
 * (`["0", "value"]`). Whether they belong to the product's type is asked when the product is known.
 */
export function readAttributeList(
  list: readonly AttributeDraft[],
  definitions: Definitions,
): { values: Record<string, Json>; problems: Problem[] } {
  if (list.length > LIST_LIMIT) {
    return { values: {}, problems: [problem('TOO_MANY', `at most ${LIST_LIMIT} attributes`, [])] };
  }
  const problems: Problem[] = [];
  const values: [string, Json][] = [];
  const seen = new Set<string>();
  for (const [index, { key, value }] of list.entries()) {
    const place = String(index);
    if (seen.has(key)) problems.push(problem('DUPLICATE_CHANGE', `${named(key)} is named twice`, [place, 'key']));
    seen.add(key);
    const fault = attributeFault(key, value, definitions);
    if (fault.problem) problems.push({ ...fault.problem, field: [place, ...(fault.problem.field ?? [])] });
    else values.push([key, fault.value]);
  }
  // Not by assignment: `__proto__` is a key like any other here.
  return { values: Object.fromEntries(values), problems };
}

/**
 * One attribute against its definition: its canonical value, or its problem at `["key"]` or `["value"]`. Clearing is
 * allowed whatever the key, so that what an earlier time left behind can be tidied away.
 */
export function attributeFault(
  key: string,
  value: Json,
  definitions: Definitions,
): { problem: Problem; value: null } | { problem: null; value: Json } {
  if (value === null) return { problem: null, value };
  const definition = definitions.get(key);
  if (!definition) return { problem: unknownAttribute(key, definitions), value: null };
  const reading = readAttribute(definition, value);
  if (reading.ok) return { problem: null, value: reading.value };
  return { problem: problem(reading.code, `${definition.key} ${reading.message}`, ['value']), value: null };
}

export function unknownAttribute(key: string, definitions: Definitions): Problem {
  if (!isAttributeKey(key)) {
    const form = 'is small letters, digits and underscores, a letter first, at most 64 of them';
    return problem('ATTRIBUTE_UNKNOWN', `${named(key)} can be no attribute: a key ${form}`, ['key']);
  }
  const known = [...definitions.keys()].slice(0, 20).join(', ');
  const rest = definitions.size > 20 ? ` and ${definitions.size - 20} more` : '';
  const there = definitions.size === 0 ? 'no attributes are defined' : `there are: ${known}${rest}`;
  return problem('ATTRIBUTE_UNKNOWN', `no attribute has the key ${named(key)}; ${there}`, ['key']);
}

function named(key: string): string {
  return `"${key.slice(0, 64)}"`;
}
