import { GRAMMAR_LIMIT } from '../naming/grammar.js';
import type { NamingPolicy } from '../naming/policy.js';
import { policyFaults } from '../naming/read-policies.js';
import type { JsonSchema, SettingDefinition } from './setting.js';

/** How SKU codes are to look, for which products. */
export type NamingSetting = NamingPolicy[];

const POLICIES_LIMIT = 200;
const SCOPE_LIMIT = 100;
const DICTIONARY_LIMIT = 2_000;
/** One line without spaces at its ends. */
const LINE: JsonSchema = { type: 'string', minLength: 1, maxLength: 255, pattern: '^\\S(.*\\S)?$' };
const SCOPE: JsonSchema = { type: 'array', maxItems: SCOPE_LIMIT, items: LINE };

const SEGMENT: JsonSchema = {
  oneOf: [
    {
      type: 'object',
      additionalProperties: false,
      required: ['kind', 'of', 'values'],
      properties: {
        kind: { const: 'DICTIONARY' },
        of: LINE,
        values: {
          type: 'object',
          maxProperties: DICTIONARY_LIMIT,
          additionalProperties: { type: 'string', minLength: 1, maxLength: 64 },
        },
      },
    },
    {
      type: 'object',
      additionalProperties: false,
      required: ['kind', 'of'],
      properties: { kind: { const: 'VALUE' }, of: LINE },
    },
    {
      type: 'object',
      additionalProperties: false,
      required: ['kind'],
      properties: { kind: { enum: ['COUNTER', 'LETTERS', 'DIGITS', 'FREE'] } },
    },
  ],
};

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
