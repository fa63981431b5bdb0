import type { AllocationMethod } from '../bundle/allocate.js';
import { compareDecimals, isPlainDecimal } from '../primitives/decimal.js';
import { foldCode } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import type { SettingDefinition } from './setting.js';

/** How one bundle's price is spread, where it is not as all others'. */
export type BundleAllocation = {
  /** The bundle's SKU code. */
  bundle: string;
  method: AllocationMethod;
  /** Of FIXED, and only there: what each simple SKU in it has of the price, for all of its units together. */
  amounts?: { sku: string; amount: string }[];
};

/** How the prices of bundles are spread over what is in them. */
export type AllocationSetting = {
  /** Of every bundle that is not named; PRICE_SHARE. */
  method?: 'PRICE_SHARE' | 'COST_SHARE';
  bundles?: BundleAllocation[];
};

const BUNDLES_LIMIT = 5_000;
const COMPONENTS_LIMIT = 30;
const CODE = { type: 'string', minLength: 1, maxLength: 64 } as const;
const PLACES = /^\d{1,10}(?:\.\d{1,4})?$/;

export const allocationSetting: SettingDefinition<AllocationSetting> = {
  description:
    'How the price of a bundle is spread over its components: by what they cost a buyer (PRICE_SHARE) or the house (COST_SHARE), or by fixed amounts.',
  initial: {},
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      method: { enum: ['PRICE_SHARE', 'COST_SHARE'] },
      bundles: {
        type: 'array',
        maxItems: BUNDLES_LIMIT,
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['bundle', 'method'],
          properties: {
            bundle: CODE,
            method: { enum: ['PRICE_SHARE', 'COST_SHARE', 'FIXED'] },
            amounts: {
              type: 'array',
              minItems: 1,
              maxItems: COMPONENTS_LIMIT,
              items: {
                type: 'object',
                additionalProperties: false,
                required: ['sku', 'amount'],
                properties: { sku: CODE, amount: { type: 'string' } },
              },
            },
          },
        },
      },
    },
  },
  faults: ({ bundles = [] }) => [
    ...repeated(
      bundles.map(({ bundle }) => bundle),
      (index) => ['bundles', String(index), 'bundle'],
    ),
    ...bundles.flatMap(faultsOf),
  ],
};

/** How this bundle's price is spread, and what is fixed for a SKU in it. */
export function allocationOf(
  { method = 'PRICE_SHARE', bundles = [] }: AllocationSetting,
  bundle: string,
): { method: AllocationMethod; fixed: (sku: string) => string | null } {
  const own = bundles.find((each) => foldCode(each.bundle) === foldCode(bundle));
  const amounts = new Map((own?.amounts ?? []).map(({ sku, amount }) => [foldCode(sku), amount]));
  return { method: own?.method ?? method, fixed: (sku) => amounts.get(foldCode(sku)) ?? null };
}

function faultsOf({ method, amounts }: BundleAllocation, index: number): Problem[] {
  const at = (...path: string[]): string[] => ['bundles', String(index), ...path];
  if (method !== 'FIXED') {
    return amounts ? [problem('INVALID_FORMAT', 'amounts are there for FIXED only', at('amounts'))] : [];
  }
  if (!amounts) return [problem('REQUIRED', 'FIXED names what each component has of the price', at('amounts'))];
  const wrong = amounts.flatMap(({ amount }, line) =>
    PLACES.test(amount) && isPlainDecimal(amount) && compareDecimals(amount, '0') >= 0
      ? []
      : [
          problem(
            'INVALID_FORMAT',
            'an amount is a plain decimal of at least 0, with at most 4 places',
            at('amounts', String(line), 'amount'),
          ),
        ],
  );
  const doubled = repeated(
    amounts.map(({ sku }) => sku),
    (line) => at('amounts', String(line), 'sku'),
  );
  return [...wrong, ...doubled];
}

function repeated(codes: readonly string[], pathOf: (index: number) => string[]): Problem[] {
  const seen = new Set<string>();
  return codes.flatMap((code, index) => {
    const key = foldCode(code);
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [problem('INVALID_FORMAT', `${code} is there twice, compared as codes are`, pathOf(index))];
  });
}
