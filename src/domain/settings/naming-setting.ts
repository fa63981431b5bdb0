import { GRAMMAR_LIMIT } from '../naming/grammar.js';
import type { NamingPolicy } from '../naming/policy.js';
import { policyFaults } from '../naming/read-policies.js';
import type { JsonSchema, SettingDefinition } from './setting.js';
import { LINE } from './setting.js';

/** How SKU codes are to look, for which products. */
export type NamingSetting = NamingPolicy[];

const POLICIES_LIMIT = 200;
const SCOPE_LIMIT = 100;
const DICTIONARY_LIMIT = 2_000;
const SCOPE: JsonSchema = { type: 'array', maxItems: SCOPE_LIMIT, items: LINE };

/** Not `oneOf`: of a value that fits no branch that would tell the faults of all of them. The kind says which one is meant. */
const SEGMENT: JsonSchema = {
  type: 'object',
  required: ['kind'],
  properties: { kind: { enum: ['DICTIONARY', 'VALUE', 'COUNTER', 'LETTERS', 'DIGITS', 'FREE'] } },
  allOf: [
    ofKind(['DICTIONARY'], {
      of: LINE,
      values: {
        type: 'object',
        maxProperties: DICTIONARY_LIMIT,
        additionalProperties: { type: 'string', minLength: 1, maxLength: 64 },
      },
    }),
    ofKind(['VALUE'], { of: LINE }),
    ofKind(['COUNTER', 'LETTERS', 'DIGITS', 'FREE'], {}),
  ],
};

/** What a segment of these kinds has beside its kind: all of it, and nothing else. */
function ofKind(kinds: string[], properties: JsonSchema): JsonSchema {
  return {
    if: { not: { type: 'object', required: ['kind'], properties: { kind: { enum: kinds } } } },
    else: {
      type: 'object',
      additionalProperties: false,
      required: Object.keys(properties),
      properties: { kind: true, ...properties },
    },
  };
}

export const namingSetting: SettingDefinition<NamingSetting> = {
  description:
    'Naming policies: how SKU codes are to look, by product type and vendor; the most specific one holds. None: any code.',
  initial: [],
  schema: {
    type: 'array',
    maxItems: POLICIES_LIMIT,
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['name', 'grammar'],
      properties: {
        name: { ...LINE, maxLength: 64 },
        scope: { type: 'object', additionalProperties: false, properties: { productTypes: SCOPE, vendors: SCOPE } },
        grammar: { type: 'string', minLength: 1, maxLength: GRAMMAR_LIMIT },
        segments: { type: 'object', maxProperties: 20, additionalProperties: SEGMENT },
        upperCase: { type: 'boolean' },
        enforce: { type: 'boolean' },
      },
    },
  },
  faults: policyFaults,
};
