import { describe, expect, it } from '@jest/globals';
import type { LifecycleState } from '../../src/domain/catalog/lifecycle.js';
import { faultsOfLifecycle, LIFECYCLE_STATES, TRANSITIONS } from '../../src/domain/catalog/lifecycle.js';
import type { Sku } from '../../src/domain/catalog/sku.js';
import { DEFAULT_RULES } from '../../src/domain/drift/source-of-truth.js';
import { settingFaults } from '../../src/domain/settings/setting.js';
import { DEFAULT_SETTINGS, SETTINGS } from '../../src/domain/settings/settings.js';
import type { Gate, GateFacts, GateRule } from '../../src/domain/gates/gate.js';
import { faultsOfGates } from '../../src/domain/gates/gate-faults.js';
import { GATE_RULES, gatesOf } from '../../src/domain/gates/gate-rules.js';
import { gateFactsWith } from '../support/gate-facts.js';
import { teaSku } from '../support/plan-kit.js';

const NOW = new Date('2026-11-25T12:00:00Z');
const open = (gates: readonly Gate[]): string[] =>
  gates.flatMap(({ code, satisfied, blocks }) => (satisfied ? [] : [`${code} ${blocks ? 'blocks' : 'warns'}`]));
const missing = (state: LifecycleState, sku: Partial<Sku>, facts: Partial<GateFacts> = {}): string[] =>
  open(gatesOf(state, teaSku('A', sku), gateFactsWith(facts)));
const house = (gates: GateFacts['settings']['gates'], over: Partial<GateFacts> = {}): Partial<GateFacts> => ({
  settings: { ...DEFAULT_SETTINGS, gates },
  ...over,
});

describe('the table of gates', () => {
  const rule = (over: Partial<GateRule>): GateRule[] => [
    ...GATE_RULES,
    {
      code: 'NEW',
      states: { ACTIVE: 'BLOCK' },
      choosable: false,
      message: 'is new',
      problem: 'GATE_UNSATISFIED',
      fields: ['title'],
      ask: () => [],
      ...over,
    },
  ];

  it('is sound', () => {
    expect(faultsOfGates(GATE_RULES)).toEqual([]);
    expect(faultsOfGates(rule({}))).toEqual([]);
  });

  it.each<[string, Partial<GateRule>, string]>([
    ['no state', { states: {} }, 'NEW is asked by no state'],
    ['a state that there is not', { states: { SOLD: 'BLOCK' } as never }, 'NEW is asked by SOLD, which is no state'],
    ['DRAFT', { states: { DRAFT: 'WARN' } }, 'NEW is asked by DRAFT, where everything begins'],
    ['ON_HOLD, as a hindrance', { states: { ON_HOLD: 'BLOCK' } }, 'NEW blocks ON_HOLD, which must be open'],
    ['a code twice', { code: 'TITLE' }, 'TITLE is there twice'],
    ['no code', { code: 'new one' }, 'new one is no code'],
    ['a choice that the setting does not offer', { choosable: true }, 'the setting gates does not know NEW'],
    ['nothing to say', { message: ' ' }, 'NEW says nothing'],
    ['no field', { fields: [] }, 'NEW names no field'],
  ])('is found unsound with %s', (_name, over, fault) => {
    expect(faultsOfGates(rule(over)).join('\n')).toContain(fault);
  });

  it('offers no choice for a gate that is gone', () => {
    const without = GATE_RULES.filter(({ code }) => code !== 'WEIGHT');
    expect(faultsOfGates(without)).toEqual(['the setting gates knows WEIGHT, which no gate is']);
  });
});

describe('the lifecycle', () => {
  it.each<[string, object, string]>([
    ['an unknown target', { ...TRANSITIONS, DRAFT: ['PRELAUNCH', 'SOLD'] }, 'DRAFT leads to SOLD, which is no state'],
    ['an unknown state', { ...TRANSITIONS, SOLD: ['RETIRED'] }, 'SOLD is no state'],
    ['a state without a line', { ...TRANSITIONS, ON_HOLD: undefined }, 'ON_HOLD has no line'],
    ['a target twice', { ...TRANSITIONS, DRAFT: ['PRELAUNCH', 'PRELAUNCH'] }, 'DRAFT leads to one state twice'],
    ['a dead end', { ...TRANSITIONS, PHASE_OUT: ['PHASE_OUT'] }, 'PHASE_OUT can never be RETIRED'],
  ])('is found unsound with %s', (_name, table, fault) => {
    const clean = Object.fromEntries(Object.entries(table).filter(([, targets]) => targets !== undefined));
    expect(faultsOfLifecycle(clean as typeof TRANSITIONS)).toContain(fault);
  });
});

describe('gates', () => {
  it('ask nothing of a SKU that lacks nothing, whatever the state', () => {
    for (const state of LIFECYCLE_STATES) expect({ state, open: missing(state, {}) }).toEqual({ state, open: [] });
  });

  it.each<[LifecycleState, string[]]>([
    ['DRAFT', []],
    [
      'PRELAUNCH',
      ['TITLE blocks', 'PRODUCT blocks', 'OWNER blocks', 'WEIGHT warns', 'COUNTRY_OF_ORIGIN warns', 'HS_CODE warns'],
    ],
    [
      'ACTIVE',
      [
        'TITLE blocks',
        'PRODUCT blocks',
        'OWNER blocks',
        'WEIGHT warns',
        'COUNTRY_OF_ORIGIN warns',
        'HS_CODE warns',
        'PRICE blocks',
        'PRICE_MISSING_FOR_SYSTEM blocks',
        'COST warns',
      ],
    ],
    [
      'ON_HOLD',
      ['TITLE warns', 'PRODUCT warns', 'OWNER warns', 'WEIGHT warns', 'COUNTRY_OF_ORIGIN warns', 'HS_CODE warns'],
    ],
    [
      'PHASE_OUT',
      [
        'TITLE blocks',
        'PRODUCT blocks',
        'OWNER blocks',
        'WEIGHT warns',
        'COUNTRY_OF_ORIGIN warns',
        'HS_CODE warns',
        'PRICE blocks',
        'PRICE_MISSING_FOR_SYSTEM blocks',
        'COST warns',
      ],
    ],
    ['RETIRED', ['STOCK warns']],
  ])('of %s tell everything at once', (state, expected) => {
    const bare = { title: ' ', weight: null, countryOfOrigin: null, hsCode: null, price: null, cost: null };
    const facts = {
      product: null,
      ownerResolved: false,
      stores: [{ code: 'shopify', currency: 'EUR' }],
      stock: [{ system: 'erp', onHand: '3', reportedAt: NOW }],
    };
    expect(missing(state, bare, facts)).toEqual(expected);
  });

  it('block as the house says, for all or by product type, but never what is recalled', () => {
    const light = { weight: null };
    expect(missing('PRELAUNCH', light, house({ WEIGHT: 'BLOCK' }))).toEqual(['WEIGHT blocks']);
    expect(missing('ON_HOLD', light, house({ WEIGHT: 'BLOCK' }))).toEqual(['WEIGHT warns']);
    expect(missing('PRELAUNCH', {}, house({ OWNER: 'WARN' }, { ownerResolved: false }))).toEqual(['OWNER warns']);
    const byType = { productTypes: { ' t ': { WEIGHT: 'BLOCK' as const } } };
    expect(missing('PRELAUNCH', light, house(byType))).toEqual(['WEIGHT blocks']);
    const other = { WEIGHT: 'BLOCK' as const, productTypes: { T: { WEIGHT: 'WARN' as const } } };
    expect(missing('PRELAUNCH', light, house(other))).toEqual(['WEIGHT warns']);
    const elsewhere = { WEIGHT: 'BLOCK' as const, productTypes: { Shoes: { WEIGHT: 'WARN' as const } } };
    expect(missing('PRELAUNCH', light, house(elsewhere))).toEqual(['WEIGHT blocks']);
  });

  it('ask for a price in every store of another currency, and only there', () => {
    const stores = [
      { code: 'us', currency: 'USD' },
      { code: 'eu', currency: 'EUR' },
      { code: 'uk', currency: 'GBP' },
    ];
    const listed = { listedIn: ['us', 'eu'] };
    const [gate] = gatesOf('ACTIVE', teaSku('A', listed), gateFactsWith({ stores })).filter((each) => !each.satisfied);
    expect(gate).toMatchObject({ subject: 'eu', problem: 'PRICE_MISSING_FOR_SYSTEM' });
    expect(gate?.message).toBe('has a price in EUR for eu');
    const own = (price: string | null): Sku['systemValues'] => [{ system: 'eu', price, compareAtPrice: null }];
    expect(missing('ACTIVE', { ...listed, systemValues: own('9.00') }, { stores })).toEqual([]);
    expect(missing('ACTIVE', { ...listed, systemValues: own(null) }, { stores })).toHaveLength(1);
  });

  it('ask for a code that fits its policy, and say why it does not', () => {
    const naming = [{ name: 'teas', grammar: 'T-{number:3}', scope: { productTypes: ['t'] } }];
    const settings = { ...DEFAULT_SETTINGS, naming };
    const gate = (code: string, product = 'T'): Gate | undefined => {
      const facts = gateFactsWith({ settings });
      const of = { ...facts, product: facts.product && { ...facts.product, productType: product } };
      return gatesOf('PRELAUNCH', teaSku(code), of).find((each) => each.code === 'NAMING');
    };
    expect(gate('T-001')).toMatchObject({ satisfied: true, blocks: false });
    expect(gate('X-001')).toMatchObject({ satisfied: false, blocks: false });
    expect(gate('X-001')?.message).toContain('has a code that fits the policy teas: ');
    expect(gate('X-001', 'Coffee')?.satisfied).toBe(true);
    expect(missing('ON_HOLD', {}, { settings })).toEqual(['NAMING warns']);
    const strict = { ...settings, gates: { NAMING: 'BLOCK' as const } };
    expect(missing('PRELAUNCH', {}, { settings: strict })).toEqual(['NAMING blocks']);
  });

  it('ask for a GTIN where the product type asks for one, and never hold up what is phased out', () => {
    const settings = { ...DEFAULT_SETTINGS, gtin: { requiredFor: ['t'] } };
    expect(missing('PRELAUNCH', {}, { settings })).toEqual([]);
    expect(missing('ACTIVE', {}, { settings })).toEqual(['GTIN blocks']);
    expect(missing('PHASE_OUT', {}, { settings })).toEqual(['GTIN warns']);
    expect(missing('ACTIVE', { gtin: '4006381333931' }, { settings })).toEqual([]);
    const others = { ...DEFAULT_SETTINGS, gtin: { requiredFor: ['Coffee'] } };
    expect(missing('ACTIVE', {}, { settings: others })).toEqual([]);
  });

  it('take stock as each ERP reported it, exactly, and unknown stock for nothing', () => {
    const stock = (...onHand: string[]): Partial<GateFacts> => ({
      stock: onHand.map((each, index) => ({ system: `erp-${index}`, onHand: each, reportedAt: NOW })),
    });
    expect(missing('RETIRED', {}, stock('0', '-0.000', '0.00'))).toEqual([]);
    expect(missing('RETIRED', {}, stock('0', '0.0001'))).toEqual(['STOCK warns']);
    expect(missing('RETIRED', {}, stock('-2'))).toEqual(['STOCK warns']);
    expect(missing('RETIRED', {}, stock())).toEqual([]);
    expect(missing('RETIRED', {}, { ...stock('5'), ...house({ STOCK: 'BLOCK' }) })).toEqual(['STOCK blocks']);
  });

  it('ask for what a system owns from ACTIVE on only, and then for every such field', () => {
    const fieldRules = DEFAULT_RULES.map((each) =>
      ['weight', 'unitOfMeasure'].includes(each.field) ? { ...each, owner: 'erp' } : each,
    );
    const light = { weight: null };
    expect(missing('PRELAUNCH', light, { fieldRules })).toEqual([]);
    expect(missing('ACTIVE', light, { fieldRules })).toEqual(['WEIGHT warns', 'SYSTEM_FIELD warns']);
    expect(missing('ACTIVE', { unitOfMeasure: 'each' }, { fieldRules })).toEqual([]);
  });
});

describe('the setting of gates', () => {
  const faults = (value: unknown): string[] =>
    settingFaults(SETTINGS.gates, value as never).map(({ field }) => field?.join('.') ?? '');

  it('takes effects, for all or by product type, and nothing else', () => {
    expect(faults({ WEIGHT: 'BLOCK', productTypes: { Shoes: { COST: 'BLOCK' } } })).toEqual([]);
    expect(faults({ TITLE: 'WARN' })).toContain('TITLE');
    expect(faults({ WEIGHT: 'MAYBE' })).toContain('WEIGHT');
    expect(faults({ productTypes: { Shoes: { WEIGHT: 'MAYBE' } } })).toEqual(['productTypes.Shoes.WEIGHT']);
    expect(faults({ productTypes: { Shoes: { WEIGHT: 'WARN' }, ' shoes': {} } })).toEqual(['productTypes. shoes']);
  });
});
