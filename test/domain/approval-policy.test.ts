import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ApprovalRule, RuleCondition } from '../../src/domain/approvals/approval-rule.js';
import type { Asked } from '../../src/domain/approvals/requirements.js';
import { requirementsOf } from '../../src/domain/approvals/requirements.js';
import type { OwnedTouch } from '../../src/domain/approvals/touched.js';
import type { ApprovalWorld } from '../../src/domain/change/approval.js';
import type { Party } from '../../src/domain/ownership/party.js';
import type { FieldChange, Json } from '../../src/domain/primitives/json.js';
import { approvalsSetting } from '../../src/domain/settings/approvals-setting.js';
import { settingFaults } from '../../src/domain/settings/setting.js';
import { IN_OFFICE, touch } from './approvals-kit.js';

const NAMES = ['ann', 'bob', 'cat', 'dan', 'eve'] as const;

function party(id: string, over: Partial<Party> = {}): Party {
  const none = { email: null, memberIds: [], delegateId: null, ...IN_OFFICE };
  return { id, code: id, kind: 'USER', name: id, active: true, engineering: false, ...none, ...over };
}

function world(over: Partial<ApprovalWorld> = {}, more: Party[] = []): ApprovalWorld {
  const parties = new Map([...NAMES.map((id) => party(id)), ...more].map((each) => [each.id, each]));
  return { parties, approvers: [...NAMES], admins: [], authorPartyId: 'eve', at: new Date(0), ...over };
}

function rule(when: RuleCondition, over: Partial<ApprovalRule> = {}): ApprovalRule {
  return { key: 'r', when, require: { party: 'bob' }, ...over };
}

function ask(rules: ApprovalRule[], things: OwnedTouch[], over: Partial<ApprovalWorld> = {}): Asked {
  return requirementsOf(things, rules, world(over));
}

function change(field: string, from: Json, to: Json): FieldChange {
  return { field, from, to };
}

const store = (system: string, price: string | null): Json => [{ system, price, compareAtPrice: null }];

describe('an approval rule', () => {
  it.each<[string, RuleCondition, Parameters<typeof touch>[1], boolean]>([
    ['no condition', {}, {}, true],
    ['an operation', { operations: ['SKU_CREATE', 'SKU_UPDATE'] }, {}, true],
    ['another operation', { operations: ['BUNDLE_SET'] }, {}, false],
    ['a field', { fields: ['price'] }, { fields: ['title', 'price'] }, true],
    ['another field', { fields: ['price'] }, { fields: ['title'] }, false],
    ['the title of a product, not of a SKU', { fields: ['product.title'] }, { fields: ['title'] }, false],
    ['the title of a product', { fields: ['product.title'] }, { kind: 'PRODUCT', fields: ['title'] }, true],
    ['a step of the lifecycle', { fields: ['lifecycle'] }, { fields: ['state'] }, true],
    ['what is in a bundle', { fields: ['bundle.components'] }, { fields: ['bundle'] }, true],
    ['a later version of a bundle', { fields: ['bundle.components'] }, { fields: ['bundleScheduled'] }, true],
    ['any attribute', { fields: ['attributes'] }, { fields: ['attributes.size'] }, true],
    ['one attribute', { fields: ['attributes.size'] }, { fields: ['attributes.size'] }, true],
    ['another attribute', { fields: ['attributes.size'] }, { fields: ['attributes.fit'] }, false],
    ['a product type, without case', { productTypes: ['Shoes'] }, { productType: 'SHOES' }, true],
    ['another product type', { productTypes: ['Shoes'] }, {}, false],
    ['a vendor', { vendors: ['Acme'] }, { vendor: 'acme' }, true],
    ['a state', { states: ['DRAFT', 'ACTIVE'] }, { states: ['ACTIVE'] }, true],
    ['another state', { states: ['DRAFT'] }, {}, false],
    ['both of two conditions', { fields: ['price'], states: ['ACTIVE'] }, {}, true],
    ['one of two conditions', { fields: ['price'], states: ['DRAFT'] }, {}, false],
    ['a price that rises', { priceChange: { percent: 20 } }, { changes: [change('price', '10', '12')] }, true],
    ['a price that rises less', { priceChange: { percent: 20 } }, { changes: [change('price', '10', '11.99')] }, false],
    ['a price that falls', { priceChange: { percent: 20 } }, { changes: [change('price', '10', '8')] }, true],
    [
      'a price that falls, where it asks about rises',
      { priceChange: { percent: 20, direction: 'UP' } },
      { changes: [change('price', '10', '5')] },
      false,
    ],
    ['a price that goes', { priceChange: { percent: 100 } }, { changes: [change('price', '10', null)] }, true],
    ['a first price', { priceChange: { percent: 0.01 } }, { changes: [change('price', null, '9')] }, false],
    ['a price after zero', { priceChange: { percent: 0.01 } }, { changes: [change('price', '0', '9')] }, false],
    [
      'the price of one store',
      { priceChange: { percent: 50 } },
      { changes: [change('systemValues', store('uk', '10'), store('uk', '15'))] },
      true,
    ],
    ['a cost', { costChange: { percent: 5 } }, { changes: [change('cost', '100', '105')] }, true],
    [
      'a price, where it asks about costs',
      { costChange: { percent: 5 } },
      { changes: [change('price', '1', '2')] },
      false,
    ],
  ])('asks about %s: %#', (_, when, over, expected) => {
    const asked = ask([rule(when)], [touch('A', over)]);
    expect(asked.requirements.length === 1).toBe(expected);
    expect(asked.explained.map(({ asks, why }) => [asks, why.length > 0])).toEqual([[expected, true]]);
  });

  it('counts the SKUs of the request, not its products', () => {
    const two = [touch('A', {}), touch('B', {}), touch('h', { kind: 'PRODUCT', fields: ['title'] })];
    expect(ask([rule({ skus: { atLeast: 2 } })], two).requirements[0]?.targets).toEqual(['A', 'B', 'h']);
    expect(ask([rule({ skus: { atLeast: 3 } })], two).requirements).toEqual([]);
  });

  it('compares sizes exactly', () => {
    const cents = fc.integer({ min: 1, max: 10_000_000 });
    fc.assert(
      fc.property(cents, cents, fc.integer({ min: 1, max: 20_000 }), (from, to, hundredths) => {
        const money = (amount: number): string =>
          `${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, '0')}`;
        const moved = BigInt(Math.abs(to - from)) * 10_000n >= BigInt(from) * BigInt(hundredths) && from !== to;
        const asked = ask(
          [rule({ priceChange: { percent: hundredths / 100 } })],
          [touch('A', { changes: [change('price', money(from), money(to))] })],
        );
        expect(asked.requirements.length === 1).toBe(moved);
      }),
    );
  });
});

describe('an approval policy', () => {
  it('adds up all rules that match, each with its own targets, and says why', () => {
    const rules = [
      rule({}, { key: 'owner', require: { owner: true } }),
      rule({ fields: ['price'] }, { key: 'finance', require: { party: 'dan' } }),
      rule({ fields: ['cost'] }, { key: 'buying', require: { party: 'cat' } }),
    ];
    const things = [touch('A', { owners: ['ann'] }), touch('B', { owners: ['bob'], fields: ['title'] })];
    const { requirements, explained } = ask(rules, things);
    expect(requirements.map((each) => [each.rule, each.partyId, each.targets])).toEqual([
      ['owner', 'ann', ['A']],
      ['owner', 'bob', ['B']],
      ['finance', 'dan', ['A']],
    ]);
    expect(requirements[2]?.why).toBe('A: changes price');
    expect(explained.map(({ rule: key, asks, why }) => [key, asks, why])).toEqual([
      ['owner', true, 'A: it asks about every change'],
      ['finance', true, 'A: changes price'],
      ['buying', false, 'no field of its fields changes'],
    ]);
  });

  it('asks both whom a SKU is taken from and whom it comes to', () => {
    const { requirements } = ask([rule({}, { require: { owner: true } })], [touch('A', { owners: ['ann', 'bob'] })]);
    expect(requirements.map(({ partyId }) => partyId)).toEqual(['ann', 'bob']);
  });

  it('lets the owner alone only with what the rule says, and nobody else', () => {
    const alone = rule({}, { ownerMayAlone: ['product.tags', 'attributes'], require: { owner: true } });
    const by = (authorPartyId: string, over: Parameters<typeof touch>[1]): number =>
      ask([alone], [touch('A', { owners: ['ann'], ...over })], { authorPartyId }).requirements.length;
    expect(by('ann', { fields: ['attributes.size'] })).toBe(0);
    expect(by('ann', { kind: 'PRODUCT', fields: ['tags'] })).toBe(0);
    expect(by('ann', { fields: ['attributes.size', 'price'] })).toBe(1);
    expect(by('bob', { fields: ['attributes.size'] })).toBe(1);
  });

  it.each<[string, string, string, number, string[] | 'NOBODY']>([
    ['the people of a team', 'team', 'eve', 2, ['ann', 'bob']],
    ['the rest of a team and who may approve, where the author is one of it', 'team', 'ann', 2, ['bob', 'eve', 'cat']],
    ['who may approve, where one person is to give two', 'ann', 'eve', 2, ['ann', 'bob', 'cat']],
    ['also those who administrate, where there are too few', 'ann', 'eve', 4, ['ann', 'bob', 'cat', 'dan']],
    ['nobody, where there are too few at all', 'ann', 'eve', 5, 'NOBODY'],
  ])('asks for a quorum of %s', (_, asked, authorPartyId, count, expected) => {
    const parties = world({}, [party('team', { kind: 'TEAM', memberIds: ['ann', 'bob'] })]).parties;
    const { requirements, orphans } = requirementsOf(
      [touch('A', {})],
      [rule({}, { require: { party: asked, count } })],
      world({ parties, authorPartyId, approvers: ['bob', 'eve', 'ann', 'cat'], admins: ['dan'] }),
    );
    const eligible = requirements[0]?.eligible.toSorted();
    expect(orphans.length > 0 ? 'NOBODY' : eligible).toEqual(expected === 'NOBODY' ? expected : expected.toSorted());
  });

  it('tells why somebody else than the named party is asked', () => {
    const why = (over: Partial<Party>, authorPartyId = 'eve'): string | undefined => {
      const { parties } = world({}, [party('ann', over)]);
      const of = [rule({}, { require: { party: 'ann' } })];
      return requirementsOf([touch('A', {})], of, world({ parties, authorPartyId })).requirements[0]?.why;
    };
    expect(why({})).toBe('A: it asks about every change');
    expect(why({ active: false })).toContain('ann is inactive, so everybody with the role APPROVER is asked');
    expect(why({}, 'ann')).toContain('ann is the author');
  });
});

describe('the setting `approvals`', () => {
  const faults = (value: Json): unknown[] =>
    settingFaults<unknown>(approvalsSetting, value).map(({ code, field }) => [code, field?.join('.')]);

  it.each<[string, Json, unknown[]]>([
    ['no rule at all', [], [['INVALID_FORMAT', '']]],
    ['a rule that asks nobody', [{ key: 'a', require: {} }], [['INVALID_FORMAT', '0.require']]],
    ['a rule that asks two', [{ key: 'a', require: { owner: true, party: 'x' } }], [['INVALID_FORMAT', '0.require']]],
    [
      'one key twice',
      [
        { key: 'a', require: { owner: true } },
        { key: 'a', require: { owner: true } },
      ],
      [['INVALID_FORMAT', '1.key']],
    ],
    [
      'a field that is none',
      [{ key: 'a', when: { fields: ['prize'] }, require: { owner: true } }],
      [['INVALID_FORMAT', '0.when.fields.0']],
    ],
    [
      'a percent of three places',
      [{ key: 'a', when: { priceChange: { percent: 0.125 } }, require: { owner: true } }],
      [['INVALID_FORMAT', '0.when.priceChange.percent']],
    ],
    [
      'a percent of nothing',
      [{ key: 'a', when: { costChange: { percent: 0 } }, require: { owner: true } }],
      [['INVALID_FORMAT', '0.when.costChange.percent']],
    ],
    [
      'an empty list and a count of none',
      [{ key: 'a', when: { states: [] }, require: { owner: true, count: 0 } }],
      [
        ['INVALID_FORMAT', '0.when.states'],
        ['INVALID_FORMAT', '0.require.count'],
      ],
    ],
    ['a rule that holds', [{ key: 'a', when: { fields: ['attributes.size'] }, require: { party: 'x', count: 2 } }], []],
  ])('tells of %s', (_, value, expected) => expect(faults(value)).toEqual(expected));
});
