import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '../../src/sandbox/start-sandbox.js';
import { startSandbox } from '../../src/sandbox/start-sandbox.js';
import { admin, at, CATALOG, control, listAt, textAt } from './sandbox-client.js';
import type { Receiver } from './stand-in-kit.js';
import { skip, STAFF, startReceiver, SUBSCRIBE } from './stand-in-kit.js';

const ITEM = `query($id: ID!) { inventoryItem(id: $id) { sku duplicateSkuCount unitCost { amount }
  harmonizedSystemCode variants(first: 10) { nodes { id } } } }`;
const VARIANT =
  'query($id: ID!) { productVariant(id: $id) { sku updatedAt inventoryItem { id unitCost { amount } harmonizedSystemCode } } }';
const UPDATE = `mutation($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $id, variants: $variants) { userErrors { message } } }`;

let sandbox: Sandbox;
let receiver: Receiver;
let kettle: string;
let kettleProduct: string;
let shirt: string;
let item: string;

async function variantOf(sku: string): Promise<{ id: string; product: string; item: string }> {
  const product = at(await control(sandbox.shopify.url, 'GET', `products?sku=${sku}`), 'products.0');
  const variant = listAt(product, 'variants').find((one) => at(one, 'sku') === sku);
  return { id: textAt(variant, 'id'), product: textAt(product, 'id'), item: textAt(variant, 'inventoryItemId') };
}

beforeEach(async () => {
  receiver = await startReceiver();
  sandbox = await startSandbox({ dataDir: null, shopifyPort: 0, erpPort: 0 });
  await control(sandbox.shopify.url, 'POST', 'fill', CATALOG);
  const theirs = await variantOf('FH-EKT-SLT');
  [kettle, kettleProduct, item] = [theirs.id, theirs.product, theirs.item];
  shirt = (await variantOf('FH-RWO-S-SLT')).id;
  await control(sandbox.shopify.url, 'POST', 'share', { id: shirt, with: { sku: 'FH-EKT-SLT' } });
  for (const topic of ['INVENTORY_ITEMS_UPDATE', 'INVENTORY_ITEMS_DELETE'])
    await admin(sandbox, SUBSCRIBE, { topic, sub: { uri: receiver.uri } });
});
afterEach(async () => {
  await sandbox.close();
  await receiver.close();
});

describe('an inventory item that two variants share', () => {
  it('is one: both name it, it names both, and its SKU is doubled by nobody', async () => {
    const read = at(await admin(sandbox, ITEM, { id: item }), 'data.inventoryItem');
    expect(read).toMatchObject({ sku: 'FH-EKT-SLT', duplicateSkuCount: 0 });
    expect(listAt(read, 'variants.nodes').map((one) => at(one, 'id'))).toEqual([kettle, shirt].sort());
    const other = at(await admin(sandbox, VARIANT, { id: shirt }), 'data.productVariant');
    expect(other).toMatchObject({ sku: 'FH-EKT-SLT', inventoryItem: { id: item } });
  });

  it('is written through either of them, for both, and is announced once', async () => {
    const before = textAt(await admin(sandbox, VARIANT, { id: shirt }), 'data.productVariant.updatedAt');
    await skip(sandbox, 2);
    const variants = [{ id: kettle, price: '81', inventoryItem: { cost: '31.5' } }];
    await admin(sandbox, UPDATE, { id: kettleProduct, variants });
    const other = at(await admin(sandbox, VARIANT, { id: shirt }), 'data.productVariant');
    expect(other).toMatchObject({ inventoryItem: { unitCost: { amount: '31.50' } } });
    expect(textAt(other, 'updatedAt') > before).toBe(true);
    await control(sandbox.shopify.url, 'POST', 'edit', { as: STAFF, id: shirt, set: { hsCode: '732393' } });
    const read = at(await admin(sandbox, ITEM, { id: item }), 'data.inventoryItem');
    expect(read).toMatchObject({ unitCost: { amount: '31.50' }, harmonizedSystemCode: '732393' });
    await skip(sandbox, 2);
    expect(receiver.received.map(({ topic }) => topic)).toEqual(['inventory_items/update', 'inventory_items/update']);
  });

  it('takes what two variants of one call write into it, field by field', async () => {
    const twin = (await variantOf('FH-EKT-CRM')).id;
    await control(sandbox.shopify.url, 'POST', 'share', { id: twin, with: { id: kettle } });
    const variants = [
      { id: kettle, inventoryItem: { cost: '12' } },
      { id: twin, inventoryItem: { harmonizedSystemCode: '691110' } },
    ];
    await admin(sandbox, UPDATE, { id: kettleProduct, variants });
    for (const id of [kettle, twin, shirt]) {
      const read = at(await admin(sandbox, VARIANT, { id }), 'data.productVariant.inventoryItem');
      expect(read).toEqual({ id: item, unitCost: { amount: '12.00' }, harmonizedSystemCode: '691110' });
    }
  });

  it('stays as long as one of them does', async () => {
    await control(sandbox.shopify.url, 'POST', 'delete', { id: shirt });
    const read = await admin(sandbox, ITEM, { id: item });
    expect(listAt(read, 'data.inventoryItem.variants.nodes')).toEqual([{ id: kettle }]);
    await skip(sandbox, 2);
    expect(receiver.received).toEqual([]);
  });

  it('needs two variants that are there', async () => {
    const share = (body: object): Promise<unknown> => control(sandbox.shopify.url, 'POST', 'share', body);
    await expect(share({ id: shirt })).rejects.toThrow('with must name the other variant');
    await expect(share({ id: shirt, with: { id: shirt } })).rejects.toThrow('two different variants');
    await expect(share({ id: shirt, with: { handle: 'ember-kettle' } })).rejects.toThrow('name two variants');
  });
});
