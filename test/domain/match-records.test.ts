import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { gs1CheckDigit, STRICT_GTIN } from '../../src/domain/catalog/gtin.js';
import type { MatchRecord } from '../../src/domain/onboarding/match-record.js';
import { gtinKey, keyOfRecord, lookKey, MATCH_KEYS, titleKey } from '../../src/domain/onboarding/match-record.js';
import type { MatchedRow } from '../../src/domain/onboarding/match-records.js';
import { compareRecords, matchRecords } from '../../src/domain/onboarding/match-records.js';
import { runs } from '../support/runs.js';

const GTIN = '4006381333931';

let count = 0;
function at(
  side: string,
  code: string | null,
  { gtin = null, ...more }: Partial<MatchRecord> & { gtin?: string | null } = {},
): MatchRecord {
  count += 1;
  const gtin14 = gtinKey(gtin, STRICT_GTIN);
  return { side, id: `${side}-${code ?? 'none'}-${count}`, skuId: null, code, gtin14, title: null, ...more };
}

/** Each row as `GRADE code@side code@side`, sorted, so that a test reads like the file. */
function told(records: readonly MatchRecord[]): string[] {
  return matchRecords(records)
    .map(({ grade, records: numbers }) =>
      [grade, ...numbers.map((index) => `${records[index]?.code ?? '-'}@${records[index]?.side ?? ''}`)].join(' '),
    )
    .sort();
}

describe('matching', () => {
  it('pairs by code, whatever its case and width, and is EXACT where the GTINs agree too', () => {
    const records = [
      at('shop', 'tee-s', { gtin: '036000291452' }),
      at('erp', ' TEE-S ', { gtin: '0036000291452' }),
      at('shop', 'ＭＵＧ'),
      at('erp', 'mug', { gtin: GTIN }),
    ];
    expect(told(records)).toEqual(['CODE mug@erp ＭＵＧ@shop', 'EXACT  TEE-S @erp tee-s@shop']);
  });

  it('pairs by stored id first, also when one side was recoded since', () => {
    const records = [
      at('MASTER', 'A-1', { skuId: 's1' }),
      at('shop', 'A-1-NEW', { skuId: 's1' }),
      at('erp', 'A-1', { skuId: 's1' }),
    ];
    expect(told(records)).toEqual(['EXACT A-1@MASTER A-1@erp A-1-NEW@shop']);
  });

  it('pairs what was recoded by its GTIN, and by nothing that is no GTIN', () => {
    const both = (gtin: string): MatchRecord[] => [at('shop', 'NEW', { gtin }), at('erp', 'OLD', { gtin })];
    expect(told(both(GTIN))).toEqual(['GTIN OLD@erp NEW@shop']);
    expect(told(both('4006381333932'))).toEqual(['UNPAIRED NEW@shop', 'UNPAIRED OLD@erp']);
  });

  it('suggests look-alikes and titles only where they are unique on every side', () => {
    expect(told([at('shop', "'0O1I5"), at('erp', '00-1l5')])).toEqual(["LOOKS_ALIKE 00-1l5@erp '0O1I5@shop"]);
    expect(told([at('shop', 'A1'), at('shop', 'AI'), at('erp', 'AL')])).toEqual([
      'UNPAIRED A1@shop',
      'UNPAIRED AI@shop',
      'UNPAIRED AL@erp',
    ]);
    const tee = { title: 'Tee – S / Red' };
    expect(told([at('shop', 'X', tee), at('erp', 'Y', { title: 'TEE, s red' })])).toEqual(['TITLE Y@erp X@shop']);
    expect(told([at('shop', 'X', tee), at('shop', 'Z', tee), at('erp', 'Y', tee)])).toHaveLength(3);
  });

  it('names a code that several records of one side bear once, with all of them and their partner', () => {
    const records = [at('shop', 'A'), at('shop', 'a'), at('erp', 'A'), at('erp', 'B')];
    expect(told(records)).toEqual(['DUPLICATE A@erp A@shop a@shop', 'UNPAIRED B@erp']);
    expect(matchRecords(records).map(({ twice }) => twice)).toContainEqual(['CODE']);
  });

  it('names a GTIN that pairs twice, and lets pairs by code stand that merely share one', () => {
    const gtin = { gtin: GTIN };
    expect(told([at('shop', 'A', gtin), at('shop', 'B', gtin), at('erp', 'C', gtin)])).toEqual([
      'DUPLICATE C@erp A@shop B@shop',
    ]);
    const pairs = [at('shop', 'A', gtin), at('erp', 'A', gtin), at('shop', 'B', gtin), at('erp', 'B', gtin)];
    expect(told(pairs)).toEqual(['EXACT A@erp A@shop', 'EXACT B@erp B@shop']);
    expect(matchRecords(pairs).map(({ twice, related }) => [twice, related.length])).toEqual([
      [['GTIN'], 4],
      [['GTIN'], 4],
    ]);
    expect(told([at('shop', 'A', gtin), at('shop', 'B', gtin)])).toEqual(['UNPAIRED A@shop', 'UNPAIRED B@shop']);
  });

  it('calls it a conflict when code and GTIN point to different partners, and names both', () => {
    const records = [at('shop', 'A', { gtin: GTIN }), at('erp', 'A'), at('erp', 'B', { gtin: GTIN })];
    expect(told(records)).toEqual(['CONFLICT A@erp A@shop', 'CONFLICT B@erp']);
    const pair = matchRecords(records).find(({ records: numbers }) => numbers.length === 2);
    expect(pair?.related).toEqual([{ key: 'GTIN', of: 0, to: 2 }]);
  });

  it('calls it a conflict when the stored id and the code point to different partners', () => {
    const records = [at('MASTER', 'A', { skuId: 's' }), at('shop', 'B', { skuId: 's' }), at('shop', 'A')];
    expect(told(records)).toEqual(['CONFLICT A@MASTER B@shop', 'CONFLICT A@shop']);
  });

  it('gathers nothing under a placeholder', () => {
    const many = Array.from({ length: 150 }, () => at('shop', 'TBD'));
    const rows = matchRecords([...many, at('erp', 'tbd')]);
    expect(rows).toHaveLength(151);
    expect(rows.every(({ grade, related }) => grade === 'DUPLICATE' && related.length === 10)).toBe(true);
  });

  it('reads keys as people mean them', () => {
    expect(lookKey("'00O-1l_I.")).toBe('000111');
    expect([
      lookKey(null),
      lookKey(' '),
      titleKey('--'),
      titleKey(null),
      gtinKey('', STRICT_GTIN),
      gtinKey('abc', STRICT_GTIN),
    ]).toEqual(Array.from({ length: 6 }, () => null));
    expect(titleKey('Ｔee  – “S”/Red!')).toBe('tee s red');
    expect(gtinKey(' 036000291452 ', STRICT_GTIN)).toBe('00036000291452');
    expect([true, false].map((allowRestricted) => gtinKey('2000000000008', { allowRestricted }))).toEqual([
      '02000000000008',
      null,
    ]);
  });
});

/** Records of up to four sides over few values, so that everything collides with everything. */
const world = fc
  .array(
    fc.record({
      side: fc.constantFrom('MASTER', 'erp', 'shop', 'shop-eu'),
      code: fc.constantFrom(null, '', 'A1', 'a1', "'A1", 'AI', 'B-0', 'BO', 'C', 'D'),
      gtin: fc.constantFrom(null, 'x', ...[1, 2, 3].map((n) => `50${n}000000000` + gs1CheckDigit(`50${n}000000000`))),
      title: fc.constantFrom(null, 'Tee', 'tee!', 'Mug', 'Cup'),
      sku: fc.constantFrom(null, null, 's1', 's2', 's3'),
    }),
    { maxLength: 14 },
  )
  .map((drafts) => {
    // One stored id a side and SKU, as the database holds it.
    const taken = new Set<string>();
    return drafts.map(({ sku, gtin, ...draft }, index): MatchRecord => {
      const skuId = sku !== null && !taken.has(`${draft.side}:${sku}`) ? sku : null;
      taken.add(`${draft.side}:${sku}`);
      return { ...draft, gtin14: gtinKey(gtin, STRICT_GTIN), id: `r${index}`, skuId };
    });
  });

/** Rows by their records' ids alone, in an order that neither input order nor side names decide. */
function shape(records: readonly MatchRecord[], rows: readonly MatchedRow[]): unknown[] {
  const id = (index: number): string => records[index]?.id ?? '';
  return rows
    .map(({ grade, keys, twice, records: numbers, related }) => ({
      ids: numbers.map(id).sort(),
      grade,
      keys,
      twice: [...twice].sort(),
      related: related.map(({ key, of, to }) => `${key} ${id(of)} ${id(to)}`).sort(),
    }))
    .sort((a, b) => ((a.ids[0] ?? '') < (b.ids[0] ?? '') ? -1 : 1));
}

describe('matching, whatever the records', () => {
  it('puts each record into exactly one row', () => {
    fc.assert(
      fc.property(world, (records) => {
        const numbers = matchRecords(records).flatMap((row) => row.records);
        expect(numbers.sort((a, b) => a - b)).toEqual([...records.keys()]);
      }),
    );
  });

  it('never pairs two records of one side', () => {
    fc.assert(
      fc.property(world, (records) => {
        for (const { grade, records: numbers } of matchRecords(records)) {
          const sides = numbers.map((index) => records[index]?.side);
          if (grade !== 'DUPLICATE') expect(new Set(sides).size).toBe(sides.length);
        }
      }),
    );
  });

  it('answers the same for any order of the records and any names of the sides', () => {
    const swapped: Record<string, string> = { MASTER: 'shop', shop: 'MASTER', erp: 'shop-eu', 'shop-eu': 'erp' };
    const shuffled = world.chain((records) =>
      fc.tuple(fc.constant(records), fc.shuffledSubarray(records, { minLength: records.length })),
    );
    fc.assert(
      fc.property(shuffled, ([records, others]) => {
        const renamed = others.map((each) => ({ ...each, side: swapped[each.side] ?? '' }));
        expect(shape(renamed, matchRecords(renamed))).toEqual(shape(records, matchRecords(records)));
      }),
      { numRuns: runs(500) },
    );
  });

  it('holds a row together by keys alone, and leaves nothing apart that a sure key joins without contradiction', () => {
    fc.assert(
      fc.property(world, (records) => {
        const rows = matchRecords(records);
        for (const { grade, keys, records: numbers } of rows) {
          if (numbers.length > 1) expect(keys.length).toBeGreaterThan(0);
          if (grade === 'UNPAIRED') expect(numbers).toHaveLength(1);
        }
        const rowOf = new Map(rows.flatMap((row) => row.records.map((index) => [index, row] as const)));
        for (const [a, one] of records.entries()) {
          for (const [b, other] of records.entries()) {
            const shared = MATCH_KEYS.slice(0, 3).some((key) => {
              const value = keyOfRecord(one, key);
              return value !== null && value === keyOfRecord(other, key);
            });
            const [mine, theirs] = [rowOf.get(a), rowOf.get(b)];
            if (!shared || mine === theirs || one.side === other.side) continue;
            const isTold = mine?.related.some(({ of, to }) => of === a && to === b);
            expect(isTold).toBe(true);
          }
        }
      }),
      { numRuns: runs(500) },
    );
  });

  it('lists the records of a row in one order', () => {
    fc.assert(
      fc.property(world, (records) => {
        for (const { records: numbers } of matchRecords(records)) {
          const row = numbers.map((index) => records[index] ?? at('', null));
          expect(row).toEqual([...row].sort(compareRecords));
        }
      }),
    );
  });
});
