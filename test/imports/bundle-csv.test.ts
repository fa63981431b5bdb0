import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { World } from '../support/world.js';
import { buildWorld } from '../support/world.js';
import { compositionOf, imported, told } from './bundle-import-kit.js';

const DATA = resolve(import.meta.dirname, '../../../shared/data/luma');
/** Real files that are not part of the repository; without them, the test's name says so. */
const isHere = existsSync(DATA);
const HEADER = 'Bundle SKU,Bundle Title,Component SKU,Quantity,Handle,Vendor,Type,Price';

let world: World;
beforeAll(async () => {
  world = await buildWorld({ worker: false });
  const parts = ['a', 'b', 'c', 'd'].map((code) => `${code},P ${code},Title,Default Title,${code.toUpperCase()},5,active`);
  const head = 'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status';
  const kits = ['plain,Plain kit,Title,Default Title,PLAIN-KIT,9,active'];
  await imported(world, [head, ...parts, ...kits, ''].join('\n'), 'shopify-csv');
});
afterAll(() => world.close());

describe('a baseline of bundles', () => {
  const luma = isHere ? 'takes the bundles of Luma behind its products' : 'Luma (data not here)';
  it(luma, async () => {
    if (!isHere) return;
    const products = await imported(world, readFileSync(resolve(DATA, 'products_export.csv'), 'utf8'), 'shopify-csv');
    expect(products).toMatchObject({ state: 'SUCCEEDED' });
    const view = await imported(world, readFileSync(resolve(DATA, 'bundles.csv'), 'utf8'));
    expect(view).toMatchObject({ state: 'SUCCEEDED', rowsRead: 7, skusCreated: 2, rejected: 0, errors: [] });
    expect(await compositionOf(world, '24-WG080')).toEqual(['1 24-WG081-blue', '1 24-WG084', '1 24-WG085', '1 24-WG088']);
    expect(await compositionOf(world, '24-WG085_Group')).toEqual(['1 24-WG085', '1 24-WG086', '1 24-WG087']);
    const kit = await world.ports.catalog.skuByCode('24-WG080');
    expect(kit).toMatchObject({ kind: 'BUNDLE', state: 'DRAFT', price: null, title: 'Sprite Yoga Companion Kit' });
    const home = await world.ports.catalog.productByHandle('sprite-yoga-companion-kit');
    expect(kit?.productId).toBe(home?.id);
  });
});
