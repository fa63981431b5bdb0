import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sqlOver } from '../../src/storage/sql.js';
import type { World } from '../support/world.js';
import { buildWorld, HOST } from '../support/world.js';
import { compositionOf, imported, told } from './bundle-import-kit.js';

const DATA = resolve(import.meta.dirname, '../../../shared/data/luma');
/** Real files that are not part of the repository; without them, the test's name says so. */
const isHere = existsSync(DATA);
const HEADER = 'Bundle SKU,Bundle Title,Component SKU,Quantity,Handle,Vendor,Type,Price';

let world: World;
beforeAll(async () => {
  world = await buildWorld({ worker: false });
  const parts = ['a', 'b', 'c', 'd'].map(
    (code) => `${code},P ${code},Title,Default Title,${code.toUpperCase()},5,active`,
  );
  const head = 'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status';
  const kits = ['plain,Plain kit,Title,Default Title,PLAIN-KIT,9,active'];
  await imported(world, [head, ...parts, ...kits, ''].join('\n'), 'shopify-csv');
});
afterAll(() => world.close());

/** A file with the four columns that must be there. */
function file(...rows: string[]): string {
  return ['Bundle SKU,Bundle Title,Component SKU,Quantity', ...rows, ''].join('\r\n');
}

/** A file with every column. */
function full(...rows: string[]): string {
  return [HEADER, ...rows, ''].join('\n');
}

function isThere(code: string): Promise<boolean> {
  return world.ports.catalog.skuByCode(code).then((sku) => sku !== null);
}

describe('a baseline of bundles', () => {
  const luma = isHere ? 'takes the bundles of Luma behind its products' : 'Luma (data not here)';
  it(luma, async () => {
    if (!isHere) return;
    const products = await imported(world, readFileSync(resolve(DATA, 'products_export.csv'), 'utf8'), 'shopify-csv');
    expect(products).toMatchObject({ state: 'SUCCEEDED' });
    const view = await imported(world, readFileSync(resolve(DATA, 'bundles.csv'), 'utf8'));
    expect(view).toMatchObject({ state: 'SUCCEEDED', rowsRead: 7, skusCreated: 2, rejected: 0, errors: [] });
    const yoga = ['1 24-WG081-blue', '1 24-WG084', '1 24-WG085', '1 24-WG088'];
    expect(await compositionOf(world, '24-WG080')).toEqual(yoga);
    expect(await compositionOf(world, '24-WG085_Group')).toEqual(['1 24-WG085', '1 24-WG086', '1 24-WG087']);
    const kit = await world.ports.catalog.skuByCode('24-WG080');
    expect(kit).toMatchObject({ kind: 'BUNDLE', state: 'DRAFT', price: null, title: 'Sprite Yoga Companion Kit' });
    const home = await world.ports.catalog.productByHandle('sprite-yoga-companion-kit');
    expect(kit?.productId).toBe(home?.id);
  });

  it('notes a price in more decimals than a store shows, and takes it', async () => {
    const view = await imported(world, full('FINE,Fine kit,A,2,,,,12.345', 'ROUND,Round kit,A,2,,,,12.34'));
    expect([view.skusCreated, ...told(view)]).toEqual([2, '2 Price PRICE_SCALE noted']);
    expect((await world.ports.catalog.skuByCode('FINE'))?.price).toBe('12.345');
  });

  it('creates each with a product of its own, composed, and owes nothing to any system', async () => {
    const view = await imported(
      world,
      full('ONE,Kit one,A,1,,Acme,Kits,12.5', 'TWO,Kit one,a,2,,,,', 'one,,B,03,,,,', 'NAMED,Kit one,C,2.0,Größe-1,,,'),
    );
    expect([view.state, view.skusCreated, told(view)]).toEqual(['SUCCEEDED', 3, []]);
    expect(await compositionOf(world, 'ONE')).toEqual(['1 A', '3 B']);
    expect(await compositionOf(world, 'TWO')).toEqual(['2 A']);
    expect(await world.ports.catalog.skuByCode('one')).toMatchObject({ state: 'DRAFT', price: '12.50', revision: 1 });
    const handles = ['kit-one', 'kit-one-two', 'Größe-1'];
    const homes = await Promise.all(handles.map((handle) => world.ports.catalog.productByHandle(handle)));
    expect(homes.map((home) => [home?.title, home?.vendor, home?.productType])).toEqual([
      ['Kit one', 'Acme', 'Kits'],
      ['Kit one', null, null],
      ['Kit one', null, null],
    ]);
    const again = await imported(world, full('NEW,Kit one,A,2,,,,', 'ONE,Kit one,A,1,,,,', 'ONE,Kit one,B,3,,,,'));
    expect([again.skusCreated, told(again)]).toEqual([1, ['3 Bundle SKU CODE_TAKEN', '4 null CODE_TAKEN']]);
    expect(await world.ports.catalog.productByHandle('kit-one-new')).not.toBeNull();
    const [{ n } = { n: -1 }] = await sqlOver(world.database.source).rows<{ n: number }>(
      'select count(*)::int as n from delivery',
    );
    expect(n).toBe(0);
  });

  it('takes a bundle whole or not at all, and names every line of one that it does not take', async () => {
    const view = await imported(
      world,
      file('GOOD,Good,A,1', 'BAD,Bad,A,1', 'BAD,Bad,GONE,1', 'GOOD,Good,B,1', 'BAD,Bad,LOST,2', 'BAD,Bad,C,1'),
    );
    expect([view.state, view.rowsRead, view.skusCreated, view.rejected]).toEqual(['SUCCEEDED', 6, 1, 4]);
    expect(told(view)).toEqual([
      '3 null NOT_FOUND',
      '4 Component SKU NOT_FOUND',
      '6 Component SKU NOT_FOUND',
      '7 null NOT_FOUND',
    ]);
    expect(view.errors.map(({ value }) => value)).toEqual([null, 'GONE', 'LOST', null]);
    expect([await isThere('BAD'), await compositionOf(world, 'GOOD')]).toEqual([false, ['1 A', '1 B']]);
    expect(await world.ports.catalog.productByHandle('bad')).toBeNull();
  });

  it('takes bundles within bundles, whichever stands first, and lets none be without what is in it', async () => {
    const view = await imported(
      world,
      file(
        'TOP,Top,MID,1',
        'TOP,Top,A,1',
        'MID,Mid,LOW,2',
        'LOW,Low,A,2',
        'SAD,Sad,SADDER,2',
        'SADDER,S,SADDEST,2',
        'SADDEST,S,NONE,2',
      ),
    );
    expect([view.skusCreated, told(view)]).toEqual([
      3,
      ['6 Component SKU NOT_FOUND', '7 Component SKU NOT_FOUND', '8 Component SKU NOT_FOUND'],
    ]);
    expect(view.errors.map(({ message }) => message)).toEqual([
      'SADDER is not there, because line 7 was not taken',
      'SADDEST is not there, because line 8 was not taken',
      'no SKU has the code NONE',
    ]);
    expect(await compositionOf(world, 'TOP')).toEqual(['1 MID', '1 A']);
  });

  it('tells circles and limits at the line that is to blame', async () => {
    const deep = Array.from({ length: 6 }, (_, n) => `D${n},D${n},${n === 5 ? 'A' : `D${n + 1}`},2`);
    const many = Array.from({ length: 20 }, (_, n) => `M,M,${n === 0 ? 'HEAVY' : `X${n}`},1`);
    const parts = Array.from({ length: 40 }, (_, n) => `x${n},X,Title,Default Title,X${n},1,active`);
    const head = 'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status';
    await imported(world, [head, ...parts, ''].join('\n'), 'shopify-csv');
    const heavy = Array.from({ length: 15 }, (_, n) => `HEAVY,H,X${n + 20},1`);
    const view = await imported(
      world,
      file(
        'SELF,S,A,1',
        'SELF,S,SELF,1',
        'RING,R,GNIR,2',
        'GNIR,G,RING,2',
        ...deep,
        ...many,
        ...heavy,
        'BIG,B,BULK,3',
        'BULK,B,A,1500',
      ),
    );
    const own = view.errors.filter(({ column }) => column !== null);
    expect(own.map(({ line, column, code, value }) => [line, column, code, value])).toEqual([
      [3, 'Component SKU', 'CYCLE', 'SELF'],
      [4, 'Component SKU', 'NOT_FOUND', 'GNIR'],
      [5, 'Component SKU', 'CYCLE', 'RING'],
      // Not one line is to blame for these, but the list.
      [6, 'Component SKU', 'TOO_MANY', null],
      [12, 'Component SKU', 'TOO_MANY', null],
      [47, 'Component SKU', 'TOO_MANY', null],
    ]);
    expect(own.slice(3).map(({ message }) => message)).toEqual([
      expect.stringContaining('more than 5 levels'),
      expect.stringContaining('more than 30 SKUs'),
      expect.stringContaining('more than 2000 of one SKU'),
    ]);
    expect(await Promise.all(['D0', 'D1', 'M', 'HEAVY', 'BIG', 'BULK'].map(isThere))).toEqual([
      false,
      true,
      false,
      true,
      false,
      true,
    ]);
  });

  it('gives a bundle that is there and has never had one its first composition, and a simple SKU none', async () => {
    const rows = ['EMPTY,BUNDLE,empty,Empty,3', 'SOLO,SIMPLE,solo,Solo,4'];
    await imported(world, ['code,kind,product.handle,product.title,price', ...rows, ''].join('\n'), 'sku-csv');
    const view = await imported(
      world,
      full(
        'EMPTY,Other,A,1,,,,9',
        'empty,Other,B,1,,,,',
        'SOLO,Solo,A,1,,,,',
        'solo,Solo,B,1,,,,',
        'PLAIN-KIT,P,A,2,,,,',
      ),
    );
    expect([view.skusCreated, told(view)]).toEqual([
      0,
      [
        '2 Bundle Title ROWS_DISAGREE noted',
        '2 Price ROWS_DISAGREE noted',
        '4 Bundle SKU NOT_A_BUNDLE',
        '5 null NOT_A_BUNDLE',
        '6 Bundle SKU NOT_A_BUNDLE',
      ],
    ]);
    expect(await compositionOf(world, 'EMPTY')).toEqual(['1 A', '1 B']);
    expect(await world.ports.catalog.skuByCode('EMPTY')).toMatchObject({ title: 'Empty', price: '3.00', revision: 2 });
    expect(await world.ports.catalog.skuByCode('SOLO')).toMatchObject({ kind: 'SIMPLE', revision: 1 });
  });

  it('notes a value that does not hold, and takes the bundle without it', async () => {
    const long = 'v'.repeat(256);
    const view = await imported(
      world,
      full(
        'EVIL,\u202etik,A,2,evil,,,',
        `ROUGH,<b>Kit</b>,A,1,,${long},,1e3`,
        "'0042,,A,2,forty-two,,,-1",
        'ROUGH,,B,1,,,,',
      ),
    );
    expect([view.skusCreated, view.rejected, told(view)]).toEqual([
      3,
      0,
      [
        '2 Bundle Title INVALID_FORMAT noted',
        '2 Bundle Title INVALID_FORMAT noted',
        '3 Bundle Title INVALID_FORMAT noted',
        '3 Bundle Title INVALID_FORMAT noted',
        '3 Price INVALID_FORMAT noted',
        '3 Vendor TOO_LONG noted',
        '4 Price INVALID_FORMAT noted',
        '4 Bundle Title REQUIRED noted',
        '4 Bundle Title REQUIRED noted',
        '4 Bundle SKU INVALID_FORMAT noted',
      ].map((each) => expect.stringMatching(each) as unknown as string),
    ]);
    expect(view.qualityIssues).toBe(9);
    expect(await world.ports.catalog.skuByCode('EVIL')).toMatchObject({ title: 'evil' });
    expect(await world.ports.catalog.skuByCode("'0042")).toMatchObject({ title: 'forty-two', price: null });
  });

  it('gives two bundles of one handle to neither, and none a product that has SKUs', async () => {
    const view = await imported(
      world,
      full('P1,P,A,2,same,,,', 'P2,P,A,2,same,,,', 'P3,P,A,2,a,,,', 'P4,ヨガ,A,2,,,,', '***,ヨガ,A,2,,,,'),
    );
    expect([view.skusCreated, told(view)]).toEqual([
      2,
      ['3 Handle HANDLE_TAKEN', '4 Handle HANDLE_TAKEN', '6 Handle REQUIRED'],
    ]);
    expect(await world.ports.catalog.productByHandle('p4')).toMatchObject({ title: 'ヨガ' });
  });

  it('is rehearsed with the same words, and nothing is there afterwards', async () => {
    const text = file('DRY,Dry,A,1', 'DRY,Dry,WET,2', 'WET,Wet,B,2', 'DUST,Dust,A,1', 'DUST,Dust,SAND,1');
    const rehearsed = await imported(world, text, 'bundle-csv', { mode: 'baseline', caller: HOST, dryRun: true });
    expect([await isThere('DRY'), await isThere('WET')]).toEqual([false, false]);
    const meant = await imported(world, text);
    expect(meant.skusCreated).toBe(2);
    for (const { skusCreated, errors } of [rehearsed, meant]) expect([skusCreated, errors]).toEqual([2, meant.errors]);
  });

  it('takes nothing of a file that breaks off, is no text or too long, and says where', async () => {
    const rows = file('LATE,Late,A,1', 'LATE,Late,B,1');
    const views = [
      await imported(world, `${rows}LATE,"Late`),
      await imported(world, `${rows}LATE,La\0te,C,1\n`),
      await imported(world, Buffer.concat([Buffer.from(rows), Buffer.from('LATE,\xed\xa0\x80,C,1\n', 'latin1')])),
      await imported(world, `${rows}LATE,${'x'.repeat(10_000_000)},C,1\n`),
      await imported(world, rows + 'LATE,Late,C,1\n'.repeat(30_000)),
      await imported(world, file('LATE,Late,A,1').replace('Quantity', 'Amount')),
      await imported(world, file(',Late,A,1')),
    ];
    expect(views.map(({ state, error, skusCreated }) => [state, error?.split(':', 1)[0], skusCreated])).toEqual([
      ['FAILED', 'CSV_INVALID', 0],
      ['FAILED', 'CSV_INVALID', 0],
      ['FAILED', 'CSV_INVALID', 0],
      ['FAILED', 'CSV_INVALID', 0],
      ['FAILED', 'TOO_MANY', 0],
      ['FAILED', 'COLUMN_UNKNOWN', 0],
      ['FAILED', 'CSV_NO_SKUS', 0],
    ]);
    expect(views.map((view) => told(view)[0])).toEqual([
      '4 Bundle Title CSV_INVALID',
      '4 null CSV_INVALID',
      '4 null CSV_INVALID',
      '4 null CSV_INVALID',
      '30002 null TOO_MANY',
      '1 Amount COLUMN_UNKNOWN',
      '2 Bundle SKU REQUIRED',
    ]);
    expect(await isThere('LATE')).toBe(false);
  });
});
