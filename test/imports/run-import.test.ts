import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ImportView } from '../../src/application/imports/read-import.js';
import { readImport } from '../../src/application/imports/read-import.js';
import { receiveImport } from '../../src/application/imports/receive-import.js';
import { resumeImports } from '../../src/application/imports/resume-imports.js';
import { runImport } from '../../src/application/imports/run-import.js';
import type { Ports } from '../../src/application/ports/ports.js';
import type { Stores } from '../../src/application/ports/unit-of-work.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, HOST, must } from '../support/world.js';

const DATA = resolve(import.meta.dirname, '../../../shared/data');
const LUMA = resolve(DATA, 'luma/products_export.csv');
const SAMPLE = resolve(DATA, 'shopify-sample/jewelery.csv');
const HEADER =
  'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Barcode,Variant Compare At Price,Status';
const BASELINE = { format: 'shopify-csv', mode: 'baseline' };

/** A test on real files that are not part of the repository; without them, the name says so. */
function real(path: string): (name: string, test: () => Promise<void>) => void {
  if (existsSync(path)) return (name, test) => it(name, test);
  return (name) => it(`${name} (data not here)`, () => expect(existsSync(path)).toBe(false));
}

let world: World;
beforeAll(async () => {
  world = await buildWorld({ worker: false });
});
afterAll(async () => {
  await world.close();
});

async function* bytesOf(text: string | Buffer): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

/** An upload whose sender goes away. */
async function* torn(): AsyncGenerator<Buffer> {
  yield Buffer.alloc(300_000, 'a,b\n');
  throw new Error('socket hang up');
}

async function upload(text: string | Buffer): Promise<string> {
  return must(await receiveImport(world.ports, HOST, BASELINE, bytesOf(text))).id;
}

async function viewOf(id: string): Promise<ImportView> {
  const view = await readImport(world.ports, id, HOST);
  if (!view) throw new Error(`there is no import ${id}`);
  return view;
}

async function imported(text: string | Buffer): Promise<ImportView> {
  const id = await upload(text);
  await runImport(world.ports, id);
  return viewOf(id);
}

function file(...rows: string[]): string {
  return [HEADER, ...rows, ''].join('\n');
}

/** Line, column, code and whether the whole row was rejected, of every error. */
function told({ errors }: ImportView): unknown[] {
  return errors.map(({ line, column, code, rejected }) => [line, column, code, rejected]);
}

async function idOf(code: string): Promise<string> {
  const sku = await world.ports.catalog.skuByCode(code);
  if (!sku) throw new Error(`there is no SKU ${code}`);
  return sku.id;
}

async function countOf(what: string): Promise<number> {
  const [row] = await sqlOver(world.database.source).rows<{ n: number }>(`select count(*)::int as n from ${what}`);
  return row?.n ?? -1;
}

describe('a baseline import', () => {
  it('takes the good rows, names the others, and owes nothing to any system', async () => {
    const view = await imported(
      file(
        'cup,Cup,Color,Red,CUP-R,ten,,,active',
        'cup,,,Blue,CUP-B,5.00,4006381333931,4.00,',
        'cup,,,blue,CUP-B2,5.00,,,',
        'cup,,,Green,cup-r,5.00,,,',
        'cup,,,White,,5.00,,,',
        'jug,Jug,Title,Default Title,JUG,7,4006381333931,,draft',
        'jug,broken row',
      ),
    );
    expect(view).toMatchObject({ state: 'SUCCEEDED', rowsRead: 7, skusCreated: 3, rejected: 4, error: null });
    expect(told(view)).toEqual([
      [2, 'Variant Price', 'INVALID_FORMAT', false],
      [3, 'Variant Compare At Price', 'INVALID_FORMAT', false],
      [4, 'Option1 Value', 'OPTIONS_TAKEN', true],
      [5, 'Variant SKU', 'CODE_TAKEN', true],
      [6, 'Variant SKU', 'REQUIRED', true],
      [7, 'Variant Barcode', 'GTIN_TAKEN', false],
      [8, null, 'CSV_INVALID', true],
    ]);
    const cup = await world.ports.catalog.skuByCode('CUP-B');
    expect(cup).toMatchObject({
      state: 'ACTIVE',
      title: 'Cup - Blue',
      price: '5.00',
      compareAtPrice: null,
      gtin: '4006381333931',
      optionValues: [{ name: 'Color', value: 'Blue' }],
      revision: 1,
    });
    expect(await world.ports.catalog.skuByCode('JUG')).toMatchObject({ state: 'DRAFT', gtin: null, optionValues: [] });
    expect(await countOf('delivery')).toBe(0);
    expect(await countOf(`record where match <> 'WAITING'`)).toBe(0);
    expect(await countOf(`scan where state = 'RUNNING'`)).toBeGreaterThan(0);
    expect(await countOf('import_chunk')).toBe(0);
  });

  it('rejects what the master knows already, and lets new SKUs join a product under its options', async () => {
    await imported(file('mug,Mug,Size,S,MUG-S,1,,,active'));
    const view = await imported(
      file('mug,Mug,Size,S,MUG-S,1,,,active', 'mug,,,M,MUG-M,1,,,', 'cap,Cap,Size,S,CAP-S,1,,,active'),
    );
    expect(view).toMatchObject({ state: 'SUCCEEDED', skusCreated: 2, rejected: 1 });
    expect(told(view)).toEqual([[2, 'Variant SKU', 'CODE_TAKEN', true]]);
    const other = await imported(file('mug,Mug,Color,Red,MUG-RED,1,,,active'));
    expect(told(other)).toEqual([[2, 'Option1 Name', 'OPTIONS_TAKEN', true]]);
    const { product } = { product: await world.ports.catalog.productByHandle('mug') };
    expect(product).toMatchObject({ revision: 1, optionNames: ['Size'] });
  });

  it('takes as many variants as a product may have, and names the rest', async () => {
    const rows = Array.from({ length: 2_050 }, (_, n) => `big,${n ? '' : 'Big'},${n ? '' : 'No'},${n},BIG-${n},1,,,`);
    const view = await imported(file(...rows));
    expect(view).toMatchObject({ state: 'SUCCEEDED', skusCreated: 2_048, rejected: 2 });
    expect(told(view)).toEqual([
      [2_050, 'Handle', 'TOO_MANY', true],
      [2_051, 'Handle', 'TOO_MANY', true],
    ]);
  });

  it('names the line that a doubled code is in, in the same batch or in an earlier one, and where the master has it', async () => {
    const filler = Array.from({ length: 1_200 }, (_, n) => `far-${n},Far,Title,Default Title,FAR-${n},1,,,active`);
    await imported(file('old,Old,Title,Default Title,OLD-1,1,,,active'));
    const view = await imported(
      file(
        'dbl,Dbl,Size,S,DBL-S,1,,,active',
        'dbl2,Dbl,Size,S,dbl-s,1,,,active',
        ...filler,
        'dbl3,Dbl,Size,S,DBL-s,1,,,active',
        'old2,Old,Size,S,old-1,1,,,active',
      ),
    );
    expect(view).toMatchObject({ state: 'SUCCEEDED', rowsRead: 1_204, skusCreated: 1_201, rejected: 3 });
    expect(view.errors.map(({ line, code, message, value }) => [line, code, message, value])).toEqual([
      [3, 'CODE_TAKEN', 'the code is in line 2 already; a code is never used twice', 'dbl-s'],
      [1_204, 'CODE_TAKEN', 'the code is in line 2 already; a code is never used twice', 'DBL-s'],
      [1_205, 'CODE_TAKEN', 'the master knows this code already; a code is never used twice', 'old-1'],
    ]);
    const [first] = (await world.ports.catalog.revisionsOf(await idOf('FAR-7'), { first: 1, after: null })).items;
    expect(first?.node.reason).toBe(`Baseline import ${view.id}, line 11`);
  });

  it('leaves a code to a later row where the first one cannot be taken', async () => {
    const view = await imported(
      file(
        'kit,Kit,Size,S,KIT-S,1,,,active',
        'kit,,,s,KIT-M,1,,,',
        'kit,,,M,KIT-M,1,,,',
        'kit,,,,KIT-L,1,,,',
        'kit,,,L,KIT-L,1,,,',
      ),
    );
    expect(view).toMatchObject({ skusCreated: 3, rejected: 2 });
    expect(told(view)).toEqual([
      [3, 'Option1 Value', 'OPTIONS_TAKEN', true],
      [5, 'Option1 Value', 'REQUIRED', true],
    ]);
  });

  it('leaves a GTIN to a later row where the first one cannot be taken', async () => {
    const view = await imported(
      file(
        'pot,Pot,Size,S,POT-S,1,,,active',
        'pot,,,s,POT-M,1,5901234123457,,',
        'pot,,,L,POT-L,1,5901234123457,,',
        'pot,,,XL,POT-XL,1,5901234123457,,',
      ),
    );
    expect(told(view)).toEqual([
      [3, 'Option1 Value', 'OPTIONS_TAKEN', true],
      [5, 'Variant Barcode', 'GTIN_TAKEN', false],
    ]);
    expect(await world.ports.catalog.skuByCode('POT-L')).toMatchObject({ gtin: '5901234123457' });
  });

  it('goes on behind the last batch that was committed, with counts and errors of each row once', async () => {
    const rows = Array.from(
      { length: 2_600 },
      (_, n) => `pen-${n},Pen,Size,S,${n % 400 === 399 ? '' : `PEN-${n}`},x,,,active`,
    );
    const id = await upload(file(...rows));
    let batches = 0;
    const dying: Ports = Object.create(world.ports, {
      work: {
        value: {
          run: async <T>(work: (stores: Stores) => Promise<T>): Promise<T> => {
            batches += 1;
            // The first dies after its commit, the second before it: with it go its rows, its errors and its counts.
            if (batches === 1) await world.ports.work.run(work);
            if (batches === 2) {
              await world.ports.work.run(async (stores) => {
                await work(stores);
                throw new Error('died');
              });
            }
            throw new Error('died');
          },
        },
      },
    });
    await expect(runImport(dying, id)).rejects.toThrow('died');
    const dead = await viewOf(id);
    expect(dead).toMatchObject({ state: 'RUNNING', rowsRead: 501, skusCreated: 500, rejected: 1 });
    batches = 1;
    await resumeImports(world.ports, 0);
    await expect(runImport(dying, id)).rejects.toThrow('died');
    expect(await viewOf(id)).toEqual(dead);
    const left = await upload(file('left,Left,Title,Default Title,LEFT,1,,,active'));
    await resumeImports(world.ports, 0);
    await runImport(world.ports, id);
    await runImport(world.ports, left);
    expect(await viewOf(id)).toMatchObject({ state: 'SUCCEEDED', rowsRead: 2_600, skusCreated: 2_594, rejected: 6 });
    expect(await countOf(`sku where code like 'PEN-%'`)).toBe(2_594);
    expect(await countOf(`sku_revision where sku_id = (select id from sku where code = 'PEN-2')`)).toBe(1);
    await runImport(world.ports, id);
    expect(await countOf(`import_error where import_id = '${id}'`)).toBe(2_600);
  });

  it('takes nothing of a file with a quote that is never closed, and says where', async () => {
    const view = await imported(
      file('ink,Ink,Title,Default Title,INK,1,,,active', 'oil,"Oil,Title,Default Title,OIL,1,,,'),
    );
    expect(view).toMatchObject({ state: 'FAILED', skusCreated: 0 });
    expect(view.error).toMatch(/^CSV_INVALID: line 3: .*; nothing was taken$/);
    expect(told(view)).toEqual([[3, 'Title', 'CSV_INVALID', true]]);
    expect(await world.ports.catalog.skuByCode('INK')).toBeNull();
    expect(await world.ports.catalog.skuByCode('OIL')).toBeNull();
  });

  it.each([
    ['a NUL', Buffer.from([0]), /line 4002: this line holds a NUL/],
    ['a byte that is no UTF-8', Buffer.from([0xe9]), /line 4002: this is not UTF-8 text/],
    ['a line that is too long', Buffer.alloc(2_500_000, 0x61), /line 4002: a line is longer than 2 MiB/],
    ['a quote inside of a cell', Buffer.from('a"b'), /line 4002: a quote stands inside/],
  ])('takes nothing of a long file that has %s far down', async (_, bytes, reason) => {
    const rows = Array.from(
      { length: 4_000 },
      (_each, index) => `abyss${index},Far,Title,Default Title,ABYSS-${index},1,,,active`,
    );
    const late = Buffer.concat([Buffer.from('bad,'), bytes, Buffer.from(',Title,Default Title,BAD,1,,,active\n')]);
    const whole = Buffer.concat([
      Buffer.from(file(...rows)),
      late,
      Buffer.from(file('end,E,Title,Default Title,END,1,,,active').split('\n').slice(1).join('\n')),
    ]);
    const view = await imported(whole);
    expect(view).toMatchObject({ state: 'FAILED', skusCreated: 0, rowsRead: 0 });
    expect(view.error).toMatch(reason);
    expect(await countOf("sku where code like 'ABYSS-%'")).toBe(0);
  });

  it.each([
    ['<html><body>a,b</body></html>', /HTML/],
    ['', /empty/],
    ['Name,Email\nAda,a@example.com\n', /neither a handle nor a SKU/],
    ['\u0000\u0001,\u0002', /UTF-16/],
  ])('refuses %j as a file', async (text, reason) => {
    const view = await imported(text);
    expect(view).toMatchObject({ state: 'FAILED', skusCreated: 0 });
    expect(view.error).toMatch(reason);
    expect(told(view)).toEqual([[1, null, 'CSV_INVALID', true]]);
  });

  it('keeps our own faults to the log', async () => {
    const id = await upload(file('tea,Tea,Title,Default Title,TEA,1,,,active'));
    const failures = [new Error('relation "sku" is on fire')];
    const broken: Ports = Object.create(world.ports, {
      work: {
        value: {
          run: <T>(work: (stores: Stores) => Promise<T>): Promise<T> => {
            const failure = failures.pop();
            return failure ? Promise.reject(failure) : world.ports.work.run(work);
          },
        },
      },
    });
    await runImport(broken, id);
    const view = await viewOf(id);
    expect(view.state).toBe('FAILED');
    expect(view.error).not.toContain('fire');
    expect(world.logged.join('\n')).toContain('on fire');
  });

  it('keeps nothing of an upload that breaks off, is too long, or has another format', async () => {
    expect(codesOf(await receiveImport(world.ports, HOST, BASELINE, torn()))).toEqual(['CSV_INVALID']);
    expect(codesOf(await receiveImport(world.ports, HOST, { format: 'xlsx', mode: 'guess' }, bytesOf('')))).toEqual([
      'INVALID_FORMAT',
      'INVALID_FORMAT',
    ]);
    expect(await countOf('import_chunk')).toBe(0);
    expect(await readImport(world.ports, 'no-such-import', HOST)).toBeNull();
  });

  real(SAMPLE)('names every variant of a file without SKUs', async () => {
    const view = await imported(readFileSync(SAMPLE));
    expect(view).toMatchObject({ state: 'FAILED', skusCreated: 0 });
    expect(view.error).toMatch(/^CSV_NO_SKUS/);
    const nameless = view.errors.filter(({ code, column }) => code === 'REQUIRED' && column === 'Variant SKU');
    expect(nameless.length).toBeGreaterThan(20);
    expect(view.rejected).toBe(new Set(nameless.map(({ line }) => line)).size);
  });

  real(LUMA)('takes the 1,891 SKUs of a real shop within 5 seconds', async () => {
    const began = performance.now();
    const view = await imported(readFileSync(LUMA));
    const seconds = (performance.now() - began) / 1000;
    expect(view).toMatchObject({ state: 'SUCCEEDED', rowsRead: 1891 });
    expect(view.skusCreated + view.rejected).toBe(1891);
    expect(view.skusCreated).toBe(1891);
    expect(seconds).toBeLessThan(5);
  });
});
