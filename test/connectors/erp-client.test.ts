import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HttpErpConnector } from '../../src/connectors/http-erp/http-erp-connector.js';
import type { DeliveryFault, ObservedRecord } from '../../src/domain/publishing/system.js';
import type { Canned, CannedServer } from './canned-server.js';
import { startCannedServer } from './canned-server.js';
import { allOf, createOf, faultFrom, faultIn, FRESH, observedOf, updateOf } from './writes.js';

const ITEM = { id: '1', code: 'A', name: 'A', active: true, salable: true, purchasable: true };

let server: CannedServer;
let erp: HttpErpConnector;

beforeEach(async () => {
  server = await startCannedServer([{}]);
  erp = new HttpErpConnector({
    code: 'erp',
    kind: 'ERP',
    connector: 'http',
    baseUrl: `${server.url}/base/`,
    storeDomain: null,
    apiVersion: '',
    accessToken: null,
    clientSecret: null,
    previousClientSecret: null,
    clientId: null,
    headRoomPercent: 20,
    publications: [],
    bundles: 'components',
    token: 'erp-token',
    concurrency: 1,
  });
});

afterEach(async () => {
  await server.close();
});

function scanOf(...items: unknown[]): AsyncIterable<ObservedRecord[]> {
  server.script = [{ body: JSON.stringify({ items, next: null }) }];
  return erp.scan();
}

const page = (next: unknown): Canned => ({ body: JSON.stringify({ items: [ITEM], next }) });
const problem = JSON.stringify({
  title: 'Bad',
  detail: 'see below',
  errors: [{ pointer: '/gtin', detail: 'wrong digit' }],
});

const TABLE: [string, Canned, Partial<DeliveryFault>][] = [
  ['400', { status: 400 }, { class: 'VALIDATION', ambiguous: false }],
  ['401', { status: 401 }, { class: 'AUTH', ambiguous: false }],
  ['403', { status: 403 }, { class: 'AUTH', ambiguous: false }],
  ['404', { status: 404 }, { class: 'NOT_FOUND', ambiguous: false }],
  [
    '404 with a page',
    { status: 404, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body: '<html>No such route</html>' },
    { class: 'UNKNOWN', code: 'PAGE', ambiguous: false },
  ],
  ['409', { status: 409 }, { class: 'CONFLICT', ambiguous: false }],
  [
    '422',
    { status: 422, body: problem },
    { class: 'VALIDATION', message: 'Bad: see below: /gtin wrong digit', ambiguous: false },
  ],
  [
    '429',
    { status: 429, headers: { 'Retry-After': '7' } },
    { class: 'RATE_LIMITED', retryAfterSeconds: 7, ambiguous: false },
  ],
  [
    '422 in many words',
    { status: 422, body: JSON.stringify({ trace: 'x'.repeat(9_000), detail: 'see below' }) },
    { class: 'VALIDATION', message: 'see below', raw: `{"trace":"${'x'.repeat(3_990)}` },
  ],
  ['500', { status: 500 }, { class: 'TRANSIENT', ambiguous: true }],
  [
    '503',
    { status: 503, headers: { 'Retry-After': '2.5' } },
    { class: 'TRANSIENT', retryAfterSeconds: 2.5, ambiguous: true },
  ],
  ['no JSON', { status: 200, body: '<html>' }, { class: 'UNKNOWN', ambiguous: true }],
  ['a list', { status: 200, body: '[]' }, { class: 'UNKNOWN', ambiguous: true }],
  [
    'another item',
    { body: JSON.stringify({ ...ITEM, code: 'B' }) },
    { class: 'UNKNOWN', code: 'OTHER_ITEM', ambiguous: true },
  ],
  ['truncated', { instead: 'truncate', body: JSON.stringify(ITEM) }, { class: 'TRANSIENT', ambiguous: true }],
  ['reset', { instead: 'reset' }, { class: 'TRANSIENT', ambiguous: true }],
];

describe('what a PUT came to', () => {
  it.each(TABLE)('%s', async (_, canned, expected) => {
    server.script = [canned];
    const command = {
      ...FRESH,
      attemptId: 'a',
      product: { id: 'p', handle: 'h', root: null },
      writes: [createOf('SKU', 'A', { title: 'A' })],
    };
    expect(faultIn(await erp.write(command), 'A')).toMatchObject(expected);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      path: '/base/items/A',
      headers: { authorization: 'Bearer erp-token', 'if-none-match': '*', 'idempotency-key': 'a%3AA' },
      body: '{"name":"A"}',
    });
  });

  it('is nothing where the answer is about another item than the one that was changed', async () => {
    const [there] = await allOf(scanOf(ITEM));
    if (!there) throw new Error('there is no item');
    const product = { id: 'p', handle: 'h', root: null };
    const write = { ...updateOf(there, { price: '5.00' }), token: '"e"' };
    const command = { ...FRESH, attemptId: 'a', product, writes: [write] };
    server.script = [{ body: JSON.stringify({ ...ITEM, id: '2', listPrice: '5.00' }) }];
    expect(faultIn(await erp.write(command), 'A')).toMatchObject({
      class: 'UNKNOWN',
      code: 'OTHER_ITEM',
      ambiguous: true,
    });
    server.script = [{ body: JSON.stringify({ ...ITEM, code: 'a ', listPrice: '5.00' }) }];
    expect(observedOf(await erp.write(command), 'A')).toMatchObject({ externalId: '1' });
  });

  it.each(['.', '..'])('is a clear refusal for the code "%s", which no address can end in', async (code) => {
    const product = { id: 'p', handle: 'h', root: null };
    expect(await erp.lookUp({ productId: 'p', handle: 'h', codes: [code] })).toEqual([]);
    const command = { ...FRESH, attemptId: 'a', product, writes: [createOf('SKU', code, { title: 'A' })] };
    expect(faultIn(await erp.write(command), code)).toMatchObject({
      class: 'VALIDATION',
      message: expect.stringContaining(`the code "${code}"`),
    });
    expect(server.requests).toEqual([]);
  });

  it('waits until the date that Retry-After names', async () => {
    server.script = [{ status: 429, headers: { 'Retry-After': new Date(Date.now() + 60_000).toUTCString() } }];
    const { retryAfterSeconds } = await faultFrom(erp.lookUp({ productId: 'p', handle: 'h', codes: ['A'] }));
    expect(retryAfterSeconds).toBeGreaterThan(50);
    expect(retryAfterSeconds).toBeLessThan(61);
  });
});

describe('an item that is asked for', () => {
  const asked = (): Promise<unknown> => erp.lookUp({ productId: 'p', handle: 'h', codes: ['A'] });
  const rooted = (): Promise<unknown> => erp.readRoots([{ externalId: '1', code: 'A' }]);

  const words: Canned = { status: 404, headers: { 'Content-Type': 'text/plain' }, body: '404 page not found' };

  it('is not there where the ERP says so, with or without words', async () => {
    server.script = [{ status: 404 }, words, page(null)];
    expect(await asked()).toEqual([]);
    expect(server.requests).toHaveLength(1);
    expect(await rooted()).toEqual([{ root: { externalId: '1', code: 'A' }, records: null }]);
    expect(server.requests.at(-1)?.path).toBe('/base/items?limit=1');
  });

  it('is not said to be gone by somebody who does not know the list of items either', async () => {
    server.script = [words];
    for (const fault of [await faultFrom(asked()), await faultFrom(rooted())])
      expect(fault).toMatchObject({ class: 'UNKNOWN', code: 'PAGE', raw: '404 page not found' });
    server.script = [words, { status: 503 }];
    expect((await faultFrom(rooted())).class).toBe('TRANSIENT');
  });

  it('is not said to be gone by a page of whoever stands before the ERP', async () => {
    const page: Canned = { status: 404, headers: { 'Content-Type': 'text/html' }, body: '<html>No such route</html>' };
    server.script = [page, page];
    expect((await faultFrom(asked())).class).toBe('UNKNOWN');
    expect((await faultFrom(rooted())).class).toBe('UNKNOWN');
  });
});

describe('a scan', () => {
  it.each([
    ['a cursor that comes twice', [page('x'), page('x')]],
    ['a page without a cursor', [page('x'), page(undefined)]],
    ['a failure half-way', [page('x'), { status: 500 }]],
    ['an item without id', [{ body: JSON.stringify({ items: [{ code: 'A' }], next: null }) }]],
  ])('does not end normally after %s', async (_, script: Canned[]) => {
    server.script = script;
    expect(['UNKNOWN', 'TRANSIENT']).toContain((await faultFrom(allOf(erp.scan()))).class);
  });

  it('sees the others where one has no code, and finds that one by its id', async () => {
    const nameless = { ...ITEM, id: '2', code: '' };
    const records = await allOf(scanOf(nameless, { ...ITEM, id: '3', code: null }, ITEM));
    expect(records.map(({ externalId, code, root }) => [externalId, code, root.code])).toEqual([
      ['2', null, null],
      ['3', null, null],
      ['1', 'A', 'A'],
    ]);
    server.script = [{ body: JSON.stringify({ items: [ITEM, nameless], next: null }) }];
    const roots = ['2', '9'].map((externalId) => ({ externalId, code: null }));
    const readings = await erp.readRoots(roots);
    expect(readings.map((reading) => reading.records?.map(({ externalId }) => externalId))).toEqual([['2'], undefined]);
    server.script = [{ body: JSON.stringify({ stock: [{ onHand: '1' }, { code: 'A', onHand: '2' }], next: null }) }];
    const stock = [];
    for await (const lines of erp.readStock()) stock.push(...lines);
    expect(stock).toEqual([{ code: 'A', onHand: '2' }]);
  });

  it('says which item it is that has no id', async () => {
    expect((await faultFrom(allOf(scanOf(ITEM, { ...ITEM, id: 7, code: 'B-7' })))).message).toContain('B-7');
  });

  it('names what it could not read', async () => {
    server.script = [
      { body: JSON.stringify({ items: [{ ...ITEM, listPrice: 12, salable: 'yes', gtin: '' }], next: null }) },
    ];
    const [record] = await allOf(erp.scan());
    expect(record).toMatchObject({ fields: { title: 'A', gtin: null }, unreadable: ['price', 'lifecycle'] });
  });
});
