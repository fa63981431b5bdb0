import type { AttributeDefinition } from '../attributes/definition.js';
import { ATTRIBUTE_KEY, ATTRIBUTE_TYPES, REQUIRED_FROM } from '../attributes/definition.js';
import { foldCode } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import type { SettingDefinition } from './setting.js';
import { LINE } from './setting.js';

/** Definitions of the catalogue's own attributes, in the order in which people see them. */
export type AttributesSetting = AttributeDefinition[];

const DEFINITIONS_LIMIT = 500;
const VALUES_LIMIT = 1_000;
const TYPES_LIMIT = 500;

export const attributesSetting: SettingDefinition<AttributesSetting> = {
  description:
    "The catalogue's own attributes: type, allowed values, product types that bear them, required from which state.",
  initial: [],
  schema: {
    type: 'array',
    maxItems: DEFINITIONS_LIMIT,
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['key', 'name', 'type'],
      properties: {
        key: {
          type: 'string',
          pattern: ATTRIBUTE_KEY,
          description: 'up to 64 lower-case letters, digits and underscores, a letter first',
        },
        name: LINE,
        type: { enum: [...ATTRIBUTE_TYPES] },
        values: { type: 'array', minItems: 1, maxItems: VALUES_LIMIT, items: LINE },
        productTypes: { type: 'array', maxItems: TYPES_LIMIT, items: LINE },
        requiredFrom: { enum: [...REQUIRED_FROM] },
        unit: { ...LINE, maxLength: 20 },
        description: { type: 'string', maxLength: 2_000 },
      },
    },
  },
  faults: (definitions) => [
    ...twice(definitions, ({ key }) => key).map(([index, key]) =>
      problem('INVALID_FORMAT', `the key ${key} is defined twice`, [index, 'key']),
    ),
    ...definitions.flatMap((definition, index) =>
      faultsOf(definition).map((fault) => ({ ...fault, field: [String(index), ...(fault.field ?? [])] })),
    ),
  ],
};

function faultsOf({ type, values, productTypes = [], unit }: AttributeDefinition): Problem[] {
  const faults: Problem[] = [];
  if (type === 'ENUM' && values === undefined)
    faults.push(problem('REQUIRED', 'an ENUM has its allowed values', ['values']));
  if (type !== 'ENUM' && values !== undefined) {
    faults.push(problem('INVALID_FORMAT', `only an ENUM has allowed values, and this is ${type}`, ['values']));
  }
  if (type !== 'NUMBER' && unit !== undefined) {
    faults.push(problem('INVALID_FORMAT', `only a NUMBER has a unit, and this is ${type}`, ['unit']));
  }
  for (const [index, value] of twice(values ?? [], (each) => each)) {
    faults.push(problem('INVALID_FORMAT', `the value ${value} is there twice`, ['values', index]));
  }
  for (const [index, productType] of twice(productTypes, foldCode)) {
    faults.push(
      problem('INVALID_FORMAT', `the type ${productType} is there twice, compared without case`, [
        'productTypes',
        index,
      ]),
    );
  }
  return faults;
}

/** Entries that repeat an earlier one, as path and key. */
function twice<T>(list: readonly T[], keyOf: (item: T) => string): [string, string][] {
  const seen = new Set<string>();
  return list.flatMap((item, index): [string, string][] => {
    const key = keyOf(item);
    const repeated = seen.has(key);
    seen.add(key);
    return repeated ? [[String(index), key]] : [];
  });
}
