import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { attributionAt } from '../../src/connectors/shopify/product-events.js';
import type { Attribution } from '../../src/domain/publishing/system.js';
import type { Kit } from './sandbox-kit.js';
import { startKit } from './sandbox-kit.js';

const AT = '2026-11-26T08:00:00Z';
const event = (changes: object = {}): Parameters<typeof attributionAt>[1][number] => ({
  __typename: 'BasicEvent',
  action: 'update',
  appTitle: null,
  attributeToApp: false,
  attributeToUser: true,
  createdAt: AT,
  author: 'Maya',
  ...changes,
});

describe('who moved a product', () => {
  const likely = { confidence: 'LIKELY', at: AT };
  const app = { appTitle: 'Bulk editor', author: null, attributeToApp: true, attributeToUser: false };

  it.each<[string, object[], Attribution | null]>([
    ['staff', [event()], { ...likely, actor: 'Maya', app: null } as Attribution],
    ['another app', [event(app)], { ...likely, actor: null, app: 'Bulk editor' } as Attribution],
    ['nobody that is told', [], null],
    ['somebody at another time', [event({ createdAt: '2026-11-26T07:59:58Z' })], null],
    ['two at once', [event(), event(app)], null],
    ['we ourselves', [event({ ...app, appTitle: 'Skuward' })], null],
    ['one of whom nothing is told', [event({ attributeToUser: false })], null],
  ])('is %s', (_, events, expected) => {
    expect(attributionAt(AT, events as Parameters<typeof attributionAt>[1], 'Skuward')).toEqual(expected);
  });
});

describe('a product that is observed', () => {
  let kit: Kit;
  beforeAll(async () => {
    kit = await startKit();
    await kit.control('shopify', 'POST', 'add', { title: 'Mug', sku: 'MUG', price: '5.00' });
  });
  afterAll(() => kit.close());

  async function seen(): Promise<Attribution | null | undefined> {
    const { products } = await kit.control<{ products: { id: string }[] }>('shopify', 'GET', 'products?sku=MUG');
    const id = String(products[0]?.id);
    const root = { externalId: id.startsWith('gid:') ? id : `gid://shopify/Product/${id}`, code: null };
    const [reading] = await kit.observer().readRoots([root]);
    return reading?.records?.[0]?.attribution;
  }

  it('names who edited it where the store tells, and nobody where it does not', async () => {
    const edit = (name: string, price: string): Promise<unknown> =>
      kit.control('shopify', 'POST', 'edit', { as: { kind: 'app', name }, sku: 'MUG', set: { price } });
    await kit.control('shopify', 'POST', 'events', { fieldEdits: true });
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    await edit('Bulk editor', '6.00');
    expect(await seen()).toMatchObject({ app: 'Bulk editor', confidence: 'LIKELY' });
    await kit.control('shopify', 'POST', 'events', { fieldEdits: false });
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    await edit('Bulk editor', '7.00');
    expect(await seen()).toBeNull();
  }, 30_000);
});
