import { describe, expect, it } from '@jest/globals';
import type { FindingDraft } from '../../src/domain/drift/finding.js';
import { isTooMuch, replacing } from '../../src/domain/truth/takeover-safety.js';

const values = (count: number, expected: string | null, found: string | null): FindingDraft[] =>
  Array.from({ length: count }, (_, index) => ({
    identity: `${index}`,
    kind: 'FIELD',
    recordId: null,
    productId: null,
    skuId: null,
    target: `A-${index}`,
    field: 'cost',
    expected,
    found,
    lastPublished: expected,
    severity: 'MEDIUM',
    attribution: null,
  }));

describe('how much of an owner is believed at once', () => {
  const scan = { compared: 500, linked: 100_000, before: 0 };
  const one = { compared: null, linked: 1_000, before: 0 };

  it('takes first values in any number: they replace nothing', () => {
    expect(replacing(values(500, null, '1.00'))).toEqual([]);
    expect(replacing(values(500, '0.00', '1.00'))).toEqual([]);
    expect(isTooMuch(values(500, null, '1.00'), scan)).toBe(false);
  });
  it('stops at the first batch of a look at everything', () => {
    expect(isTooMuch(values(101, '4.00', '9.00'), scan)).toBe(true);
    expect(isTooMuch(values(100, '4.00', '9.00'), scan)).toBe(false);
    expect(isTooMuch(values(49, '4.00', '9.00'), { ...scan, compared: 49 })).toBe(false);
  });
  it('stops values that blank others, by their number alone', () => {
    expect(isTooMuch(values(50, '4.00', '0.00'), { ...one, linked: 100_000 })).toBe(true);
    expect(isTooMuch(values(50, '4.00', null), { ...one, linked: 100_000 })).toBe(true);
    expect(isTooMuch(values(49, '4.00', '0'), { ...one, linked: 100_000 })).toBe(false);
  });
  it('counts over a day what comes value by value', () => {
    expect(isTooMuch(values(1, '4.00', '9.00'), { ...one, before: 200 })).toBe(true);
    expect(isTooMuch(values(1, '4.00', '9.00'), { ...one, before: 199 })).toBe(false);
    expect(isTooMuch(values(1, '4.00', '9.00'), { compared: null, linked: 100, before: 48 })).toBe(false);
  });
});
