import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import type { ImportList } from '../../src/application/imports/list-imports.js';
import type { ImportView } from '../../src/application/imports/read-import.js';
import { importCommand } from '../../src/cli/import-command.js';
import { unguardCell } from '../../src/domain/imports/cell-guard.js';
import type { HttpWorld } from '../support/http-world.js';
import { buildHttpWorld } from '../support/http-world.js';
import { until } from '../support/world.js';

const HEADER = 'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status';
const BASELINE = 'format=shopify-csv&mode=baseline';
const folder = mkdtempSync(join(tmpdir(), 'skuward-errors-'));

let http: HttpWorld;
beforeAll(async () => {
  http = await buildHttpWorld();
});
afterAll(async () => {
  await http.close();
  rmSync(folder, { recursive: true });
});

function get(path: string, key: string): Promise<Response> {
  return fetch(`${http.url}${path}`, { headers: { authorization: `Bearer ${key}` } });
}

async function viewOf(id: string, key: string): Promise<ImportView> {
  return (await (await get(`/imports/${id}`, key)).json()) as ImportView;
}

async function imported(csv: string, query = BASELINE, key = http.keys.alex): Promise<ImportView> {
  const headers = { authorization: `Bearer ${key}` };
  const answer = await fetch(`${http.url}/imports?${query}`, { method: 'POST', body: csv, headers });
  expect(answer.status).toBe(202);
  const { id } = (await answer.json()) as ImportView;
  return until(
    'the import',
    async () => {
      const view = await viewOf(id, key);
      return view.state === 'RUNNING' ? null : view;
    },
    60,
  );
}

async function codeOf(answer: Response): Promise<unknown> {
  return [answer.status, JSON.parse(await answer.text()).error.code];
}

/** The errors of a downloaded list, as the API tells them. */
function errorsIn(csv: string): ImportView['errors'] {
  const [header, ...rows] = parse(csv, { bom: true });
  expect(header).toEqual(['line', 'column', 'code', 'message', 'value', 'rejected']);
  return rows.map((cells: string[]) => {
    const [line, column, code, message, value, rejected] = cells.map(unguardCell);
    const told = { line: Number(line), column: column || null, code, message, value: value || null };
    return { ...told, rejected: rejected === 'true' } as ImportView['errors'][number];
  });
}

async function run(...args: string[]): Promise<{ code: number; out: string[]; err: string[] }> {
  const out: string[] = [];
  const err: string[] = [];
  const io = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line), isTty: false };
  const code = await importCommand(args, { ...io, env: { url: http.url, key: http.keys.alex } });
  return { code, out, err };
}

function fileOf(name: string, ...lines: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, [...lines, ''].join('\n'));
  return path;
}

/** Every row's price is a formula, and every tenth row lacks its code. */
function faulty(count: number, prefix: string): string[] {
  return Array.from({ length: count }, (_, n) => {
    const code = n % 10 === 9 ? '' : `${prefix}-${n}`;
    return `${prefix}-${n},"=cmd(""a,b"")",Title,Default Title,${code},=1+${n},active`;
  });
}

describe('the errors of an import as CSV', () => {
  it('are all of them, in the order of the file, and no formula', async () => {
    const view = await imported([HEADER, ...faulty(2_600, 'sum'), ''].join('\n'));
    expect(view).toMatchObject({ state: 'SUCCEEDED', errorCount: 2_600, moreErrors: true, rejected: 260 });
    expect(view.errors).toHaveLength(1_000);
    expect(view.errorsUrl).toBe(`/imports/${view.id}/errors.csv`);
    const answer = await get(view.errorsUrl, http.keys.alex);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="import-${view.id}-errors.csv"`);
    const csv = await answer.text();
    const errors = errorsIn(csv);
    expect(errors).toHaveLength(2_600);
    expect(errors.slice(0, 1_000)).toEqual(view.errors);
    expect(new Set(errors.map(({ line }) => line)).size).toBe(2_600);
    expect(errors.filter(({ rejected }) => rejected)).toHaveLength(260);
    const cells = parse(csv, { bom: true }).flat();
    expect(cells.filter((cell) => /^[=+\-@]/.test(cell))).toEqual([]);
    expect(cells.filter((cell) => cell.startsWith(`'=1+`))).toHaveLength(2_340);
  });

  it('are told whole where values are as long as cells may be, some at a time', async () => {
    const long = 'x'.repeat(1_500_000);
    const rows = Array.from({ length: 7 }, (_, n) => `long-${n},Long,Title,Default Title,LONG-${n},${n}${long},active`);
    const view = await imported([HEADER, ...rows, ''].join('\n'));
    expect(view).toMatchObject({ errorCount: 7, moreErrors: true });
    expect(view.errors).toHaveLength(2);
    const errors = errorsIn(await (await get(view.errorsUrl, http.keys.alex)).text());
    expect(errors.map(({ value }) => value)).toEqual(rows.map((_, n) => `${n}${long}`));
  }, 90_000);

  it('are for those who may see the import, and a header where there are none', async () => {
    const { errorsUrl } = await imported(`${HEADER}\nfine,Fine,Title,Default Title,FINE,1,active\n`);
    expect(await codeOf(await get(errorsUrl, http.keys.mia))).toEqual([404, 'NOT_FOUND']);
    expect(await codeOf(await get(errorsUrl, http.keys.viewer))).toEqual([403, 'FORBIDDEN']);
    expect(await codeOf(await get(errorsUrl, 'nobody'))).toEqual([401, 'UNAUTHENTICATED']);
    expect(await codeOf(await get('/imports/none/errors.csv', http.keys.alex))).toEqual([404, 'NOT_FOUND']);
    expect(errorsIn(await (await get(errorsUrl, http.keys.alex)).text())).toEqual([]);
  });

  it('are saved by the command line, which says that there are more than it shows', async () => {
    const path = fileOf('many.csv', HEADER, ...faulty(30, 'cli'));
    const saved = join(folder, 'errors.csv');
    const kept = await run(path, '--errors', saved);
    expect([kept.code, kept.err]).toEqual([0, []]);
    expect(kept.out).toContain('… and 10 more');
    expect(kept.out).toContain(`${saved}: all 30 errors`);
    expect(errorsIn(readFileSync(saved, 'utf8'))).toHaveLength(30);
    const again = await run(path);
    expect(again.code).toBe(1);
    expect(again.out.at(-1)).toMatch(/--errors FILE .*\/imports\/[-0-9a-f]{36}\/errors\.csv$/);
    const nowhere = await run(path, '--errors', join(folder, 'no', 'such', 'folder.csv'));
    expect([nowhere.code, nowhere.err.join()]).toEqual([1, expect.stringContaining('was not written')]);
  });
});

describe('skuward import --mode propose', () => {
  it('takes what is wanted of the request, and tells its number', async () => {
    await imported(`${HEADER}\nvase,Vase,Title,Default Title,VASE,1,active\n`);
    const path = fileOf('propose.csv', 'code,price', 'VASE,2');
    const propose = [path, '--format', 'sku-csv', '--mode', 'propose'];
    const tried = await run(...propose, '--dry-run');
    expect(tried.out).toEqual(
      expect.arrayContaining([
        'SUCCEEDED: changes proposed: 1, rows read: 1, rows not taken: 0',
        'this was a dry run: nothing was made',
      ]),
    );
    const { code, out } = await run(...propose, '--title', 'Vases', '--reason', 'Clay is dear', '--draft');
    expect(code).toBe(0);
    const number = /changes proposed: 1 in (CR-\d+),/.exec(out.join('\n'))?.[1] ?? '';
    const request = await http.world.ports.changes.requestByNumber(number);
    expect(request).toMatchObject({ title: 'Vases', reason: 'Clay is dear', state: 'DRAFT' });
    const baseline = await run(path, '--draft', '--title', 'Vases');
    expect([baseline.code, baseline.err.join()]).toEqual([
      1,
      expect.stringMatching(/title is of a proposal.*draft is of a proposal/),
    ]);
  });
});

describe('the list of imports', () => {
  it('has the caller’s own, newest first, page by page; an ADMIN sees all', async () => {
    const mine: string[] = [];
    for (const n of [1, 2, 3]) {
      mine.unshift((await imported(`code,price\nVASE,${n}.50\n`, 'format=sku-csv&mode=propose', http.keys.mia)).id);
    }
    const page = async (query: string, key: string): Promise<ImportList> =>
      (await (await get(`/imports${query}`, key)).json()) as ImportList;
    const all = await page('', http.keys.mia);
    expect([all.items.map(({ id }) => id), all.next]).toEqual([mine, null]);
    const { errors: _errors, moreErrors: _more, ...summary } = await viewOf(mine[0] ?? '', http.keys.mia);
    expect(all.items[0]).toEqual(summary);
    expect(summary).toMatchObject({
      mode: 'propose',
      format: 'sku-csv',
      uploadedBy: 'mia',
      state: 'SUCCEEDED',
      rowsRead: 1,
      changeRequest: expect.stringMatching(/^CR-\d+$/),
      proposed: { SKU_UPDATE: 1 },
    });
    const first = await page('?first=2', http.keys.mia);
    expect(first.items.map(({ id }) => id)).toEqual(mine.slice(0, 2));
    const rest = await page(`?first=2&after=${first.next}`, http.keys.mia);
    expect([rest.items.map(({ id }) => id), rest.next]).toEqual([mine.slice(2), null]);
    const seen = (await page('?first=250', http.keys.alex)).items;
    expect(seen.slice(0, 3).map(({ id }) => id)).toEqual(mine);
    expect(seen.length).toBeGreaterThan(3);
  });

  it('refuses pages that are none, with everything that is wrong', async () => {
    for (const [query, code] of [
      ['first=0', 'INVALID_FORMAT'],
      ['first=ten', 'INVALID_FORMAT'],
      ['first=1e2', 'INVALID_FORMAT'],
      ['first=1&first=2', 'INVALID_FORMAT'],
      ['first=251', 'TOO_MANY'],
      ['after=x', 'INVALID_FORMAT'],
      ['after=WyJhIiwiYiJd', 'INVALID_FORMAT'],
      ['frist=1', 'INVALID_FORMAT'],
    ]) {
      expect([query, ...((await codeOf(await get(`/imports?${query}`, http.keys.mia))) as unknown[])]).toEqual([
        query,
        400,
        code,
      ]);
    }
    const both = JSON.parse(await (await get('/imports?first=0&after=x', http.keys.mia)).text());
    expect(both.error.message).toMatch(/^first is .*; after is /);
    expect(await codeOf(await get('/imports', http.keys.viewer))).toEqual([403, 'FORBIDDEN']);
  });
});
