import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import type { FindingView } from '../../src/application/ports/operations-reader.js';
import type { World } from '../support/world.js';
import { buildWorld, control, importBaseline, must, scansDone, until } from '../support/world.js';
import { sandboxSystems } from '../../src/porch/sandbox-systems.js';
import { sqlOver } from '../../src/storage/sql.js';
import { registerSystems } from '../../src/storage/stores/system-store.js';
import { lines } from '../support/bundle-lines.js';
import { apply, create, createApart, move, product, set, shownOf } from './bundle-kit.js';

const HEAD = 'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\n';
const MUG = `${HEAD}mug,Mug,V,Size,One,MUG-1,9.00,active\n`;
const SAM = { kind: 'staff', name: 'Sam' };

describe('a difference that somebody made in a bundle, and a request that changes a bundle inside it', () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld();
    await control(world.sandbox.shopify.url, 'fill', MUG);
    await control(world.sandbox.erp.url, 'fill', MUG);
    await importBaseline(world, MUG);
    await until('both systems linked', async () =>
      (await world.ports.operations.systems()).every(({ link }) => link === 'LINKED'),
    );
    await apply(world, product, ...['a', 'b', 'c'].map((code) => create(code)), ...createApart('kit', '1 a, 1 b'));
    await apply(world, ...createApart('box', '2 kit, 1 c'));
    await apply(world, ...createApart('crate', '1 box, 1 c'));
    const all = ['a', 'b', 'c', 'kit', 'box', 'crate'];
    await delivered((await apply(world, ...all.map((code) => move(code, 'PRELAUNCH')))).id);
  });
  afterAll(() => world.close());

  const delivered = (id: string): Promise<unknown> =>
    until(
      'all deliveries',
      async () => {
        const deliveries = (await world.ports.operations.deliveriesOfRequests([id])).get(id) ?? [];
        return deliveries.length > 0 && deliveries.every(({ state }) => state === 'DELIVERED');
      },
      40,
    );
  const found = (system: string, target: string): Promise<FindingView> =>
    until(`a finding on ${target} in ${system}`, async () => {
      const query = { system, target, states: ['OPEN' as const] };
      return (await world.ports.operations.findings({ first: 10, after: null }, query)).items[0]?.node;
    });
  const now = async ({ id }: FindingView): Promise<FindingView | undefined> =>
    (await world.ports.operations.findingsByIds([id]))[0];
  let inShopify: FindingView;
  let inErp: FindingView;

  it('is found where they were edited, at whatever level', async () => {
    const components = lines('5 a').map(({ sku, quantity }) => ({ sku, quantity }));
    await control(world.sandbox.shopify.url, 'components', { as: SAM, sku: 'box', components });
    const set = { components: [{ code: 'b', quantity: '7' }] };
    await control(world.sandbox.erp.url, 'edit', { as: SAM, code: 'crate', set });
    for (const system of ['erp', 'shopify']) must(await startScan(world.ports, world.people.oli, system, 'FULL'));
    await scansDone(world);
    [inShopify, inErp] = [await found('shopify', 'box'), await found('erp', 'crate')];
  });

  it('stays where the request changes nothing of what the outer one shows', async () => {
    await delivered((await apply(world, set('kit', '1 b, 1 a'))).id);
    expect([(await now(inShopify))?.state, (await now(inErp))?.state]).toEqual(['OPEN', 'OPEN']);
    expect((await shownOf(world, 'box'))['shopify']).toBe('5 a');
    expect((await shownOf(world, 'crate'))['erp']).toBe('7 b');
  });

  it('gives way to one that does, and what was found stays on record', async () => {
    await delivered((await apply(world, set('kit', '3 a, 1 b'))).id);
    const whole = '6 a, 2 b, 1 c';
    expect(await shownOf(world, 'box')).toEqual({ erp: whole, shopify: whole });
    expect(await shownOf(world, 'crate')).toEqual({ erp: '6 a, 2 b, 2 c', shopify: '6 a, 2 b, 2 c' });
    const closed = { state: 'RESOLVED', resolution: 'SUPERSEDED' };
    expect(await now(inShopify)).toMatchObject({ ...closed, found: [{ code: 'a', quantity: 5 }] });
    expect(await now(inErp)).toMatchObject({ ...closed, found: [{ code: 'b', quantity: 7 }] });
  });

  it('holds again when it is made after the request', async () => {
    const components = lines('4 a').map(({ sku, quantity }) => ({ sku, quantity }));
    await control(world.sandbox.shopify.url, 'components', { as: SAM, sku: 'box', components });
    must(await startScan(world.ports, world.people.oli, 'shopify', 'FULL'));
    await scansDone(world);
    const again = await found('shopify', 'box');
    const fields = { price: '11.00' };
    await delivered((await apply(world, { kind: 'skuUpdate', input: { code: 'box', baseRevision: null, fields } })).id);
    expect((await now(again))?.state).toBe('OPEN');
    expect((await shownOf(world, 'box'))['shopify']).toBe('4 a');
  });

  it('is not written over by what changed inside while nothing was written to the system', async () => {
    const mode = async (shopify: 'READ_ONLY' | 'WRITE'): Promise<void> => {
      const { sandbox, database, ports } = world;
      const systems = sandboxSystems(sandbox).map((each) =>
        each.code === 'shopify' ? { ...each, mode: shopify } : each,
      );
      await registerSystems(sqlOver(database.source), systems, () => ports.newId());
    };
    const again = await found('shopify', 'box');
    await mode('READ_ONLY');
    await apply(world, set('kit', '2 a, 1 b'));
    await mode('WRITE');
    const price = (value: string): ReturnType<typeof apply> =>
      apply(world, { kind: 'skuUpdate', input: { code: 'box', baseRevision: null, fields: { price: value } } });
    await delivered((await price('12.00')).id);
    expect((await now(again))?.state).toBe('OPEN');
    expect((await shownOf(world, 'box'))['shopify']).toBe('4 a');
    // From then on what changes inside is brought as ever.
    await delivered((await apply(world, set('kit', '4 a, 1 b'))).id);
    await delivered((await price('13.00')).id);
    expect((await now(again))?.state).toBe('RESOLVED');
    expect((await shownOf(world, 'box'))['shopify']).toBe('8 a, 2 b, 1 c');
  });
});
