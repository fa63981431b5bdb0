import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareRecord } from '../../src/domain/drift/compare.js';
import { normaliseAll } from '../../src/domain/drift/normalise.js';
import { DEFAULT_RULES } from '../../src/domain/drift/source-of-truth.js';
import type { FieldValues, Json } from '../../src/domain/primitives/json.js';

function verdict(field: string, values: { c: Json; b?: Json; o?: Json; w?: Json; unreadable?: boolean }): unknown {
  const of = (value: Json | undefined): FieldValues => normaliseAll(value === undefined ? {} : { [field]: value });
  const [one] = compareRecord({
    canonical: of(values.c),
    base: values.b === undefined ? null : of(values.b),
    observed: of(values.o),
    unreadable: values.unreadable ? [field] : [],
    expected: values.w === undefined ? [] : [of(values.w)],
    rules: DEFAULT_RULES,
  });
  if (!one) return 'NOT_COMPARED';
  return one.result.verdict === 'DRIFT' ? `DRIFT${one.result.bothMoved ? ', both moved' : ''}` : one.result.verdict;
}

describe('compare: C canonical, B base, O observed, W what a write of ours leaves behind (design 4.7)', () => {
  const cases: [string, string, Parameters<typeof verdict>[1], string][] = [
    ['same', 'price', { c: '10', b: '10', o: '10' }, 'IN_SYNC'],
    ['same in another scale', 'price', { c: '10', b: '10', o: '10.00' }, 'IN_SYNC'],
    ['same, never published', 'price', { c: '10', o: '10.0' }, 'IN_SYNC'],
    ['as published, the master moved', 'price', { c: '12', b: '10', o: '10.00' }, 'LAG'],
    ['edited there', 'price', { c: '10', b: '10', o: '11' }, 'DRIFT'],
    ['edited to nothing', 'price', { c: '10', b: '10', o: null }, 'DRIFT'],
    ['edited there, and the master moved', 'price', { c: '12', b: '10', o: '11' }, 'DRIFT, both moved'],
    ['converged by itself', 'price', { c: '12', b: '10', o: '12' }, 'IN_SYNC'],
    ['differs, and nothing was ever published', 'price', { c: '10', o: '11' }, 'NEVER_AGREED'],
    ['shows what an open attempt sent', 'price', { c: '13', b: '10', o: '12', w: '12' }, 'ECHO'],
    ['shows neither base nor attempt', 'price', { c: '13', b: '10', o: '11', w: '12' }, 'DRIFT, both moved'],
    ['could not be read', 'price', { c: '10', b: '10', unreadable: true }, 'NOT_COVERED'],
    ['has no place there', 'price', { c: '10', b: '10' }, 'NOT_COMPARED'],
    ['not governed', 'descriptionHtml', { c: 'a', b: 'a', o: 'b' }, 'NOT_COMPARED'],
    ['a number as JSON', 'price', { c: '10.5', b: '10.5', o: 10.5 }, 'IN_SYNC'],
    ['no number at all', 'price', { c: '10', b: '10', o: 'ten' }, 'DRIFT'],
    ['weight within half a gram', 'weight', { c: '453.59237', b: '453.59237', o: '454' }, 'IN_SYNC'],
    ['weight beyond half a gram', 'weight', { c: '453', b: '453', o: '454' }, 'DRIFT'],
    ['empty is null', 'gtin', { c: null, b: null, o: '' }, 'IN_SYNC'],
    ['entities', 'product.title', { c: 'Salt & Pepper', b: 'Salt & Pepper', o: 'Salt &amp; Pepper' }, 'IN_SYNC'],
    ['é typed two ways', 'product.title', { c: 'Caf\u00e9', b: 'Caf\u00e9', o: 'Cafe\u0301' }, 'IN_SYNC'],
    ['case counts in a title', 'product.title', { c: 'Cafe', b: 'Cafe', o: 'CAFE' }, 'DRIFT'],
    ['tags in another order and case', 'product.tags', { c: ['a', 'b'], b: ['a', 'b'], o: ['B', 'a'] }, 'IN_SYNC'],
    ["other people's tags are theirs", 'product.tags', { c: ['a'], b: ['a'], o: ['a', 'theirs'] }, 'IN_SYNC'],
    ['a tag of ours is gone', 'product.tags', { c: ['a', 'b'], b: ['a', 'b'], o: ['a'] }, 'DRIFT'],
    ['a tag that the master dropped', 'product.tags', { c: ['a'], b: ['a', 'b'], o: ['a', 'b'] }, 'LAG'],
    [
      'lifecycle: only what we say counts',
      'lifecycle',
      { c: { published: true }, b: { published: true }, o: { published: true, inventoryPolicy: 'DENY' } },
      'IN_SYNC',
    ],
    [
      'lifecycle: taken off sale',
      'lifecycle',
      { c: { published: true }, b: { published: true }, o: { published: false } },
      'DRIFT',
    ],
    [
      'lifecycle: more is asked now',
      'lifecycle',
      {
        c: { published: true, inventoryPolicy: 'DENY' },
        b: { published: true },
        o: { published: true, inventoryPolicy: 'CONTINUE' },
      },
      'LAG',
    ],
    [
      'options in another order',
      'optionValues',
      {
        c: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
        b: null,
        o: [
          { value: '2', name: 'B' },
          { name: 'A', value: '1' },
        ],
      },
      'IN_SYNC',
    ],
  ];
  it.each(cases)('%s (%s)', (_name, field, values, expected) => {
    expect(verdict(field, values)).toBe(expected);
  });

  const money = fc.nat({ max: 9_999_999 }).map((cents) => (cents / 100).toFixed(2));
  it('finds nothing where a system shows what was published, and just the one field that was moved', () => {
    fc.assert(
      fc.property(
        fc.record({ price: money, cost: money, gtin: fc.constantFrom('4006381333931', null) }),
        money,
        (values, other) => {
          const canonical = normaliseAll(values);
          const look = (observed: FieldValues): string[] =>
            compareRecord({ canonical, base: canonical, observed, unreadable: [], expected: [], rules: DEFAULT_RULES })
              .filter(({ result }) => result.verdict !== 'IN_SYNC')
              .map(({ field }) => field);
          expect(look(canonical)).toEqual([]);
          const moved = normaliseAll({ ...values, price: other });
          expect(look(moved)).toEqual(moved.price === canonical.price ? [] : ['price']);
        },
      ),
    );
  });

  it('normalising twice is normalising once', () => {
    const anything = fc.oneof(fc.string(), fc.constant(null), fc.array(fc.string()), fc.double({ noNaN: true }));
    fc.assert(
      fc.property(
        fc.constantFrom('price', 'weight', 'gtin', 'product.tags', 'product.title', 'optionValues'),
        anything,
        (field, value) => {
          const once = normaliseAll({ [field]: value });
          expect(normaliseAll(once)).toEqual(once);
        },
      ),
    );
  });
});
