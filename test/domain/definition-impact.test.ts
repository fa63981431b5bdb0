import { describe, expect, it } from '@jest/globals';
import type { AttributeDefinition } from '../../src/domain/attributes/definition.js';
import type { UsedValue } from '../../src/domain/attributes/definition-impact.js';
import { keysInQuestion, ValueEffects } from '../../src/domain/attributes/definition-impact.js';
import { definitionsOf } from '../../src/domain/attributes/read-attribute-list.js';
import { bearAnew, keysRequiredAnew, requiredAnew } from '../../src/domain/attributes/requirement-impact.js';

const A: AttributeDefinition = { key: 'a', name: 'A', type: 'TEXT' };
const ENUM: AttributeDefinition = { ...A, type: 'ENUM', values: ['Cotton', 'Wool'] };
const used = (over: Partial<UsedValue> = {}): UsedValue => ({
  key: 'a',
  value: 'Cotton',
  productType: 'Shoes',
  state: 'ACTIVE',
  count: 1,
  examples: ['S-1'],
  ...over,
});
const effects = (
  before: AttributeDefinition | null,
  after: AttributeDefinition | null,
  ...values: UsedValue[]
): string[] => {
  const of = (definition: AttributeDefinition | null): ReturnType<typeof definitionsOf> =>
    definitionsOf(definition ? [definition] : []);
  const counting = new ValueEffects(of(before), of(after));
  counting.take(values);
  return counting.counted.map(({ effect, count }) => `${effect} ${count}`);
};

describe('what a change of a definition does to values', () => {
  it.each<[string, AttributeDefinition | null, AttributeDefinition | null, Partial<UsedValue>, string[]]>([
    ['a removed key', A, null, {}, ['KEY_REMOVED 1']],
    ['a type that the value does not fit', A, { ...A, type: 'NUMBER' }, {}, ['VALUE_DOES_NOT_FIT 1']],
    ['a type that it fits', A, { ...A, type: 'NUMBER' }, { value: '12.5' }, ['TYPE_CHANGED 1']],
    ['a type that would write it otherwise', A, { ...A, type: 'NUMBER' }, { value: '12.50' }, ['VALUE_DOES_NOT_FIT 1']],
    ['any other type of a boolean', { ...A, type: 'BOOLEAN' }, A, { value: true }, ['VALUE_DOES_NOT_FIT 1']],
    ['an enum without the value', ENUM, { ...ENUM, values: ['Wool', 'Silk'] }, {}, ['VALUE_DOES_NOT_FIT 1']],
    ['an enum with more values', ENUM, { ...ENUM, values: ['Silk', 'Cotton', 'Wool'] }, {}, []],
    ['product types without this one', A, { ...A, productTypes: ['Bags'] }, {}, ['TYPE_NO_LONGER_HAS_IT 1']],
    ['product types with this one', A, { ...A, productTypes: ['SHOES'] }, {}, []],
    ['more product types', { ...A, productTypes: ['Shoes'] }, { ...A, productTypes: ['Shoes', 'Bags'] }, {}, []],
    [
      'another unit',
      { ...A, type: 'NUMBER', unit: 'mm' },
      { ...A, type: 'NUMBER', unit: 'cm' },
      { value: '5' },
      ['UNIT_CHANGED 1'],
    ],
    ['a first definition that the value fits', null, A, {}, []],
    ['a first definition that it does not fit', null, { ...A, type: 'DATE' }, {}, ['VALUE_DOES_NOT_FIT 1']],
    ['another name', A, { ...A, name: 'B', description: 'b', requiredFrom: 'ACTIVE' }, {}, []],
  ])('%s', (_name, before, after, over, expected) => {
    expect(effects(before, after, used(over))).toEqual(expected);
    // What cannot be changed any more holds nothing up.
    const kept = expected.map((each) => each.replace(/^(KEY_|VALUE_|TYPE_NO).* /, 'KEPT_ON_RETIRED '));
    expect(effects(before, after, used({ ...over, state: 'RETIRED' }))).toEqual(kept);
    expect(effects(before, after, used({ ...over, state: null }))).toEqual(expected);
  });

  it('is counted exactly, with the first ten by name', () => {
    const counting = new ValueEffects(definitionsOf([A]), definitionsOf([]));
    for (let group = 0; group < 30; group += 1) {
      counting.take([used({ count: 3, examples: [`S-${String(29 - group).padStart(2, '0')}`] })]);
    }
    const [counted] = counting.counted;
    expect(counted?.count).toBe(90);
    expect(counted?.examples).toEqual(Array.from({ length: 10 }, (_, index) => `S-0${index}`));
  });

  it('is asked only of keys whose values it could touch', () => {
    const before = definitionsOf([A, { ...A, key: 'b' }, { ...A, key: 'c' }]);
    const after = definitionsOf([
      { ...A, name: 'New' },
      { ...A, key: 'b', type: 'DATE' },
      { ...A, key: 'd' },
    ]);
    expect(keysInQuestion(before, after).toSorted()).toEqual(['b', 'c', 'd']);
  });
});

describe('what a change of a definition asks of SKUs', () => {
  const group = (state: 'PRELAUNCH' | 'ACTIVE' | 'RETIRED', productType: string | null) => ({
    key: 'a',
    state,
    productType,
    count: 1,
    examples: ['S-1'],
  });
  const groups = [
    group('PRELAUNCH', 'Shoes'),
    group('ACTIVE', 'Shoes'),
    group('ACTIVE', 'Bags'),
    group('RETIRED', null),
  ];
  const anew = (before: AttributeDefinition | null, after: AttributeDefinition): string[] => {
    const [was, is] = [definitionsOf(before ? [before] : []), definitionsOf([after])];
    if (keysRequiredAnew(was, is).length === 0) return [];
    return requiredAnew(was, is, groups).map(({ state, productType }) => `${state} ${productType}`);
  };

  it('is what was not asked of them before', () => {
    expect(anew(A, { ...A, requiredFrom: 'ACTIVE' })).toEqual(['ACTIVE Shoes', 'ACTIVE Bags']);
    expect(anew({ ...A, requiredFrom: 'ACTIVE' }, { ...A, requiredFrom: 'PRELAUNCH' })).toEqual(['PRELAUNCH Shoes']);
    expect(anew(null, { ...A, requiredFrom: 'PRELAUNCH', productTypes: ['bags'] })).toEqual(['ACTIVE Bags']);
    const shoes: AttributeDefinition = { ...A, requiredFrom: 'ACTIVE', productTypes: ['Shoes'] };
    expect(anew(shoes, { ...shoes, productTypes: ['Shoes', 'Bags'] })).toEqual(['ACTIVE Bags']);
    expect(anew({ ...A, requiredFrom: 'PRELAUNCH' }, A)).toEqual([]);
  });

  it('is offered to those that could not have it before', () => {
    const shoes = definitionsOf([{ ...A, productTypes: ['Shoes'] }]);
    const states = bearAnew(shoes, definitionsOf([A]), 'a', groups).map(
      ({ state, productType }) => `${state} ${productType}`,
    );
    expect(states).toEqual(['ACTIVE Bags']);
    expect(bearAnew(shoes, shoes, 'a', groups)).toEqual([]);
  });
});
