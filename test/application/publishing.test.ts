import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { revertFindings } from '../../src/application/drift/revert-findings.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import type { DeliveryView, FindingView } from '../../src/application/ports/operations-reader.js';
import { retryDeliveries } from '../../src/application/publishing/retry-deliveries.js';
import { linkSystem } from '../../src/application/publishing/link-system.js';
import { recordStatements } from '../support/statements.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, control, importBaseline, must, scansDone, until } from '../support/world.js';

const CSV = readFileSync(new URL('../../src/sandbox/sample/catalog.csv', import.meta.url), 'utf8');
const DROP = readFileSync(new URL('../../src/sandbox/sample/winter-drop.csv', import.meta.url), 'utf8');
const FIRST = { first: 100, after: null };

interface Shelf {
  products: {
    id: string;
    handle: string;
    status: string;
    variants: { sku: string; price: string; published?: boolean }[];
  }[];
}

describe('publishing to both stand-ins', () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld();
    await control(world.sandbox.shopify.url, 'fill', CSV);
    await control(world.sandbox.erp.url, 'fill', CSV);
    await importBaseline(world, CSV);
    await until('linked', async () => (await world.ports.operations.systems()).every(({ link }) => link === 'LINKED'));
  });
  afterAll(() => world.close());

  async function apply(...changes: ChangeDraft[]): Promise<string> {
    const draft = { title: 'a change', reason: null, idempotencyKey: null, changes };
    const { id } = must(await createChangeRequest(world.ports, world.people.mia, draft, false));
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
    return id;
  }
  const settled = (id: string, seconds = 60): Promise<DeliveryView[]> =>
    until(
      'deliveries to settle',
      async () => {
        const all = (await world.ports.operations.deliveriesOfRequests([id])).get(id) ?? [];
        return all.length > 0 && all.every(({ state }) => state === 'DELIVERED' || state === 'DEAD_LETTERED')
          ? all
          : null;
      },
      seconds,
    );
  const shelf = (query: string): Promise<Shelf> =>
    control(world.sandbox.shopify.url, `products?${query}`) as Promise<Shelf>;
  const findings = async (target: string): Promise<FindingView[]> =>
    (await world.ports.operations.findings(FIRST, { target, states: ['OPEN'] })).items.map(({ node }) => node);
  const transition = (code: string, to: 'PRELAUNCH' | 'ACTIVE' | 'ON_HOLD' | 'PHASE_OUT'): ChangeDraft => ({
    kind: 'skuTransition',
    input: { code, to },
  });

  it('brings a new product through its life: absent as DRAFT, unpublished, then on sale, then held', async () => {
    const create = await apply(
      {
        kind: 'productCreate',
        input: { handle: 'camp-mug', fields: { title: 'Camp Mug', vendor: 'Fernhill Supply', optionNames: ['Color'] } },
      },
      {
        kind: 'skuCreate',
        input: {
          code: 'MUG-RED',
          product: 'camp-mug',
          fields: {
            title: 'Camp Mug - Red',
            price: '14.00',
            optionValues: [{ name: 'Color', value: 'Red' }],
            weight: { value: '200', unit: 'GRAMS' },
          },
        },
      },
      {
        kind: 'skuCreate',
        input: {
          code: 'MUG-BLUE',
          product: 'camp-mug',
          fields: { title: 'Camp Mug - Blue', price: '14.00', optionValues: [{ name: 'Color', value: 'Blue' }] },
        },
      },
    );
    expect((await world.ports.changes.requestById(create))?.state).toBe('APPLIED');
    expect((await shelf('handle=camp-mug')).products).toEqual([]);

    await settled(await apply(transition('MUG-RED', 'PRELAUNCH'), transition('MUG-BLUE', 'PRELAUNCH')));
    expect((await shelf('handle=camp-mug')).products).toMatchObject([
      { status: 'DRAFT', variants: [{ sku: 'MUG-RED' }, { sku: 'MUG-BLUE' }] },
    ]);

    await settled(await apply(transition('MUG-RED', 'ACTIVE'), transition('MUG-BLUE', 'ACTIVE')));
    expect((await shelf('handle=camp-mug')).products).toMatchObject([{ status: 'ACTIVE' }]);

    await settled(await apply(transition('MUG-RED', 'ON_HOLD')));
    const records = await recordsOf('MUG-RED');
    expect(records.shopify).toMatchObject({ lifecycle: { published: false } });
    expect(records.erp).toMatchObject({ lifecycle: { active: true, salable: false } });
    expect((await recordsOf('MUG-BLUE')).shopify).toMatchObject({ lifecycle: { published: true } });
    expect(await findings('MUG-RED')).toEqual([]);
  });

  async function recordsOf(code: string): Promise<Record<string, unknown>> {
    const sku = await world.ports.catalog.skuByCode(code);
    const rows = (await world.ports.operations.recordsOfSkus([sku?.id ?? ''])).get(sku?.id ?? '') ?? [];
    return Object.fromEntries(rows.map(({ system, observed }) => [system, observed]));
  }

  it('makes one product although the answer to its creation is lost', async () => {
    await control(world.sandbox.shopify.url, 'faults', { next: [{ when: 'after', kind: 'reset', match: 'mutation' }] });
    const id = await apply(
      { kind: 'productCreate', input: { handle: 'tin-plate', fields: { title: 'Tin Plate' } } },
      {
        kind: 'skuCreate',
        input: { code: 'PLATE', product: 'tin-plate', fields: { title: 'Tin Plate', price: '9.00' } },
      },
    );
    expect(id).not.toBe('');
    await settled(await apply(transition('PLATE', 'PRELAUNCH')), 100);
    const { products } = await shelf('sku=PLATE');
    expect(products).toHaveLength(1);
  }, 120_000);

  it('makes a dead letter of what the system refuses, and takes it up again on request', async () => {
    const [sku] = (await world.ports.catalog.skus(FIRST, { states: ['ACTIVE'] }, 'CODE')).items.map(({ node }) => node);
    const code = sku?.code ?? '';
    await control(world.sandbox.erp.url, 'delete', { code });
    const change: ChangeDraft = { kind: 'skuUpdate', input: { code, baseRevision: null, fields: { price: '31.00' } } };
    const dead = (await settled(await apply(change))).find(({ system }) => system === 'erp');
    expect(dead).toMatchObject({ state: 'DEAD_LETTERED', lastError: { class: 'NOT_FOUND' }, overdue: false });
    expect((await findings(code)).map(({ kind, system }) => `${system} ${kind}`)).toEqual(['erp MISSING']);

    const [missing] = await findings(code);
    must(await revertFindings(world.ports, world.people.oli, { ids: [missing?.id ?? ''], note: null, confirm: false }));
    await until(
      'it to be there again',
      async () => (await recordsOf(code)).erp !== null && (await findings(code)).length === 0,
    );
    expect(await recordsOf(code)).toMatchObject({ erp: { price: '31.00' }, shopify: { price: '31.00' } });
    expect(
      codesOf(await retryDeliveries(world.ports, world.people.oli, { ids: [dead?.id ?? ''], filter: null })),
    ).toEqual(['WRONG_STATE']);
  });

  it('never doubles what the shop sells already, and creates the missing only when told to', async () => {
    const before = (await shelf('')).products.length;
    await control(world.sandbox.shopify.url, 'fill', DROP);
    await importBaseline(world, DROP);
    expect((await shelf('')).products.length).toBe(before + 6);
    const missing = await world.ports.operations.findings(FIRST, {
      system: 'erp',
      kinds: ['MISSING'],
      states: ['OPEN'],
    });
    expect(await missing.totalCount()).toBe(24);
    const sent = recordStatements(world.database.source);
    must(await linkSystem(world.ports, world.people.alex, 'erp', true));
    // Records before the system's own row: whoever takes both the other way round would wait in a ring with whoever publishes.
    const first = (part: string): number => sent.findIndex((text) => text.includes(part));
    const [records, system] = [first("update record r set match = 'TO_CREATE'"), first('update system set link')];
    expect([records >= 0, records < system]).toEqual([true, true]);
    await until('the ERP to be filled', async () => {
      const left = await world.ports.operations.findings(FIRST, {
        system: 'erp',
        kinds: ['MISSING'],
        states: ['OPEN'],
      });
      return (await left.totalCount()) === 0;
    });
    must(await startScan(world.ports, world.people.oli, 'erp', 'FULL'));
    must(await startScan(world.ports, world.people.oli, 'shopify', 'FULL'));
    await scansDone(world);
    expect(
      (await world.ports.operations.findings(FIRST, { states: ['OPEN'] })).items.map(
        ({ node }) => `${node.system} ${node.kind} ${node.target}`,
      ),
    ).toEqual([]);
    expect((await shelf('')).products.length).toBe(before + 6);
  });

  it('sees strangers, doubles, renamed codes and the deleted by a full scan, and their end by the next', async () => {
    const codes = (await world.ports.catalog.skus(FIRST, { states: ['ACTIVE'] }, 'CODE')).items.map(
      ({ node }) => node.code,
    );
    const [one = '', two = '', three = ''] = codes.slice(4);
    const as = { kind: 'staff', name: 'Sam' };
    await control(world.sandbox.shopify.url, 'edit', { as, sku: one, set: { sku: `${one}-X` } });
    await control(world.sandbox.erp.url, 'delete', { code: two });
    await control(world.sandbox.shopify.url, 'add', { as, title: 'Stranger', sku: 'STRANGER-1', price: '1.00' });
    await control(world.sandbox.shopify.url, 'add', { as, title: 'Double', sku: three, price: '1.00' });
    must(await startScan(world.ports, world.people.oli, 'erp', 'FULL'));
    must(await startScan(world.ports, world.people.oli, 'shopify', 'FULL'));
    await scansDone(world);
    const open = (await world.ports.operations.findings(FIRST, { states: ['OPEN'] })).items.map(
      ({ node }) => `${node.system} ${node.kind} ${node.target}`,
    );
    expect(open.sort()).toEqual(
      [
        `erp MISSING ${two}`,
        `shopify DUPLICATE ${three}`,
        `shopify RECODED ${one}`,
        'shopify UNEXPECTED STRANGER-1',
      ].sort(),
    );
    await control(world.sandbox.shopify.url, 'edit', { as, sku: `${one}-X`, set: { sku: one } });
    await control(world.sandbox.shopify.url, 'delete', { handle: 'stranger' });
    await control(world.sandbox.shopify.url, 'delete', { handle: 'double' });
    must(await startScan(world.ports, world.people.oli, 'shopify', 'FULL'));
    await scansDone(world);
    const left = (await world.ports.operations.findings(FIRST, { states: ['OPEN'], system: 'shopify' })).items.map(
      ({ node }) => `${node.kind} ${node.target}`,
    );
    expect(left).toEqual([]);
  });
});
