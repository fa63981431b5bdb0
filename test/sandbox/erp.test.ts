import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '../../src/sandbox/start-sandbox.js';
import { startSandbox } from '../../src/sandbox/start-sandbox.js';
import { at, CATALOG, control, erp, listAt, textAt } from './sandbox-client.js';

const CODE = 'A/B 1';
const PATH = `/items/${encodeURIComponent(CODE)}`;
const NEW = { 'if-none-match': '*' };

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ dataDir: null, shopifyPort: 0, erpPort: 0 });
});
afterEach(() => sandbox.close());

describe('PUT /items/{code}', () => {
  it('makes an item once, and writes decimals its own way', async () => {
    const body = { name: 'Board', listPrice: '52', cost: '19.5', weightGrams: '900', active: true };
    const made = await erp(sandbox, 'PUT', PATH, { ...NEW, 'idempotency-key': 'k1' }, body);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      code: CODE,
      listPrice: '52.00',
      cost: '19.5000',
      weightGrams: '900.000',
      salable: false,
      updatedBy: 'skuward',
    });
    const read = await erp(sandbox, 'GET', PATH);
    expect(read).toMatchObject({ status: 200, etag: made.etag, body: made.body });
    expect((await erp(sandbox, 'PUT', PATH, { ...NEW, 'idempotency-key': 'k2' }, body)).status).toBe(412);
    expect((await erp(sandbox, 'GET', '/items/a%2Fb%201')).status).toBe(404);
  });

  it('changes only what is given, and only what was read', async () => {
    const made = await erp(
      sandbox,
      'PUT',
      PATH,
      { ...NEW, 'idempotency-key': 'k1' },
      { name: 'Board', listPrice: '5' },
    );
    const match = { 'if-match': made.etag ?? '' };
    const changed = await erp(
      sandbox,
      'PUT',
      PATH,
      { ...match, 'idempotency-key': 'k2' },
      { listPrice: null, salable: true },
    );
    expect(changed).toMatchObject({ status: 200, body: { name: 'Board', listPrice: null, salable: true } });
    const stale = await erp(sandbox, 'PUT', PATH, { ...match, 'idempotency-key': 'k3' }, { listPrice: '6' });
    expect(stale).toMatchObject({ status: 412, type: 'application/problem+json' });
    expect((await erp(sandbox, 'PUT', PATH, { 'idempotency-key': 'k4' }, {})).status).toBe(400);
  });

  it('answers a repeated key as before and executes it once; another body under it is refused', async () => {
    const headers = { ...NEW, 'idempotency-key': 'k1' };
    const first = await erp(sandbox, 'PUT', PATH, headers, { name: 'Board' });
    expect(await erp(sandbox, 'PUT', PATH, headers, { name: 'Board' })).toEqual(first);
    expect((await erp(sandbox, 'PUT', PATH, headers, { name: 'Plank' })).status).toBe(422);
    const journal = listAt(await control(sandbox.erp.url, 'GET', 'journal'), 'entries');
    expect(journal.map((entry) => listAt(entry, 'commits').length)).toEqual([1, 0, 0]);
  });

  it('names every field that it refuses', async () => {
    const body = { listPrice: '-1', cost: '1e3', countryOfOrigin: 'XQ', weight: '3', id: '7', hsCode: '12' };
    const answer = await erp(sandbox, 'PUT', PATH, { ...NEW, 'idempotency-key': 'k1' }, body);
    expect(answer).toMatchObject({ status: 422, type: 'application/problem+json' });
    expect(listAt(answer.body, 'errors').map((error) => at(error, 'pointer'))).toEqual([
      '/listPrice',
      '/cost',
      '/countryOfOrigin',
      '/weight',
      '/id',
      '/hsCode',
      '/name',
    ]);
    expect((await erp(sandbox, 'GET', PATH)).status).toBe(404);
  });
});

describe('lists', () => {
  beforeEach(() => control(sandbox.erp.url, 'POST', 'fill', CATALOG));

  it('hold an item per variant of what is no draft, page by page', async () => {
    const codes: unknown[] = [];
    for (let after = ''; ;) {
      const { body } = await erp(sandbox, 'GET', `/items?limit=25${after && `&after=${after}`}`);
      codes.push(...listAt(body, 'items').map((item) => at(item, 'code')));
      if (at(body, 'next') === null) break;
      after = textAt(body, 'next');
    }
    expect(codes).toHaveLength(60);
    expect(new Set(codes).size).toBe(60);
    expect(codes.some((code) => String(code).startsWith('FH-TST'))).toBe(false);
    const { body } = await erp(sandbox, 'GET', '/items/FH-RWO-XL-SLT');
    expect(body).toMatchObject({
      name: 'Ridgeline Wool Overshirt - XL / Slate',
      listPrice: '148.00',
      cost: '64.0000',
      salable: true,
    });
  });

  it('tell what changed since, and by whom', async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const since = new Date().toISOString();
    await control(sandbox.erp.url, 'POST', 'edit', {
      as: { kind: 'staff', name: 'Ines' },
      code: 'FH-EKT-SLT',
      set: { cost: '30' },
    });
    const { body } = await erp(sandbox, 'GET', `/items?updatedSince=${since}`);
    expect(listAt(body, 'items')).toHaveLength(1);
    expect(at(body, 'items.0')).toMatchObject({ code: 'FH-EKT-SLT', cost: '30.0000', updatedBy: 'Ines' });
  });

  it('give each code the same stock every time', async () => {
    const first = (await erp(sandbox, 'GET', '/stock?limit=3')).body;
    expect(at(first, 'stock.0.onHand')).toMatch(/^\d+$/);
    expect((await erp(sandbox, 'GET', '/stock?limit=3')).body).toEqual(first);
  });
});

it('asks for the token and strikes with faults', async () => {
  const bare = await fetch(`${sandbox.erp.url}/items`);
  expect([bare.status, bare.headers.get('content-type')]).toEqual([401, 'application/problem+json']);
  await control(sandbox.erp.url, 'POST', 'faults', { next: [{ when: 'after', kind: '503', match: 'PUT' }] });
  const headers = { ...NEW, 'idempotency-key': 'k1' };
  expect((await erp(sandbox, 'GET', '/items')).status).toBe(200);
  expect((await erp(sandbox, 'PUT', PATH, headers, { name: 'Board' })).status).toBe(503);
  expect((await erp(sandbox, 'PUT', PATH, headers, { name: 'Board' })).status).toBe(201);
});
