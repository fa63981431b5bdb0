import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ImportView } from '../../src/application/imports/read-import.js';
import { apply, create, product, set } from '../bundles/bundle-kit.js';
import type { HttpWorld } from '../support/http-world.js';
import { buildHttpWorld } from '../support/http-world.js';
import { must, until } from '../support/world.js';
import { compositionOf, told } from './bundle-import-kit.js';

let http: HttpWorld;
beforeAll(async () => {
  http = await buildHttpWorld();
  const parts = ['A', 'B', 'C', 'D'].map((code) => create(code));
  await apply(http.world, product, ...parts, create('KIT', '1 A, 2 B'), create('BOX', '2 C'), create('BARE', null));
});
afterAll(() => http.close());

async function send(csv: string, query: string, key: string): Promise<Response> {
  const headers = { authorization: `Bearer ${key}` };
  return fetch(`${http.url}/imports?format=bundle-csv&${query}`, { method: 'POST', body: csv, headers });
}

async function ended(answer: Response, key: string): Promise<ImportView> {
  const text = await answer.text();
  expect([answer.status, text]).toEqual([202, expect.any(String)]);
  const { id } = JSON.parse(text) as ImportView;
  return until('the import', async () => {
    const read = await fetch(`${http.url}/imports/${id}`, { headers: { authorization: `Bearer ${key}` } });
    const view = (await read.json()) as ImportView;
    return view.state === 'RUNNING' ? null : view;
  });
}

async function proposed(header: string, ...rows: string[]): Promise<ImportView> {
  const csv = [`Bundle SKU,Bundle Title,Component SKU,Quantity${header}`, ...rows, ''].join('\n');
  return ended(await send(csv, 'mode=propose', http.keys.mia), http.keys.mia);
}

async function fieldsOf({ changeRequest }: ImportView): Promise<unknown[]> {
  const request = await http.world.ports.changes.requestByNumber(changeRequest ?? '');
  if (!request) throw new Error('no request was made');
  const { items } = await http.world.ports.changes.changesOf(request.id, { first: 100, after: null });
  return items.map(({ node: { operation, target, fields } }) => [
    operation,
    target,
    Object.fromEntries(fields.map(({ field, to }) => [field, to])),
  ]);
}

async function approve({ changeRequest }: ImportView): Promise<string> {
  const { ports, people } = http.world;
  const request = await ports.changes.requestByNumber(changeRequest ?? '');
  must(await approveChangeRequest(ports, people.ada, request?.id ?? '', null));
  return (await ports.changes.requestById(request?.id ?? ''))?.state ?? 'GONE';
}

describe('bundles that are proposed over HTTP', () => {
  it('become one request of what differs, which is approved and applied', async () => {
    const view = await proposed(
      ',Price,Vendor',
      'OUTER,Outer set,INNER,1,49,Acme',
      'KIT,KIT,A,1,10,',
      'OUTER,,KIT,2,,',
      'KIT,,B,3,,',
      'INNER,Inner set,C,2,,',
      'BOX,Box of two,C,2,11,',
      'BARE,BARE,D,2,,',
    );
    expect(view).toMatchObject({ state: 'SUCCEEDED', rowsRead: 7, rejected: 0, errors: [], skusCreated: 0 });
    expect(view.proposed).toEqual({ PRODUCT_CREATE: 2, SKU_CREATE: 2, BUNDLE_SET: 2, SKU_UPDATE: 1 });
    expect(await fieldsOf(view)).toEqual([
      ['PRODUCT_CREATE', 'outer-set', expect.objectContaining({ title: 'Outer set', vendor: 'Acme' })],
      [
        'SKU_CREATE',
        'OUTER',
        expect.objectContaining({
          kind: 'BUNDLE',
          price: '49.00',
          bundle: [
            { sku: 'INNER', quantity: 1 },
            { sku: 'KIT', quantity: 2 },
          ],
        }),
      ],
      [
        'BUNDLE_SET',
        'KIT',
        {
          bundle: [
            { sku: 'A', quantity: 1 },
            { sku: 'B', quantity: 3 },
          ],
        },
      ],
      ['PRODUCT_CREATE', 'inner-set', expect.objectContaining({ title: 'Inner set' })],
      ['SKU_CREATE', 'INNER', expect.objectContaining({ bundle: [{ sku: 'C', quantity: 2 }] })],
      ['SKU_UPDATE', 'BOX', { title: 'Box of two', price: '11.00' }],
      ['BUNDLE_SET', 'BARE', { bundle: [{ sku: 'D', quantity: 2 }] }],
    ]);
    expect(await compositionOf(http.world, 'KIT')).toEqual(['1 A', '2 B']);
    expect(await approve(view)).toBe('APPLIED');
    expect(await compositionOf(http.world, 'OUTER')).toEqual(['1 INNER', '2 KIT']);
    expect(await compositionOf(http.world, 'KIT')).toEqual(['1 A', '3 B']);
    const outer = await http.world.ports.catalog.skuByCode('OUTER');
    expect(outer).toMatchObject({ kind: 'BUNDLE', state: 'DRAFT', price: '49.00' });
  });

  it('ask for nothing where nothing differs, and for a list anew where only its order does', async () => {
    const same = await proposed(',Price', 'box,,c,02,', 'KIT,KIT,a,1,10.0', 'kit,,b,3.0,');
    expect(same).toMatchObject({ state: 'SUCCEEDED', changeRequest: null, proposed: {}, errors: [] });
    const turned = await proposed('', 'KIT,,B,3', 'KIT,,A,1');
    expect(turned.proposed).toEqual({ BUNDLE_SET: 1 });
  });

  it('keep to what their author saw: whoever sets the bundle otherwise before the approval makes a conflict', async () => {
    const view = await proposed('', 'BOX,,D,2');
    await apply(http.world, set('BOX', '4 C'));
    expect(await approve(view)).toBe('CONFLICTED');
  });

  it('are left out whole where anything is wrong, every line named, and the others proposed', async () => {
    const view = await proposed(
      ',Handle,Vendor,Price',
      'KIT,KIT,A,1,elsewhere,,',
      'KIT,,D,1,,,ten',
      'LONE,Lone,A,1,,,',
      'FINE,Fine,A,2,,,',
      'A,Simple,B,2,,,',
      'ODD,<i>Odd</i>,A,2,No Handle,,',
      'LOST,Lost,A,1,,,',
      'LOST,Lost,NOWHERE,1,,,',
      'LOST,Lost,NEVER,1,,,',
      'BOX,,A,2,,Acme,',
      'BARE,,A,2,,Bolt,',
      'BAD,Bad,BAD,2,,,',
    );
    expect(told(view)).toEqual([
      '2 Handle FIELD_IMMUTABLE',
      '3 Price INVALID_FORMAT',
      '4 Quantity INVALID_FORMAT',
      '6 Bundle SKU NOT_A_BUNDLE',
      '7 Handle INVALID_FORMAT',
      '7 Bundle Title INVALID_FORMAT',
      '8 null NOT_FOUND',
      '9 Component SKU NOT_FOUND',
      '10 Component SKU NOT_FOUND',
      '12 Vendor ROWS_DISAGREE',
      '13 Component SKU CYCLE',
    ]);
    expect(view).toMatchObject({ state: 'SUCCEEDED', rejected: 10 });
    expect(view.proposed).toEqual({ PRODUCT_CREATE: 1, SKU_CREATE: 1, PRODUCT_UPDATE: 1, BUNDLE_SET: 1 });
  });

  it('keep their price too where what is in them does not hold', async () => {
    const view = await proposed(',Price', 'BOX,,GONE,2,99');
    expect([told(view), view.proposed]).toEqual([['2 Component SKU NOT_FOUND'], {}]);
  });

  it('fall one with another at any depth in one go, though the master alone can tell', async () => {
    const chain = Array.from({ length: 400 }, (_, n) => `N${n},N ${n},${n === 399 ? 'NOTHING' : `N${n + 1}`},2`);
    const view = await proposed('', ...chain);
    expect(view).toMatchObject({ state: 'SUCCEEDED', changeRequest: null, rejected: 400 });
    expect(view.errors[0]).toMatchObject({ line: 2, column: 'Component SKU', code: 'NOT_FOUND', value: 'N1' });
  });

  it('change one product once, though several of its bundles say it', async () => {
    const view = await proposed(',Type', 'KIT,,A,1,Sets', 'KIT,,B,3,Sets', 'BOX,,C,4,Sets');
    expect(await fieldsOf(view)).toEqual([['PRODUCT_UPDATE', 'tea', { productType: 'Sets' }]]);
  });
});

describe('who may import bundles', () => {
  it('is who may import anything else', async () => {
    const csv = 'Bundle SKU,Bundle Title,Component SKU,Quantity\nNEW,New,A,2\n';
    const statuses = await Promise.all(
      [
        ['mode=baseline', http.keys.mia],
        ['mode=propose', http.keys.viewer],
        ['mode=baseline', 'nobody'],
      ].map(async ([query = '', key = '']) => (await send(csv, query, key)).status),
    );
    expect(statuses).toEqual([403, 403, 401]);
  });
});
