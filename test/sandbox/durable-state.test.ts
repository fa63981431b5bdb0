import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Sandbox } from '../../src/sandbox/start-sandbox.js';
import { startSandbox } from '../../src/sandbox/start-sandbox.js';
import { admin, at, CATALOG, control, DEFINE_ID, erp, listAt, shirt, textAt, UPSERT } from './sandbox-client.js';

const HOOK = `mutation { webhookSubscriptionCreate(topic: PRODUCTS_UPDATE, webhookSubscription: { uri: "http://127.0.0.1:9/x" }) {
  userErrors { message } } }`;
const PUT = { 'if-none-match': '*', 'idempotency-key': 'k1' };

let dataDir: string;
let sandbox: Sandbox;
const start = (): Promise<Sandbox> => startSandbox({ dataDir, shopifyPort: 0, erpPort: 0 });
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'sandbox-state-'));
  sandbox = await start();
});
afterEach(async () => {
  await sandbox.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const compose = (bundle: string, component: string): Promise<unknown> =>
  control(sandbox.shopify.url, 'POST', 'components', {
    as: { kind: 'app', name: 'Bundles' },
    sku: bundle,
    components: [{ sku: component, quantity: 2 }],
  });

async function everything(): Promise<unknown[]> {
  return [
    await control(sandbox.shopify.url, 'GET', 'products'),
    at(await admin(sandbox, '{ webhookSubscriptions(first: 9) { nodes { id topic uri } } }'), 'data'),
    at(await admin(sandbox, '{ metafieldDefinitions(first: 9, ownerType: PRODUCT) { nodes { id key } } }'), 'data'),
    await control(sandbox.erp.url, 'GET', 'items'),
  ];
}

it('is the same after a restart, half a last line notwithstanding', async () => {
  expect(sandbox.empty).toBe(true);
  await control(sandbox.shopify.url, 'POST', 'fill', CATALOG);
  await control(sandbox.erp.url, 'POST', 'fill', CATALOG);
  await admin(sandbox, DEFINE_ID);
  await admin(sandbox, HOOK);
  const made = await admin(sandbox, UPSERT, shirt('p-1', [{ size: 'S', price: '1', sku: 'S1' }]));
  await control(sandbox.shopify.url, 'POST', 'delete', { handle: 'ember-kettle' });
  await compose('S1', 'FH-RWO-S-SLT');
  const kit = { name: 'X', components: [{ code: 'FH-RWO-S-SLT', quantity: '2' }] };
  const put = await erp(sandbox, 'PUT', '/items/X', PUT, kit);
  const before = await everything();
  // Restarted twice: the first replays what was appended, the second what was compacted.
  for (const torn of ['{"changes":[{"drop":"product","id":', '']) {
    await sandbox.close();
    appendFileSync(join(dataDir, 'shopify.jsonl'), torn);
    appendFileSync(join(dataDir, 'erp.jsonl'), torn);
    sandbox = await start();
    expect(sandbox.empty).toBe(false);
    expect(await everything()).toEqual(before);
    await expect(compose('FH-RWO-S-SLT', 'FH-RWO-M-MOS')).rejects.toThrow('400');
    await expect(control(sandbox.erp.url, 'POST', 'delete', { code: 'FH-RWO-S-SLT' })).rejects.toThrow('409');
  }
  const again = await admin(sandbox, UPSERT, shirt('p-1', [{ size: 'S', price: '1', sku: 'S1' }]));
  expect(at(again, 'data.productSet.product.id')).toBe(textAt(made, 'data.productSet.product.id'));
  expect(await erp(sandbox, 'PUT', '/items/X', PUT, kit)).toEqual(put);
});

it('never gives an id twice, also not after a deletion and a restart', async () => {
  await admin(sandbox, DEFINE_ID);
  const ids = new Set<unknown>();
  for (let round = 0; round < 3; round += 1) {
    const made = await admin(sandbox, UPSERT, shirt('p-1', [{ size: 'S', price: '1', sku: 'S1' }]));
    ids.add(textAt(made, 'data.productSet.product.id'));
    await control(sandbox.shopify.url, 'POST', 'delete', { sku: 'S1' });
    await sandbox.close();
    sandbox = await start();
  }
  expect(ids.size).toBe(3);
  await control(sandbox.shopify.url, 'POST', 'reset');
  expect(listAt(await control(sandbox.shopify.url, 'GET', 'products'), 'products')).toEqual([]);
});
