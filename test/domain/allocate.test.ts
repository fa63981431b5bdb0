import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AllocationLine } from '../../src/domain/bundle/allocate.js';
import { allocate } from '../../src/domain/bundle/allocate.js';
import { allocationOf, allocationSetting } from '../../src/domain/settings/allocation-setting.js';
import { settingFaults } from '../../src/domain/settings/setting.js';
import type { Json } from '../../src/domain/primitives/json.js';
import { runs } from '../support/runs.js';

const line = (
  code: string,
  quantity: number,
  price: string | null,
  more: Partial<AllocationLine> = {},
): AllocationLine => ({
  code,
  quantity,
  price,
  cost: null,
  fixed: null,
  ...more,
});
/** Ten-thousandths, exactly: prices have at most four places. */
const units = (amount: string): bigint => {
  const [whole = '0', fraction = ''] = amount.split('.');
  return BigInt(whole + fraction.padEnd(4, '0'));
};
const textOf = (value: bigint): string => `${value / 10_000n}.${String(value % 10_000n).padStart(4, '0')}`;

describe('how the price of a bundle is spread', () => {
  it('gives the cent that is left to the line that lost most, the earlier first', () => {
    const thirds = ['A', 'B', 'C'].map((code) => line(code, 1, '5.00'));
    expect(allocate('10.00', thirds, 'PRICE_SHARE').amounts).toEqual(['3.34', '3.33', '3.33']);
    expect(allocate('20.00', thirds, 'PRICE_SHARE').amounts).toEqual(['6.67', '6.67', '6.66']);
    expect(allocate('10.00', [line('A', 2, '1.00'), line('B', 1, '1.00')], 'PRICE_SHARE').amounts).toEqual([
      '6.67',
      '3.33',
    ]);
  });

  it('shares by cost where that is the method, and in as many places as the price has', () => {
    const lines = [line('A', 1, '1.00', { cost: '9.00' }), line('B', 1, '9.00', { cost: '1.00' })];
    expect(allocate('10.00', lines, 'COST_SHARE').amounts).toEqual(['9.00', '1.00']);
    expect(allocate('0.001', lines, 'COST_SHARE').amounts).toEqual(['0.001', '0.000']);
  });

  it.each<[string, string | null, AllocationLine[], Parameters<typeof allocate>[2], RegExp]>([
    ['the bundle has no price', null, [line('A', 2, '1.00')], 'PRICE_SHARE', /no price/],
    ['it has no components', '1.00', [], 'PRICE_SHARE', /no components/],
    [
      'components lack a price',
      '1.00',
      [line('A', 1, null), line('B', 1, '1.00')],
      'PRICE_SHARE',
      /without a price: A$/,
    ],
    ['components lack a cost', '1.00', [line('A', 1, '1.00')], 'COST_SHARE', /without a cost: A$/],
    ['all components are free', '1.00', [line('A', 2, '0.00')], 'PRICE_SHARE', /price of 0 together/],
    ['nobody fixed an amount', '1.00', [line('A', 1, '1.00')], 'FIXED', /without a fixed amount: A$/],
    [
      'the fixed amounts are another sum',
      '1.00',
      [line('A', 1, null, { fixed: '0.90' })],
      'FIXED',
      /add up to 0.90, and the price is 1.00/,
    ],
  ])('is not where %s', (_, price, lines, method, reason) => {
    expect(allocate(price, lines, method)).toEqual({ amounts: null, reason: expect.stringMatching(reason) });
  });

  it('adds up to the price exactly, and no line is a whole unit away from its share', () => {
    const amount = fc.bigInt({ min: 1n, max: 10n ** 12n }).map(textOf);
    const lines = fc.array(fc.record({ price: amount, quantity: fc.integer({ min: 1, max: 2_000 }) }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }).map(textOf), lines, (price, all) => {
        const { amounts } = allocate(
          price,
          all.map((each, index) => line(`S${index}`, each.quantity, each.price)),
          'PRICE_SHARE',
        );
        expect(amounts?.map(units).reduce((sum, each) => sum + each, 0n)).toBe(units(price));
        const total = all.reduce((sum, each) => sum + units(each.price) * BigInt(each.quantity), 0n);
        // The smallest unit that is given: a cent, or less where the price has more places.
        const places = Math.max(2, (price.split('.')[1] ?? '').replace(/0+$/, '').length);
        const step = 10n ** BigInt(4 - places);
        for (const [index, each] of all.entries()) {
          const share = units(price) * units(each.price) * BigInt(each.quantity);
          const off = units(amounts?.[index] ?? '0') * total - share;
          expect((off < 0n ? -off : off) < step * total).toBe(true);
        }
      }),
      { numRuns: runs(300) },
    );
  });
});

describe('the setting bundleAllocation', () => {
  const faults = (value: Json): string[] =>
    settingFaults(allocationSetting, value).map(({ code, field }) => `${code} ${(field ?? []).join('.')}`);
  const amounts = [{ sku: 'A', amount: '1.00' }];

  it('says of each bundle how it is spread, by its code however it is spelled', () => {
    const value = { method: 'COST_SHARE' as const, bundles: [{ bundle: 'KIT', method: 'FIXED' as const, amounts }] };
    expect(faults(value)).toEqual([]);
    const own = allocationOf(value, 'kit');
    expect([own.method, own.fixed('a'), own.fixed('B')]).toEqual(['FIXED', '1.00', null]);
    expect([allocationOf(value, 'other').method, allocationOf({}, 'other').method]).toEqual([
      'COST_SHARE',
      'PRICE_SHARE',
    ]);
  });

  it.each<[string, Json, string[]]>([
    [
      'a bundle twice',
      { bundles: ['KIT', 'kit'].map((bundle) => ({ bundle, method: 'COST_SHARE' })) },
      ['INVALID_FORMAT bundles.1.bundle'],
    ],
    ['FIXED without amounts', { bundles: [{ bundle: 'KIT', method: 'FIXED' }] }, ['REQUIRED bundles.0.amounts']],
    [
      'amounts of another method',
      { bundles: [{ bundle: 'KIT', method: 'COST_SHARE', amounts }] },
      ['INVALID_FORMAT bundles.0.amounts'],
    ],
    [
      'amounts that are none, and a SKU twice: all at once',
      {
        bundles: [
          {
            bundle: 'KIT',
            method: 'FIXED',
            amounts: [
              { sku: 'A', amount: '1e3' },
              { sku: 'a', amount: '-1' },
            ],
          },
        ],
      },
      [
        'INVALID_FORMAT bundles.0.amounts.0.amount',
        'INVALID_FORMAT bundles.0.amounts.1.amount',
        'INVALID_FORMAT bundles.0.amounts.1.sku',
      ],
    ],
  ])('refuses %s', (_, value, expected) => {
    expect(faults(value)).toEqual(expected);
  });
});
