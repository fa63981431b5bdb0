import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import { adoptFindings } from '../../src/application/drift/adopt-findings.js';
import { revertFindings } from '../../src/application/drift/revert-findings.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import type { FindingView } from '../../src/application/ports/operations-reader.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, control, importBaseline, must, until } from '../support/world.js';

const CSV = readFileSync(new URL('../../src/sandbox/sample/catalog.csv', import.meta.url), 'utf8');
const FIRST = { first: 50, after: null };

describe('the loop, on the real database and the stand-ins', () => {
  let world: World;
  let code: string;

  beforeAll(async () => {
    world = await buildWorld();
    await control(world.sandbox.shopify.url, 'fill', CSV);
    await control(world.sandbox.erp.url, 'fill', CSV);
  });
  afterAll(() => world.close());

  const price = async (system: 'shopify' | 'erp'): Promise<unknown> => {
    const sku = await world.ports.catalog.skuByCode(code);
    const records = (await world.ports.operations.recordsOfSkus([sku?.id ?? ''])).get(sku?.id ?? '') ?? [];
    const observed = records.find((record) => record.system === system)?.observed;
    return typeof observed === 'object' && observed !== null && 'price' in observed ? observed.price : null;
  };
  const openFinding = (system: string, field: string): Promise<FindingView> =>
    until(`a finding on ${field} in ${system}`, async () => {
      const page = await world.ports.operations.findings(FIRST, { system, field, target: code, states: ['OPEN'] });
      return page.items[0]?.node;
    });
  const propose = async (value: string): Promise<string> => {
    const changes = [{ kind: 'skuUpdate' as const, input: { code, baseRevision: null, fields: { price: value } } }];
    const draft = { title: `Price ${value}`, reason: null, idempotencyKey: null, changes };
    return must(await createChangeRequest(world.ports, world.people.mia, draft, false)).id;
  };
  const allDelivered = (id: string): Promise<unknown> =>
    until('all deliveries', async () => {
      const deliveries = (await world.ports.operations.deliveriesOfRequests([id])).get(id) ?? [];
      return deliveries.length > 0 && deliveries.every(({ state }) => state === 'DELIVERED');
    });

  it('imports the catalogue, links both systems one to one, and finds nothing astray', async () => {
    const job = await importBaseline(world, CSV);
    expect({ state: job.state, rejected: job.rejected }).toEqual({ state: 'SUCCEEDED', rejected: 0 });
    await until('both systems linked', async () =>
      (await world.ports.operations.systems()).every(({ link }) => link === 'LINKED'),
    );
    const findings = await world.ports.operations.findings(FIRST, {});
    expect(findings.items.map(({ node }) => `${node.system} ${node.kind} ${node.target} ${node.field}`)).toEqual([]);
    const page = await world.ports.catalog.skus(FIRST, { states: ['ACTIVE'] }, 'CODE');
    code = page.items[0]?.node.code ?? '';
    const all = await world.ports.catalog.skus(FIRST, {}, 'CODE');
    expect(job.skusCreated).toBe(await all.totalCount());
    const created = (await control(world.sandbox.shopify.url, 'journal')) as {
      requests?: { operation?: string; kind?: string }[];
    };
    expect(JSON.stringify(created)).not.toMatch(/ProductSet|ProductCreate|VariantsCreate/);
  });

  it('applies what somebody else approved, and both systems show it', async () => {
    const id = await propose('77.70');
    expect(codesOf(await approveChangeRequest(world.ports, world.people.mia, id, null))).toEqual(['SELF_APPROVAL']);
    expect(codesOf(await approveChangeRequest(world.ports, world.people.oli, id, null))).toEqual(['NOT_ASKED']);
    must(await approveChangeRequest(world.ports, world.people.ada, id, 'fine'));
    await allDelivered(id);
    expect([await price('shopify'), await price('erp')]).toEqual(['77.70', '77.70']);
    expect((await world.ports.changes.requestById(id))?.state).toBe('APPLIED');
    expect(codesOf(await approveChangeRequest(world.ports, world.people.ada, id, null))).toEqual(['WRONG_STATE']);
  });

  it('brings a first price to a system where the SKU has been without one, and takes that for nobody’s edit', async () => {
    const apply = async (changes: ChangeDraft[]): Promise<string> => {
      const draft = { title: 'late price', reason: null, idempotencyKey: null, changes };
      const { id } = must(await createChangeRequest(world.ports, world.people.mia, draft, false));
      must(await approveChangeRequest(world.ports, world.people.ada, id, null));
      expect((await world.ports.changes.requestById(id))?.state).toBe('APPLIED');
      return id;
    };
    await apply([
      { kind: 'productCreate', input: { handle: 'late', fields: { title: 'Late', vendor: 'Fernhill Supply' } } },
      { kind: 'skuCreate', input: { code: 'LATE', product: 'late', fields: { title: 'Late' } } },
    ]);
    await apply([{ kind: 'skuTransition', input: { code: 'LATE', to: 'PRELAUNCH' } }]);
    const item = async (): Promise<{ listPrice: string | null } | undefined> => {
      const { items } = (await control(world.sandbox.erp.url, 'items?code=LATE')) as {
        items: { listPrice: string | null }[];
      };
      return items[0];
    };
    expect(await until('the item in the ERP', item)).toMatchObject({ listPrice: null });
    await apply([
      { kind: 'skuUpdate', input: { code: 'LATE', baseRevision: null, fields: { price: '61.00' } } },
      { kind: 'skuTransition', input: { code: 'LATE', to: 'ACTIVE' } },
    ]);
    await until('the price in the ERP', async () => (await item())?.listPrice === '61.00');
    const found = await world.ports.operations.findings(FIRST, { target: 'LATE' });
    expect(found.items).toEqual([]);
  });

  it('finds an edit in the ERP by a full scan, and puts the canonical value back on a revert', async () => {
    await control(world.sandbox.erp.url, 'edit', {
      as: { kind: 'staff', name: 'Sam' },
      code,
      set: { listPrice: '11.11' },
    });
    must(await startScan(world.ports, world.people.oli, 'erp', 'FULL'));
    const finding = await openFinding('erp', 'price');
    expect(finding).toMatchObject({
      expected: '77.70',
      found: '11.11',
      lastPublished: '77.70',
      severity: 'HIGH',
      source: 'FULL_SCAN',
    });
    expect(finding.attribution?.actor).toBe('Sam');
    must(await revertFindings(world.ports, world.people.oli, { ids: [finding.id], note: 'typo', confirm: false }));
    const resolved = await until('the revert', async () => {
      const [row] = await world.ports.operations.findingsByIds([finding.id]);
      return row?.state === 'RESOLVED' ? row : null;
    });
    expect(resolved).toMatchObject({ resolution: 'REVERTED', resolvedBy: { name: 'oli' } });
    expect(await price('erp')).toBe('77.70');
  });

  it('holds an edit that it meets before writing, instead of overwriting it unseen', async () => {
    await control(world.sandbox.shopify.url, 'edit', {
      as: { kind: 'staff', name: 'Sam' },
      sku: code,
      set: { price: '12.34' },
    });
    const id = await propose('78.80');
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
    const finding = await openFinding('shopify', 'price');
    expect(finding).toMatchObject({ found: '12.34', expected: '78.80', source: 'BEFORE_WRITE' });
    await allDelivered(id);
    expect(await price('shopify')).toBe('12.34');
    expect(await price('erp')).toBe('78.80');
  });

  it('adopts what was found only after somebody else approved it', async () => {
    const finding = await openFinding('shopify', 'price');
    const { changeRequestId } = must(
      await adoptFindings(world.ports, world.people.mia, { ids: [finding.id], reason: 'the promotion was agreed' }),
    );
    expect(codesOf(await approveChangeRequest(world.ports, world.people.mia, changeRequestId, null))).toEqual([
      'SELF_APPROVAL',
    ]);
    must(await approveChangeRequest(world.ports, world.people.ada, changeRequestId, null));
    await allDelivered(changeRequestId);
    expect((await world.ports.operations.findingsByIds([finding.id]))[0]).toMatchObject({
      state: 'RESOLVED',
      resolution: 'ADOPTED',
    });
    expect([await price('shopify'), await price('erp')]).toEqual(['12.34', '12.34']);
    expect(world.logged).toEqual([]);
  });
});
