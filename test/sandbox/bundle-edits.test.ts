import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { APP, BUNDLE, BundleShop, SIBLING, STAFF } from './bundle-shop.js';
import { admin, at, control, DEFINE_ID, eventually, listAt, shirt, textAt, UPSERT } from './sandbox-client.js';

let shop: BundleShop;
beforeEach(async () => {
  shop = await BundleShop.open();
});
afterEach(() => shop.sandbox.close());

describe('edits behind our back', () => {
  it('by staff change the list and leave it ours', async () => {
    const [a = '', b = ''] = shop.others(2);
    await shop.relate(shop.creating(BUNDLE, [a, 2]));
    await shop.edit(STAFF, BUNDLE, [
      { sku: a, quantity: 3 },
      { sku: b, quantity: 1 },
    ]);
    expect(await shop.composition(BUNDLE)).toEqual([`${a}*3`, `${b}*1`]);
    const reverting = {
      parentProductVariantId: shop.idOf(BUNDLE),
      productVariantRelationshipsToUpdate: shop.lines([a, 2]),
      productVariantRelationshipsToRemove: [shop.idOf(b)],
    };
    expect(at(await shop.relate(reverting), 'userErrors')).toEqual([]);
    expect(await shop.composition(BUNDLE)).toEqual([`${a}*2`]);
    await shop.edit(STAFF, BUNDLE, []);
    expect(await shop.composition(BUNDLE)).toEqual([]);
  });

  it('by another app make it theirs: all bundles of the product are closed to us', async () => {
    const [a = '', b = ''] = shop.others(2);
    await shop.relate(shop.creating(BUNDLE, [a, 2]));
    await shop.edit(APP, BUNDLE, [{ sku: a, quantity: 3 }]);
    const foreign = ['PRODUCT_EXPANDER_APP_OWNERSHIP_ALREADY_EXISTS'];
    const parentProductVariantId = shop.idOf(BUNDLE);
    expect(await shop.codes({ parentProductVariantId, removeAllProductVariantRelationships: true })).toEqual(foreign);
    expect(await shop.codes(shop.creating(BUNDLE, [b, 1]))).toEqual(foreign);
    expect(await shop.codes(shop.creating(SIBLING, [b, 1]))).toEqual(foreign);
    // Staff who edit it do not take it from the app; the app that lets go of it does.
    await shop.edit(STAFF, BUNDLE, [{ sku: b, quantity: 3 }]);
    expect(await shop.codes(shop.creating(BUNDLE, [a, 1]))).toEqual(foreign);
    await shop.edit(APP, BUNDLE, []);
    expect(at(await shop.relate(shop.creating(BUNDLE, [a, 1])), 'userErrors')).toEqual([]);
  });

  it('are refused where Shopify would, and when nobody understands them', async () => {
    const [a = '', b = '', c = ''] = shop.others(3);
    await shop.relate(shop.creating(a, [b, 2]));
    for (const [components, status] of [
      [[{ sku: 'nope', quantity: 1 }], '404'],
      [[{ sku: a, quantity: 1 }], '400'],
      [[{ sku: BUNDLE, quantity: 1 }], '400'],
      [[{ sku: c, quantity: 0 }], '400'],
      [[{ sku: c, quantity: 1.5 }], '400'],
      [[{ sku: c, quantity: '1' }], '400'],
      [[{ sku: c, quantity: 1, price: 1 }], '400'],
      [
        [
          { sku: c, quantity: 1 },
          { sku: c, quantity: 2 },
        ],
        '400',
      ],
      [[{ handle: 'ember-kettle', quantity: 1 }], '400'],
      [undefined, '400'],
    ] as const) {
      await expect(shop.edit(STAFF, BUNDLE, components)).rejects.toThrow(status);
    }
    await expect(shop.edit({ kind: 'order', name: '1' }, BUNDLE, [])).rejects.toThrow('400');
    await expect(shop.edit(STAFF, 'nope', [])).rejects.toThrow('404');
    expect(await shop.composition(BUNDLE)).toEqual([]);
  });

  it('of variants leave components alone, whichever mutation makes them', async () => {
    const [a = '', b = ''] = shop.others(2);
    await admin(shop.sandbox, DEFINE_ID);
    const sizes = [
      { size: 'S', price: '10', sku: 'SH-S' },
      { size: 'M', price: '12', sku: 'SH-M' },
    ];
    const made = await admin(shop.sandbox, UPSERT, shirt('p-1', sizes));
    const productId = textAt(made, 'data.productSet.product.id');
    const id = textAt(made, 'data.productSet.product.variants.nodes.0.id');
    await shop.relate({
      parentProductVariantId: id,
      productVariantRelationshipsToCreate: shop.lines([a, 2], [b, 1]),
    });
    const components = async (): Promise<unknown[]> => {
      const read = `query R($id: ID!) { productVariant(id: $id) { productVariantComponents(first: 9) { nodes { id } } } }`;
      return listAt(await admin(shop.sandbox, read, { id }), 'data.productVariant.productVariantComponents.nodes');
    };
    const before = await components();
    expect(before).toHaveLength(2);
    const bulk = (verb: string, variants: object[]): Promise<unknown> => {
      const query = `mutation V($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {
        productVariantsBulk${verb}(productId: $productId, variants: $variants) { userErrors { message } } }`;
      return admin(shop.sandbox, query, { productId, variants });
    };
    for (const write of [
      () => admin(shop.sandbox, UPSERT, shirt('p-1', sizes.toReversed())),
      () => bulk('Create', [{ optionValues: [{ optionName: 'Size', name: 'L' }] }]),
      () => bulk('Update', [{ id, price: '11' }]),
    ]) {
      const [payload] = Object.values(at(await write(), 'data') ?? {}) as unknown[];
      expect(at(payload, 'userErrors')).toEqual([]);
      expect(await components()).toEqual(before);
    }
  });

  it('of variants in the admin too, and a deleted component is gone', async () => {
    const [a = '', b = ''] = shop.others(2);
    await shop.relate(shop.creating(BUNDLE, [a, 2], [b, 1]));
    const as = STAFF;
    await control(shop.sandbox.shopify.url, 'POST', 'edit', { as, sku: BUNDLE, set: { price: '1' } });
    await control(shop.sandbox.shopify.url, 'POST', 'edit', { as, sku: a, set: { price: '1' } });
    expect(await shop.composition(BUNDLE)).toEqual([`${a}*2`, `${b}*1`]);
    await control(shop.sandbox.shopify.url, 'POST', 'delete', { sku: a });
    expect(await shop.composition(BUNDLE)).toEqual([`${b}*1`]);
    await control(shop.sandbox.shopify.url, 'POST', 'delete', { sku: b });
    const read = await shop.read(BUNDLE);
    expect(read).toMatchObject({
      requiresComponents: false,
      product: { hasVariantsThatRequiresComponents: false },
    });
  });
});

it('announces no composition, neither ours nor theirs, and moves no updatedAt', async () => {
  const [a = '', b = ''] = shop.others(2);
  const { url } = shop.sandbox.shopify;
  const announced: unknown[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      announced.push(at(JSON.parse(Buffer.concat(chunks).toString()), 'admin_graphql_api_id'));
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const subscribe = `mutation S($sub: WebhookSubscriptionInput!) {
      webhookSubscriptionCreate(topic: PRODUCTS_UPDATE, webhookSubscription: $sub) { userErrors { message } } }`;
    await admin(shop.sandbox, subscribe, { sub: { uri: `http://127.0.0.1:${port}` } });
    await control(url, 'POST', 'webhooks', { mode: 'on', delayMs: 0 });
    const before = await shop.read(BUNDLE);
    // Shopify's time has no fractions: within the same second a moved updatedAt would look like one that stays.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await shop.relate(shop.creating(BUNDLE, [a, 2]));
    await shop.edit(APP, BUNDLE, [{ sku: a, quantity: 3 }]);
    await shop.edit(APP, BUNDLE, [{ sku: a, quantity: 3 }]);
    expect(await shop.read(BUNDLE)).toMatchObject({
      updatedAt: at(before, 'updatedAt'),
      product: { updatedAt: at(before, 'product.updatedAt') },
    });
    // What is sent after it, and has arrived, tells that nothing was sent before: both go the same way without delay.
    const edited = await control(url, 'POST', 'edit', { as: STAFF, sku: b, set: { price: '1' } });
    await eventually(() => (announced.includes(at(edited, 'id')) ? true : null));
    expect(announced).toEqual([at(edited, 'id')]);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

it('lists components as rows of their own in a bulk query, and counts them', async () => {
  const [a = '', b = ''] = shop.others(2);
  const pairs = shop.others(14).slice(2);
  await shop.relate(shop.creating(BUNDLE, [a, 2], [b, 1]));
  await shop.edit(
    STAFF,
    SIBLING,
    pairs.map((sku) => ({ sku, quantity: 1 })),
  );
  const query = `{ products { edges { node { id hasVariantsThatRequiresComponents variants { edges { node { id sku requiresComponents
    productVariantComponents { edges { node { id quantity productVariant { id sku } } } } } } } } } } }`;
  const started = await admin(
    shop.sandbox,
    `mutation B($query: String!) { bulkOperationRunQuery(query: $query, groupObjects: false) { bulkOperation { id } userErrors { message } } }`,
    { query },
  );
  const id = textAt(started, 'data.bulkOperationRunQuery.bulkOperation.id');
  const run = await eventually(async () => {
    const read = await admin(shop.sandbox, 'query R($id: ID!) { bulkOperation(id: $id) { status url objectCount } }', {
      id,
    });
    return at(read, 'data.bulkOperation.status') === 'COMPLETED' ? at(read, 'data.bulkOperation') : null;
  });
  const text = await (await fetch(textAt(run, 'url'))).text();
  const rows = text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  const components = rows.filter((row) => String(at(row, 'id')).includes('/ProductVariantComponent/'));
  expect(components.filter((row) => at(row, '__parentId') === shop.idOf(BUNDLE))).toEqual([
    {
      id: expect.any(String),
      quantity: 2,
      productVariant: { id: shop.idOf(a), sku: a },
      __parentId: shop.idOf(BUNDLE),
    },
    {
      id: expect.any(String),
      quantity: 1,
      productVariant: { id: shop.idOf(b), sku: b },
      __parentId: shop.idOf(BUNDLE),
    },
  ]);
  // No page ends at ten in a bulk query.
  expect(components.filter((row) => at(row, '__parentId') === shop.idOf(SIBLING)).length).toBe(12);
  expect(at(run, 'objectCount')).toBe(String(18 + 64 + components.length));
});
