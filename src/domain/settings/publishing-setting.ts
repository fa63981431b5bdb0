import type { CanaryRule } from '../publishing/canary.js';
import type { SettingDefinition } from './setting.js';

/** How what was approved is brought to the systems. */
export type PublishingSetting = {
  /** Large requests go to a few records first. */
  canary?: {
    /** A request that touches more records than this, in all systems together; 500. */
    above?: number;
    /** Per cent of a system's records that go first; 1. */
    firstPercent?: number;
    /** Per cent of what has ended that died, from which on it stops; never without an error; 5. */
    stopPercent?: number;
  };
};

const ABOVE = 500;
const FIRST_PERCENT = 1;
const STOP_PERCENT = 5;
/** More records than any master has: no request has a canary. */
const NEVER = 100_000_000;

export const publishingSetting: SettingDefinition<PublishingSetting> = {
  description:
    'When a request goes to a few records of a system first (above so many records), to how many (per cent), and from which share of errors (per cent) on it stops there.',
  initial: {},
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      canary: {
        type: 'object',
        additionalProperties: false,
        properties: {
          above: { type: 'integer', minimum: 1, maximum: NEVER },
          firstPercent: { type: 'number', exclusiveMinimum: 0, maximum: 100 },
          stopPercent: { type: 'number', minimum: 0, maximum: 100 },
        },
      },
    },
  },
  faults: () => [],
};

export function canaryRuleOf({ canary = {} }: PublishingSetting): CanaryRule {
  const { above = ABOVE, firstPercent = FIRST_PERCENT, stopPercent = STOP_PERCENT } = canary;
  return { above, firstPercent, stopPercent };
}
