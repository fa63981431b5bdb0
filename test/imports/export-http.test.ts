import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { exportSkus } from '../../src/application/catalog/export-skus.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import { exportCommand } from '../../src/cli/export-command.js';
import { importBaseline, must, until } from '../support/world.js';
import type { HttpWorld } from '../support/http-world.js';
import { buildHttpWorld, KEY } from '../support/http-world.js';

const CATALOG = [
  'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status',
  'zebra,Zebra,Acme,Size,L,Z-L,9,active',
  'zebra,,,,S,Z-S,8,',
  'ant,"Ant, small",Bolt,Title,Default Title,=A1+1,7,draft',
  '',
].join('\n');

const folder = mkdtempSync(join(tmpdir(), 'skuward-export-'));
let http: HttpWorld;
beforeAll(async () => {
  http = await buildHttpWorld();
  await importBaseline(http.world, CATALOG);
});
afterAll(async () => {
  await http.close();
  rmSync(folder, { recursive: true });
});

function get(path: string, key: string | null = KEY): Promise<Response> {
  return fetch(`${http.url}${path}`, { headers: key === null ? {} : { authorization: `Bearer ${key}` } });
}

function rowsOf(csv: string): Record<string, string>[] {
  return parse(csv, { bom: true, columns: true });
}

async function run(...args: string[]): Promise<{ code: number; said: string[] }> {
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  const io = { out: say, err: say, isTty: false, env: { url: http.url, key: KEY } };
  return { code: await exportCommand(args, io), said };
}

describe('GET /exports/skus.csv', () => {
  it('is a row a SKU, those of a product together, guarded, in UTF-8 that Excel knows', async () => {
    const answer = await get('/exports/skus.csv');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="skus.csv"');
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const rows = rowsOf(bytes.toString('utf8'));
    expect(rows.map((row) => [row['product.handle'], row.code, row.price, row.state, row.revision])).toEqual([
      ['ant', "'=A1+1", '7.00', 'DRAFT', '1'],
      ['zebra', 'Z-L', '9.00', 'ACTIVE', '1'],
      ['zebra', 'Z-S', '8.00', 'ACTIVE', '1'],
    ]);
    expect(rows[0]).toMatchObject({ title: 'Ant, small', 'option1.value': '', listedIn: 'erp, shopify' });
    expect(rows[1]).toMatchObject({ 'option1.name': 'Size', 'option1.value': 'L', 'product.option1': 'Size' });
  });

  const fault = async (query: string): Promise<[number, string, string]> => {
    const answer = await get(`/exports/skus.csv?${query}`);
    const { error } = JSON.parse(await answer.text());
    return [answer.status, error.code, error.message];
  };

  it('refuses a parameter that was not filled in, and a column twice', async () => {
    expect(await fault('states=')).toEqual([400, 'INVALID_FORMAT', expect.stringContaining('states is empty')]);
    expect(await fault('columns=code,CODE')).toEqual([400, 'COLUMN_DUPLICATE', expect.stringContaining('"CODE"')]);
    expect(await fault('columns=price@erp,code,price@erp,attribute.x,attribute.x')).toEqual([
      400,
      'COLUMN_DUPLICATE',
      'the column "price@erp" is asked for twice; the column "attribute.x" is asked for twice',
    ]);
    expect(await fault('columns=,')).toEqual([400, 'REQUIRED', 'columns names no column']);
    // As with GraphQL's empty list: no state at all is nothing.
    expect(await (await get('/exports/skus.csv?columns=code&states=,')).text()).toBe('code\r\n');
  });

  it('gives what was asked for, and refuses what it does not know', async () => {
    const some = await get(
      '/exports/skus.csv?vendor=acme&states=ACTIVE,draft&search=z-s&columns=code,price@erp,attribute.x',
    );
    expect(await some.text()).toBe('code,price@erp,attribute.x\r\nZ-S,,\r\n');
    const faults = await Promise.all(
      ['states=GONE', 'columns=code,pirce', 'vendr=acme', 'vendor=a&vendor=b', 'search=%00'].map((query) =>
        fault(query),
      ),
    );
    expect(faults.map(([status, code]) => [status, code])).toEqual([
      [400, 'INVALID_FORMAT'],
      [400, 'COLUMN_UNKNOWN'],
      [400, 'INVALID_FORMAT'],
      [400, 'INVALID_FORMAT'],
      [400, 'INVALID_FORMAT'],
    ]);
    expect(faults[4]?.[2]).toContain('search holds a NUL character');
    expect((await get('/exports/skus.csv', null)).status).toBe(401);
    expect((await get('/exports/skus.csv', http.keys.viewer)).status).toBe(200);
  });

  it('is the catalogue of one instant, whatever is applied while it is read', async () => {
    const { ports, people } = http.world;
    const pieces = must(
      await exportSkus(ports, { states: null, vendor: null, productType: null, search: null, columns: 'code,price' }),
    );
    const first = await pieces.next();
    expect(first.value).toContain('code,price');
    const changes = [
      { kind: 'skuUpdate' as const, input: { code: 'Z-L', baseRevision: null, fields: { price: '99.00' } } },
      { kind: 'skuUpdate' as const, input: { code: 'Z-S', baseRevision: null, fields: { price: '98.00' } } },
    ];
    const draft = { title: 'Dearer', reason: null, idempotencyKey: null, changes };
    const { id } = must(await createChangeRequest(ports, people.mia, draft, false));
    must(await approveChangeRequest(ports, people.ada, id, null));
    expect(await ports.catalog.skuByCode('Z-L')).toMatchObject({ price: '99.00' });
    let rest = '';
    for await (const piece of pieces) rest += piece;
    expect(rest).toContain('Z-L,9.00\r\nZ-S,8.00');
  });

  it('gives its connection back when whoever asked goes away', async () => {
    // Whoever else is between two statements just now is not what this is about.
    await until('a quiet moment', async () => (await idleInTransaction()) === 0);
    await new Promise<void>((resolve, reject) => {
      const headers = { authorization: `Bearer ${KEY}` };
      const call = request(`${http.url}/exports/skus.csv`, { headers }, (answer) => {
        answer.once('data', () => call.destroy());
        answer.once('close', resolve);
        answer.on('error', () => undefined);
      });
      call.on('error', reject);
      call.end();
    });
    await until('the connection', async () => (await idleInTransaction()) === 0);
    expect(http.world.logged.filter((line) => line.includes('HTTP call failed'))).toEqual([]);
  });
});

async function idleInTransaction(): Promise<number> {
  const [row]: { n: number }[] = await http.world.database.source.query(
    `select count(*)::int as n from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`,
  );
  return row?.n ?? -1;
}

const TEMPLATES = 'there is no such template; there are sku-csv.csv, bundle-csv.csv';

describe('GET /imports/templates', () => {
  it('is an empty file of the format', async () => {
    const csv = await (await get('/imports/templates/sku-csv.csv')).text();
    expect(csv).toMatch(/^code,kind,state,title,option1\.name,.*,product\.handle,.*\r\n$/);
    expect(csv).not.toContain('revision');
    const none = await get('/imports/templates/shopify-csv.csv');
    expect([none.status, await none.json()]).toMatchObject([404, { error: { message: TEMPLATES } }]);
    expect((await get('/imports/templates/sku-csv')).status).toBe(404);
  });
});

describe('skuward export', () => {
  it('writes the file once it is whole', async () => {
    const file = join(folder, 'skus.csv');
    const { code, said } = await run(file, '--states', 'DRAFT', '--columns', 'code');
    expect([code, said]).toEqual([0, [`${file}: skus, 17 bytes`]]);
    expect(readFileSync(file, 'utf8')).toBe("\uFEFFcode\r\n'=A1+1\r\n");
  });

  it('ends with 1 and a sentence, and leaves nothing behind', async () => {
    const faults = await Promise.all([
      run(),
      run(join(folder, 'a.csv'), '--colour', 'red'),
      run(join(folder, 'a.csv'), '--what', 'prices'),
      run(join(folder, 'a.csv'), '--states', 'GONE'),
      run(join(folder, 'none', 'a.csv')),
    ]);
    expect(faults.map(({ code }) => code)).toEqual([1, 1, 1, 1, 1]);
    expect(faults.map(({ said: [line] }) => line)).toEqual([
      expect.stringContaining('export takes one file'),
      expect.stringContaining('--colour'),
      expect.stringContaining('--what is skus or bundles'),
      expect.stringContaining('a state is one of'),
      expect.stringContaining('was not written'),
    ]);
    expect(readdirSync(folder)).toEqual(['skus.csv']);
  });
});
