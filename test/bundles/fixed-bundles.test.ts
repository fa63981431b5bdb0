import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import { adoptFindings } from '../../src/application/drift/adopt-findings.js';
import { revertFindings } from '../../src/application/drift/revert-findings.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import type { DeliveryView, FindingView } from '../../src/application/ports/operations-reader.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, control, importBaseline, must, scansDone, until } from '../support/world.js';
import { lines } from '../support/bundle-lines.js';
import { apply, createPlain, move, set, shownOf } from './bundle-kit.js';

const HEAD = 'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\n';
const MUG = `${HEAD}mug,Mug,V,Size,One,MUG-1,9.00,active\n`;
const SAM = { kind: 'staff', name: 'Sam' };

interface Shown {
  handle: string;
  title: string;
  status: string;
  published: boolean;
  isProductBundle: boolean;
  variants: { sku: string; price: string; published: boolean; components: { sku: string; quantity: number }[] }[];
}

describe('bundles of a store that is configured for product bundles', () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld({ worker: true, bundles: 'fixed' });
    await control(world.sandbox.shopify.url, 'fill', MUG);
    await control(world.sandbox.erp.url, 'fill', MUG);
    await importBaseline(world, MUG);
    await until('both systems linked', async () =>
      (await world.ports.operations.systems()).every(({ link }) => link === 'LINKED'),
    );
  });
  afterAll(() => world.close());

  const deliveriesOf = async (id: string): Promise<DeliveryView[]> =>
    (await world.ports.operations.deliveriesOfRequests([id])).get(id) ?? [];
  const delivered = (id: string): Promise<unknown> =>
    until(
      'all deliveries',
      async () => {
        const deliveries = await deliveriesOf(id);
        return deliveries.length > 0 && deliveries.every(({ state }) => state === 'DELIVERED');
      },
      60,
    );
  const inShopify = async (handle: string): Promise<Shown> => {
    const { products } = (await control(world.sandbox.shopify.url, `products?handle=${handle}`)) as {
      products: Shown[];
    };
    return products[0] ?? fail(`no product ${handle}`);
  };
  const jobs = async (): Promise<string[]> => {
    const { entries } = (await control(world.sandbox.shopify.url, 'journal')) as {
      entries: { source: string; operation: string }[];
    };
    return entries.flatMap(({ source, operation }) => (source === 'job' ? [operation] : []));
  };
  const findings = async (): Promise<FindingView[]> =>
    (await world.ports.operations.findings({ first: 10, after: null }, {})).items.map(({ node }) => node);
  const scanned = async (): Promise<void> => {
    must(await startScan(world.ports, world.people.oli, 'shopify', 'FULL'));
    await scansDone(world);
  };
  const found = (target: string): Promise<FindingView> =>
    until(`a finding on ${target}`, async () => {
      const query = { system: 'shopify', target, states: ['OPEN' as const] };
      return (await world.ports.operations.findings({ first: 10, after: null }, query)).items[0]?.node;
    });
  const now = async ({ id }: FindingView): Promise<FindingView> =>
    (await world.ports.operations.findingsByIds([id]))[0] ?? fail('the finding is gone');
  const edit = (as: object, sku: string, what: string): Promise<unknown> => {
    const components = lines(what).map((line) => ({ sku: line.sku, quantity: line.quantity }));
    return control(world.sandbox.shopify.url, 'components', { as, sku, components });
  };
  const revert = async (finding: FindingView): Promise<void> => {
    must(await revertFindings(world.ports, world.people.oli, { ids: [finding.id], note: null, confirm: true }));
    await until('the revert', async () => (await now(finding)).state === 'RESOLVED', 40);
  };

  it('are made as such, nested ones taken apart, and go on sale at their own price', async () => {
    const all = ['a', 'b', 'c', 'kit', 'box'];
    await apply(world, ...['a', 'b', 'c'].flatMap((code) => createPlain(code)), ...createPlain('kit', '2 a, 1 b'));
    await apply(world, ...createPlain('box', '2 kit, 1 c'));
    await delivered((await apply(world, ...all.map((code) => move(code, 'PRELAUNCH')))).id);
    await delivered((await apply(world, ...all.map((code) => move(code, 'ACTIVE')))).id);
    for (const [code, sku, quantity] of [
      ['kit', 'a', 2],
      ['box', 'a', 4],
    ] as const) {
      expect(await inShopify(code)).toMatchObject({
        handle: code,
        title: `The ${code}`,
        status: 'ACTIVE',
        published: true,
        isProductBundle: true,
        variants: [{ sku: code, price: '30.00', published: true }],
      });
      expect((await inShopify(code)).variants[0]?.components).toContainEqual(
        expect.objectContaining({ sku, quantity }),
      );
    }
    expect(await shownOf(world, 'kit')).toEqual({ erp: '2 a, 1 b', shopify: '2 a, 1 b' });
    expect(await shownOf(world, 'box')).toEqual({ erp: '4 a, 2 b, 1 c', shopify: '4 a, 2 b, 1 c' });
    expect(await jobs()).toEqual(['productBundleCreate', 'productBundleCreate']);
    await scanned();
    expect(await findings()).toEqual([]);
  });

  it('are brought to what they are made of now, and keep their price', async () => {
    await delivered((await apply(world, set('kit', '3 a, 1 b'))).id);
    expect((await shownOf(world, 'box'))['shopify']).toBe('6 a, 2 b, 1 c');
    expect((await jobs()).slice(2)).toEqual(['productBundleUpdate', 'productBundleUpdate']);
    for (const code of ['kit', 'box']) expect((await inShopify(code)).variants[0]?.price).toBe('30.00');
    await scanned();
    expect(await findings()).toEqual([]);
  });

  it('drift when somebody edits them there, and are put back, or taken over', async () => {
    await edit(SAM, 'kit', '3 a, 2 b');
    await scanned();
    const finding = await found('kit');
    expect(finding).toMatchObject({ kind: 'BUNDLE', field: 'bundle.components', severity: 'HIGH' });
    await revert(finding);
    expect((await shownOf(world, 'kit'))['shopify']).toBe('3 a, 1 b');
    expect((await inShopify('kit')).variants).toMatchObject([{ sku: 'kit', price: '30.00', published: true }]);
    expect((await now(finding)).resolution).toBe('REVERTED');
    await edit(SAM, 'box', '1 a, 2 c');
    await scanned();
    const adopt = async (): ReturnType<typeof adoptFindings> => {
      const input = { ids: [(await found('box')).id], reason: 'the merchandiser did it on purpose' };
      return adoptFindings(world.ports, world.people.mia, input);
    };
    // What is found is taken apart: of a bundle that holds another one it would lose that.
    expect(codesOf(await adopt())).toEqual(['NOT_RESOLVABLE_HERE']);
    await delivered((await apply(world, set('box', '3 a, 1 c'))).id);
    await edit(SAM, 'box', '1 a, 2 c');
    await scanned();
    const { changeRequestId } = must(await adopt());
    must(await approveChangeRequest(world.ports, world.people.ada, changeRequestId, null));
    await delivered(changeRequestId);
    expect(await shownOf(world, 'box')).toEqual({ erp: '1 a, 2 c', shopify: '1 a, 2 c' });
  });

  it('are not ours to correct where another app has them', async () => {
    await edit({ kind: 'app', name: 'Bundler' }, 'kit', '2 a, 2 b');
    await scanned();
    const finding = await found('kit');
    must(await revertFindings(world.ports, world.people.oli, { ids: [finding.id], note: null, confirm: true }));
    await until('the refusal', async () => (await now(finding)).notOurs);
    expect((await now(finding)).notOurs).toMatch(/another app made this bundle/);
    const again = await revertFindings(world.ports, world.people.oli, { ids: [finding.id], note: null, confirm: true });
    expect(codesOf(again)).toEqual(['NOT_RESOLVABLE_HERE']);
    expect((await inShopify('kit')).variants[0]?.price).toBe('30.00');
  });

  it('whose job takes long are waited for and not sent again; what the job did to the price blames nobody', async () => {
    const before = (await jobs()).length;
    await control(world.sandbox.shopify.url, 'bundles', { operations: 'held' });
    const { id } = await apply(world, set('box', '5 c'));
    const pending = await until(
      'the delivery to be put off',
      async () => (await deliveriesOf(id)).find(({ lastError }) => lastError?.code === 'OPERATION_PENDING'),
      60,
    );
    expect(pending).toMatchObject({ state: 'RETRYING', system: 'shopify', target: 'box' });
    // Whoever looks meanwhile sees the old list, and then the new one at the price of its components.
    await scanned();
    await control(world.sandbox.shopify.url, 'bundles', { operations: 'on' });
    await until('the job', async () => (await jobs()).length > before);
    await scanned();
    await delivered(id);
    expect((await jobs()).slice(before)).toEqual(['productBundleUpdate']);
    expect((await inShopify('box')).variants).toMatchObject([
      { price: '30.00', components: [{ sku: 'c', quantity: 5 }] },
    ]);
    await scanned();
    const blamed = (await findings()).filter(({ target }) => target === 'box').map(({ field }) => field);
    expect(new Set(blamed)).toEqual(new Set(['bundle.components']));
  }, 120_000);

  it('that are a choice of their product are told by components, as everywhere else', async () => {
    const before = (await jobs()).length;
    const fields = { title: 'Duo', price: '12.00', optionValues: [{ name: 'Size', value: 'Two' }] };
    const product = { handle: 'duo', fields: { title: 'Duo', vendor: 'V', optionNames: ['Size'] } };
    const bundle = lines('1 a, 1 b');
    await apply(
      world,
      { kind: 'productCreate', input: product },
      { kind: 'skuCreate', input: { code: 'duo', kind: 'BUNDLE', product: 'duo', fields, bundle } },
    );
    await delivered((await apply(world, move('duo', 'PRELAUNCH'))).id);
    expect(await inShopify('duo')).toMatchObject({ isProductBundle: false, variants: [{ components: [{}, {}] }] });
    expect((await jobs()).length).toBe(before);
  });
});

function fail(message: string): never {
  throw new Error(message);
}
