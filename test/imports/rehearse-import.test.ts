import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { Client } from 'pg';
import { exportSkus } from '../../src/application/catalog/export-skus.js';
import { writeChangeSet } from '../../src/application/change/write-change-set.js';
import { exportErrors } from '../../src/application/imports/export-errors.js';
import type { ImportView } from '../../src/application/imports/read-import.js';
import { readImport } from '../../src/application/imports/read-import.js';
import { receiveImport } from '../../src/application/imports/receive-import.js';
import { resumeImports } from '../../src/application/imports/resume-imports.js';
import { runImport } from '../../src/application/imports/run-import.js';
import { setSetting } from '../../src/application/settings/set-setting.js';
import type { ProposedChange } from '../../src/domain/change/change.js';
import { planChanges } from '../../src/domain/change/plan-changes.js';
import { dies, dyingAt } from '../support/dying-ports.js';
import type { World } from '../support/world.js';
import { buildWorld, HOST, must } from '../support/world.js';
import { ATTRIBUTES, catalogs } from './arbitrary-catalog.js';

const LUMA = resolve(import.meta.dirname, '../../../shared/data/luma/products_export.csv');
const FIXTURES = resolve(import.meta.dirname, 'fixtures');
const HEADER =
  'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Barcode,Variant Compare At Price,Status';
/** Tables of imports themselves: a dry run is one, so these change. */
const OF_IMPORTS = ['import_job', 'import_error', 'import_chunk'];

let world: World;
let owner: Client;
beforeAll(async () => {
  world = await buildWorld({ worker: false });
  owner = new Client(world.ownerUrl);
  await owner.connect();
  must(await setSetting(world.ports, HOST, { key: 'attributes', value: ATTRIBUTES, reason: 'the house of this test' }));
});
afterAll(async () => {
  await owner.end();
  await world.close();
});

/** What no program may do, the owner of the tables can: a master that has never seen anything. */
async function emptyMaster(): Promise<void> {
  for (const table of ['product', 'sku']) await owner.query(`alter table ${table} disable trigger user`);
  await owner.query('truncate product, import_job cascade');
  for (const table of ['product', 'sku']) await owner.query(`alter table ${table} enable trigger user`);
}

/** A hash of everything that every table holds, and of the jobs that wait, by table. */
async function everything(): Promise<Record<string, string>> {
  const { rows } = await owner.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const names = rows.map(({ name }) => name).filter((name) => !OF_IMPORTS.includes(name));
  expect(names).toEqual(expect.arrayContaining(['sku', 'feed_entry', 'quality_issue', 'scan', 'import_rehearsal']));
  const hashes: Record<string, string> = {};
  const hash = async (name: string, from: string): Promise<void> => {
    const text = `select md5(coalesce(string_agg(t::text, ',' order by t::text), '')) as hash from ${from} t`;
    hashes[name] = (await owner.query<{ hash: string }>(text)).rows[0]?.hash ?? '';
  };
  for (const name of names) await hash(name, `"${name}"`);
  await hash('jobs', `(select id, name, data from pgboss.job where name <> 'import')`);
  return hashes;
}

interface Told {
  view: Partial<ImportView>;
  errors: string;
}

async function uploaded(text: string, format: string, dryRun: boolean): Promise<string> {
  const body = (async function* () {
    yield Buffer.from(text);
  })();
  return must(await receiveImport(world.ports, HOST, { format, mode: 'baseline', dryRun }, body)).id;
}

/** All that an import tells, but for what names it. */
async function toldOf(id: string): Promise<Told> {
  const view = await readImport(world.ports, id, HOST);
  let errors = '';
  for await (const piece of (await exportErrors(world.ports, id, HOST)) ?? []) errors += piece;
  expect(view?.dryRun).toBeDefined();
  const { id: _id, dryRun: _dryRun, createdAt: _created, finishedAt: _ended, errorsUrl: _url, ...told } = view ?? {};
  return { view: told, errors };
}

async function imported(text: string, format: string, dryRun: boolean, batchSize?: number): Promise<Told> {
  const id = await uploaded(text, format, dryRun);
  await runImport(world.ports, id, batchSize);
  return toldOf(id);
}

/** The dry run changes nothing, and tells what the import that is meant then tells. */
async function rehearsedAsMeant(text: string, format: string, batchSize?: number): Promise<Told> {
  const before = await everything();
  const rehearsed = await imported(text, format, true, batchSize);
  expect(await everything()).toEqual(before);
  const meant = await imported(text, format, false, batchSize);
  expect(rehearsed).toEqual(meant);
  return meant;
}

function file(...rows: string[]): string {
  return [HEADER, ...rows, ''].join('\n');
}

function rowsOf(count: number, row: (n: number) => string): string[] {
  return Array.from({ length: count }, (_, n) => row(n));
}

/** Line, code and message of every error of a list. */
function messagesIn({ errors }: Told): string[] {
  const [, ...rows] = parse(errors, { bom: true });
  return rows.map(([line, , code, message]) => `${line} ${code} ${message}`);
}

describe('a dry run of a baseline', () => {
  it('sees what earlier batches of the file would have made, and what the master has', async () => {
    await imported(
      file(
        'old,Old,Size,S,OLD-S,1,4006381333931,,active',
        'old,,,M,OLD-M,1,,,',
        'plain,Plain,Title,Default Title,PLAIN,1,,,active',
      ),
      'shopify-csv',
      false,
    );
    const text = file(
      'cup,Cup,Size,S,CUP-O,1,96385074,,active',
      'old,Old,Size,L,OLD-L,1,,,active',
      'jug,Jug,Size,S,cup-o,1,,,active',
      'jug,,,M,JUG-M,1,96385074,,',
      'cup,Cup,Size,s,CUP-S2,1,,,active',
      'cup,,,M,CUP-0,ten,,,',
      'old,Old,Size,l,OLD-L2,1,4006381333931,,active',
      'old,,,XL,OLD-XL,1,4006381333931,,',
      'cup,Cup,Color,Red,CUP-RED,1,,,active',
      'plain,Plain,Size,S,PLAIN-S,1,,,active',
      'hat,<b>Hat</b>,Size,S,Hat_S,1,,0.50,active',
      'hat,,,M,OLD-S,1,,,',
      'cap,Cap,Size,S,HAT-S,1,,,archived',
    );
    for (const size of [1, 2, 1_000]) {
      await emptyMasterBut(async () => {
        const told = await rehearsedAsMeant(text, 'shopify-csv', size);
        expect(told.view).toMatchObject({ state: 'SUCCEEDED', rowsRead: 13, skusCreated: 7, rejected: 6 });
        expect(told.view.qualityIssues).toBeGreaterThan(3);
        expect(messagesIn(told)).toEqual(
          expect.arrayContaining([
            '4 CODE_TAKEN the code is in line 2 already; a code is never used twice',
            expect.stringMatching(/^5 GTIN_TAKEN .*cup-o/i),
            expect.stringMatching(/^6 OPTIONS_TAKEN CUP-O has the options/),
            expect.stringMatching(/^7 LOOKS_LIKE CUP-0 looks like CUP-O/),
            expect.stringMatching(/^8 OPTIONS_TAKEN OLD-L has the options/),
            expect.stringMatching(/^9 GTIN_TAKEN .*old-s/i),
            expect.stringMatching(/^10 OPTIONS_TAKEN product cup is known already/),
            expect.stringMatching(/^11 OPTIONS_TAKEN product plain is known already/),
            '13 CODE_TAKEN the master knows this code already; a code is never used twice',
            expect.stringMatching(/^14 LOOKS_LIKE HAT-S looks like Hat_S/),
          ]),
        );
      });
    }
  });

  it('counts the variants of a product over all of the file', async () => {
    const part = (from: number, count: number): string[] =>
      rowsOf(count, (n) => `many,Many,No,${from + n},MANY-${from + n},1,,,active`);
    const told = await rehearsedAsMeant(
      file(...part(0, 1_500), 'other,Other,Title,Default Title,OTHER,1,,,active', ...part(1_500, 600)),
      'shopify-csv',
    );
    expect(told.view).toMatchObject({ skusCreated: 2_049, rejected: 52 });
    expect(messagesIn(told)[0]).toMatch(/^2051 TOO_MANY /);
  });

  it('ends as the import does where the file stops being CSV, or is none', async () => {
    const torn = file('ink,Ink,Title,Default Title,INK,1,,,active', 'oil,"Oil,Title,Default Title,OIL,1,,,');
    expect((await rehearsedAsMeant(torn, 'shopify-csv')).view).toMatchObject({ state: 'FAILED', skusCreated: 0 });
    for (const text of ['', '%PDF-1.7', file('bare,Bare,Size,S,,1,,,active')]) {
      expect((await rehearsedAsMeant(text, 'shopify-csv')).view).toMatchObject({ state: 'FAILED', skusCreated: 0 });
    }
  });

  it('goes on behind the last batch that was committed, and forgets what it kept once it has ended', async () => {
    const text = file(...rowsOf(30, (n) => `pen-${n % 7},Pen,No,${n % 11},PEN-${n % 23},x,,,active`));
    const whole = await imported(text, 'shopify-csv', true, 1);
    const id = await uploaded(text, 'shopify-csv', true);
    let deaths = 0;
    // Each life commits a batch more than the one before, and dies right after a commit or before one.
    for (let life = 1; (await readImport(world.ports, id, HOST))?.state === 'RUNNING'; life += 1) {
      const dying = dyingAt(world.ports, life + 1, life % 2 === 0 ? 'BEFORE' : 'AFTER');
      if (await dies(runImport(dying, id, 1))) deaths += 1;
      await resumeImports(world.ports, 0);
    }
    expect(deaths).toBeGreaterThan(3);
    expect(await toldOf(id)).toEqual(whole);
    expect((await owner.query('select from import_rehearsal')).rowCount).toBe(0);
    expect((await owner.query(`select from sku where code like 'PEN-%'`)).rowCount).toBe(0);
  });

  it('tells of bundles what their import will tell', async () => {
    await imported('code,product.handle\nBOX,box\nMUG,mug\n', 'sku-csv', false);
    const told = await rehearsedAsMeant(
      [
        'Bundle SKU,Bundle Title,Component SKU,Quantity,Price',
        'SET-1,Set,BOX,1,ten',
        'SET-1,Set,MUG,2,',
        'SET-2,Big set,SET-1,2,5',
        'SET-3,No set,NONE,2,5',
        'BOX,Box set,MUG,2,5',
        '',
      ].join('\n'),
      'bundle-csv',
    );
    expect(told.view).toMatchObject({ state: 'SUCCEEDED', skusCreated: 2, rejected: 2, qualityIssues: 1 });
  });

  const fixtures = [
    ...['shopify-today.csv', 'shopify-until-2025.csv'].map((name) => resolve(FIXTURES, name)),
    ...(existsSync(LUMA) ? [LUMA] : []),
  ];
  it.each(fixtures)('tells what the import of %s will tell', async (path) => {
    await emptyMaster();
    const { view } = await rehearsedAsMeant(readFileSync(path, 'utf8'), 'shopify-csv', 100);
    expect(view.skusCreated).toBeGreaterThan(1);
  });
});

/** Runs `work` on the master as it is, and puts the master back to what it was, without what `work` imported. */
async function emptyMasterBut(work: () => Promise<void>): Promise<void> {
  const all = { states: null, vendor: null, productType: null, search: null, columns: null };
  let kept = '';
  for await (const piece of must(await exportSkus(world.ports, all))) kept += piece;
  await work();
  await emptyMaster();
  await imported(kept, 'sku-csv', false);
}

async function fill(changes: readonly ProposedChange[]): Promise<void> {
  const { ports } = world;
  await ports.work.run(async (stores) => {
    const master = await stores.catalog.world(changes, { lock: true });
    const set = planChanges(master, changes, () => ports.newId(), { baseline: true });
    expect(set.problems).toEqual([]);
    await writeChangeSet(stores, set, { actor: HOST.actor, reason: null, changeRequestId: null }, 'BASELINE');
  });
}

/** What may befall the rows of a spreadsheet: `what` is done with the cells of two rows. */
interface Mishap {
  what: 'copy' | 'move' | 'case' | 'alike' | 'gtin' | 'option' | 'handle' | 'code' | 'empty';
  a: number;
  b: number;
}

const mishaps: fc.Arbitrary<Mishap[]> = fc.array(
  fc.record({
    what: fc.constantFrom('copy', 'move', 'case', 'alike', 'gtin', 'option', 'handle', 'code', 'empty'),
    a: fc.nat(),
    b: fc.nat(),
  }),
  { minLength: 1, maxLength: 25 },
);

function befall([header = [], ...rows]: string[][], list: readonly Mishap[]): string[][] {
  const place = (name: string): number => header.indexOf(name);
  const take = (from: string[], to: string[], names: readonly string[]): void => {
    for (const name of names) to[place(name)] = from[place(name)] ?? '';
  };
  for (const { what, a, b } of list) {
    const one = rows[a % rows.length] ?? [];
    const other = rows[b % rows.length] ?? [];
    const code = place('code');
    if (what === 'copy') rows.splice(b % rows.length, 0, [...one]);
    if (what === 'move') rows.splice(b % rows.length, 0, ...rows.splice(a % rows.length, 1));
    if (what === 'case') one[code] = (other[code] ?? '').toUpperCase();
    if (what === 'alike') one[code] = `${other[code]}-`;
    if (what === 'gtin') take(one, other, ['gtin']);
    if (what === 'option') take(one, other, ['option1.name', 'option1.value', 'product.handle']);
    if (what === 'handle') take(one, other, ['product.handle', 'product.title']);
    if (what === 'code') take(one, other, ['code']);
    if (what === 'empty') one[b % header.length] = '';
  }
  return [header, ...rows];
}

describe('a dry run of any catalogue, however its file was handled', () => {
  it('tells what the import that is meant tells, and changes nothing', async () => {
    let [taken, refused] = [0, 0];
    const sizes = fc.integer({ min: 1, max: 9 });
    await fc.assert(
      fc.asyncProperty(catalogs, mishaps, sizes, fc.nat({ max: 3 }), async (changes, list, size, share) => {
        await emptyMaster();
        await fill(changes);
        let text = '';
        const all = { states: null, vendor: null, productType: null, search: null, columns: null };
        for await (const piece of must(await exportSkus(world.ports, all))) text += piece;
        await emptyMaster();
        const [header = [], ...rows] = parse(text, { bom: true });
        const known = rows.slice(0, Math.floor((rows.length * share) / 4));
        if (known.length > 0) await imported(stringify([header, ...known]), 'sku-csv', false, size);
        const { view } = await rehearsedAsMeant(stringify(befall([header, ...rows], list)), 'sku-csv', size);
        taken += view.skusCreated ?? 0;
        refused += view.rejected ?? 0;
      }),
      { numRuns: 12, endOnFailure: true },
    );
    // Otherwise it would prove little.
    expect(Math.min(taken, refused)).toBeGreaterThan(20);
  }, 120_000);
});
