import { describe, expect, it } from '@jest/globals';
import type { ProposedChange } from '../../src/domain/change/change.js';
import type { World } from '../../src/domain/change/draft.js';
import { planChanges } from '../../src/domain/change/plan-changes.js';
import type { FieldValues } from '../../src/domain/primitives/json.js';
import { lines, planned, skuUpdate, teaProduct, teaSku, teaWorld, transition } from '../support/plan-kit.js';

function create(target: string, patch: FieldValues): ProposedChange {
  return { operation: 'SKU_CREATE', target, baseRevision: null, patch: { product: 'tea', title: target, ...patch } };
}

function options(...pairs: string[]): FieldValues {
  return { optionValues: pairs.map((pair) => ({ name: pair.split(':')[0] ?? '', value: pair.split(':')[1] ?? '' })) };
}

function told(world: World, ...changes: ProposedChange[]): string[] {
  return lines(planned(world, ...changes).problems);
}

describe('options of a SKU', () => {
  const at = 'changes.0.skuCreate.fields.optionValues';

  it('are those of its product, each once, in its very spelling', () => {
    const world = teaWorld([teaSku('A')]);
    expect(told(world, create('N', options('Size:q')))).toEqual([]);
    expect(told(world, create('N', {}))).toEqual([`REQUIRED ${at}`]);
    expect(told(world, create('N', options('X:q')))).toEqual([`NOT_FOUND ${at}.0.name`, `REQUIRED ${at}`]);
    expect(told(world, create('N', options('Size:q', 'Size:r')))).toEqual([`INVALID_FORMAT ${at}`]);
    expect(told(world, create('N', options('size:q')))).toEqual([`NOT_FOUND ${at}.0.name`, `REQUIRED ${at}`]);
    expect(told(world, skuUpdate('A', options('X:q')))[0]).toBe(
      'NOT_FOUND changes.0.skuUpdate.fields.optionValues.0.name',
    );
    const [strange] = planned(world, create('N', options('X:q'))).problems;
    expect(strange?.message).toBe('product tea has no option "X"; its options are Size');
  });

  it('may be listed in any order: one tuple is one value', () => {
    const product = teaProduct({ optionNames: ['Size', 'Color'] });
    const old = teaSku('A', {
      optionValues: [
        { name: 'Size', value: 'L' },
        { name: 'Color', value: 'Red' },
      ],
    });
    const world = teaWorld([old], { product });
    expect(planned(world, skuUpdate('A', options('Color:Red', 'Size:L'))).skus).toEqual([]);
    expect(told(world, create('N', options('Color:red', 'Size:l')))).toEqual([`OPTIONS_TAKEN ${at}`]);
    const [made] = planned(world, create('N', options('Color:Red', 'Size:M'))).skus;
    expect(made?.after.optionValues.map(({ name }) => name)).toEqual(['Size', 'Color']);
  });

  it('of a product without options are none, of its only SKU', () => {
    const world = teaWorld([teaSku('A', { optionValues: [] })], { product: teaProduct({ optionNames: [] }) });
    const { problems } = planned(world, create('N', {}));
    expect(problems.map(({ message }) => message)).toEqual([
      'A has no options either; of such a product there is one SKU',
    ]);
    expect(told(world, create('N', options('Size:q')))).toEqual([`NOT_FOUND ${at}.0.name`]);
  });

  it('are not asked of what a request does not touch', () => {
    const world = teaWorld([teaSku('A', { optionValues: [{ name: 'Old', value: 'x' }] })]);
    expect(told(world, skuUpdate('A', { price: '11' }))).toEqual([]);
  });

  it('of a baseline are spelled as the product has them, and refuse the row where they are others', () => {
    const world = teaWorld([teaSku('A')]);
    const take = (patch: FieldValues): ReturnType<typeof planned> =>
      planChanges(world, [create('N', patch)], () => 'n', { baseline: true });
    expect(take(options('SIZE:q')).skus[0]?.after.optionValues).toEqual([{ name: 'Size', value: 'q' }]);
    expect(lines(take(options('Pack:q')).problems)).toEqual([`NOT_FOUND ${at}.0.name`, `REQUIRED ${at}`]);
  });
});

describe('a successor', () => {
  const world: World = { ...teaWorld([teaSku('A')]), successors: new Map([['b', 'ACTIVE']]) };

  it('is another SKU, of the master or of the same request', () => {
    expect(told(world, skuUpdate('A', { successor: 'B' }))).toEqual([]);
    expect(told(world, skuUpdate('A', { successor: 'nope' }))).toEqual([
      'NOT_FOUND changes.0.skuUpdate.fields.successor',
    ]);
    expect(told(world, skuUpdate('A', { successor: 'a' }))).toEqual([
      'INVALID_FORMAT changes.0.skuUpdate.fields.successor',
    ]);
    expect(told(world, skuUpdate('A', { successor: 'n' }), create('N', options('Size:n')))).toEqual([]);
    const out = {
      operation: 'SKU_TRANSITION',
      target: 'A',
      baseRevision: null,
      patch: { state: 'RETIRED', successor: 'x' },
    };
    expect(told(world, out as ProposedChange)).toEqual(['NOT_FOUND changes.0.skuTransition.successor']);
  });

  it('that is RETIRED is warned of, where it is named and where the SKU goes to PHASE_OUT', () => {
    const warned = (of: World, ...changes: ProposedChange[]): string[] => lines(planned(of, ...changes).warnings);
    const retired = { ...teaWorld([teaSku('A')]), successors: new Map([['b', 'RETIRED' as const]]) };
    const named = 'WRONG_STATE changes.0.skuUpdate.fields.successor';
    expect(warned(retired, skuUpdate('A', { successor: 'B' }))).toEqual([named]);
    expect(warned(world, skuUpdate('A', { successor: 'B' }))).toEqual([]);
    const has = teaSku('A', { state: 'ACTIVE', successor: 'B' });
    const leaving = { ...teaWorld([has]), successors: retired.successors };
    expect(warned(leaving, transition('A', 'PHASE_OUT'))).toEqual(['WRONG_STATE changes.0.skuTransition.to']);
    expect(warned(leaving, skuUpdate('A', { price: '11' }))).toEqual([]);
    const both = teaWorld([teaSku('A'), teaSku('B', { state: 'PHASE_OUT' })]);
    expect(warned(both, skuUpdate('A', { successor: 'B' }), transition('B', 'RETIRED'))).toEqual([named]);
  });

  it('that a file names may come further down, but is never the SKU itself', () => {
    const take = (successor: string): string[] =>
      lines(
        planChanges(world, [create('N', { ...options('Size:n'), successor })], () => 'n', { baseline: true }).problems,
      );
    expect(take('later')).toEqual([]);
    expect(take('N')).toEqual(['INVALID_FORMAT changes.0.skuCreate.fields.successor']);
  });
});

describe('prices of one store', () => {
  const stores = [
    { code: 'us', digits: 2, isMasterCurrency: true },
    { code: 'jp', digits: 0, isMasterCurrency: false },
  ];
  const own = (system: string, price: string | null, compareAtPrice: string | null = null): FieldValues => ({
    systemValues: [{ system, price, compareAtPrice }],
  });
  const tea = (over: Parameters<typeof teaSku>[1] = {}): World => ({
    ...teaWorld([teaSku('A', { listedIn: ['us', 'jp'], ...over })]),
    stores,
  });
  const at = 'changes.0.skuUpdate.fields';

  it('have no more decimals than it shows', () => {
    expect(told(tea(), skuUpdate('A', own('us', '5.1299')))).toEqual([`PRICE_SCALE ${at}.systemValues.us.price`]);
    expect(told(tea(), skuUpdate('A', own('jp', '500.5')))).toEqual([`PRICE_SCALE ${at}.systemValues.jp.price`]);
    expect(told(tea(), skuUpdate('A', own('us', '5.12')))).toEqual([]);
    // The master's price is not what a store of another currency shows.
    expect(told(tea(), skuUpdate('A', { price: '9.90' }))).toEqual([]);
  });

  it('are judged when it begins to show them, and not before', () => {
    const unlisted = tea({ listedIn: ['jp'], price: '5.1299' });
    expect(told(unlisted, skuUpdate('A', { listedIn: ['jp', 'us'] }))).toEqual([`PRICE_SCALE ${at}.listedIn`]);
    expect(told(tea({ price: '5.1299' }), skuUpdate('A', { compareAtPrice: '9' }))).toEqual([]);
    expect(told(unlisted, skuUpdate('A', own('us', '5.1299')))).toEqual([]);
  });

  it('stand in order: compareAtPrice above price', () => {
    const place = `INVALID_FORMAT ${at}.systemValues.us.compareAtPrice`;
    expect(told(tea(), skuUpdate('A', own('us', '5.12', '2')))).toEqual([place]);
    // Its own price beside the master's: what the store shows is what counts.
    expect(told(tea({ price: '5' }), skuUpdate('A', own('us', null, '4')))).toEqual([place]);
    expect(told(tea(), skuUpdate('A', own('us', '5.12', '6')))).toEqual([]);
  });
});
