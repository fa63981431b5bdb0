import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '../../src/sandbox/start-sandbox.js';
import { startSandbox } from '../../src/sandbox/start-sandbox.js';
import {
  admin,
  adminResponse,
  at,
  CATALOG,
  control,
  DEFINE_ID,
  listAt,
  shirt,
  textAt,
  UPSERT,
} from './sandbox-client.js';
import { skip, STAFF } from './stand-in-kit.js';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ dataDir: null, shopifyPort: 0, erpPort: 0 });
});
afterEach(() => sandbox.close());

const lever = (name: string, body: object | string): Promise<unknown> =>
  control(sandbox.shopify.url, 'POST', name, body);
const cost = async (query: string, variables: object = {}): Promise<unknown[]> => {
  const found = at(await admin(sandbox, query, variables), 'extensions.cost');
  return [at(found, 'requestedQueryCost'), at(found, 'actualQueryCost')];
};

describe('tokens', () => {
  const issue = async (body: Record<string, string>): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`${sandbox.shopify.url}/admin/oauth/access_token`, {
      method: 'POST',
      body: new URLSearchParams(body),
    });
    return { status: response.status, body: await response.json() };
  };
  const credentials = {
    grant_type: 'client_credentials',
    client_id: 'sandbox-client-id',
    client_secret: 'sandbox-client-secret',
  };
  const statusOf = async (token: string): Promise<number> =>
    (await adminResponse(sandbox, '{ shop { name } }', {}, token)).status;

  it('are given for client credentials and live for a day [D]', async () => {
    const { status, body } = await issue(credentials);
    expect([status, at(body, 'expires_in')]).toEqual([200, 86_399]);
    const token = textAt(body, 'access_token');
    expect(await statusOf(token)).toBe(200);
    await skip(sandbox, 86_400);
    expect(await statusOf(token)).toBe(401);
    expect((await issue({ ...credentials, client_secret: 'wrong' })).status).toBe(400);
    expect(at((await issue({ ...credentials, grant_type: 'password' })).body, 'error')).toBe('unsupported_grant_type');
  });

  it('can be taken away, the permanent one too', async () => {
    const token = textAt((await issue(credentials)).body, 'access_token');
    await lever('tokens', { revoke: token });
    expect(await statusOf(token)).toBe(401);
    await lever('tokens', { permanent: false, lifeSeconds: 60 });
    expect(await statusOf(sandbox.shopify.accessToken)).toBe(401);
    expect(at((await issue(credentials)).body, 'expires_in')).toBe(60);
    await expect(lever('tokens', { revoke: 'nobody' })).rejects.toThrow('404');
    await expect(lever('tokens', { lifeSeconds: 0 })).rejects.toThrow('lifeSeconds must be a number above 0');
  });
});

describe('account', () => {
  it.each([
    ['frozen', 402],
    ['forbidden', 403],
    ['locked', 423],
    ['banned', 430],
    ['disabled', 540],
    ['uninstalled', 401],
  ])('%s answers %i', async (state, status) => {
    await lever('account', { state });
    expect((await adminResponse(sandbox, '{ shop { name } }')).status).toBe(status);
  });

  it('serves two versions, and falls forward from those that are gone [D]', async () => {
    const ask = (version: string): Promise<Response> =>
      fetch(`${sandbox.shopify.url}/admin/api/${version}/graphql.json`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-shopify-access-token': sandbox.shopify.accessToken },
        body: JSON.stringify({ query: '{ shop { name } }' }),
      });
    const answered = async (version: string): Promise<string | null> =>
      (await ask(version)).headers.get('x-shopify-api-version');
    expect([await answered('2026-07'), await answered('2026-10')]).toEqual(['2026-07', '2026-10']);
    expect([await answered('2025-04'), await answered('2026-04')]).toEqual(['2026-07', '2026-07']);
    await lever('account', { versions: ['2026-10'] });
    expect(await answered('2026-07')).toBe('2026-10');
    expect([(await ask('2027-01')).status, (await ask('2026-08')).status]).toEqual([404, 404]);
  });

  it('denies what a scope is missing for, in the words of the real data [V]', async () => {
    await lever('fill', CATALOG);
    await lever('account', { scopes: ['write_products'] });
    const denied = await admin(
      sandbox,
      '{ products(first: 1) { nodes { id resourcePublicationsV2(first: 1) { nodes { isPublished } } } } }',
    );
    expect(at(denied, 'errors.0')).toMatchObject({
      message: 'Access denied for resourcePublicationsV2 field. Required access: `read_publications` access scope.',
      extensions: { code: 'ACCESS_DENIED', requiredAccess: '`read_publications` access scope.' },
    });
    const mutation = await admin(
      sandbox,
      'mutation { inventoryItemUpdate(id: "gid://shopify/InventoryItem/1", input: {}) { userErrors { message } } }',
    );
    expect(at(mutation, 'data.inventoryItemUpdate')).toBeNull();
    expect(at(mutation, 'errors.0.extensions.code')).toBe('ACCESS_DENIED');
    // Who may write may read.
    expect(at(await admin(sandbox, '{ products(first: 1) { nodes { id } } }'), 'errors')).toBeUndefined();
    // And who was given the one scope that is asked for needs no other.
    await lever('account', { scopes: ['read_products'] });
    expect(at(await admin(sandbox, '{ products(first: 1) { nodes { id } } }'), 'errors')).toBeUndefined();
    await lever('account', { scopes: [] });
    expect(at(await admin(sandbox, '{ products(first: 1) { nodes { id } } }'), 'errors.0.message')).toBe(
      'Access denied for products field. Required access: `read_products` access scope.',
    );
  });
});

describe('costs', () => {
  it('are charged as used, not as asked for [M]', async () => {
    await lever('throttle', { plan: 'standard', restoreRate: 0 });
    const query = '{ products(first: 100) { nodes { id variantsCount { count } } } }';
    expect(await cost(query)).toEqual([20, 2]);
    const left = at(await admin(sandbox, '{ shop { name } }'), 'extensions.cost.throttleStatus');
    expect(left).toEqual({ maximumAvailable: 2000, currentlyAvailable: 1997, restoreRate: 0 });
  });

  it('are those that were recorded [R]', async () => {
    await admin(sandbox, DEFINE_ID);
    const sizes = ['S', 'M'].map((size) => ({ size, price: '1', sku: size }));
    const made = await admin(sandbox, UPSERT, shirt('1', sizes));
    const id = textAt(made, 'data.productSet.product.id');
    // productVariantsBulkCreate answering ten variants of which two are there: 21 asked, 15 charged.
    const create = `mutation C($id: ID!, $variants: [ProductVariantsBulkInput!]!) { productVariantsBulkCreate(productId: $id, variants: $variants) {
      product { id variants(first: 10) { nodes { id title sku price selectedOptions { name value } } } }
      productVariants { id title sku price selectedOptions { name value } } userErrors { field message } } }`;
    const variants = [{ optionValues: [{ optionName: 'Size', name: 'L' }] }];
    await admin(
      sandbox,
      'mutation($id: ID!, $v: [ID!]!) { productVariantsBulkDelete(productId: $id, variantsIds: $v) { userErrors { message } } }',
      {
        id,
        v: [textAt(made, 'data.productSet.product.variants.nodes.1.id')],
      },
    );
    expect(await cost(create, { id, variants })).toEqual([21, 15]);
    // An asynchronous productDelete that names its operation: 11 asked, 10 charged when there is none.
    const remove = `mutation D($id: ID!) { productDelete(input: { id: $id }, synchronous: false) { deletedProductId shop { id }
      productDeleteOperation { id status userErrors { field message } } userErrors { field message } } }`;
    await lever('bundles', { operations: 'held' });
    expect(await cost(remove, { id })).toEqual([11, 11]);
    expect(await cost(remove, { id })).toEqual([11, 10]);
  });

  it('count what the input is large in, and counts of the root [V]', async () => {
    const variants = Array.from({ length: 1499 }, (_, at1) => ({
      optionValues: [{ optionName: 'Size', name: `V${at1}` }],
    }));
    const create =
      'mutation C($id: ID!, $v: [ProductVariantsBulkInput!]!) { productVariantsBulkCreate(productId: $id, variants: $v) { userErrors { message } } }';
    expect((await cost(create, { id: 'gid://shopify/Product/1', v: variants }))[0]).toBe(310);
    expect(await cost('{ productsCount { count } }')).toEqual([10, 10]);
  });

  it('follow the plan, and others of the same app drain the bucket', async () => {
    expect(await lever('throttle', { plan: 'advanced' })).toMatchObject({ maximumAvailable: 4000, restoreRate: 200 });
    await lever('throttle', { plan: 'standard', otherLoad: 100 });
    await skip(sandbox, 10);
    expect(await lever('throttle', {})).toMatchObject({ currentlyAvailable: 2000, otherLoad: 100 });
    await lever('throttle', { otherLoad: 300 });
    await skip(sandbox, 5);
    expect(at(await lever('throttle', {}), 'currentlyAvailable')).toBeLessThanOrEqual(1000);
    await skip(sandbox, 600);
    expect(at(await admin(sandbox, '{ shop { name } }'), 'errors.0.extensions.code')).toBe('THROTTLED');
    await expect(lever('throttle', { plan: 'free' })).rejects.toThrow('plan must be one of standard, advanced');
  });
});

describe('faults', () => {
  const create = (title: string): Promise<Response> =>
    adminResponse(
      sandbox,
      `mutation Make { productCreate(product: { title: "${title}" }) { product { id } userErrors { message } } }`,
    );

  it('strike a share of all calls, before and after, the same for the same seed', async () => {
    await lever('faults', { shares: [{ when: 'after', kind: '502', match: 'Make', share: 0.5 }] });
    const run = async (): Promise<number[]> => {
      await lever('seed', { seed: 3 });
      const statuses: number[] = [];
      for (let at1 = 0; at1 < 12; at1 += 1) statuses.push((await create('One')).status);
      return statuses;
    };
    const [first, second] = [await run(), await run()];
    expect(first).toEqual(second);
    expect(new Set(first)).toEqual(new Set([200, 502]));
    expect(listAt(await control(sandbox.shopify.url, 'GET', 'products'), 'products')).toHaveLength(24);
    await control(sandbox.shopify.url, 'DELETE', 'faults');
    expect((await create('Last')).status).toBe(200);
  });

  it('cut an answer in the middle, when all was done', async () => {
    await lever('faults', { next: [{ when: 'after', kind: 'truncated', times: 2 }] });
    for (const title of ['One', 'Two']) {
      const response = await create(title);
      expect(response.status).toBe(200);
      await expect(response.text()).rejects.toThrow('terminated');
    }
    expect(listAt(await control(sandbox.shopify.url, 'GET', 'products'), 'products')).toHaveLength(2);
  });

  it('are refused when nobody understands them, with what there is', async () => {
    const shares = [{ when: 'after', kind: '500', share: 2 }];
    await expect(lever('faults', { shares })).rejects.toThrow('share must be a number from 0 to 1');
    await expect(lever('faults', { next: [{ when: 'before', kind: '500', share: 1 }] })).rejects.toThrow('of shares');
    await expect(lever('faults', { later: [] })).rejects.toThrow('there are next and shares');
  });
});

it('keeps searches behind writes, and reads by id not [R]', async () => {
  await lever('fill', CATALOG);
  await lever('index', { lagMs: 30_000 });
  await lever('edit', { as: STAFF, sku: 'FH-EKT-SLT', set: { sku: 'FRESH-1' } });
  const added = await lever('add', { title: 'Fresh', sku: 'FRESH-2', price: '1' });
  const found = async (sku: string): Promise<number> => {
    const answer = await admin(
      sandbox,
      'query($q: String!) { productVariants(first: 5, query: $q) { nodes { id } } }',
      { q: `sku:${sku}` },
    );
    return listAt(answer, 'data.productVariants.nodes').length;
  };
  expect([await found('FRESH-1'), await found('FRESH-2'), await found('FH-EKT-SLT')]).toEqual([0, 0, 1]);
  const byId = await admin(sandbox, 'query($id: ID!) { product(id: $id) { title } }', { id: textAt(added, 'id') });
  expect(at(byId, 'data.product.title')).toBe('Fresh');
  const count = async (): Promise<unknown> =>
    at(await admin(sandbox, `{ productsCount(query: "title:Fresh") { count } }`), 'data.productsCount.count');
  expect(await count()).toBe(0);
  await skip(sandbox, 31);
  expect([await found('FRESH-1'), await found('FRESH-2'), await found('FH-EKT-SLT'), await count()]).toEqual([
    1, 1, 0, 1,
  ]);
});

it('refuses what is no gid in recorded shapes [R]', async () => {
  const query = 'query B($id: ID!) { bulkOperation(id: $id) { id } }';
  expect(await admin(sandbox, query, { id: 'not-a-shopify-gid' })).toEqual({
    errors: [
      {
        message: 'Variable $id of type ID! was provided invalid value',
        locations: [{ line: 1, column: 9 }],
        extensions: {
          code: 'INVALID_VARIABLE',
          value: 'not-a-shopify-gid',
          problems: [
            {
              path: [],
              explanation: "Invalid global id 'not-a-shopify-gid'",
              message: "Invalid global id 'not-a-shopify-gid'",
            },
          ],
        },
      },
    ],
  });
  expect(at(await admin(sandbox, query, { id: 'gid://shopify/BulkOperation/0' }), 'data')).toEqual({
    bulkOperation: null,
  });
  const literal = await admin(sandbox, '{ product(id: "7") { id } }');
  expect(at(literal, 'errors.0.message')).toBe("Invalid global id '7'");
});

it('names what there is when a control is unknown or wrong', async () => {
  await expect(lever('colour', {})).rejects.toThrow('there are DELETE faults');
  for (const [name, body] of [
    ['account', { state: 'angry' }],
    ['bulk', { rowsPerSecond: -1 }],
    ['clock', { skipSeconds: -1 }],
    ['events', { lagMs: 'long' }],
    ['formula', { products: 0, variants: 1 }],
    ['formula', { products: 3000, variants: 2048 }],
    ['index', { lag: 5 }],
    ['latency', { ms: -5 }],
    ['metafields', { as: STAFF, handle: 'x', set: [] }],
    ['restore', {}],
    ['restore', { commits: [7] }],
    ['seed', { seed: 0.5 }],
    ['webhooks', { lossShare: 2 }],
    ['webhooks', { colour: 'red' }],
  ] as const) {
    await expect(lever(name, body)).rejects.toThrow(/^4\d\d/);
  }
});

it('goes back to a snapshot, and resets everything', async () => {
  await lever('fill', CATALOG);
  const snapshot = await control(sandbox.shopify.url, 'GET', 'snapshot');
  await lever('delete', { handle: 'ember-kettle' });
  await lever('restore', Object(snapshot));
  expect(listAt(await control(sandbox.shopify.url, 'GET', 'products?handle=ember-kettle'), 'products')).toHaveLength(1);
  await lever('account', { state: 'frozen' });
  await lever('throttle', { plan: 'standard', currentlyAvailable: 0 });
  await lever('reset', {});
  expect(at(await admin(sandbox, '{ products(first: 1) { nodes { id } } }'), 'data.products.nodes')).toEqual([]);
});
