import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { faultsOfLifecycle, mayBecome, TRANSITIONS } from '../../src/domain/catalog/lifecycle.js';
import { codeFault, readSkuFields } from '../../src/domain/catalog/read-sku-fields.js';
import { handleFault, readProductFields } from '../../src/domain/catalog/read-product-fields.js';
import { weightInGrams } from '../../src/domain/catalog/sku.js';
import { decimalText, isPlainDecimal, moneyText } from '../../src/domain/primitives/decimal.js';

describe('lifecycle', () => {
  it('is sound, and a broken table is found', () => {
    expect(faultsOfLifecycle(TRANSITIONS)).toEqual([]);
    expect(faultsOfLifecycle({ ...TRANSITIONS, RETIRED: ['ACTIVE'] })).toContain('RETIRED is not final');
    expect(faultsOfLifecycle({ ...TRANSITIONS, PRELAUNCH: ['DRAFT'] })).toContain(
      'ACTIVE cannot be reached from DRAFT',
    );
    expect(mayBecome('RETIRED', 'ACTIVE')).toBe(false);
    expect(mayBecome('PHASE_OUT', 'ACTIVE')).toBe(true);
  });
});

describe('fields of a SKU', () => {
  const problems = (draft: Parameters<typeof readSkuFields>[0]): string[] =>
    readSkuFields(draft, ['shopify']).problems.map(({ code, field }) => `${code} ${field?.join('.')}`);

  it('tells every problem at once, each with its field', () => {
    const bad = {
      title: ' ',
      gtin: '123',
      price: '1e3',
      cost: '-1',
      hsCode: '12',
      countryOfOrigin: 'de',
      listedIn: ['nowhere'],
      weight: { value: '1', unit: 'STONES' },
    };
    expect(problems(bad).sort()).toEqual([
      'GTIN_INVALID gtin',
      'INVALID_FORMAT cost',
      'INVALID_FORMAT countryOfOrigin',
      'INVALID_FORMAT hsCode',
      'INVALID_FORMAT price',
      'INVALID_FORMAT weight',
      'REQUIRED title',
      'SYSTEM_UNKNOWN listedIn.0',
    ]);
  });

  it.each(['a\u0000b', '\ud800', 'a\u202eb', '<b>bold</b>', 'x'.repeat(256)])('refuses the title %j', (title) => {
    expect(problems({ title })).toHaveLength(1);
  });

  it.each(['1e3', '１９', '+1', '', ' 1', '1,5', '0x10', 'NaN', '1.23456', '99999999999'])(
    'refuses the price %j',
    (price) => {
      expect(problems({ price })).toEqual(['INVALID_FORMAT price']);
    },
  );

  it('names as a successor whatever is a code, and nothing else', () => {
    const named = (successor: string): string[] => problems({ successor });
    expect(readSkuFields({ successor: ' kGx/F:<<R>%Q ' }, []).patch).toEqual({ successor: 'kGx/F:<<R>%Q' });
    expect(readSkuFields({ successor: ' ' }, [])).toMatchObject({ patch: { successor: null }, problems: [] });
    expect(named('x'.repeat(64))).toEqual([]);
    expect([...named('größe'), ...named('a\u0000b')]).toEqual(Array(2).fill('INVALID_FORMAT successor'));
    expect(named('x'.repeat(65))).toEqual(['TOO_LONG successor']);
  });

  it('brings what is sound into canonical form', () => {
    const { patch, problems: none } = readSkuFields(
      { price: '19.9', cost: '-0', compareAtPrice: null, title: ' Tea ', weight: { value: '0500.0', unit: 'GRAMS' } },
      [],
    );
    expect(none).toEqual([]);
    expect(patch).toEqual({
      price: '19.90',
      cost: '0.00',
      compareAtPrice: null,
      title: 'Tea',
      weight: { value: '500', unit: 'GRAMS' },
    });
  });

  it('converts weights exactly', () => {
    expect(weightInGrams({ value: '1', unit: 'POUNDS' })).toBe('453.59237');
    expect(weightInGrams({ value: '0.1', unit: 'KILOGRAMS' })).toBe('100');
  });

  it('keeps decimals exact whatever their form', () => {
    fc.assert(
      fc.property(fc.nat(999_999), fc.nat(9999), (whole, fraction) => {
        const text = `${whole}.${String(fraction).padStart(4, '0')}`;
        expect(isPlainDecimal(text)).toBe(true);
        expect(moneyText(decimalText(text))).toBe(moneyText(text));
        expect(Number(moneyText(text))).toBe(Number(text));
      }),
    );
  });

  it('knows which codes and handles may be new', () => {
    expect(codeFault('MH01-XS Black')).toBeNull();
    expect(
      [codeFault(''), codeFault(' A'), codeFault('Ä-1'), codeFault('A'.repeat(65))].map((fault) => fault?.code),
    ).toEqual(['REQUIRED', 'INVALID_FORMAT', 'INVALID_FORMAT', 'TOO_LONG']);
    expect([handleFault('a-b-1'), handleFault('A B')?.code, handleFault('')?.code]).toEqual([
      null,
      'INVALID_FORMAT',
      'REQUIRED',
    ]);
    expect(readProductFields({ tags: ['b', ' A '], title: 'T' }).patch.tags).toEqual(['A', 'b']);
    expect(readProductFields({ tags: ['a,b'] }).problems).toHaveLength(1);
  });
});
