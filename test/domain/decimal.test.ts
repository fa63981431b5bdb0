import { describe, expect, it } from '@jest/globals';
import Big from 'big.js';
import fc from 'fast-check';
import { compareDecimals, decimalPlaces, decimalText, moneyText } from '../../src/domain/primitives/decimal.js';
import { runs } from '../support/runs.js';

/** Plain decimals of every length that the API takes, zeros at both ends included. */
const digits = (least: number, most: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom('0', '0', '1', '5', '9'), { minLength: least, maxLength: most })
    .map((each) => each.join(''));
const decimal = fc
  .tuple(
    fc.constantFrom('', '', '-'),
    digits(1, 12),
    fc.oneof(
      fc.constant(''),
      digits(1, 12).map((each) => `.${each}`),
    ),
  )
  .map((parts) => parts.join(''));

describe('decimals', () => {
  it('have one text for one value, in arithmetic of any length', () => {
    fc.assert(
      fc.property(decimal, fc.nat(4), (text, places) => {
        const value = new Big(text);
        const out = decimalText(text, places);
        expect(out).toMatch(/^-?(0|[1-9]\d*)(\.\d+)?$/);
        expect(value.eq(out)).toBe(true);
        expect((out.split('.')[1] ?? '').length).toBe(Math.max(places, decimalPlaces(text)));
        expect(out.startsWith('-')).toBe(value.lt(0));
      }),
      { numRuns: runs(2_000) },
    );
  });

  it('compare as their values do, however they are written', () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        expect(compareDecimals(a, b)).toBe(new Big(a).cmp(b));
        expect(compareDecimals(a, decimalText(a))).toBe(0);
      }),
      { numRuns: runs(2_000) },
    );
    expect(compareDecimals('9999999999.99999', '9999999999.99998')).toBe(1);
    expect(compareDecimals('0.1', '0.10')).toBe(0);
  });

  it('read as money with two places at least', () => {
    expect(['5', '5.5', '5.50', '5.1250', '0', '-0', '007.10'].map(moneyText)).toEqual([
      '5.00',
      '5.50',
      '5.50',
      '5.125',
      '0.00',
      '0.00',
      '7.10',
    ]);
  });
});
