import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import { exportMatch } from '../../src/application/onboarding/export-match.js';
import { matchWork } from '../../src/application/onboarding/compute-match.js';
import { presentMatch, readMatch } from '../../src/application/onboarding/read-match.js';
import type { MatchQuery } from '../../src/application/ports/onboarding-store.js';
import { MatchReplaced } from '../../src/application/ports/onboarding-store.js';
import { STRICT_GTIN } from '../../src/domain/catalog/gtin.js';
import type { MatchRow } from '../../src/domain/onboarding/match-row.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, control, importBaseline, must, scansDone, until } from '../support/world.js';

const HEADER =
  'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Barcode,Variant Grams,Cost per item,Status';
const FIRST = { first: 250, after: null };

/** What the shop has, and what the ERP has: they never agreed. */
const SHOP = [
  'tee,Trail Tee,Size,S,TEE-S,20.00,4006381333931,150,8.00,active',
  'tee,,,M,TEE-M,20.00,,150,8.00,',
  'tee,,,L,TEE-L-NEW,20.00,036000291452,150,8.00,',
  'mug,Camp Mug,Title,Default Title,MUG-O1,9.00,,300,,active',
  'cap,Fell Cap,Color,Ink,CAP-INK,19.00,,,,active',
  'map,=Map of all,Title,Default Title,MAP,5.00,12345,,,active',
  'sock,Sock,Size,One,SOCK,4.00,,,,active',
  'sock,,,Two,SOCK,4.00,,,,',
  'gone,Nameless,Title,Default Title,,1.00,,,,active',
];
const ERP = [
  'tee,Trail Tee,Size,S,tee-s,21.00,4006381333931,150,8.00,active',
  'tee,,,M,TEE-M,20.00,,150,8.00,',
  'tee,,,L,TEE-L-OLD,20.00,0036000291452,150,8.00,',
  'mug,Mug for camping,Title,Default Title,MUG-01,9.00,,300,,active',
  'cap,FELL CAP - ink,Title,Default Title,4711,19.00,,,,active',
  'sock,Sock,Size,One,SOCK,4.00,,,,active',
  'pen,Pen,Title,Default Title,PEN,2.00,,,,active',
];
const file = (rows: string[]): string => [HEADER, ...rows, ''].join('\n');

describe('the onboarding match', () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld();
  });
  afterAll(() => world.close());

  const scan = async (system: string): Promise<void> => {
    must(await startScan(world.ports, world.people.oli, system, 'FULL'));
    await scansDone(world);
  };
  const rows = async (query: MatchQuery = {}): Promise<MatchRow[]> =>
    (await readMatch(world.ports, FIRST, query)).page.items.map(({ node }) => node);
  const told = (list: readonly MatchRow[]): string[] =>
    list.map(({ grade, records }) =>
      [grade, ...records.map(({ side, code }) => `${side.slice(0, 1)}:${code ?? '-'}`)].join(' '),
    );
  const csv = async (): Promise<Record<string, string>[]> => {
    let text = '';
    for await (const piece of must(await exportMatch(world.ports))) text += piece;
    return parse(text, { columns: true, bom: true });
  };

  it('is refused as a file before any system was scanned, and empty as a list', async () => {
    expect(codesOf(await exportMatch(world.ports))).toEqual(['WRONG_STATE']);
    const { head, page } = await readMatch(world.ports, FIRST, {});
    expect([head.sides, page.items]).toEqual([[], []]);
  });

  it("pairs an empty master's systems after their scans, and opens no finding for anything that nobody knows", async () => {
    await control(world.sandbox.shopify.url, 'fill', file(SHOP));
    await control(world.sandbox.erp.url, 'fill', file(ERP));
    await scan('shopify');
    await scan('erp');
    expect(told(await rows())).toEqual([
      'DUPLICATE e:SOCK s:SOCK s:SOCK',
      'GTIN e:TEE-L-OLD s:TEE-L-NEW',
      'LOOKS_ALIKE e:MUG-01 s:MUG-O1',
      'TITLE e:4711 s:CAP-INK',
      'UNPAIRED s:-',
      'UNPAIRED s:MAP',
      'UNPAIRED e:PEN',
      'CODE e:TEE-M s:TEE-M',
      'EXACT e:tee-s s:TEE-S',
    ]);
    const { items } = await world.ports.operations.findings({ first: 100, after: null }, {});
    expect(items).toEqual([]);
    expect((await world.ports.operations.systems()).map(({ link }) => link)).toEqual(['UNLINKED', 'UNLINKED']);
  });

  it('answers by grade, system, absence, problem, field and words, and counts the whole beside it', async () => {
    expect(told(await rows({ grades: ['EXACT', 'CODE'] }))).toHaveLength(2);
    expect(told(await rows({ notIn: 'erp' }))).toEqual(['UNPAIRED s:-', 'UNPAIRED s:MAP']);
    expect(told(await rows({ notIn: 'shopify' }))).toEqual(['UNPAIRED e:PEN']);
    expect(told(await rows({ system: 'erp', grades: ['UNPAIRED'] }))).toEqual(['UNPAIRED e:PEN']);
    expect(told(await rows({ problems: ['GTIN_INVALID', 'CODE_MISSING'] }))).toHaveLength(2);
    expect(told(await rows({ fields: ['price'] }))).toEqual(['EXACT e:tee-s s:TEE-S']);
    expect(told(await rows({ search: 'TRAIL  tee-m' }))).toEqual(['CODE e:TEE-M s:TEE-M']);
    expect(told(await rows({ search: '4006381333931' }))).toEqual(['EXACT e:tee-s s:TEE-S']);
    expect(await rows({ search: '%' })).toEqual([]);
    expect(await rows({ search: '\\' })).toEqual([]);
    const { head, page } = await readMatch(world.ports, { first: 2, after: null }, { grades: ['UNPAIRED'] });
    expect(await page.totalCount()).toBe(3);
    expect(head.sides).toMatchObject([
      { code: 'erp', records: 7 },
      { code: 'shopify', records: 9 },
    ]);
    expect(head.grades.find(({ grade }) => grade === 'UNPAIRED')?.rows).toBe(3);
    expect(head.problems.find(({ kind }) => kind === 'FIELDS_DIFFER')?.rows).toBe(3);
    expect(head.fields).toEqual(
      expect.arrayContaining([
        { field: 'price', rows: 1 },
        { field: 'title', rows: 2 },
      ]),
    );
    const next = await readMatch(
      world.ports,
      { first: 2, after: page.items[1]?.cursor ?? null },
      { grades: ['UNPAIRED'] },
    );
    expect(told(next.page.items.map(({ node }) => node))).toEqual(['UNPAIRED e:PEN']);
    expect(next.head.id).toBe(head.id);
  });

  it('gives the file: every record on one line, columns as configured, and nothing that a spreadsheet would run', async () => {
    const lines = await csv();
    expect(lines).toHaveLength(10);
    const [first] = lines;
    expect(Object.keys(first ?? {}).slice(0, 10)).toEqual([
      'row',
      'grade',
      'matched by',
      'problems',
      'not in',
      'differs',
      'related',
      'MASTER id',
      'MASTER code',
      'MASTER title',
    ]);
    const ids = lines.flatMap((line) => [line['erp id'], line['shopify id']]).filter(Boolean);
    expect(new Set(ids).size).toBe(16);
    expect(ids).toHaveLength(16);
    const map = lines.find((line) => line['shopify code'] === 'MAP');
    expect(map?.['shopify title']).toBe("'=Map of all");
    expect(map?.problems).toContain('GTIN_INVALID (shopify): a GTIN has 8, 12, 13 or 14 digits');
    expect(lines.find((line) => line['erp code'] === 'tee-s')).toMatchObject({
      grade: 'EXACT',
      differs: 'price',
      'erp price': '21.00',
      'shopify price': '20.00',
      'shopify title': 'Trail Tee - S',
      'shopify sellable': 'true',
    });
  });

  it('makes a match once, for as many as ask, and again only when something has moved', async () => {
    const [first, second] = await Promise.all([presentMatch(world.ports), presentMatch(world.ports)]);
    expect(second.id).toBe(first.id);
    await scan('erp');
    const [third, fourth] = await Promise.all([presentMatch(world.ports), presentMatch(world.ports)]);
    expect(third.id).not.toBe(first.id);
    expect(fourth.id).toBe(third.id);
    // The one before is kept for whoever reads it, the one before that is not.
    await world.ports.onboarding.rows(first.id, FIRST, {});
    await world.ports.onboarding.present('another basis', matchWork('USD', STRICT_GTIN));
    await expect(world.ports.onboarding.rows(first.id, FIRST, {})).rejects.toThrow(MatchReplaced);
    const rest = world.ports.onboarding.allRows(first.id)[Symbol.asyncIterator]();
    await expect(rest.next()).rejects.toThrow(MatchReplaced);
  });

  it('keeps what the last complete scan saw when a later one breaks off', async () => {
    const before = told(await rows());
    await control(world.sandbox.erp.url, 'delete', { code: 'PEN' });
    const broken = { when: 'before', kind: '500', match: 'GET' };
    await control(world.sandbox.erp.url, 'faults', { next: Array.from({ length: 8 }, () => broken) });
    must(await startScan(world.ports, world.people.oli, 'erp', 'FULL'));
    await until('the scan to fail', async () => {
      const [last] = (await world.ports.operations.scans({ first: 1, after: null }, 'erp')).items;
      return last?.node.state === 'FAILED';
    });
    expect(told(await rows())).toEqual(before);
    await control(world.sandbox.erp.url, 'faults', { next: [] });
    await fetch(`${world.sandbox.erp.url}/control/faults`, { method: 'DELETE' });
    await scan('erp');
    expect(told(await rows())).toEqual(before.filter((row) => !row.includes('PEN')));
  });

  it('takes the master along once it holds something, and pairs by stored id what was linked', async () => {
    await importBaseline(world, file(SHOP));
    const { head } = await readMatch(world.ports, FIRST, {});
    expect(head.sides.map(({ code }) => code)).toEqual(['MASTER', 'erp', 'shopify']);
    const [tee] = await rows({ search: 'tee-m' });
    expect(tee).toMatchObject({
      grade: 'EXACT',
      keys: expect.arrayContaining(['STORED_ID']),
      notIn: [],
      differences: [],
    });
    await control(world.sandbox.erp.url, 'edit', {
      as: { kind: 'staff', name: 'Sam' },
      code: 'TEE-M',
      set: { listPrice: '33.00' },
    });
    await scan('erp');
    expect((await rows({ fields: ['price'], search: 'tee-m' }))[0]?.differences).toContainEqual({
      field: 'price',
      values: [
        { side: 'MASTER', value: '20.00' },
        { side: 'erp', value: '33.00' },
        { side: 'shopify', value: '20.00' },
      ],
    });
  });

  it('opens findings for what is unknown from the first SKU on', async () => {
    const { items } = await world.ports.operations.findings({ first: 100, after: null }, { states: ['OPEN'] });
    const kinds = new Set(items.map(({ node }) => `${node.system} ${node.kind}`));
    for (const kind of ['shopify UNEXPECTED', 'shopify DUPLICATE', 'erp UNEXPECTED', 'erp MISSING'])
      expect(kinds).toContain(kind);
  });
});
