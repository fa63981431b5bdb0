import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ComponentFigures } from '../../src/domain/bundle/roll-up.js';
import { rollUp } from '../../src/domain/bundle/roll-up.js';
import type { WeightUnit } from '../../src/domain/catalog/sku.js';
import { WEIGHT_UNITS } from '../../src/domain/catalog/sku.js';
import { runs } from '../support/runs.js';

/** Whole numbers of 10^-13: exact for money (4 places) and for ounces (4 places times 9). */
const SCALE = 13;

function scaled(text: string): bigint {
  const negative = text.startsWith('-');
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole + fraction.padEnd(SCALE, '0'));
  return negative ? -value : value;
}

/** Nanograms of 10^-4 of a unit, by the definition of 1959. */
const NANOGRAMS: Record<WeightUnit, bigint> = {
  GRAMS: 1_000_000_000n,
  KILOGRAMS: 1_000_000_000_000n,
  OUNCES: 28_349_523_125n,
  POUNDS: 453_592_370_000n,
};

/** Amounts as the master keeps them: at most 4 places, and large enough to leave doubles behind. */
const amount = fc
  .tuple(fc.bigInt({ min: 0n, max: 9_999_999_999n }), fc.integer({ min: 0, max: 9_999 }))
  .map(([whole, part]) => `${whole}.${String(part).padStart(4, '0')}`);
const component = (units: readonly WeightUnit[]): fc.Arbitrary<ComponentFigures> =>
  fc.record({
    quantity: fc.integer({ min: 1, max: 2_000 }),
    cost: fc.option(amount, { freq: 9 }),
    price: fc.option(amount, { freq: 9 }),
    weight: fc.option(fc.record({ value: amount, unit: fc.constantFrom(...units) }), { freq: 9 }),
    onHand: fc.option(
      fc.integer({ min: -50, max: 100_000 }).map((units) => String(units)),
      { freq: 9 },
    ),
  });

function sum(parts: readonly (bigint | null)[]): bigint | null {
  return parts.reduce<bigint | null>((all, each) => (all === null || each === null ? null : all + each), 0n);
}

describe('roll-ups', () => {
  it('equal sums of whole numbers, and are null where one component lacks the figure', () => {
    const lists = fc.array(component(WEIGHT_UNITS), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(lists, fc.option(amount), (components, price) => {
        const figures = rollUp(components, price);
        const times = (pick: (each: ComponentFigures) => string | null): bigint | null =>
          sum(
            components.map((each) => (pick(each) === null ? null : scaled(pick(each) ?? '') * BigInt(each.quantity))),
          );
        const cost = times((each) => each.cost);
        const total = times((each) => each.price);
        expect(figures.cost === null ? null : scaled(figures.cost)).toBe(cost);
        expect(figures.componentPriceTotal === null ? null : scaled(figures.componentPriceTotal)).toBe(total);
        const savings = total === null || price === null ? null : total - scaled(price);
        expect(figures.savings === null ? null : scaled(figures.savings)).toBe(savings);
        const built = components.map(
          ({ onHand, quantity }) => onHand && Math.max(0, Math.floor(Number(onHand) / quantity)),
        );
        expect(figures.buildable).toBe(built.includes(null) ? null : Math.min(...built.map(Number)));
      }),
      { numRuns: runs(300) },
    );
  });

  it('weigh in the unit that all share, else in grams, rounded once to the microgram', () => {
    const lists = fc
      .constantFrom<WeightUnit[][]>([...WEIGHT_UNITS], ['OUNCES'], ['POUNDS', 'GRAMS'])
      .chain((units) => fc.array(component(units), { minLength: 1, maxLength: 6 }));
    fc.assert(
      fc.property(lists, (components) => {
        const { weight } = rollUp(components, null);
        const units = new Set(components.map((each) => each.weight?.unit));
        if (units.has(undefined)) return expect(weight).toBeNull();
        const [only] = units;
        // In 10^-4 units times nanograms: 10^-13 grams.
        const exact = components.reduce(
          (all, { weight: each, quantity }) =>
            all + (scaled(each?.value ?? '0') / 1_000_000_000n) * NANOGRAMS[each?.unit ?? 'GRAMS'] * BigInt(quantity),
          0n,
        );
        if (units.size > 1) {
          expect(weight?.unit).toBe('GRAMS');
          const micrograms = (exact + 5_000_000n) / 10_000_000n;
          return expect(scaled(weight?.value ?? '')).toBe(micrograms * 10_000_000n);
        }
        expect(weight?.unit).toBe(only);
        return expect((scaled(weight?.value ?? '') / 1_000_000_000n) * NANOGRAMS[only ?? 'GRAMS']).toBe(exact);
      }),
      { numRuns: runs(300) },
    );
  });

  it('write money with two places or more, a saving of nothing as nothing, and a loss below zero', () => {
    const one = { quantity: 3, cost: '0.3333', price: '10.00', weight: null, onHand: '8.5' };
    expect(rollUp([one], '30.00')).toEqual({
      cost: '0.9999',
      weight: null,
      componentPriceTotal: '30.00',
      savings: '0.00',
      buildable: 2,
    });
    expect(rollUp([one], '31').savings).toBe('-1.00');
    expect(rollUp([], '1.00')).toEqual({
      cost: null,
      weight: null,
      componentPriceTotal: null,
      savings: null,
      buildable: null,
    });
    expect(rollUp([{ ...one, quantity: 1, onHand: '9999999999999' }], null).buildable).toBe(2_147_483_647);
  });
});
