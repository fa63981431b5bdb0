import { createHmac } from 'node:crypto';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
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
  eventually,
  listAt,
  shirt,
  textAt,
  UPSERT,
} from './sandbox-client.js';

interface Received {
  topic: string;
  headers: NodeJS.Dict<string | string[]>;
  raw: Buffer;
  body: unknown;
}

const SUBSCRIBE = `mutation S($topic: WebhookSubscriptionTopic!, $sub: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $sub) { webhookSubscription { id uri } userErrors { message } } }`;
const STAFF = { kind: 'staff', name: 'Mia' };

let sandbox: Sandbox;
let receiver: Server;
let received: Received[];
let refusals: number;
let uri: string;

beforeEach(async () => {
  received = [];
  refusals = 0;
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const topic = String(request.headers['x-shopify-topic']);
      received.push({ topic, headers: request.headers, raw, body: JSON.parse(raw.toString()) as unknown });
      response.statusCode = refusals > 0 ? 500 : 200;
      refusals -= 1;
      response.end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const address = receiver.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  uri = `http://127.0.0.1:${address.port}/hook`;
  sandbox = await startSandbox({ dataDir: null, shopifyPort: 0, erpPort: 0 });
  await control(sandbox.shopify.url, 'POST', 'fill', CATALOG);
  for (const topic of ['PRODUCTS_CREATE', 'PRODUCTS_UPDATE', 'PRODUCTS_DELETE', 'INVENTORY_ITEMS_UPDATE']) {
    await admin(sandbox, SUBSCRIBE, { topic, sub: { uri, name: 'governance' } });
  }
  await control(sandbox.shopify.url, 'POST', 'webhooks', { mode: 'on', delayMs: 5 });
});
afterEach(async () => {
  await sandbox.close();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

async function edit(sku: string, set: object, as: object = STAFF): Promise<unknown> {
  return control(sandbox.shopify.url, 'POST', 'edit', { as, sku, set });
}

/** Webhooks so far, after time enough for one that must not come. */
async function settled(): Promise<Received[]> {
  await new Promise((resolve) => setTimeout(resolve, 120));
  return received;
}

describe('webhooks', () => {
  it('carry a signature of the raw body, no actor, and the state of the product', async () => {
    await edit('FH-EKT-SLT', { price: '75', tags: ['b', 'A'] });
    const hook = await eventually(() => received[0] ?? null);
    const digest = createHmac('sha256', sandbox.shopify.clientSecret).update(hook.raw).digest('base64');
    expect(hook.headers['x-shopify-hmac-sha256']).toBe(digest);
    expect(hook.headers).toMatchObject({
      'x-shopify-topic': 'products/update',
      'x-shopify-shop-domain': sandbox.shopify.shopDomain,
      'x-shopify-name': 'governance',
    });
    expect(hook.body).toMatchObject({ handle: 'ember-kettle', status: 'active', tags: 'A, b' });
    expect(at(hook.body, 'variants.1')).toMatchObject({ sku: 'FH-EKT-SLT', price: '75.00' });
    expect(hook.raw.toString()).not.toMatch(/Mia|weight|grams|cost/);
  });

  it('tell of costs by the inventory item only, and of weights nothing', async () => {
    await edit('FH-EKT-SLT', { grams: 1200 });
    expect(await settled()).toEqual([]);
    await edit('FH-EKT-SLT', { cost: '29.9' });
    const hook = await eventually(() => received[0] ?? null);
    expect(hook.body).toMatchObject({ sku: 'FH-EKT-SLT', cost: '29.90' });
    expect((await settled()).map((one) => one.topic)).toEqual(['inventory_items/update']);
  });

  it('come for our own writes, for deletions and for orders that change nothing', async () => {
    await admin(sandbox, DEFINE_ID);
    await admin(sandbox, UPSERT, shirt('p-1', [{ size: 'S', price: '1', sku: 'S1' }]));
    await edit('S1', {}, { kind: 'order', name: '1001' });
    await eventually(() => received[1] ?? null);
    await control(sandbox.shopify.url, 'POST', 'delete', { handle: 'ember-kettle' });
    const hook = await eventually(() => received[2] ?? null);
    expect(received.map((one) => one.topic)).toEqual(['products/create', 'products/update', 'products/delete']);
    expect(Object.keys(at(hook, 'body') ?? {})).toEqual(['id']);
  });

  it('can be lost and doubled, and are sent again after a refusal', async () => {
    await control(sandbox.shopify.url, 'POST', 'webhooks', { mode: 'lost' });
    await edit('FH-EKT-SLT', { price: '1' });
    expect(await settled()).toEqual([]);
    await control(sandbox.shopify.url, 'POST', 'webhooks', { mode: 'doubled', delayMs: 5 });
    await edit('FH-EKT-SLT', { price: '2' });
    await eventually(() => received[1] ?? null);
    const ids = (await settled()).map((one) => one.headers['x-shopify-webhook-id']);
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
    await control(sandbox.shopify.url, 'POST', 'webhooks', { mode: 'on', delayMs: 5 });
    refusals = 1;
    await edit('FH-EKT-SLT', { price: '3' });
    await eventually(() => received[3] ?? null);
  });

  it('are subscribed once per topic and address', async () => {
    const again = await admin(sandbox, SUBSCRIBE, { topic: 'PRODUCTS_UPDATE', sub: { uri } });
    expect(at(again, 'data.webhookSubscriptionCreate.userErrors.0.message')).toBe(
      'Address for this topic has already been taken',
    );
    const listed = await admin(sandbox, '{ webhookSubscriptions(first: 9) { nodes { id topic } } }');
    const id = textAt(listed, 'data.webhookSubscriptions.nodes.1.id');
    await admin(sandbox, 'mutation($id: ID!) { webhookSubscriptionDelete(id: $id) { userErrors { message } } }', {
      id,
    });
    await edit('FH-EKT-SLT', { price: '4' });
    expect(await settled()).toEqual([]);
  });
});

const create = (title: string): Promise<Response> =>
  adminResponse(
    sandbox,
    `mutation Make { productCreate(product: { title: "${title}" }) { product { id } userErrors { message } } }`,
  );
const handles = async (): Promise<unknown[]> =>
  listAt(await control(sandbox.shopify.url, 'GET', 'products'), 'products').map((product) => at(product, 'handle'));

const plan = (fault: object): Promise<unknown> => control(sandbox.shopify.url, 'POST', 'faults', { next: [fault] });

describe('faults', () => {
  it('before leave nothing behind, after have committed', async () => {
    await control(sandbox.shopify.url, 'POST', 'faults', {
      next: [
        { when: 'before', kind: '500', match: 'Make' },
        { when: 'after', kind: '503', match: 'mutation' },
        { when: 'after', kind: 'reset' },
      ],
    });
    expect((await create('One')).status).toBe(500);
    expect((await create('Two')).status).toBe(503);
    await expect(create('Three')).rejects.toThrow('fetch failed');
    expect((await create('Four')).status).toBe(200);
    expect((await handles()).slice(18)).toEqual(['two', 'three', 'four']);
    const journal = listAt(await control(sandbox.shopify.url, 'GET', 'journal'), 'entries');
    expect(
      journal.filter((entry) => at(entry, 'operation') === 'Make').map((entry) => listAt(entry, 'commits').length),
    ).toEqual([0, 1, 1, 1]);
  });

  it('throttle, and hang until the server closes', async () => {
    await control(sandbox.shopify.url, 'POST', 'faults', {
      next: [
        { when: 'before', kind: 'throttled' },
        { when: 'before', kind: 'hang' },
      ],
    });
    expect(at(await (await create('One')).json(), 'errors.0.extensions.code')).toBe('THROTTLED');
    const hanging = create('Two').then(
      () => 'answered',
      () => 'cut',
    );
    await eventually(async () =>
      listAt(await control(sandbox.shopify.url, 'GET', 'faults'), 'pending').length === 0 ? true : null,
    );
    await sandbox.close();
    expect(await hanging).toBe('cut');
    sandbox = await startSandbox({ dataDir: null, shopifyPort: 0, erpPort: 0 });
  });

  it('that nobody understands are refused', async () => {
    await expect(plan({ when: 'after', kind: 'throttled' })).rejects.toThrow('400');
    await expect(plan({ when: 'before', kind: '418' })).rejects.toThrow('400');
    await expect(plan({ when: 'before', kind: '500', times: 0 })).rejects.toThrow('400');
  });
});

it('refuses edits of unknown keys, unknown SKUs and unclear variants', async () => {
  await expect(edit('FH-EKT-SLT', { colour: 'red' })).rejects.toThrow('400');
  await expect(edit('nope', { price: '1' })).rejects.toThrow('404');
  const byHandle = control(sandbox.shopify.url, 'POST', 'edit', {
    as: STAFF,
    handle: 'ember-kettle',
    set: { price: '1' },
  });
  await expect(byHandle).rejects.toThrow('400');
  await edit('FH-EKT-SLT', { sku: 'FH-EKT-CRM' });
  await expect(edit('FH-EKT-CRM', { price: '1' })).rejects.toThrow('409');
});
