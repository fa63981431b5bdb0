import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { revertFindings } from '../../src/application/drift/revert-findings.js';
import { startScan } from '../../src/application/drift/start-scan.js';
import { linkSystem } from '../../src/application/publishing/link-system.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, control, importBaseline, must, scansDone, until } from '../support/world.js';

const CSV = readFileSync(new URL('../../src/sandbox/sample/catalog.csv', import.meta.url), 'utf8');
const FIRST = { first: 100, after: null };

describe('day one', () => {
  let world: World;
  beforeEach(async () => {
    world = await buildWorld();
  });
  afterEach(() => world.close());

  const scan = async (system: string): Promise<void> => {
    must(await startScan(world.ports, world.people.oli, system, 'FULL'));
    await scansDone(world);
  };
  const open = async (): Promise<string[]> =>
    (await world.ports.operations.findings(FIRST, { states: ['OPEN'] })).items.map(
      ({ node }) => `${node.system} ${node.kind} ${node.target} ${node.field ?? ''}`,
    );
  const links = async (): Promise<string[]> =>
    (await world.ports.operations.systems()).map(({ code, link }) => `${code} ${link}`);
  const raise = async (code: string, price: string): Promise<string> => {
    const changes = [{ kind: 'skuUpdate' as const, input: { code, baseRevision: null, fields: { price } } }];
    const draft = { title: 'raise', reason: null, idempotencyKey: null, changes };
    const { id } = must(await createChangeRequest(world.ports, world.people.mia, draft, false));
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
    return id;
  };

  it('only looks at a read-only system: it is linked, what differs is a finding, and nothing is ever sent', async () => {
    await sqlOver(world.database.source).rows(`update system set mode = 'READ_ONLY'`);
    await control(world.sandbox.shopify.url, 'fill', CSV);
    await control(world.sandbox.erp.url, 'fill', CSV);
    await importBaseline(world, CSV);
    expect(await links()).toEqual(['erp LINKED', 'shopify LINKED']);
    expect(await open()).toEqual([]);
    const [sku] = (await world.ports.catalog.skus(FIRST, { states: ['ACTIVE'] }, 'CODE')).items;
    const code = sku?.node.code ?? '';
    expect(sku?.node.listedIn).toEqual(['erp', 'shopify']);

    const id = await raise(code, '321.00');
    expect((await world.ports.operations.deliveriesOfRequests([id])).size).toBe(0);
    await scan('erp');
    expect(await open()).toEqual([`erp FIELD ${code} price`]);
    const [finding] = (await world.ports.operations.findings(FIRST, {})).items;
    const revert = await revertFindings(world.ports, world.people.oli, {
      ids: [finding?.node.id ?? ''],
      note: null,
      confirm: false,
    });
    expect(codesOf(revert)).toEqual(['NOT_RESOLVABLE_HERE']);

    // Switched to WRITE, it pushes nothing that differed before.
    await sqlOver(world.database.source).rows(`update system set mode = 'WRITE'`);
    await scan('erp');
    const { items } = (await control(world.sandbox.erp.url, `items?code=${code}`)) as {
      items: { listPrice: string }[];
    };
    expect(items[0]?.listPrice).not.toBe('321.00');
    expect(await open()).toEqual([`erp FIELD ${code} price`]);
  });

  it('links nothing by itself that does not pair one to one, and sends nothing before it is linked', async () => {
    await control(world.sandbox.shopify.url, 'fill', CSV);
    await control(world.sandbox.erp.url, 'fill', CSV);
    const [, line = ''] = /\n[^\n]*,(FH-[A-Z0-9-]+),/.exec(CSV) ?? [];
    await control(world.sandbox.erp.url, 'delete', { code: line });
    await control(world.sandbox.shopify.url, 'edit', {
      as: { kind: 'staff', name: 'Sam' },
      sku: line,
      set: { price: '3.21' },
    });
    await importBaseline(world, CSV);
    expect(await links()).toEqual(['erp UNLINKED', 'shopify LINKED']);
    expect((await open()).sort()).toEqual([`erp MISSING ${line} `, `shopify FIELD ${line} price`]);
    const other = (await world.ports.catalog.skus(FIRST, { states: ['ACTIVE'] }, 'CODE')).items.find(
      ({ node }) => node.code !== line,
    );
    const id = await raise(other?.node.code ?? '', '99.00');
    await until('Shopify to have it', async () =>
      (await world.ports.operations.deliveriesOfRequests([id]))
        .get(id)
        ?.some(({ system, state }) => system === 'shopify' && state === 'DELIVERED'),
    );
    const states = (await world.ports.operations.deliveriesOfRequests([id])).get(id) ?? [];
    expect(states.map(({ system, state }) => `${system} ${state}`).sort()).toEqual([
      'erp PENDING',
      'shopify DELIVERED',
    ]);

    expect(codesOf(await linkSystem(world.ports, world.people.alex, 'nowhere', false))).toEqual(['NOT_FOUND']);
    must(await linkSystem(world.ports, world.people.alex, 'erp', true));
    await until('the ERP to have both', async () => (await open()).every((each) => !each.startsWith('erp')));
    await until('the delivery', async () =>
      (await world.ports.operations.deliveriesOfRequests([id])).get(id)?.every(({ state }) => state === 'DELIVERED'),
    );
  });

  it('opens nothing of absence when a scan breaks off half-way', async () => {
    await control(world.sandbox.shopify.url, 'fill', CSV);
    await control(world.sandbox.erp.url, 'fill', CSV);
    await importBaseline(world, CSV);
    const [sku] = (await world.ports.catalog.skus(FIRST, { states: ['ACTIVE'] }, 'CODE')).items;
    await control(world.sandbox.erp.url, 'delete', { code: sku?.node.code });
    const broken = { when: 'before', kind: '500', match: 'GET' };
    await control(world.sandbox.erp.url, 'faults', { next: Array.from({ length: 8 }, () => broken) });
    must(await startScan(world.ports, world.people.oli, 'erp', 'FULL'));
    const failed = await until('the scan to fail', async () => {
      const [last] = (await world.ports.operations.scans(FIRST, 'erp')).items;
      return last?.node.state === 'FAILED' ? last.node : null;
    });
    expect(failed.error).not.toBeNull();
    expect(await open()).toEqual([]);
  });
});
