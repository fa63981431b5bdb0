import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportSkus } from '../../src/application/catalog/export-skus.js';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import type { ImportView } from '../../src/application/imports/read-import.js';
import type { ChangeRequestView } from '../../src/application/ports/change-reader.js';
import type { SkuFieldsDraft } from '../../src/domain/catalog/read-sku-fields.js';
import type { HttpWorld } from '../support/http-world.js';
import { buildHttpWorld, KEY } from '../support/http-world.js';
import { costIsOurs, importBaseline, must, until } from '../support/world.js';

const CATALOG = [
  'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Barcode,Status',
  'cup,Cup,Acme,Size,S,CUP-S,5,4006381333931,active',
  'cup,,,,M,CUP-M,6,,',
  'jug,Jug,Acme,Title,Default Title,JUG,7,,draft',
  '',
].join('\n');

let http: HttpWorld;
beforeAll(async () => {
  http = await buildHttpWorld();
  await costIsOurs(http.world.ports);
  await importBaseline(http.world, CATALOG);
});
afterAll(async () => {
  await http.close();
});

async function send(csv: string, query: string, key: string): Promise<Response> {
  return fetch(`${http.url}/imports?${query}`, {
    method: 'POST',
    body: csv,
    headers: { authorization: `Bearer ${key}` },
  });
}

async function proposed(csv: string, query = '', key = http.keys.mia): Promise<ImportView> {
  const answer = await send(csv, `format=sku-csv&mode=propose${query}`, key);
  const text = await answer.text();
  expect([answer.status, text]).toEqual([202, expect.any(String)]);
  const { id } = JSON.parse(text) as ImportView;
  return until('the import', async () => {
    const headers = { authorization: `Bearer ${key}` };
    const view = (await (await fetch(`${http.url}/imports/${id}`, { headers })).json()) as ImportView;
    return view.state === 'RUNNING' ? null : view;
  });
}

async function requestOf({ changeRequest }: ImportView): Promise<ChangeRequestView> {
  const request = await http.world.ports.changes.requestByNumber(changeRequest ?? '');
  if (!request) throw new Error('no request was made');
  return request;
}

async function fieldsOf(view: ImportView): Promise<unknown[]> {
  const { id } = await requestOf(view);
  const { items } = await http.world.ports.changes.changesOf(id, { first: 100, after: null });
  return items.map(({ node: { operation, target, fields } }) => [
    operation,
    target,
    Object.fromEntries(fields.map(({ field, to }) => [field, to])),
  ]);
}

async function edit(code: string, fields: SkuFieldsDraft): Promise<void> {
  const { ports, people } = http.world;
  const changes = [{ kind: 'skuUpdate' as const, input: { code, baseRevision: null, fields } }];
  const draft = { title: `Edit ${code}`, reason: null, idempotencyKey: null, changes };
  const { id } = must(await createChangeRequest(ports, people.mia, draft, false));
  must(await approveChangeRequest(ports, people.ada, id, null));
}

async function exported(columns: string | null = null): Promise<string> {
  let text = '';
  const request = { states: null, vendor: null, productType: null, search: null, columns };
  for await (const piece of must(await exportSkus(http.world.ports, request))) text += piece;
  return text;
}

async function requestCount(): Promise<number> {
  const all = { states: null, awaitingParty: null, target: null };
  const page = await http.world.ports.changes.requests({ first: 1, after: null }, all);
  return page.totalCount();
}

function told({ errors }: ImportView): string[] {
  return errors.map(({ line, column, code, rejected }) => `${line} ${column} ${code}${rejected ? '' : ' noted'}`);
}

describe('a file that is proposed', () => {
  it('becomes one request of what differs, which others review and which is then applied', async () => {
    const csv = [
      'code,product.handle,product.title,option1.value,price,state,cost',
      'cup-s,cup,Cup,S,5.50,ACTIVE,',
      'CUP-M,cup,Cup,M,6.00,ON_HOLD,',
      'CUP-L,cup,Cup,L,7.25,,2',
      'BOWL,bowl,Bowl,,3,,',
      '',
    ].join('\n');
    const view = await proposed(csv, '&title=Spring&reason=New+sizes');
    expect(view).toMatchObject({ state: 'SUCCEEDED', rowsRead: 4, rejected: 0, errors: [], skusCreated: 0 });
    expect(view.proposed).toEqual({ SKU_UPDATE: 1, SKU_TRANSITION: 1, SKU_CREATE: 2, PRODUCT_CREATE: 1 });
    const request = await requestOf(view);
    expect(request).toMatchObject({
      title: 'Spring',
      reason: 'New sizes',
      state: 'IN_REVIEW',
      author: { name: 'mia' },
    });
    expect(await fieldsOf(view)).toEqual([
      ['SKU_UPDATE', 'CUP-S', { price: '5.50' }],
      ['SKU_TRANSITION', 'CUP-M', { state: 'ON_HOLD' }],
      ['SKU_CREATE', 'CUP-L', expect.objectContaining({ price: '7.25', cost: '2.00', title: 'Cup - L' })],
      ['PRODUCT_CREATE', 'bowl', expect.objectContaining({ title: 'Bowl' })],
      ['SKU_CREATE', 'BOWL', expect.objectContaining({ price: '3.00' })],
    ]);
    must(await approveChangeRequest(http.world.ports, http.world.people.ada, request.id, null));
    expect(await http.world.ports.catalog.skuByCode('CUP-L')).toMatchObject({ state: 'DRAFT', price: '7.25' });
    expect(await http.world.ports.catalog.skuByCode('CUP-M')).toMatchObject({ state: 'ON_HOLD' });
  });

  it('asks for nothing where nothing differs, and says so', async () => {
    const before = await requestCount();
    const view = await proposed(await exported());
    expect(view).toMatchObject({ state: 'SUCCEEDED', changeRequest: null, proposed: {}, rejected: 0, errors: [] });
    expect(await requestCount()).toBe(before);
  });

  it('leaves out rows that do not hold, by themselves or together, and proposes the others', async () => {
    const csv = [
      'code,product.handle,gtin,state,price,option1.value',
      'JUG,jug,,ACTIVE,7,',
      'CUP-S,cup,4006381333931,ACTIVE,1e3,S',
      'CUP-M,cup,4006381333931,ON_HOLD,6,M',
      'CUP-L,cup,,DRAFT,8,L',
      'cup-l,cup,,DRAFT,9,L',
      'CUP-XL,cup,,,9,l',
      'MUG,Mug Of Clay,,,9,',
      'VASE,vase,12,,9,',
      '',
    ].join('\n');
    const view = await proposed(csv);
    expect(told(view)).toEqual([
      '2 state TRANSITION_NOT_ALLOWED',
      '3 price INVALID_FORMAT',
      '4 gtin GTIN_TAKEN',
      '6 code CODE_TAKEN',
      '7 option1.value OPTIONS_TAKEN',
      '8 product.handle INVALID_FORMAT',
      '9 gtin GTIN_INVALID',
    ]);
    expect(view).toMatchObject({ state: 'SUCCEEDED', rejected: 7, proposed: { SKU_UPDATE: 1 } });
    expect(await fieldsOf(view)).toEqual([['SKU_UPDATE', 'CUP-L', { price: '8.00' }]]);
  });

  it('makes no request where nothing is left of it', async () => {
    const view = await proposed('code,state\nJUG,ACTIVE\n');
    expect(view).toMatchObject({ state: 'SUCCEEDED', changeRequest: null, proposed: {}, rejected: 1 });
    expect(told(view)).toEqual(['2 state TRANSITION_NOT_ALLOWED']);
  });

  it('waits as a draft where it is asked to, with its problems, which are told by line', async () => {
    const view = await proposed('code,state,price\nJUG,ACTIVE,7.77\n', '&draft=true');
    expect(view).toMatchObject({ state: 'SUCCEEDED', rejected: 0, proposed: { SKU_UPDATE: 1, SKU_TRANSITION: 1 } });
    expect(told(view)).toEqual(['2 state TRANSITION_NOT_ALLOWED noted']);
    const request = await requestOf(view);
    expect(request).toMatchObject({ state: 'DRAFT', title: 'Import of sku-csv' });
    expect(request.problems.map(({ code }) => code)).toEqual(['TRANSITION_NOT_ALLOWED']);
  });

  it('is tried without making anything', async () => {
    const before = await requestCount();
    const view = await proposed('code,price,state\nCUP-S,99,ACTIVE\nJUG,7,ACTIVE\n', '&dryRun=true');
    expect(view).toMatchObject({ state: 'SUCCEEDED', dryRun: true, changeRequest: null, proposed: { SKU_UPDATE: 1 } });
    expect(told(view)).toEqual(['3 state TRANSITION_NOT_ALLOWED']);
    expect(await requestCount()).toBe(before);
  });

  it('overwrites nobody: what others changed since the export merges, or is told', async () => {
    const csv = await exported('code,revision,price,cost,price@erp');
    await edit('CUP-S', { cost: '1.00', systemValues: [{ system: 'shopify', price: '4.00', compareAtPrice: null }] });
    await edit('JUG', { price: '8.00' });
    const edited = csv
      .replace(/^(CUP-S,\d+),5\.50,,/m, '$1,5.75,,4.5')
      .replace(/^(JUG,\d+),7\.00/m, '$1,7.50')
      .replace(/^(BOWL,\d+),3\.00,/m, '$1,3.00,1');
    const view = await proposed(edited);
    expect(told(view)).toEqual([expect.stringMatching(/^\d+ price STALE_BASE$/)]);
    expect(view.errors[0]?.message).toBe('price was "7.00" when you looked and is "8.00" now; the file says "7.50"');
    const request = await requestOf(view);
    must(await approveChangeRequest(http.world.ports, http.world.people.ada, request.id, null));
    expect(await http.world.ports.catalog.skuByCode('CUP-S')).toMatchObject({
      price: '5.75',
      cost: '1.00',
      systemValues: [
        { system: 'erp', price: '4.50', compareAtPrice: null },
        { system: 'shopify', price: '4.00', compareAtPrice: null },
      ],
    });
    expect(await http.world.ports.catalog.skuByCode('JUG')).toMatchObject({ price: '8.00' });
  });

  it('holds no more than a request may hold', async () => {
    const rows = Array.from({ length: 10_001 }, (_, n) => `N-${n},many-${n}`);
    const view = await proposed(['code,product.handle', ...rows, ''].join('\n'));
    expect(view).toMatchObject({ state: 'FAILED', changeRequest: null, rowsRead: 10_001 });
    expect(view.error).toMatch(/^TOO_MANY: /);
  });

  it('takes Shopify’s export too, and leaves alone what such a file does not say', async () => {
    const csv = CATALOG.replace('CUP-M,6', 'CUP-M,6.10').replace('Cup,Acme', 'Cup of tea,Acme');
    const answer = await send(csv, 'format=shopify-csv&mode=propose', http.keys.mia);
    const { id } = (await answer.json()) as ImportView;
    const view = await until('the import', async () => {
      const headers = { authorization: `Bearer ${http.keys.mia}` };
      const seen = (await (await fetch(`${http.url}/imports/${id}`, { headers })).json()) as ImportView;
      return seen.state === 'RUNNING' ? null : seen;
    });
    expect([view.state, view.error, told(view)]).toEqual(['SUCCEEDED', null, []]);
    expect(await fieldsOf(view)).toEqual([
      ['PRODUCT_UPDATE', 'cup', { title: 'Cup of tea' }],
      ['SKU_UPDATE', 'CUP-S', { price: '5.00' }],
      ['SKU_UPDATE', 'CUP-M', { price: '6.10' }],
      ['SKU_UPDATE', 'JUG', { price: '7.00' }],
    ]);
  });
});

describe('who may propose', () => {
  it('is whoever has a party and the role, and sees only their own', async () => {
    const csv = 'code,price\nCUP-S,1\n';
    const codes = await Promise.all(
      [
        send(csv, 'format=sku-csv&mode=propose', http.keys.viewer),
        send(csv, 'format=sku-csv&mode=propose', http.keys.stray),
        send(csv, 'format=sku-csv&mode=propose', KEY),
        send(csv, 'format=sku-csv&mode=baseline', http.keys.mia),
        send(csv, 'format=sku-csv&mode=propose&drfat=true', http.keys.mia),
        send(csv, 'format=sku-csv&mode=propose&draft=yes', http.keys.mia),
        send(csv, 'format=sku-csv&mode=propose&title=%3Cb%3Ex%3C/b%3E', http.keys.mia),
      ].map(async (sent) => {
        const answer = await sent;
        return [answer.status, JSON.parse(await answer.text()).error.code];
      }),
    );
    expect(codes).toEqual([
      [403, 'FORBIDDEN'],
      [400, 'PARTY_REQUIRED'],
      [400, 'PARTY_REQUIRED'],
      [403, 'FORBIDDEN'],
      [400, 'INVALID_FORMAT'],
      [400, 'INVALID_FORMAT'],
      [400, 'INVALID_FORMAT'],
    ]);
    const { id } = await proposed('code,price\nCUP-S,1\n', '&dryRun=true', http.keys.alex);
    const seen = async (key: string): Promise<number> =>
      (await fetch(`${http.url}/imports/${id}`, { headers: { authorization: `Bearer ${key}` } })).status;
    expect([await seen(http.keys.mia), await seen(http.keys.alex), await seen(KEY)]).toEqual([404, 200, 200]);
  });
});
