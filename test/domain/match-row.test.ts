import { describe, expect, it } from '@jest/globals';
import { STRICT_GTIN } from '../../src/domain/catalog/gtin.js';
import { matchHeader, matchLines } from '../../src/application/onboarding/match-lines.js';
import { gtinKey } from '../../src/domain/onboarding/match-record.js';
import type { MatchRow, MatchSide, SideRecord } from '../../src/domain/onboarding/match-row.js';
import { tellRow } from '../../src/domain/onboarding/match-row.js';
import { matchRecords } from '../../src/domain/onboarding/match-records.js';
import { differencesOf } from '../../src/domain/onboarding/side-differences.js';
import { comparableFields, sightedProduct, sightingOf } from '../../src/domain/onboarding/sighting.js';
import type { FieldValues } from '../../src/domain/primitives/json.js';
import type { ObservedRecord } from '../../src/domain/publishing/system.js';

const SIDES: MatchSide[] = [
  { code: 'MASTER', currency: 'USD' },
  { code: 'erp', currency: 'USD' },
  { code: 'shop', currency: 'USD' },
];

function record(
  side: string,
  code: string | null,
  { gtin = null, fields = {}, ...more }: Partial<SideRecord> & { gtin?: string | null } = {},
): SideRecord {
  const base = { side, id: `${side}:${code}`, skuId: null, code, title: null, wantedIn: null };
  return { ...base, gtin14: gtinKey(gtin, STRICT_GTIN), fields: { gtin, ...fields }, ...more };
}

function told(records: SideRecord[], sides = SIDES): MatchRow[] {
  return matchRecords(records).map((row) =>
    tellRow(row, (index) => records[index] ?? record('nowhere', null), sides, STRICT_GTIN),
  );
}

const kinds = (row: MatchRow | undefined): string[] => (row?.problems ?? []).map(({ kind }) => kind).sort();

function observed(entity: 'SKU' | 'PRODUCT', fields: FieldValues): ObservedRecord {
  const rest = { unreadable: [], updatedAt: null, attribution: null, token: null };
  return { entity, externalId: 'v', root: { externalId: 'p', code: null }, code: ' A ', fields, ...rest };
}

describe('what a scan leaves for the match', () => {
  it('keeps what pairing takes, empty values included, and nothing else', () => {
    const seen = observed('SKU', { gtin: null, price: '1.00', taxable: true, lifecycle: { published: true } });
    expect(sightingOf(seen)).toEqual({
      entity: 'SKU',
      externalId: 'v',
      rootId: 'p',
      code: ' A ',
      fields: { gtin: null, price: '1.00', lifecycle: { published: true } },
    });
  });

  it("gives a variant its product's title with its options, as an import would, and says whether it is for sale", () => {
    const product = sightedProduct(
      sightingOf(observed('PRODUCT', { 'product.title': 'Tee &amp; Co', lifecycle: { status: 'ACTIVE' } })),
    );
    const optionValues = [
      { name: 'Size', value: 'S' },
      { name: 'Color', value: 'Red' },
    ];
    const fields = { optionValues, lifecycle: { published: true }, weight: '0', price: '5' };
    expect(comparableFields(fields, product)).toEqual({
      title: 'Tee & Co - S / Red',
      sellable: true,
      weight: null,
      price: '5.00',
    });
    const plain = { optionValues: [{ name: 'Title', value: 'Default Title' }], lifecycle: { published: false } };
    expect(comparableFields(plain, product)).toEqual({ title: 'Tee & Co', sellable: false });
    expect(comparableFields({ title: 'Tee', lifecycle: { active: true, salable: true } }, null)).toEqual({
      title: 'Tee',
      sellable: true,
    });
    expect(comparableFields(fields, { title: null, live: null })).not.toHaveProperty('sellable');
  });
});

describe('what differs between paired sides', () => {
  const differing = (...sides: FieldValues[]): string[] =>
    differencesOf(sides.map((fields, index) => ({ side: String(index), currency: 'USD', fields }))).map(
      ({ field }) => field,
    );

  it('is told after normalisation, with the tolerance of the field, and only of what both sides have a place for', () => {
    const one = { price: '5.00', weight: '100', gtin: '036000291452', hsCode: null, title: 'Tee', unitOfMeasure: 'pc' };
    expect(differing(one, { ...one, weight: '100.4', gtin: '0036000291452' })).toEqual([]);
    expect(differing(one, { price: '5.01', weight: '101', gtin: null, hsCode: '610910', title: 'tee' })).toEqual([
      'gtin',
      'hsCode',
      'price',
      'title',
      'weight',
    ]);
    expect(differing({ price: '1.00' }, { price: '1.00' }, { price: '2.00' })).toEqual(['price']);
  });

  it('sets amounts only against the same currency', () => {
    const sides = [
      { side: 'us', currency: 'USD', fields: { price: '5.00', weight: '1' } },
      { side: 'eu', currency: 'EUR', fields: { price: '4.00', weight: '2' } },
    ];
    expect(differencesOf(sides)).toEqual([
      {
        field: 'weight',
        values: [
          { side: 'us', value: '1' },
          { side: 'eu', value: '2' },
        ],
      },
    ]);
  });
});

describe('a row of the match', () => {
  it('names what is malformed in a record, and what the code would be without it', () => {
    expect(kinds(told([record('shop', "' 1"), record('erp', '1')], SIDES.slice(1))[0])).toEqual(
      ['CODE_APOSTROPHE', 'CODES_DIFFER'].sort(),
    );
    expect(
      kinds(told([record('shop', ' A '), record('erp', 'A', { gtin: '4006381333932' })], SIDES.slice(1))[0]),
    ).toEqual(['CODE_SPACES', 'FIELDS_DIFFER', 'GTIN_INVALID']);
    for (const code of [null, '', '  ']) expect(kinds(told([record('shop', code)], [])[0])).toEqual(['CODE_MISSING']);
    for (const code of ['Ä-1', 'A'.repeat(65), 'A\u202eB'])
      expect(kinds(told([record('shop', code)], [])[0])).toEqual(['CODE_INVALID']);
  });

  it('says where it is not, and does not miss what the master wants nowhere else', () => {
    expect(told([record('shop', 'A')])[0]?.notIn).toEqual(['MASTER', 'erp']);
    expect(told([record('MASTER', 'A', { wantedIn: ['shop'] })])[0]?.notIn).toEqual(['shop']);
    expect(told([record('MASTER', 'A', { wantedIn: [] })])[0]).toMatchObject({ notIn: [], problems: [] });
  });

  it('names who else bears a key of a conflict, and sets no duplicates side by side', () => {
    const gtin = { gtin: '4006381333931' };
    const [pair] = told([record('shop', 'A', gtin), record('erp', 'A'), record('erp', 'B', gtin)]);
    expect(pair?.related).toEqual([{ key: 'GTIN', value: '04006381333931', side: 'erp', id: 'erp:B', code: 'B' }]);
    expect(kinds(pair)).toContain('KEYS_DISAGREE');
    const price = (amount: string): Partial<SideRecord> => ({ id: amount, fields: { price: amount } });
    const [double] = told([record('shop', 'A', price('1.00')), record('shop', 'a', price('2.00')), record('erp', 'A')]);
    expect(double).toMatchObject({ grade: 'DUPLICATE', differences: [] });
    expect(kinds(double)).toEqual(['CODE_TWICE', 'NOT_THERE']);
  });

  it('stands in the file on one line a record of its fullest side, with every record once', () => {
    const header = matchHeader(['erp', 'shop']);
    const [double] = told([record('shop', 'A', { id: '1' }), record('shop', 'a', { id: '2' }), record('erp', '=A')]);
    const lines = double ? matchLines(double, 7, ['erp', 'shop']) : [];
    const cell = (line: number, column: string): string | undefined => lines[line]?.[header.indexOf(column)];
    expect(lines.map((line) => line.length)).toEqual([header.length, header.length]);
    expect([cell(0, 'row'), cell(1, 'row'), cell(0, 'grade'), cell(1, 'grade')]).toEqual([
      '7',
      '7',
      'DUPLICATE',
      'DUPLICATE',
    ]);
    expect([cell(0, 'shop code'), cell(1, 'shop code'), cell(0, 'erp code')]).toEqual(['A', 'a', '']);
    expect(new Set(header).size).toBe(header.length);
  });
});
