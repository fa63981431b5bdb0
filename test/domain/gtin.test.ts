import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { gs1CheckDigit, gtin14, gtinFault, gtinUse } from '../../src/domain/catalog/gtin.js';

const digitsOf = (length: number): fc.Arbitrary<string> =>
  fc.array(fc.nat(9), { minLength: length, maxLength: length }).map((digits) => digits.join(''));
const withCheck = (body: string): string => body + gs1CheckDigit(body);
const ALLOWING = { allowRestricted: true };

describe('the check digit', () => {
  it("agrees with GS1's published examples", () => {
    // "How to calculate a check digit manually" on GS1's site, and figure 7.9-1 of the General Specifications.
    expect(gs1CheckDigit('629104150021')).toBe(3);
    // The SSCC of the same figure: the rule is one for all keys.
    expect(gs1CheckDigit('37610425002123456')).toBe(9);
    // The tests of GS1's own linter `csum` (gs1/gs1-syntax-engine, lint_csum.c): right, then wrong.
    for (const key of ['02345673', '416000336108', '1234567890128', '12345678901231', '123456789012345675']) {
      expect(String(gs1CheckDigit(key.slice(0, -1)))).toBe(key.at(-1));
    }
    for (const key of ['12345673', '416000336109', '1234567890129', '12345678901232', '123456789012345670']) {
      expect(String(gs1CheckDigit(key.slice(0, -1)))).not.toBe(key.at(-1));
    }
    // Numbers that GS1 prints in its examples, of every length.
    for (const gtin of [
      '6291041500213',
      '4006381333931',
      '036000291452',
      '96385074',
      '10614141000415',
      '09506000134352',
    ]) {
      expect(gtinFault(gtin)).toBeNull();
    }
  });

  it('finds every single wrong digit, and tells the right last one', () => {
    const lengths = fc.constantFrom(7, 11, 12, 13);
    fc.assert(
      fc.property(lengths.chain(digitsOf), fc.nat(), fc.integer({ min: 1, max: 9 }), (body, at, by) => {
        const right = withCheck(body);
        const place = at % right.length;
        const wrong = right.slice(0, place) + ((Number(right[place]) + by) % 10) + right.slice(place + 1);
        expect(gtinFault(wrong, ALLOWING)).not.toBeNull();
      }),
    );
    expect(gtinFault('4006381333932')).toBe('wrong check digit: 4006381333931 would be right');
  });

  it('stays right when zeros are put in front, so that the 14-digit form is one number', () => {
    fc.assert(
      fc.property(digitsOf(7), (body) => {
        expect(gs1CheckDigit(body.padStart(13, '0'))).toBe(gs1CheckDigit(body));
        expect(gtin14(withCheck(body))).toBe(withCheck(body.padStart(13, '0')));
      }),
    );
  });
});

describe('the prefix', () => {
  const use = (body: string): string => gtinUse(withCheck(body));

  it('of 13 digits is read by table 1-4', () => {
    for (const prefix of ['020', '029', '040', '049', '200', '299'])
      expect(use(`${prefix}000012345`)).toBe('RESTRICTED');
    for (const prefix of ['050', '059', '981', '984', '990', '999']) expect(use(`${prefix}000012345`)).toBe('COUPON');
    expect(use('980000012345')).toBe('REFUND');
    // U.P.C., Bulgaria, GS1's own examples, ISSN, ISBN, ISMN: all of them trade items.
    for (const prefix of ['001', '019', '030', '060', '139', '300', '380', '952', '977', '978', '979']) {
      expect(use(`${prefix}000012345`)).toBe('TRADE_ITEM');
    }
    for (const published of ['9771144875007', '9781492053743', '9790260000438'])
      expect(gtinFault(published)).toBeNull();
  });

  it('of a GTIN-12 is that of the same number with a zero in front', () => {
    expect(use('21234567890')).toBe('RESTRICTED');
    expect(use('41234567890')).toBe('RESTRICTED');
    expect(use('51234567890')).toBe('COUPON');
    expect(use('31234567890')).toBe('TRADE_ITEM');
  });

  it('of a GTIN-8 is read by table 1-5, however many zeros are in front', () => {
    for (const body of ['0123456', '0999999', '2000000', '2999999']) expect(use(body)).toBe('RESTRICTED');
    for (const body of ['1000000', '3000000', '9638507', '4012345']) expect(use(body)).toBe('TRADE_ITEM');
    fc.assert(
      fc.property(digitsOf(7), fc.constantFrom(12, 13, 14), (body, length) => {
        expect(gtinUse(withCheck(body).padStart(length, '0'))).toBe(gtinUse(withCheck(body)));
      }),
    );
  });

  it('is refused where it is restricted, unless the house allows that', () => {
    for (const gtin of [
      '2000000000008',
      '0200000000004',
      '0400000000008',
      withCheck('41234567890'),
      withCheck('2000000'),
    ]) {
      expect(gtinFault(gtin)).toMatch(/restricted circulation/);
      expect(gtinFault(gtin, ALLOWING)).toBeNull();
    }
  });

  it('is refused whatever the house allows, where it is no trade item', () => {
    for (const body of ['990000012345', '981000012345', '050000012345', '51234567890']) {
      expect(gtinFault(withCheck(body), ALLOWING)).toMatch(/coupons/);
    }
    expect(gtinFault(withCheck('980000012345'), ALLOWING)).toMatch(/refund receipts/);
  });

  it('stands behind the indicator of a GTIN-14, which contains no restricted number', () => {
    expect(gtinFault(withCheck('1061414100041'))).toBeNull();
    // 9 is a trade item of variable measure, 0 fills a shorter GTIN up to 14 digits.
    expect(gtinFault(withCheck('9061414100041'))).toBeNull();
    expect(gtinFault('00614141000418')).toBeNull();
    expect(gtinFault(withCheck('1200000012345'), ALLOWING)).toMatch(/never stands in a GTIN-14/);
    expect(gtinFault(withCheck('0200000012345'), ALLOWING)).toBeNull();
  });
});

describe('the form', () => {
  it('is digits of ASCII, 8, 12, 13 or 14 of them, and the fault says what is the matter', () => {
    expect(gtinFault('123')).toBe('a GTIN has 8, 12, 13 or 14 digits, not 3');
    expect(gtinFault('400 6381 333931')).toBe('a GTIN is written without spaces and hyphens');
    expect(gtinFault('978-1-4920-5374-3')).toBe('a GTIN is written without spaces and hyphens');
    expect(gtinFault('４００６３８１３３３９３１')).toBe('a GTIN is written in the digits 0 to 9 of ASCII');
    for (const text of [
      '400638133393a',
      '4.006381333931e12',
      "'4006381333931",
      '-4006381333931',
      '\u202e96385074',
      '',
    ]) {
      expect(gtinFault(text)).toBe('a GTIN has digits only');
    }
    expect(gtinFault('9'.repeat(10_000_000))).toBe('a GTIN has 8, 12, 13 or 14 digits');
  });

  it('is no number of zeros, though their check digit is right', () => {
    for (const length of [8, 12, 13, 14])
      expect(gtinFault('0'.repeat(length), ALLOWING)).toBe('zeros only are no GTIN');
  });

  it('is not the short one of UPC-E; the full number is told', () => {
    // Bodies of a printer's manual (Printronix L7032, table 65), with the check digit of the full number.
    const pairs = [
      ['124560', '01200000456'],
      ['275831', '02710000583'],
      ['412022', '04120000202'],
      ['876543', '08760000054'],
      ['753774', '07537000007'],
      ['213756', '02137500006'],
    ] as const;
    for (const [short, full] of pairs) {
      const printed = `0${short}${gs1CheckDigit(full)}`;
      if (gtinFault(printed)?.includes('wrong check digit')) throw new Error(`${printed} is not told as UPC-E`);
      // Where its digits happen to make a right GTIN-8 too, that is one of restricted circulation.
      if (withCheck(`0${short}`) !== printed) expect(gtinFault(printed)).toContain(withCheck(full));
      else expect(gtinFault(printed)).toContain('full 12 digits');
    }
  });
});
