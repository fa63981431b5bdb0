import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import { adoptFindings } from '../../src/application/drift/adopt-findings.js';
import { revertFindings } from '../../src/application/drift/revert-findings.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import type { DeliveryView, FindingView } from '../../src/application/ports/operations-reader.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, control, importBaseline, must, scansDone, until } from '../support/world.js';
import { componentsText, lines } from '../support/bundle-lines.js';
import { apply, create, createApart, move, product, set, shownOf } from './bundle-kit.js';

const HEAD = 'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\n';
const MUG = `${HEAD}mug,Mug,V,Size,One,MUG-1,9.00,active\n`;
const SAM = { kind: 'staff', name: 'Sam' };
const SYSTEMS = ['erp', 'shopify'] as const;

describe('what bundles are made of, in both systems', () => {
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
    await apply(world, product, ...['a', 'b', 'c'].map((code) => create(code)), ...createApart('kit', '1 a, 1 b'));
    await apply(world, ...createApart('box', '2 kit, 1 c'));
    const all = ['a', 'b', 'c', 'kit', 'box'];
    const launch = await apply(world, ...all.map((code) => move(code, 'PRELAUNCH')));
    await delivered(launch.id);
    await delivered((await apply(world, ...all.map((code) => move(code, 'ACTIVE')))).id);
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
      40,
    );
  const shown = (code: string): Promise<Record<string, string>> => shownOf(world, code);
  const scanned = async (): Promise<void> => {
    for (const system of SYSTEMS) must(await startScan(world.ports, world.people.oli, system, 'FULL'));
    await scansDone(world);
  };
  const found = (system: string, code: string): Promise<FindingView> =>
    until(`a finding on ${code} in ${system}`, async () => {
      const query = { system, target: code, states: ['OPEN' as const] };
      return (await world.ports.operations.findings({ first: 10, after: null }, query)).items[0]?.node;
    });
  const findingOf = async ({ id }: FindingView): Promise<FindingView | undefined> =>
    (await world.ports.operations.findingsByIds([id]))[0];
  const editShopify = (as: object, sku: string, what: string): Promise<unknown> => {
    const components = what === '' ? [] : lines(what).map((line) => ({ sku: line.sku, quantity: line.quantity }));
    return control(world.sandbox.shopify.url, 'components', { as, sku, components });
  };
  const revert = async (finding: FindingView): Promise<void> => {
    must(await revertFindings(world.ports, world.people.oli, { ids: [finding.id], note: null, confirm: true }));
    await until('the revert', async () => (await findingOf(finding))?.state === 'RESOLVED', 40);
  };

  it('are published with what is in them, bundles inside taken apart, though all of it was new at once', async () => {
    expect(await shown('kit')).toEqual({ erp: '1 a, 1 b', shopify: '1 a, 1 b' });
    expect(await shown('box')).toEqual({ erp: '2 a, 2 b, 1 c', shopify: '2 a, 2 b, 1 c' });
    expect(await shown('a')).toEqual({ erp: '', shopify: '' });
  });

  it('are brought to what they are made of now, and so is every bundle around them', async () => {
    const { id } = await apply(world, set('kit', '3 a, 1 b'));
    await delivered(id);
    expect((await deliveriesOf(id)).map(({ target, system }) => `${target} ${system}`).sort()).toEqual([
      'box erp',
      'box shopify',
      'kit erp',
      'kit shopify',
    ]);
    expect([await shown('kit'), await shown('box')]).toEqual([
      { erp: '3 a, 1 b', shopify: '3 a, 1 b' },
      { erp: '6 a, 2 b, 1 c', shopify: '6 a, 2 b, 1 c' },
    ]);
    const findings = await world.ports.operations.findings({ first: 10, after: null }, {});
    expect(findings.items).toEqual([]);
  });

  it('drift when somebody edits the components there, and are put back on a revert', async () => {
    await editShopify(SAM, 'kit', '3 a, 2 b');
    const components = [{ code: 'a', quantity: '5' }];
    await control(world.sandbox.erp.url, 'edit', { as: SAM, code: 'kit', set: { components } });
    await scanned();
    const [shopify, erp] = [await found('shopify', 'kit'), await found('erp', 'kit')];
    const canonical = [
      { code: 'a', quantity: 3 },
      { code: 'b', quantity: 1 },
    ];
    expect(shopify).toMatchObject({
      kind: 'BUNDLE',
      field: 'bundle.components',
      severity: 'HIGH',
      expected: canonical,
    });
    expect([
      componentsText({ 'bundle.components': shopify.found }),
      componentsText({ 'bundle.components': erp.found }),
    ]).toEqual(['3 a, 2 b', '5 a']);
    expect([shopify.lastPublished, erp.attribution?.actor]).toEqual([canonical, 'Sam']);
    await revert(shopify);
    await revert(erp);
    expect(await shown('kit')).toEqual({ erp: '3 a, 1 b', shopify: '3 a, 1 b' });
    expect((await findingOf(shopify))?.resolution).toBe('REVERTED');
  });

  it('take over what was found where somebody else approves it', async () => {
    await editShopify(SAM, 'kit', '1 a, 1 c');
    await scanned();
    const finding = await found('shopify', 'kit');
    const input = { ids: [finding.id], reason: 'the merchandiser did it on purpose' };
    const { changeRequestId } = must(await adoptFindings(world.ports, world.people.mia, input));
    must(await approveChangeRequest(world.ports, world.people.ada, changeRequestId, null));
    await delivered(changeRequestId);
    expect(await shown('kit')).toEqual({ erp: '1 a, 1 c', shopify: '1 a, 1 c' });
    expect(await shown('box')).toEqual({ erp: '2 a, 3 c', shopify: '2 a, 3 c' });
    expect((await findingOf(finding))?.resolution).toBe('ADOPTED');
  });

  it('take over nothing that would lose the bundles inside, and no emptiness', async () => {
    await editShopify(SAM, 'box', '1 a, 1 c');
    await editShopify(SAM, 'kit', '');
    await scanned();
    const [box, kit] = [await found('shopify', 'box'), await found('shopify', 'kit')];
    const adopt = (finding: FindingView): ReturnType<typeof adoptFindings> =>
      adoptFindings(world.ports, world.people.mia, { ids: [finding.id], reason: 'somebody did it on purpose' });
    expect(await adopt(box)).toMatchObject({
      problems: [
        {
          code: 'NOT_RESOLVABLE_HERE',
          field: ['ids', '0'],
          message: expect.stringMatching(/^box holds bundles \(kit\)/),
        },
      ],
    });
    expect(await adopt(kit)).toMatchObject({
      problems: [{ code: 'NOT_RESOLVABLE_HERE', message: expect.stringContaining('made of nothing there') }],
    });
    await revert(box);
    await revert(kit);
  });

  it('are not ours to correct where another app made them, and the finding says so', async () => {
    await editShopify({ kind: 'app', name: 'Bundler' }, 'kit', '2 a, 2 b');
    await scanned();
    const finding = await found('shopify', 'kit');
    expect(finding.notOurs).toBeNull();
    must(await revertFindings(world.ports, world.people.oli, { ids: [finding.id], note: null, confirm: true }));
    const told = await until('the refusal', async () => {
      const now = await findingOf(finding);
      return now?.notOurs ? now : null;
    });
    expect(told).toMatchObject({ state: 'OPEN', notOurs: expect.stringMatching(/another app made this bundle/) });
    const again = await revertFindings(world.ports, world.people.oli, { ids: [finding.id], note: null, confirm: true });
    expect(codesOf(again)).toEqual(['NOT_RESOLVABLE_HERE']);
    // Once the app lets go, what it left is a difference like any other.
    await editShopify({ kind: 'app', name: 'Bundler' }, 'kit', '');
    await scanned();
    await until('the refreshed finding', async () => (await findingOf(finding))?.notOurs === null);
    await revert(finding);
    expect((await shown('kit'))['shopify']).toBe('1 a, 1 c');
  });

  it('wait for somebody where a component is not to be in the system', async () => {
    const change = {
      kind: 'skuUpdate' as const,
      input: { code: 'c', baseRevision: null, fields: { listedIn: ['erp'] } },
    };
    await delivered((await apply(world, change)).id);
    const apart = await apply(world, ...createApart('duo', '1 b, 1 d'), create('d'));
    expect(apart.state).toBe('APPLIED');
    const own = { kind: 'skuUpdate' as const, input: { code: 'd', baseRevision: null, fields: { listedIn: ['erp'] } } };
    await apply(world, own);
    const { id } = await apply(world, move('d', 'PRELAUNCH'), move('duo', 'PRELAUNCH'));
    const dead = await until('the dead letter', async () =>
      (await deliveriesOf(id)).find(({ state }) => state === 'DEAD_LETTERED'),
    );
    expect(dead).toMatchObject({ target: 'duo', system: 'shopify' });
    expect(dead.lastError).toMatchObject({ class: 'VALIDATION', code: 'COMPONENT_NOT_LISTED' });
    await until('the ERP', async () => (await shown('duo'))['erp'] === '1 b, 1 d');
    expect((await shown('duo'))['shopify'] ?? '').toBe('');
  });
});
