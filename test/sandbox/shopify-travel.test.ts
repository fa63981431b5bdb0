import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Sandbox } from '../../src/sandbox/start-sandbox.js';
import { startSandbox } from '../../src/sandbox/start-sandbox.js';
import { admin, at, CATALOG, control, listAt, textAt } from './sandbox-client.js';
import type { Receiver } from './stand-in-kit.js';
import { skip, STAFF, startReceiver, SUBSCRIBE } from './stand-in-kit.js';

let sandbox: Sandbox;
let receiver: Receiver;
beforeEach(async () => {
  sandbox = await startSandbox({ dataDir: null, shopifyPort: 0, erpPort: 0 });
  receiver = await startReceiver();
  await lever('fill', CATALOG);
  // Nothing travels before time is skipped, so no test waits.
  await lever('webhooks', { delayMs: 3_600_000 });
  await subscribe('PRODUCTS_UPDATE');
});
afterEach(async () => {
  await sandbox.close();
  await receiver.close();
});

const lever = (name: string, body: object | string): Promise<unknown> =>
  control(sandbox.shopify.url, 'POST', name, body);
const subscribe = (topic: string, more: object = {}): Promise<unknown> =>
  admin(sandbox, SUBSCRIBE, { topic, sub: { uri: receiver.uri, ...more } });
const edit = (sku: string, set: object): Promise<unknown> => lever('edit', { as: STAFF, sku, set });
const arrived = async (seconds = 3601): Promise<number> => {
  const before = receiver.received.length;
  await skip(sandbox, seconds);
  return receiver.received.length - before;
};

it('tells twice of two edits, and each time of the last state [C]', async () => {
  await edit('FH-EKT-SLT', { price: '1' });
  await edit('FH-EKT-SLT', { price: '2' });
  expect(await arrived()).toBe(2);
  const prices = receiver.received.map(({ raw }) => {
    const body: unknown = JSON.parse(raw);
    return listAt(body, 'variants')
      .filter((variant) => at(variant, 'sku') === 'FH-EKT-SLT')
      .map((variant) => at(variant, 'price'));
  });
  expect(prices).toEqual([['2.00'], ['2.00']]);
});

it('makes one webhook of several changes when it coalesces [D]', async () => {
  await lever('webhooks', { coalesceMs: 1000 });
  await edit('FH-EKT-SLT', { price: '1' });
  await edit('FH-EKT-CRM', { price: '2' });
  await edit('FH-ASB-SMALL', { price: '3' });
  expect(await arrived()).toBe(2);
});

it('loses, doubles and reorders a share, the same for the same seed', async () => {
  const run = async (): Promise<string[]> => {
    await lever('seed', { seed: 7 });
    const from = receiver.received.length;
    for (let price = 1; price <= 20; price += 1) await edit('FH-EKT-SLT', { title: `T${price}`, price: String(price) });
    await arrived(40_000);
    return receiver.received.slice(from).map(({ headers }) => String(headers['x-shopify-triggered-at']));
  };
  await lever('webhooks', { lossShare: 0.3, doubleShare: 0.3, doubleWith: 'otherId', jitterMs: 30_000_000 });
  const [first, second] = [await run(), await run()];
  expect(first).not.toHaveLength(20);
  expect(first).toHaveLength(second.length);
  expect([...first].sort()).not.toEqual(first);
  const ids = receiver.received.map(({ headers }) => headers['x-shopify-webhook-id']);
  expect(new Set(ids).size).toBe(ids.length);
});

it('sends a share a day late [D]', async () => {
  await lever('webhooks', { lateShare: 1 });
  await edit('FH-EKT-SLT', { price: '1' });
  expect(await arrived()).toBe(0);
  expect(await arrived(86_400)).toBe(1);
});

it('tries eight times more within four hours, then deletes the subscription [D]', async () => {
  receiver.refuse(100);
  await edit('FH-EKT-SLT', { price: '1' });
  expect(await arrived(3605)).toBe(2);
  expect(await arrived(4 * 3600)).toBe(7);
  const left = await admin(sandbox, '{ webhookSubscriptions(first: 5) { nodes { id } } }');
  expect(at(left, 'data.webhookSubscriptions.nodes')).toEqual([]);
  const ids = new Set(receiver.received.map(({ headers }) => headers['x-shopify-webhook-id']));
  expect(ids.size).toBe(1);
  receiver.refuse(0);
  await edit('FH-EKT-SLT', { price: '2' });
  expect(await arrived()).toBe(0);
});

it('shares one Event-Id between the topics of one edit, and signs the raw body', async () => {
  await subscribe('INVENTORY_ITEMS_UPDATE');
  await edit('FH-EKT-SLT', { price: '9', cost: '3' });
  expect(await arrived()).toBe(2);
  expect(new Set(receiver.received.map(({ headers }) => headers['x-shopify-event-id'])).size).toBe(1);
  expect(receiver.received.map(({ topic }) => topic).sort()).toEqual(['inventory_items/update', 'products/update']);
  for (const { headers, raw } of receiver.received) {
    const signature = createHmac('sha256', sandbox.shopify.clientSecret).update(raw).digest('base64');
    expect(headers['x-shopify-hmac-sha256']).toBe(signature);
  }
});

it('signs with the new secret once it was rotated, and a share with none that anybody has', async () => {
  await lever('webhooks', { secret: 'fresh' });
  await edit('FH-EKT-SLT', { price: '1' });
  await arrived();
  const [first] = receiver.received;
  const raw = first?.raw ?? '';
  expect(first?.headers['x-shopify-hmac-sha256']).toBe(createHmac('sha256', 'fresh').update(raw).digest('base64'));
  await lever('webhooks', { badSignatureShare: 1 });
  await edit('FH-EKT-SLT', { price: '2' });
  await arrived();
  const forged = receiver.received[1];
  const good = createHmac('sha256', 'fresh')
    .update(forged?.raw ?? '')
    .digest('base64');
  expect(forged?.headers['x-shopify-hmac-sha256']).not.toBe(good);
});

it('drops a body like the last one where fields were chosen [D]', async () => {
  await admin(sandbox, 'mutation($id: ID!) { webhookSubscriptionDelete(id: $id) { userErrors { message } } }', {
    id: textAt(
      await admin(sandbox, '{ webhookSubscriptions(first: 5) { nodes { id } } }'),
      'data.webhookSubscriptions.nodes.0.id',
    ),
  });
  await subscribe('PRODUCTS_UPDATE', { includeFields: ['id', 'title'] });
  await edit('FH-EKT-SLT', { price: '1' });
  expect(await arrived()).toBe(1);
  await edit('FH-EKT-SLT', { price: '2' });
  expect(await arrived()).toBe(0);
  await edit('FH-EKT-SLT', { title: 'Other' });
  expect(await arrived()).toBe(1);
});

it('shows a hundred variants whole, and all of them by id [D]', async () => {
  await lever('formula', { products: 1, variants: 101 });
  await edit('F0000001-0101', { price: '5' });
  await arrived();
  const body: unknown = JSON.parse(receiver.received[0]?.raw ?? '{}');
  expect([listAt(body, 'variants').length, listAt(body, 'variant_gids').length]).toEqual([100, 101]);
  for (const hidden of ['grams', 'weight', 'requires_shipping', 'inventory_management', 'cost']) {
    expect(at(body, `variants.0.${hidden}`)).toBeUndefined();
  }
});

it('tells nobody of weight, components and metafields of variants [C], and of an order without a change', async () => {
  await edit('FH-EKT-SLT', { grams: 5 });
  const set = [{ namespace: 'care', key: 'note', type: 'single_line_text_field', value: 'wash' }];
  await lever('metafields', { as: STAFF, sku: 'FH-EKT-SLT', set });
  await lever('components', { as: STAFF, sku: 'FH-ASB-SMALL', components: [{ sku: 'FH-EKT-SLT', quantity: 1 }] });
  expect(await arrived()).toBe(0);
  const moved = async (): Promise<unknown> =>
    at(await control(sandbox.shopify.url, 'GET', 'products?handle=ember-kettle'), 'products.0.updatedAt');
  const before = await moved();
  await lever('edit', { as: { kind: 'order', name: '#1001' }, handle: 'ember-kettle' });
  expect(await arrived()).toBe(1);
  expect(await moved()).not.toBe(before);
});

it('forges for who probes a receiver, and says what it answered', async () => {
  receiver.refuse(1);
  expect(await lever('probe', { forge: 'signature' })).toEqual({ statuses: [500] });
  expect(await lever('probe', { forge: 'unsigned' })).toEqual({ statuses: [200] });
  expect(receiver.received[1]?.headers['x-shopify-hmac-sha256']).toBeUndefined();
  await lever('probe', { forge: 'otherShop' });
  expect(receiver.received[2]?.headers['x-shopify-shop-domain']).toBe('somebody-else.myshopify.com');
  await expect(lever('probe', { forge: 'nothing' })).rejects.toThrow('forge must be one of signature');
  await expect(lever('probe', { forge: 'unsigned', topic: 'ORDERS_PAID' })).rejects.toThrow('404');
});

it('tells an app that it was uninstalled, and that its scopes changed, and then nothing more', async () => {
  await subscribe('APP_UNINSTALLED');
  await subscribe('APP_SCOPES_UPDATE');
  await lever('account', { scopes: ['read_products'] });
  expect(await arrived()).toBe(1);
  await lever('account', { state: 'uninstalled' });
  await edit('FH-EKT-SLT', { price: '1' });
  expect(await arrived()).toBe(1);
  expect(receiver.received.map(({ topic }) => topic)).toEqual(['app/scopes_update', 'app/uninstalled']);
});
