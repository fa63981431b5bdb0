import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { WebhookSide } from '../../src/application/ports/connector.js';
import type { Kit } from './sandbox-kit.js';
import { startKit } from './sandbox-kit.js';
import { allOf, createOf, faultFrom, FRESH, observedOf } from './writes.js';

const CSV = `Handle,Title,Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Price,Variant Barcode,Status
mug,Enamel Mug,Fernhill Supply,Mugs,"camp, kitchen",true,Color,Red,MUG-R,120,14.00,,active
mug,,,,,,,Blue,MUG-B,120,14.00,,active
lamp,Lantern,Fernhill Supply,Lamps,,true,Title,Default Title,LAMP,540,39.00,,draft
`;

let kit: Kit;

beforeAll(async () => {
  kit = await startKit();
});

beforeEach(async () => {
  await kit.control('shopify', 'POST', 'reset');
  kit.shopify = kit.connector('shopify');
});

afterAll(async () => {
  await kit.close();
});

function webhooks(changes = {}): WebhookSide {
  const side = kit.connector('shopify', changes).webhooks;
  if (!side) throw new Error('no webhooks');
  return side;
}

function sign(body: string, secret: string): string {
  return createHmac('sha256', secret).update(body).digest('base64');
}

describe('scanning', () => {
  it('answers everything that is there, as strong reads do', async () => {
    await kit.control('shopify', 'POST', 'fill', CSV);
    const scanned = await allOf(kit.shopify.scan());
    expect(scanned.map(({ entity, code }) => `${entity} ${code}`).sort((a, b) => a.localeCompare(b))).toEqual([
      'PRODUCT lamp',
      'PRODUCT mug',
      'SKU LAMP',
      'SKU MUG-B',
      'SKU MUG-R',
    ]);
    const roots = scanned.filter(({ entity }) => entity === 'PRODUCT').map(({ root }) => root);
    const strong = (await kit.shopify.readRoots(roots)).flatMap(({ records }) => records ?? []);
    expect(new Set(scanned.map((each) => JSON.stringify(each)))).toEqual(
      new Set(strong.map((each) => JSON.stringify(each))),
    );
  });

  it('answers nothing for an empty store', async () => {
    expect(await allOf(kit.shopify.scan())).toEqual([]);
  });

  it('reads products with more variants than a page holds', async () => {
    const sizes = Array.from({ length: 230 }, (_, at) => String(at));
    const writes = sizes.map((size) =>
      createOf('SKU', `BIG-${size}`, { price: '1', optionValues: [{ name: 'Size', value: size }] }),
    );
    const product = createOf('PRODUCT', 'big', {
      'product.title': 'Big',
      'product.handle': 'big',
      lifecycle: { status: 'DRAFT' },
    });
    const outcomes = await kit.shopify.write({
      ...FRESH,
      attemptId: 'a',
      product: { id: 'p', handle: 'big', root: null },
      writes: [product, ...writes],
    });
    expect(outcomes.filter(({ written }) => written)).toHaveLength(231);
    const [reading] = await kit.shopify.readRoots([observedOf(outcomes, 'big').root]);
    expect(reading?.records).toHaveLength(231);
  });

  it('does not end normally when it is broken off', async () => {
    expect(await faultFrom(allOf(kit.shopify.scan(AbortSignal.abort())))).toMatchObject({ class: 'TRANSIENT' });
  });
});

describe('reading', () => {
  it('answers null for what is gone, in the order asked', async () => {
    await kit.control('shopify', 'POST', 'fill', CSV);
    const roots = (await allOf(kit.shopify.scan()))
      .filter(({ entity }) => entity === 'PRODUCT')
      .map(({ root }) => root);
    await kit.control('shopify', 'POST', 'delete', { handle: 'mug' });
    const readings = await kit.shopify.readRoots([
      ...roots,
      { externalId: 'gid://shopify/Product/999999', code: null },
    ]);
    const codes = readings.map(({ records }) => records?.[0]?.code ?? null);
    expect(codes).toHaveLength(3);
    expect(codes.filter(Boolean)).toEqual(['lamp']);
    expect(codes[2]).toBeNull();
  });

  it('never maps a status that it does not know', async () => {
    await kit.control('shopify', 'POST', 'fill', CSV);
    await kit.control('shopify', 'POST', 'edit', {
      as: { kind: 'staff', name: 'Mara' },
      handle: 'mug',
      set: { status: 'UNLISTED' },
    });
    const mug = (await allOf(kit.shopify.scan())).find(({ code }) => code === 'mug');
    expect(mug?.unreadable).toEqual(['lifecycle']);
    expect(mug?.fields).not.toHaveProperty('lifecycle');
  });

  it('finds products that were there before us by handle and by SKU', async () => {
    await kit.control('shopify', 'POST', 'fill', CSV);
    const byHandle = await kit.shopify.lookUp({ productId: 'unknown', handle: 'mug', codes: ['MUG-R'] });
    expect(byHandle.map(({ code }) => code)).toEqual(['mug', 'MUG-R', 'MUG-B']);
    const bySku = await kit.shopify.lookUp({
      productId: 'unknown',
      handle: 'no-such',
      codes: ['LAMP', 'A "quoted" one'],
    });
    expect(bySku.map(({ code }) => code)).toEqual(['lamp', 'LAMP']);
  });
});

describe('webhooks', () => {
  it('are authentic when signed with the current or the previous secret, over the raw bytes', () => {
    const side = webhooks({ clientSecret: 'now', previousClientSecret: 'before' });
    const body = Buffer.from('{"id": 1}');
    expect(side.isAuthentic({ 'x-shopify-hmac-sha256': sign('{"id": 1}', 'now') }, body)).toBe(true);
    expect(side.isAuthentic({ 'X-Shopify-Hmac-Sha256': sign('{"id": 1}', 'before') }, body)).toBe(true);
    expect(side.isAuthentic({ 'x-shopify-hmac-sha256': sign('{"id":1}', 'now') }, body)).toBe(false);
    expect(side.isAuthentic({ 'x-shopify-hmac-sha256': sign('{"id": 1}', 'other') }, body)).toBe(false);
    expect(side.isAuthentic({ 'x-shopify-hmac-sha256': 'short' }, body)).toBe(false);
    expect(side.isAuthentic({}, body)).toBe(false);
  });

  it('say which product to look at again', () => {
    const side = webhooks();
    const root = (topic: string, body: string) => side.rootOf(topic, Buffer.from(body));
    expect(root('products/update', '{"id":7,"admin_graphql_api_id":"gid://shopify/Product/7"}')?.externalId).toBe(
      'gid://shopify/Product/7',
    );
    expect(root('products/delete', '{"id":8}')?.externalId).toBe('gid://shopify/Product/8');
    expect(root('inventory_items/update', '{"id":9,"sku":"A"}')?.externalId).toBe('gid://shopify/InventoryItem/9');
    expect(root('inventory_levels/update', '{"inventory_item_id":9}')).toBeNull();
    expect(() => root('products/update', '{"title":"x"}')).toThrow('names nothing');
    expect(() => root('products/update', 'no json')).toThrow('names nothing');
  });

  it('come from the subscriptions that were asked for, once each', async () => {
    const received: { topic: string; authentic: boolean; root: string | undefined }[] = [];
    const side = webhooks();
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks);
        const topic = String(request.headers['x-shopify-topic']);
        const headers = { 'x-shopify-hmac-sha256': String(request.headers['x-shopify-hmac-sha256']) };
        received.push({
          topic,
          authentic: side.isAuthentic(headers, body),
          root: side.rootOf(topic, body)?.externalId,
        });
        response.end();
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : null;
    const uri = `http://127.0.0.1:${port}/webhooks/shopify/shopify-us`;
    const topics = ['PRODUCTS_CREATE', 'PRODUCTS_UPDATE', 'PRODUCTS_DELETE', 'INVENTORY_ITEMS_UPDATE'];
    const made = { there: topics, mended: topics, fault: null };
    expect(await side.ensureSubscriptions('http://127.0.0.1:1/webhooks/shopify/shopify-us')).toEqual(made);
    expect(await side.ensureSubscriptions(uri)).toEqual(made);
    expect(await side.ensureSubscriptions(uri)).toEqual({ ...made, mended: [] });
    await kit.control('shopify', 'POST', 'fill', CSV);
    await kit.control('shopify', 'POST', 'edit', {
      as: { kind: 'staff', name: 'Mara' },
      sku: 'LAMP',
      set: { price: '41.00' },
    });
    const lamp = (await allOf(kit.shopify.scan())).find(({ code }) => code === 'lamp');
    const arrived = async (count: number): Promise<void> => {
      for (let waited = 0; received.length < count && waited < 5_000; waited += 50)
        await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await arrived(1);
    expect(received).toEqual([{ topic: 'products/update', authentic: true, root: lamp?.externalId }]);
    await kit.control('shopify', 'POST', 'edit', {
      as: { kind: 'staff', name: 'Mara' },
      sku: 'LAMP',
      set: { cost: '7' },
    });
    await arrived(2);
    server.closeAllConnections();
    server.close();
    const item = received[1]?.root ?? '';
    expect(received[1]).toMatchObject({ topic: 'inventory_items/update', authentic: true });
    expect(item).toMatch(/InventoryItem/);
    // It names no product: the store is asked, of all that came, and of none that is gone.
    const named = [item, lamp?.externalId ?? '', 'gid://shopify/InventoryItem/404', item].map((externalId) => {
      return { externalId, code: null };
    });
    const here = { externalId: lamp?.externalId, code: null };
    expect(await side.placesOf(named)).toEqual([[here], [here], [], [here]]);
  });
});

it('an inventory item that variants of two products share is in both', async () => {
  const side = kit.shopify.webhooks!;
  await kit.control('shopify', 'POST', 'fill', CSV);
  await kit.control('shopify', 'POST', 'add', { title: 'Other lamp', sku: 'LAMP-2', price: '5.00' });
  await kit.control('shopify', 'POST', 'share', { sku: 'LAMP-2', with: { sku: 'LAMP' } });
  const { products } = await kit.control<{ products: { id: string; variants: { inventoryItemId: string }[] }[] }>(
    'shopify',
    'GET',
    'products?sku=LAMP',
  );
  expect(products).toHaveLength(2);
  const [item] = new Set(products.flatMap(({ variants }) => variants.map((each) => each.inventoryItemId)));
  const places = await side.placesOf([{ externalId: item ?? '', code: null }]);
  expect(places[0]?.map(({ externalId }) => externalId).sort()).toEqual(products.map(({ id }) => id).sort());
});

describe('refusals', () => {
  it('are AUTH for a wrong token, which is told nobody', async () => {
    const stranger = kit.connector('shopify', { accessToken: 'shpat_wrong_one' });
    const refused = await faultFrom(stranger.readRoots([{ externalId: 'gid://shopify/Product/1', code: null }]));
    expect(refused.class).toBe('AUTH');
    expect(JSON.stringify(refused)).not.toContain('shpat_wrong_one');
  });

  it('name a publication that the store does not have', async () => {
    const lost = kit.connector('shopify', { publications: ['Market Stall'] });
    const refused = await faultFrom(lost.readRoots([{ externalId: 'gid://shopify/Product/1', code: null }]));
    expect(refused).toMatchObject({
      class: 'VALIDATION',
      code: 'PUBLICATION_UNKNOWN',
      message: expect.stringContaining('Online Store'),
    });
  });
});
