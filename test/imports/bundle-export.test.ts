import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportBundles } from '../../src/application/catalog/export-bundles.js';
import { setSetting } from '../../src/application/settings/set-setting.js';
import { exportCommand } from '../../src/cli/export-command.js';
import { apply, create, createApart, product, set } from '../bundles/bundle-kit.js';
import type { HttpWorld } from '../support/http-world.js';
import { buildHttpWorld, KEY } from '../support/http-world.js';
import { recordStatements } from '../support/statements.js';
import { HOST, must } from '../support/world.js';

const folder = mkdtempSync(join(tmpdir(), 'skuward-bundles-'));
const HEADER = 'Bundle SKU,Bundle Title,Component SKU,Quantity,Handle,Vendor,Type,Price';
let http: HttpWorld;
beforeAll(async () => {
  http = await buildHttpWorld();
  const reason = 'the house of this test';
  const naming = [
    { name: 'teas', grammar: '{style:1-8}', segments: { style: { kind: 'LETTERS' } }, scope: { vendors: ['V'] } },
  ];
  must(await setSetting(http.world.ports, HOST, { key: 'naming', value: naming, reason }));
  await apply(http.world, product, create('A'), create('=B+1'), create('BARE', null));
  await apply(http.world, ...createApart('zkit', '3 A, 1 =B+1'), create('OUTER', '2 zkit'));
});
afterAll(async () => {
  await http.close();
  rmSync(folder, { recursive: true });
});

function get(path: string, key: string | null = KEY): Promise<Response> {
  return fetch(`${http.url}${path}`, { headers: key === null ? {} : { authorization: `Bearer ${key}` } });
}

async function run(...args: string[]): Promise<{ code: number; said: string[] }> {
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  const io = { out: say, err: say, isTty: false, env: { url: http.url, key: KEY } };
  return { code: await exportCommand(args, io), said };
}

async function faultOf(path: string): Promise<unknown[]> {
  const answer = await get(path);
  const { error } = (await answer.json()) as { error: { code: string } };
  return [answer.status, error.code];
}

describe('GET /exports/bundles.csv', () => {
  it('is a row a component, in the order of the bundle, guarded', async () => {
    const answer = await get('/exports/bundles.csv');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="bundles.csv"');
    expect((await answer.text()).split('\r\n')).toEqual([
      HEADER,
      'OUTER,OUTER,zkit,2,tea,V,,10.00',
      'zkit,zkit,A,3,zkit,V,,10.00',
      "zkit,zkit,'=B+1,1,zkit,V,,10.00",
      '',
    ]);
  });

  it('gives what was asked for to whoever may read, and refuses what it does not know', async () => {
    expect(await (await get('/exports/bundles.csv?search=zkit&states=draft&vendor=v')).text()).toContain(
      'zkit,zkit,A,3',
    );
    expect(await (await get('/exports/bundles.csv?states=ACTIVE')).text()).toBe(`${HEADER}\r\n`);
    expect(await faultOf('/exports/bundles.csv?states=GONE')).toEqual([400, 'INVALID_FORMAT']);
    expect(await faultOf('/exports/bundles.csv?columns=code')).toEqual([400, 'INVALID_FORMAT']);
    expect((await get('/exports/bundles.csv', null)).status).toBe(401);
    const viewed = await get('/exports/bundles.csv', http.keys.viewer);
    // Read to its end: what is left of it would go on beside the tests that follow.
    expect([viewed.status, await viewed.text()]).toEqual([200, expect.stringContaining('zkit')]);
  });

  it('asks the database as often for many bundles as for few', async () => {
    const sent = recordStatements(http.world.database.source);
    const reads = async (): Promise<number> => {
      const before = sent.length;
      await (await get('/exports/bundles.csv')).text();
      return sent
        .slice(before)
        .filter((text) => /p\.handle as key_0, s\.code_folded|c\.bundle_id as bundle,/.test(text)).length;
    };
    const few = await reads();
    const more = Array.from({ length: 20 }, (_, n) => createApart(`many${n}`, '2 A'));
    await apply(http.world, ...more.flat());
    expect([few, await reads()]).toEqual([2, 2]);
  });

  it('is of one instant, whatever is applied while it is read', async () => {
    const all = { states: null, vendor: null, productType: null, search: null };
    const pieces = must(exportBundles(http.world.ports, all));
    await pieces.next();
    await apply(http.world, set('OUTER', '7 zkit'));
    let rest = '';
    for await (const piece of pieces) rest += piece;
    expect(rest).toContain('OUTER,OUTER,zkit,2,');
    expect(await (await get('/exports/bundles.csv')).text()).toContain('OUTER,OUTER,zkit,7,');
  });
});

describe('GET /exports/naming-violations.csv', () => {
  it('is a row a code that does not fit, with the reason, guarded', async () => {
    const answer = await get('/exports/naming-violations.csv', http.keys.viewer);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="naming-violations.csv"');
    const [header, first, ...others] = (await answer.text()).split('\r\n');
    expect(header).toBe('code,title,state,product,vendor,type,policy,enforced,why');
    expect(first).toContain("'=B+1,'=B+1,DRAFT,tea,V,,teas,false,");
    expect(others.join()).toContain('upper case: ZKIT');
  });

  it('is of one policy where one is named, and refuses what it does not know', async () => {
    expect(await (await get('/exports/naming-violations.csv?policy=TEAS')).text()).toContain('tea');
    expect(await faultOf('/exports/naming-violations.csv?policy=mugs')).toEqual([404, 'NOT_FOUND']);
    expect(await faultOf('/exports/naming-violations.csv?states=ACTIVE')).toEqual([400, 'INVALID_FORMAT']);
    expect((await get('/exports/naming-violations.csv', null)).status).toBe(401);
  });
});

describe('GET /imports/templates/bundle-csv.csv', () => {
  it('is an empty file of the format', async () => {
    expect(await (await get('/imports/templates/bundle-csv.csv')).text()).toBe(`${HEADER}\r\n`);
  });
});

describe('skuward export --what', () => {
  it('chooses the file', async () => {
    const [bundles, violations] = [join(folder, 'bundles.csv'), join(folder, 'names.csv')];
    expect((await run(bundles, '--what', 'bundles', '--search', 'outer')).code).toBe(0);
    expect(readFileSync(bundles, 'utf8')).toBe(`\uFEFF${HEADER}\r\nOUTER,OUTER,zkit,7,tea,V,,10.00\r\n`);
    expect((await run(violations, '--what', 'naming-violations', '--policy', 'teas')).code).toBe(0);
    expect(readFileSync(violations, 'utf8')).toContain("'=B+1");
    const refused = await run(join(folder, 'none.csv'), '--what', 'bundles', '--columns', 'code');
    expect([refused.code, refused.said.join()]).toEqual([1, expect.stringContaining('no parameter "columns"')]);
  });
});
