import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import { setSourceOfTruth } from '../../src/application/truth/set-source-of-truth.js';
import { readMatch } from '../../src/application/onboarding/read-match.js';
import { control, HOST, must } from '../support/world.js';
import { codeOf, ScanKit } from './scan-kit.js';

const FIRST = { first: 50, after: null };

describe('what is told again just as it was settled', () => {
  let kit: ScanKit;
  beforeAll(async () => {
    kit = await ScanKit.open(100);
    for (const system of ['shopify', 'erp']) await kit.scan(system);
  }, 120_000);
  afterAll(() => kit.world.close());

  const setPrice = async (code: string, price: string): Promise<void> => {
    const changes = [{ kind: 'skuUpdate' as const, input: { code, baseRevision: null, fields: { price } } }];
    const draft = { title: 'raise', reason: null, idempotencyKey: null, changes };
    const { id } = must(await createChangeRequest(kit.world.ports, kit.world.people.mia, draft, false));
    must(await approveChangeRequest(kit.world.ports, kit.world.people.ada, id, null));
  };

  it('is not looked into, and counts as compared', async () => {
    const before = await kit.world.ports.coverage.coverage(24);
    for (const [system, records] of [
      ['shopify', 500],
      ['erp', 400],
    ] as const) {
      const scan = await kit.scan(system);
      expect(scan).toMatchObject({
        state: 'SUCCEEDED',
        recordsRead: records,
        recordsUnchanged: records,
        skusCompared: 0,
      });
    }
    const after = await kit.world.ports.coverage.coverage(24);
    expect(
      after.map(({ system, records, comparedRecently, ungoverned }) => [system, records, comparedRecently, ungoverned]),
    ).toEqual([
      ['erp', 400, 400, 0],
      ['shopify', 500, 500, 0],
    ]);
    for (const [at, { oldestComparedAt }] of after.entries()) {
      expect(Number(oldestComparedAt)).toBeGreaterThan(Number(before[at]?.oldestComparedAt));
    }
    // The onboarding match still knows every record of both.
    const { head } = await readMatch(kit.world.ports, FIRST, {});
    expect(head.sides.map(({ code, records }) => [code, records])).toEqual([
      ['MASTER', 400],
      ['erp', 400],
      ['shopify', 400],
    ]);
    expect(head.grades.find(({ grade }) => grade === 'EXACT')?.rows).toBe(400);
  });

  it('does not hide an edit: exactly that is found, and its piece alone is looked into', async () => {
    await kit.editVariant(codeOf(123), { price: '9.99' });
    const scan = await kit.scan('shopify');
    expect(scan).toMatchObject({ findingsOpened: 1 });
    expect(scan.recordsUnchanged).toBeGreaterThan(200);
    expect(await kit.open()).toEqual([`shopify FIELD ${codeOf(123)} price OPEN`]);
    // Told again: on record, and nothing new.
    expect(await kit.scan('shopify')).toMatchObject({ findingsOpened: 0 });
    await kit.editVariant(codeOf(123), { price: '13.00' });
    expect(await kit.scan('shopify')).toMatchObject({ findingsResolved: 1 });
    expect(await kit.open()).toEqual([]);
  });

  it('is not disturbed by orders, which move updatedAt alone', async () => {
    await kit.scan('shopify');
    const order = { as: { kind: 'order', name: '#1001' }, sku: codeOf(7), set: {} };
    await control(kit.world.sandbox.shopify.url, 'edit', order);
    expect(await kit.scan('shopify')).toMatchObject({ recordsUnchanged: 500, findingsOpened: 0 });
  });

  it('does not hide a lag: what the master changed is looked into until it is there', async () => {
    await setPrice(codeOf(200), '31.00');
    const lagging = await kit.scan('erp');
    expect(lagging.recordsUnchanged).toBeLessThan(400);
    // A delivery is on its way: that is the news, and no finding.
    expect(await kit.open()).toEqual([]);
    await kit.publish('erp', 'shopify');
    expect(await kit.scan('erp')).toMatchObject({ findingsOpened: 0 });
    expect(await kit.scan('erp')).toMatchObject({ recordsUnchanged: 400 });
    // Somebody puts the old price back, by which the piece reads just as it did when it was settled.
    await kit.editItem(codeOf(200), { listPrice: '10.00' });
    expect(await kit.scan('erp')).toMatchObject({ findingsOpened: 1 });
    await kit.editItem(codeOf(200), { listPrice: '31.00' });
    expect(await kit.scan('erp')).toMatchObject({ findingsResolved: 1 });
  });

  it('is looked into by other rules, after a week, and where a record went missing', async () => {
    expect(await kit.scan('erp')).toMatchObject({ recordsUnchanged: 400 });
    const rule = { field: 'price', owner: 'MASTER', onDrift: 'FLAG', severity: 'HIGH', tolerance: '0.01' } as const;
    must(await setSourceOfTruth(kit.world.ports, HOST, { rules: [rule], reason: 'a cent does not matter to us' }));
    expect(await kit.scan('erp')).toMatchObject({ recordsUnchanged: 0 });
    expect(await kit.scan('erp')).toMatchObject({ recordsUnchanged: 400 });
    await kit.sql(`update scan_piece set judged_at = judged_at - interval '8 days' where system = 'erp'`);
    expect(await kit.scan('erp')).toMatchObject({ recordsUnchanged: 0 });
    await kit.deleteItem(codeOf(300));
    const scan = await kit.scan('erp');
    expect(scan).toMatchObject({ findingsOpened: 1 });
    expect(scan.recordsUnchanged).toBeGreaterThan(200);
    expect(await kit.open()).toEqual([`erp MISSING ${codeOf(300)} OPEN`]);
  });

  it('lists what nobody governs, page by page, and says what could not be read', async () => {
    const { sandbox, ports } = kit.world;
    const head = 'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\n';
    await control(
      sandbox.erp.url,
      'fill',
      `${head}a,A,Title,Default Title,STRAY-1,5.00,active\nb,B,Title,Default Title,STRAY-2,5.00,active\n`,
    );
    await kit.scan('erp');
    expect((await kit.open()).filter((line) => line.includes('UNEXPECTED'))).toHaveLength(2);
    const query = { system: 'erp', entity: null, hasCode: null };
    const page = await ports.coverage.ungoverned({ first: 1, after: null }, query);
    const next = await ports.coverage.ungoverned({ first: 5, after: page.items[0]?.cursor ?? null }, query);
    expect([...page.items, ...next.items].map(({ node }) => node.code)).toEqual(['STRAY-1', 'STRAY-2']);
    // A scan that has nothing new to say of them skips them, and they stay listed and found.
    expect(await kit.scan('erp')).toMatchObject({ recordsUnchanged: 401, findingsOpened: 0, findingsResolved: 0 });
    expect((await ports.coverage.ungoverned({ first: 5, after: null }, query)).items).toHaveLength(2);
    await kit.deleteItem('STRAY-1');
    expect(await kit.scan('erp')).toMatchObject({ findingsResolved: 1 });
    expect((await ports.coverage.ungoverned({ first: 5, after: null }, query)).items).toHaveLength(1);

    await kit.editItem(codeOf(1), { name: 'x\u0000y' });
    expect(await kit.scan('erp')).toMatchObject({ valuesNotCovered: 1, findingsOpened: 0 });
    const [erp] = await ports.coverage.coverage(24);
    expect(erp?.notCovered).toEqual([{ field: 'title', reason: 'UNREADABLE', records: 1 }]);
    const since = await ports.observations.now();
    const stale = await ports.coverage.compared({ first: 500, after: null }, { system: 'erp', before: since });
    expect(stale.items.length).toBe(250);
    await kit.scan('erp');
    // The one that is missing there has not been compared since; all others have.
    expect(
      await (await ports.coverage.compared({ first: 5, after: null }, { system: 'erp', before: since })).totalCount(),
    ).toBe(1);
  });
});
