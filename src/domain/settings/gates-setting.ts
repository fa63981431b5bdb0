import { foldCode } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import type { SettingDefinition } from './setting.js';

/** Does an unsatisfied gate keep a SKU out of the state, or is it only told? */
export type GateEffect = 'BLOCK' | 'WARN';

/** Gates for which the house may choose; the others are as the table of gates has them, because nothing works without them. */
export const CHOOSABLE_GATES = [
  'OWNER',
  'NAMING',
  'WEIGHT',
  'COUNTRY_OF_ORIGIN',
  'HS_CODE',
  'ATTRIBUTE_REQUIRED',
  'GTIN',
  'COST',
  'SYSTEM_FIELD',
  'STOCK',
  'COMPONENTS_LISTED',
  'COMPONENT_COST',
  'COMPONENT_PRICE',
  'COMPONENT_WEIGHT',
] as const;
export type ChoosableGate = (typeof CHOOSABLE_GATES)[number];

type Effects = Partial<Record<ChoosableGate, GateEffect>>;

/** Effects for every SKU, and others for SKUs of some product types (compared without case). */
export type GatesSetting = Effects & { productTypes?: { [productType: string]: Effects } };

const EFFECTS = Object.fromEntries(CHOOSABLE_GATES.map((gate) => [gate, { enum: ['BLOCK', 'WARN'] }]));
const TYPES_LIMIT = 500;

/** A gate that is not named keeps the effect that the lifecycle gives it (design 4.2; docs/lifecycle.md). */
export const gatesSetting: SettingDefinition<GatesSetting> = {
  description:
    'Which lifecycle gates keep a SKU out of a state (BLOCK), and which are only told (WARN); for all, or by product type.',
  initial: {},
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...EFFECTS,
      productTypes: {
        type: 'object',
        maxProperties: TYPES_LIMIT,
        additionalProperties: { type: 'object', additionalProperties: false, properties: EFFECTS },
      },
    },
  },
  faults: ({ productTypes = {} }) => repeatedTypes(Object.keys(productTypes)),
};

/** What the house chose for a gate and a product type; null where it left the choice to the table of gates. */
export function effectChosen(setting: GatesSetting, gate: string, productType: string | null): GateEffect | null {
  const known = CHOOSABLE_GATES.find((each) => each === gate);
  if (!known) return null;
  const own = Object.entries(setting.productTypes ?? {}).find(
    ([type]) => productType !== null && foldCode(type) === foldCode(productType),
  );
  return own?.[1][known] ?? setting[known] ?? null;
}

function repeatedTypes(types: readonly string[]): Problem[] {
  const seen = new Set<string>();
  return types.flatMap((type) => {
    const repeated = seen.has(foldCode(type));
    seen.add(foldCode(type));
    const message = `the type ${type} is there twice, compared without case`;
    return repeated ? [problem('INVALID_FORMAT', message, ['productTypes', type])] : [];
  });
}
