import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bulkScan } from '../../src/connectors/shopify/bulk/bulk-scan.js';
import { PublicationList } from '../../src/connectors/shopify/publication-list.js';
import { StaticToken } from '../../src/connectors/shopify/calling/access-token.js';
import { CallPacer } from '../../src/connectors/shopify/calling/call-pacer.js';
import { LocalBudgets } from '../../src/connectors/shopify/calling/local-budgets.js';
import { ShopifyClient } from '../../src/connectors/shopify/calling/shopify-client.js';
import type { ObservedRecord } from '../../src/domain/publishing/system.js';
import type { Canned, CannedServer } from './canned-server.js';
import { startCannedServer } from './canned-server.js';
import { allOf, faultFrom } from './writes.js';

const PRODUCT = {
  id: 'gid://shopify/Product/1',
  handle: 'mug',
  title: 'Mug',
  status: 'ACTIVE',
  vendor: '',
  productType: 'Mugs',
  tags: ['camp'],
  updatedAt: '2026-11-01T00:00:00Z',
  category: null,
  pub0: true,
};
const variant = (id: number): object => ({
  id: `gid://shopify/ProductVariant/${id}`,
  sku: `MUG-${id}`,
  barcode: '',
  price: '14.00',
  compareAtPrice: null,
  taxable: true,
  inventoryPolicy: 'DENY',
  updatedAt: '2026-11-01T00:00:00Z',
  selectedOptions: [],
  pub0: false,
  inventoryItem: {
    requiresShipping: true,
    unitCost: null,
    harmonizedSystemCode: null,
    countryCodeOfOrigin: null,
    measurement: { weight: { value: 1.5, unit: 'OUNCES' } },
  },
  __parentId: 'gid://shopify/Product/1',
});

let server: CannedServer;

beforeEach(async () => {
  server = await startCannedServer([{}]);
});

afterEach(async () => {
  await server.close();
});

function scan(): AsyncIterable<ObservedRecord[]> {
  const client = new ShopifyClient({
    storeDomain: 'x.myshopify.com',
    baseUrl: server.url,
    apiVersion: '2026-10',
    token: new StaticToken('t'),
    pacer: new CallPacer('shop', new LocalBudgets(), 0.8),
  });
  return bulkScan(client, new PublicationList(client, ['gid://shopify/Publication/1']));
}

function started(): Canned {
  const bulkOperation = { id: 'gid://shopify/BulkOperation/1', status: 'CREATED' };
  return { body: JSON.stringify({ data: { bulkOperationRunQuery: { bulkOperation, userErrors: [] } } }) };
}

function status(changes: object): Canned {
  const operation = {
    status: 'COMPLETED',
    errorCode: null,
    objectCount: '0',
    url: null,
    partialDataUrl: null,
    ...changes,
  };
  return { body: JSON.stringify({ data: { bulkOperation: operation } }) };
}

function result(...rows: object[]): Canned {
  return { body: rows.map((row) => `${JSON.stringify(row)}\n`).join('') };
}

describe('a bulk scan', () => {
  it('takes rows in any order, and waits for the end', async () => {
    const done = status({ objectCount: '3', url: `${server.url}/result` });
    server.script = [started(), status({ status: 'RUNNING' }), done, result(variant(1), PRODUCT, variant(2))];
    const records = await allOf(scan());
    expect(records.map(({ code }) => code)).toEqual(['MUG-1', 'mug', 'MUG-2']);
    expect(records[0]?.root).toEqual(records[1]?.root);
    expect(records[0]?.fields).toMatchObject({ gtin: null, weight: '42.524285', lifecycle: { published: false } });
    expect(records[1]?.fields['product.vendor']).toBeNull();
    // The address of the result is signed; our token must not go there.
    expect(server.requests.at(-1)?.headers).not.toHaveProperty('x-shopify-access-token');
  });

  it('also what a bundle is made of, before the bundle and apart from each other', async () => {
    const component = (id: number, of: number): object => ({
      id: `gid://shopify/ProductVariantComponent/${id}`,
      quantity: id,
      productVariant: { id: `gid://shopify/ProductVariant/${id}`, sku: `MUG-${id}` },
      __parentId: `gid://shopify/ProductVariant/${of}`,
    });
    const bundle = { ...variant(9), requiresComponents: true };
    const rows = [component(2, 9), variant(1), bundle, PRODUCT, component(1, 9), variant(2)];
    server.script = [started(), status({ objectCount: '6', url: `${server.url}/result` }), result(...rows)];
    const records = await allOf(scan());
    expect(records.map(({ code }) => code)).toEqual(['MUG-1', 'mug', 'MUG-2', 'MUG-9']);
    expect(records[3]?.fields['bundle.components']).toEqual([
      { code: 'MUG-2', quantity: 2 },
      { code: 'MUG-1', quantity: 1 },
    ]);
  });

  it('answers in batches of 500 at most', async () => {
    const rows = Array.from({ length: 1_200 }, (_, at) => variant(at));
    server.script = [started(), status({ objectCount: '1200', url: `${server.url}/result` }), result(...rows)];
    const sizes: number[] = [];
    for await (const batch of scan()) sizes.push(batch.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1_200);
  });

  it('answers nothing when nothing is there', async () => {
    server.script = [started(), status({})];
    expect(await allOf(scan())).toEqual([]);
  });

  it.each([
    ['failed', () => [status({ status: 'FAILED', errorCode: 'TIMEOUT' })]],
    ['canceled', () => [status({ status: 'CANCELED' })]],
    ['expired', () => [status({ status: 'EXPIRED' })]],
    ['a status that nobody knows', () => [status({ status: 'PAUSED' })]],
    ['partial data', () => [status({ partialDataUrl: 'https://x', url: `${server.url}/result` })]],
    ['rows missing', () => [status({ objectCount: '3', url: `${server.url}/result` }), result(PRODUCT)]],
    ['no result though there are rows', () => [status({ objectCount: '3' })]],
    ['the result gone', () => [status({ objectCount: '1', url: `${server.url}/result` }), { status: 403 }]],
    ['a result elsewhere in the clear', () => [status({ objectCount: '1', url: 'http://example.com/result' })]],
    [
      'a row of something else',
      () => [status({ objectCount: '1', url: `${server.url}/result` }), result({ id: 'gid://shopify/Metafield/1' })],
    ],
    [
      'a row cut short',
      () => [status({ objectCount: '1', url: `${server.url}/result` }), { body: '{"id":"gid://sho' }],
    ],
    [
      'a download broken off',
      () => [
        status({ objectCount: '1', url: `${server.url}/result` }),
        { ...result(PRODUCT), instead: 'truncate' as const },
      ],
    ],
  ])('does not end normally: %s', async (_, rest: () => Canned[]) => {
    server.script = [started(), ...rest()];
    expect(['UNKNOWN', 'TRANSIENT']).toContain((await faultFrom(allOf(scan()))).class);
  });

  it('waits its turn when too many run already', async () => {
    const userErrors = [{ code: 'OPERATION_IN_PROGRESS', message: 'busy' }];
    server.script = [
      { body: JSON.stringify({ data: { bulkOperationRunQuery: { bulkOperation: null, userErrors } } }) },
    ];
    expect(await faultFrom(allOf(scan()))).toMatchObject({ class: 'RATE_LIMITED' });
  });
});
