import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ImportView } from '../../src/application/imports/read-import.js';
import { readImport } from '../../src/application/imports/read-import.js';
import { receiveImport } from '../../src/application/imports/receive-import.js';
import { resumeImports } from '../../src/application/imports/resume-imports.js';
import { runImport } from '../../src/application/imports/run-import.js';
import type { Caller } from '../../src/domain/actor.js';
import type { World } from '../support/world.js';
import { buildWorld, HOST, must } from '../support/world.js';
import { told } from './bundle-import-kit.js';

let world: World;
beforeAll(async () => {
  world = await buildWorld({ worker: false });
});
afterAll(async () => {
  await world.close();
});

interface How {
  format?: string;
  mode?: string;
  caller?: Caller;
  dryRun?: boolean;
  batchSize?: number;
}

async function imported(rows: readonly string[], how: How = {}): Promise<ImportView> {
  const { format = 'sku-csv', mode = 'baseline', caller = HOST, dryRun = false, batchSize } = how;
  const body = (async function* () {
    yield Buffer.from([...rows, ''].join('\n'));
  })();
  const { id } = must(await receiveImport(world.ports, caller, { format, mode, dryRun }, body));
  await runImport(world.ports, id, batchSize);
  const view = await readImport(world.ports, id, HOST);
  if (!view) throw new Error('the import is gone');
  return view;
}

/** The same, tried before it is meant; both must tell the same. */
async function rehearsed(rows: readonly string[], how: How = {}): Promise<ImportView> {
  const tried = await imported(rows, { ...how, dryRun: true });
  const meant = await imported(rows, how);
  const what = ({ errors, skusCreated, compositionsSet, rejected, qualityIssues }: ImportView): unknown => {
    return { errors, skusCreated, compositionsSet, rejected, qualityIssues };
  };
  expect(what(tried)).toEqual(what(meant));
  return meant;
}

async function titleOf(code: string): Promise<unknown> {
  const sku = await world.ports.catalog.skuByCode(code);
  return sku && [sku.title, sku.state, sku.optionValues.map(({ name, value }) => `${name}:${value}`).join()];
}

describe('a product that a baseline’s file names in several places', () => {
  const HEADER = 'code,product.handle,product.title,product.vendor,option1.name,option1.value';

  it.each([1, 1_000])('stays as the first said, and what the others say is told (%i a batch)', async (batchSize) => {
    const at = batchSize === 1 ? 'a' : 'b';
    const view = await rehearsed(
      [
        HEADER,
        `S1-${at},s${at},T1,V1,Size,S`,
        `Y1-${at},y${at},Y,,Size,S`,
        `S2-${at},s${at},T2,V2,Size,M`,
        `S3-${at},s${at},T2,V2,Size,S`,
        `Z1-${at},z${at},Z,,Size,S`,
        `S4-${at},s${at},T1,,Size,L`,
      ],
      { batchSize },
    );
    expect(view).toMatchObject({ state: 'SUCCEEDED', skusCreated: 5, rejected: 1, qualityIssues: 0 });
    expect(told(view)).toEqual([
      '4 product.title ROWS_DISAGREE noted',
      '4 product.vendor ROWS_DISAGREE noted',
      '5 option1.name OPTIONS_TAKEN',
    ]);
    expect(view.errors.map(({ value }) => value).slice(0, 2)).toEqual(['T2', 'V2']);
    expect(await world.ports.catalog.productByHandle(`s${at}`)).toMatchObject({ title: 'T1', vendor: 'V1' });
  });

  it('is told nothing where none of the later rows is taken', async () => {
    const view = await imported([HEADER, 'S1-a,sa,T9,V9,Size,S']);
    expect(told(view)).toEqual(['2 code CODE_TAKEN']);
  });

  it.each([1, 1_000])('gives what Shopify’s later rows leave unsaid (%i a batch)', async (batchSize) => {
    const at = batchSize === 1 ? 'a' : 'b';
    const view = await rehearsed(
      [
        'Handle,Title,Vendor,Status,Option1 Name,Option1 Value,Variant SKU',
        `shirt-${at},Shirt,Acme,active,Size,S,SH-S-${at}`,
        `jug-${at},Jug,,draft,Title,Default Title,JUG-${at}`,
        `shirt-${at},,Other,,,M,SH-M-${at}`,
        `pot-${at},,,,,M,POT-${at}`,
      ],
      { format: 'shopify-csv', batchSize },
    );
    expect(view).toMatchObject({ skusCreated: 3, rejected: 1 });
    expect(told(view)).toEqual([
      '4 Status INVALID_FORMAT noted',
      '4 Vendor ROWS_DISAGREE noted',
      '5 Title REQUIRED noted',
      '5 Option1 Name REQUIRED',
    ]);
    expect(await titleOf(`SH-M-${at}`)).toEqual(['Shirt - M', 'DRAFT', 'Size:M']);
  });
});

it('a GTIN is said to belong to the SKU that bears it, however many want it', async () => {
  const rows = [0, 1, 2].map((n) => `GG${n},gg${n},4006381333931`);
  const view = await rehearsed(['code,product.handle,gtin', ...rows]);
  expect(view.errors.map(({ line, message }) => [line, message])).toEqual([
    [3, 'GTIN 4006381333931 belongs to GG0; left unset'],
    [4, 'GTIN 4006381333931 belongs to GG0; left unset'],
  ]);
});

it('an upload whose process died ends with a code, as one that broke off does', async () => {
  const id = world.ports.newId();
  const job = { id, format: 'sku-csv', mode: 'baseline' as const, dryRun: false, actor: HOST.actor, request: null };
  await world.ports.imports.begin(job);
  await resumeImports(world.ports, 0);
  const view = await readImport(world.ports, id, HOST);
  expect(view).toMatchObject({ state: 'FAILED', error: 'CSV_INVALID: the upload broke off; nothing was taken' });
});

it('the error of a file names a few of its columns, and counts the others', async () => {
  const columns = Array.from({ length: 300 }, (_, n) => `attribute.made-up-${n}`);
  const { error, errorCount } = await imported([['code', 'product.handle', ...columns].join(), 'A,a']);
  expect(errorCount).toBe(300);
  expect(error).toMatch(/made-up-4.*; and 295 more; nothing was taken$/);
  expect(error?.length).toBeLessThan(2_000);
});

it('compositions of bundles that are there already are counted', async () => {
  await imported(['code,kind,product.handle', 'KIT,BUNDLE,kit', 'MUG,,mug', 'LID,,lid']);
  const view = await rehearsed(
    [
      'Bundle SKU,Bundle Title,Component SKU,Quantity',
      'KIT,kit,MUG,2',
      'KIT,,LID,1',
      'NEWKIT,New,MUG,1',
      'NEWKIT,New,LID,1',
    ],
    { format: 'bundle-csv' },
  );
  expect(view).toMatchObject({ skusCreated: 1, compositionsSet: 1, rejected: 0, errorCount: 0, proposed: null });
  await imported(['code,kind,product.handle,price', 'SET,BUNDLE,set,5']);
  const other = await rehearsed(
    ['Bundle SKU,Bundle Title,Component SKU,Quantity,Price,Vendor,Handle', 'SET,Set,MUG,2,5.0,Acme,sets'],
    { format: 'bundle-csv' },
  );
  expect(told(other)).toEqual([
    '2 Bundle Title ROWS_DISAGREE noted',
    '2 Handle ROWS_DISAGREE noted',
    '2 Vendor ROWS_DISAGREE noted',
  ]);
});

describe('errors', () => {
  it('come in the order of the file, also those that only its end shows', async () => {
    await imported(['code,product.handle,price', 'ORD-A,ord,5']);
    const view = await imported(['code,state,price', 'ORD-A,PHASE_OUT,6', 'ORD-Z,,5', 'ORD-A,,7'], {
      mode: 'propose',
      caller: world.people.mia,
    });
    expect(told(view)).toEqual(['2 state TRANSITION_NOT_ALLOWED', '3 null REQUIRED', '4 code CODE_TAKEN']);
    const rows = ['ORD-B,ord2,gone,', 'ORD-C,ord3,,x'];
    expect(told(await imported(['code,product.handle,successor,gtin', ...rows]))).toEqual([
      '2 successor NOT_FOUND noted',
      '3 gtin GTIN_INVALID noted',
    ]);
  });

  it('of a proposal point at the column that says otherwise', async () => {
    const view = await imported(
      ['code,product.handle,product.title,product.vendor', 'PR-1,pr,T,V1', 'PR-X,px,T,V', 'PR-2,pr,T,V2'],
      { mode: 'propose', caller: world.people.mia },
    );
    expect(told(view)).toEqual(['4 product.vendor ROWS_DISAGREE']);
    expect(view.errors[0]?.value).toBe('V2');
    const shopify = await imported(
      [
        'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU',
        'ps,Ps,V1,Size,S,PS-S',
        'pt,Pt,V1,Size,S,PT-S',
        'ps,,V2,,M,PS-M',
        'pt,,,,M,PT-M',
      ],
      { format: 'shopify-csv', mode: 'propose', caller: world.people.mia },
    );
    // What was said before need not be said again.
    expect(told(shopify)).toEqual(['4 Vendor ROWS_DISAGREE']);
    expect(shopify.proposed).toEqual({ PRODUCT_CREATE: 2, SKU_CREATE: 3 });
  });
});
