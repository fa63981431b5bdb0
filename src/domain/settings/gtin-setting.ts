import type { GtinRules } from '../catalog/gtin.js';
import { foldCode } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import type { SettingDefinition } from './setting.js';
import { LINE } from './setting.js';

/** What the house asks of GTINs. What is left out has its default. */
export type GtinSetting = {
  /** Restricted circulation numbers (02, 04, 20 to 29; GTIN-8s that begin with 0 or 2) are taken too; false. */
  allowRestricted?: boolean;
  /** Product types whose SKUs have a GTIN when they become ACTIVE, compared without case; none. */
  requiredFor?: 'ALL' | string[];
};

const TYPES_LIMIT = 500;

export const gtinSetting: SettingDefinition<GtinSetting> = {
  description:
    'Whether GTINs for restricted circulation are taken, and which product types have a GTIN when they become ACTIVE.',
  initial: {},
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      allowRestricted: { type: 'boolean' },
      requiredFor: {
        // Not `oneOf`, which would tell of every wrong value that it is neither.
        allOf: [
          { if: { not: { type: 'array' } }, else: { type: 'array', maxItems: TYPES_LIMIT, items: LINE } },
          { if: { type: 'array' }, else: { const: 'ALL', description: '"ALL", or a list of product types' } },
        ],
      },
    },
  },
  faults: ({ requiredFor }) => (Array.isArray(requiredFor) ? repeated(requiredFor) : []),
};

export function gtinRulesOf(setting: GtinSetting): GtinRules {
  return { allowRestricted: setting.allowRestricted ?? false };
}

/** Does a SKU of this product type need a GTIN to become ACTIVE? */
export function isGtinRequired({ requiredFor = [] }: GtinSetting, productType: string | null): boolean {
  if (requiredFor === 'ALL') return true;
  return productType !== null && requiredFor.some((type) => foldCode(type) === foldCode(productType));
}

function repeated(types: readonly string[]): Problem[] {
  const folded = types.map(foldCode);
  return types.flatMap((type, index) =>
    folded.indexOf(foldCode(type)) === index
      ? []
      : [
          problem('INVALID_FORMAT', `the type ${type} is there twice, compared without case`, [
            'requiredFor',
            String(index),
          ]),
        ],
  );
}
