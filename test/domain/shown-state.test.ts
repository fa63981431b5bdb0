import { describe, expect, it } from '@jest/globals';
import { shownStates } from '../../src/domain/drift/shown-state.js';

const shop = (published: boolean, inventoryPolicy = 'CONTINUE'): Record<string, string | boolean> => ({
  published,
  inventoryPolicy,
});
const item = (active: boolean, salable: boolean, purchasable: boolean): Record<string, boolean> => ({
  active,
  salable,
  purchasable,
});

describe('the steps that lead to what a system shows', () => {
  it.each([
    ['SHOPIFY', 'ACTIVE', shop(false), ['ON_HOLD']],
    ['SHOPIFY', 'ON_HOLD', shop(true), ['ACTIVE']],
    ['SHOPIFY', 'ON_HOLD', shop(true, 'DENY'), ['ACTIVE', 'PHASE_OUT']],
    ['SHOPIFY', 'PHASE_OUT', shop(true), ['ACTIVE']],
    ['SHOPIFY', 'PHASE_OUT', shop(false), ['RETIRED']],
    ['SHOPIFY', 'PRELAUNCH', shop(true), ['ACTIVE']],
    ['SHOPIFY', 'RETIRED', shop(true), []],
    ['ERP', 'ACTIVE', item(true, false, true), ['ON_HOLD']],
    ['ERP', 'ACTIVE', item(true, true, false), ['PHASE_OUT']],
    ['ERP', 'ACTIVE', item(false, false, false), []],
    ['ERP', 'ON_HOLD', item(true, true, true), ['ACTIVE']],
    ['ERP', 'PHASE_OUT', item(false, true, false), ['RETIRED']],
    ['ERP', 'PRELAUNCH', item(false, false, true), ['RETIRED']],
  ] as const)('%s: from %s, %j', (kind, from, found, states) => {
    expect(shownStates(kind, from, found)).toEqual(states);
  });
});
