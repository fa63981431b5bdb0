import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { receiveImport } from '../../src/application/imports/receive-import.js';
import { revertFindings } from '../../src/application/drift/revert-findings.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import type { LifecycleState } from '../../src/domain/catalog/lifecycle.js';
import type { Json } from '../../src/domain/primitives/json.js';
import { normaliseComponents } from '../../src/domain/publishing/component-line.js';
import type { World } from '../support/world.js';
import { buildWorld, control, importBaseline, must, scansDone, until } from '../support/world.js';
import { apply, move } from './bundle-kit.js';

const DATA = new URL('../../../shared/data/luma/', import.meta.url);
/** A real catalogue, where it is; whoever only has the repository has the other tests. */
const describeOnLuma = existsSync(DATA) ? describe : describe.skip;
const KIT = '24-WG080';
const STRAPS = '24-WG085_Group';

function componentsIn(observed: Json | undefined): Json {
  const shows = typeof observed === 'object' && observed !== null && !Array.isArray(observed);
  return shows ? (observed['bundle.components'] ?? null) : null;
}

describeOnLuma.each(['components', 'fixed'] as const)("Luma's two bundles, where Shopify is told of %s", (bundles) => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld({ worker: true, bundles });
    const csv = readFileSync(new URL('products_export.csv', DATA), 'utf8');
    await control(world.sandbox.shopify.url, 'fill', csv);
    await control(world.sandbox.erp.url, 'fill', csv);
    await importBaseline(world, csv);
    await until(
      'both systems linked',
      async () => (await world.ports.operations.systems()).every(({ link }) => link === 'LINKED'),
      60,
    );
  }, 120_000);
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
  const shown = async (code: string): Promise<Record<string, unknown>> => {
    const id = (await world.ports.catalog.skuByCode(code))?.id ?? '';
    const records = (await world.ports.operations.recordsOfSkus([id])).get(id) ?? [];
    return Object.fromEntries(records.map(({ system, observed }) => [system, componentsIn(observed)]));
  };
  const ones = (...codes: string[]): unknown => normaliseComponents(codes.map((code) => ({ code, quantity: 1 })));

  it('come as drafts without a price, beside 1,891 SKUs', async () => {
    const body = (async function* () {
      yield readFileSync(new URL('bundles.csv', DATA));
    })();
    const request = { format: 'bundle-csv', mode: 'baseline' };
    const { id } = must(await receiveImport(world.ports, world.people.alex, request, body));
    const job = await until('the import', async () => {
      const row = await world.ports.imports.byId(id);
      return row && row.finishedAt !== null ? row : null;
    });
    expect(job).toMatchObject({ state: 'SUCCEEDED', skusCreated: 2, rejected: 0 });
    await scansDone(world);
    const skus = await Promise.all([KIT, STRAPS].map((code) => world.ports.catalog.skuByCode(code)));
    expect(skus.map((sku) => [sku?.kind, sku?.state, sku?.price])).toEqual([
      ['BUNDLE', 'DRAFT', null],
      ['BUNDLE', 'DRAFT', null],
    ]);
  });

  it('get prices, go on sale by requests, and both systems show what they are made of', async () => {
    const price = (code: string, value: string): Parameters<typeof apply>[1] => ({
      kind: 'skuUpdate',
      input: { code, baseRevision: null, fields: { price: value } },
    });
    const moves = (to: LifecycleState): Parameters<typeof apply>[1][] => [move(KIT, to), move(STRAPS, to)];
    const launch = await apply(world, price(KIT, '61.00'), price(STRAPS, '32.00'), ...moves('PRELAUNCH'));
    expect(launch.state).toBe('APPLIED');
    await delivered(launch.id);
    await delivered((await apply(world, ...moves('ACTIVE'))).id);
    const kit = ones('24-WG081-blue', '24-WG084', '24-WG085', '24-WG088');
    const straps = ones('24-WG085', '24-WG086', '24-WG087');
    expect(await shown(KIT)).toEqual({ erp: kit, shopify: kit });
    expect(await shown(STRAPS)).toEqual({ erp: straps, shopify: straps });
    const bundled = await control(world.sandbox.shopify.url, `products?sku=${KIT}`);
    const variant = expect.objectContaining({ price: '61.00', published: true });
    expect(bundled).toMatchObject({
      products: [{ isProductBundle: bundles === 'fixed', status: 'ACTIVE', published: true, variants: [variant] }],
    });
  });

  it('drift when somebody edits the components there, and are put back', async () => {
    const as = { kind: 'staff', name: 'Sam' };
    const components = [{ sku: '24-WG084', quantity: 2 }];
    await control(world.sandbox.shopify.url, 'components', { as, sku: KIT, components });
    const set = { components: [{ code: '24-WG085', quantity: '3' }] };
    await control(world.sandbox.erp.url, 'edit', { as, code: STRAPS, set });
    for (const system of ['shopify', 'erp']) must(await startScan(world.ports, world.people.oli, system, 'FULL'));
    await scansDone(world);
    const findings = await until('both findings', async () => {
      const query = { states: ['OPEN' as const], kinds: ['BUNDLE' as const] };
      const { items } = await world.ports.operations.findings({ first: 10, after: null }, query);
      return items.length === 2 ? items.map(({ node }) => node) : null;
    });
    expect(findings.map(({ system, target }) => `${system} ${target}`).sort()).toEqual([
      `erp ${STRAPS}`,
      `shopify ${KIT}`,
    ]);
    const ids = findings.map(({ id }) => id);
    must(await revertFindings(world.ports, world.people.oli, { ids, note: 'as it was', confirm: true }));
    await until(
      'both reverts',
      async () =>
        (await world.ports.operations.findingsByIds(ids)).every(({ resolution }) => resolution === 'REVERTED'),
      40,
    );
    expect((await shown(KIT))['shopify']).toEqual(ones('24-WG081-blue', '24-WG084', '24-WG085', '24-WG088'));
    expect((await shown(STRAPS))['erp']).toEqual(ones('24-WG085', '24-WG086', '24-WG087'));
  });
});
