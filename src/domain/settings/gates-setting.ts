import type { SettingDefinition } from './setting.js';

/** Gates for which the house may choose; the others always block, because nothing works without them. */
export const OPTIONAL_GATES = ['WEIGHT', 'COUNTRY_OF_ORIGIN', 'HS_CODE', 'COST'] as const;
export type OptionalGate = (typeof OPTIONAL_GATES)[number];

/** For each of them: does an unsatisfied gate keep a SKU out of the state, or is it only told? */
export type GatesSetting = Partial<Record<OptionalGate, 'BLOCK' | 'WARN'>>;

/** By default these warn (design 4.2). */
export const gatesSetting: SettingDefinition<GatesSetting> = {
  description: 'Which lifecycle gates keep a SKU out of a state (BLOCK), and which are only told (WARN, the default).',
  initial: {},
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(OPTIONAL_GATES.map((gate) => [gate, { enum: ['BLOCK', 'WARN'] }])),
  },
  faults: () => [],
};
