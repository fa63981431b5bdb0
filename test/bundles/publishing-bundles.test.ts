import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { World } from '../support/world.js';
import { buildWorld, control, importBaseline, until } from '../support/world.js';
import { apply, create, move, product, set } from './bundle-kit.js';

const HEAD = 'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\n';
const MUG = `${HEAD}mug,Mug,V,Size,One,MUG-1,9.00,active\n`;

describe('bundles and the systems, as long as nothing is published of what is inside them', () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld();
    // A baseline of something else links both systems.
    await control(world.sandbox.shopify.url, 'fill', MUG);
    await control(world.sandbox.erp.url, 'fill', MUG);
    await importBaseline(world, MUG);
    await until('both systems linked', async () =>
      (await world.ports.operations.systems()).every(({ link }) => link === 'LINKED'),
    );
    await apply(world, product, create('a'), create('b'), create('kit', '1 a, 1 b'));
  });
  afterAll(() => world.close());

  const delivered = (id: string): Promise<unknown> =>
    until('all deliveries', async () => {
      const deliveries = (await world.ports.operations.deliveriesOfRequests([id])).get(id) ?? [];
      return deliveries.length > 0 && deliveries.every(({ state }) => state === 'DELIVERED');
    });

  it('are published as the variant and the item that they are, and stay in sync when they are made of something else', async () => {
    const launch = await apply(world, ...['a', 'b', 'kit'].map((code) => move(code, 'PRELAUNCH')));
    await delivered(launch.id);
    await delivered((await apply(world, ...['a', 'b', 'kit'].map((code) => move(code, 'ACTIVE')))).id);
    await delivered((await apply(world, set('kit', '2 a, 1 b'))).id);
    const kit = await world.ports.catalog.skuByCode('kit');
    const records = (await world.ports.operations.recordsOfSkus([kit?.id ?? ''])).get(kit?.id ?? '') ?? [];
    expect(records.map(({ system, state, publishedRevision }) => [system, state, publishedRevision])).toEqual([
      ['erp', 'IN_SYNC', kit?.revision],
      ['shopify', 'IN_SYNC', kit?.revision],
    ]);
    expect(records.map(({ published }) => published)).toEqual([
      expect.objectContaining({ price: '10.00', title: 'kit' }),
      expect.objectContaining({ price: '10.00' }),
    ]);
    const findings = await world.ports.operations.findings({ first: 10, after: null }, {});
    expect(findings.items).toEqual([]);
    expect(world.logged).toEqual([]);
  });
});
