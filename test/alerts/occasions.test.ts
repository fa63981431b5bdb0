import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { forceApply } from '../../src/application/change/run/force-apply.js';
import { pauseSystem } from '../../src/application/publishing/pause-system.js';
import type { AlertView } from '../../src/application/ports/alert-store.js';
import type { FindingDraft } from '../../src/domain/drift/finding.js';
import type { Severity } from '../../src/domain/drift/source-of-truth.js';
import { sqlOver } from '../../src/storage/sql.js';
import { SqlFindingStore } from '../../src/storage/stores/finding-store.js';
import type { World } from '../support/world.js';
import { buildWorld, importBaseline, must } from '../support/world.js';

const CSV =
  'Handle,Title,Vendor,Variant SKU,Variant Price,Status\ntea,Tea,V,T-1,5.00,draft\ntea,Tea,V,T-2,5.00,draft\n';

describe('what raises an alert', () => {
  let world: World;

  beforeAll(async () => {
    world = await buildWorld();
    await importBaseline(world, CSV);
  });

  afterAll(() => world.close());

  const alerts = async (kind: string): Promise<AlertView[]> => {
    const { items } = await world.ports.alerts.alerts({ first: 250, after: null }, {});
    return items.map(({ node }) => node).filter((each) => each.kind === kind);
  };

  const request = async (title: string): Promise<{ id: string }> =>
    must(
      await createChangeRequest(
        world.ports,
        world.people.mia,
        {
          title,
          reason: null,
          idempotencyKey: null,
          changes: [{ kind: 'skuUpdate', input: { code: 'T-1', baseRevision: null, fields: { title } } }],
        },
        false,
      ),
    );

  it('a request that is applied by force, once, and none that is refused', async () => {
    const { id } = await request('Earl Grey & Co');
    const refused = await forceApply(world.ports, world.people.mia, id, 'because I can do that');
    expect([refused.ok, await alerts('FORCE_APPLIED')]).toEqual([false, []]);
    must(await forceApply(world.ports, world.people.alex, id, 'the shelf label is wrong'));
    const again = await forceApply(world.ports, world.people.alex, id, 'the shelf label is wrong');
    expect(again.ok).toBe(false);
    expect(await alerts('FORCE_APPLIED')).toMatchObject([
      {
        title: expect.stringMatching(/^CR-\d+ was applied by force$/),
        body: expect.stringContaining('the shelf label is wrong'),
      },
    ]);
  });

  const draft = (identity: string, severity: Severity, found = 'yes'): FindingDraft => ({
    identity,
    kind: 'LIFECYCLE',
    recordId: null,
    productId: null,
    skuId: null,
    target: identity,
    field: 'lifecycle',
    expected: 'no',
    found,
    lastPublished: null,
    severity,
    attribution: null,
  });
  const record = (...drafts: FindingDraft[]): Promise<number> =>
    world.database.source.transaction((tx) =>
      new SqlFindingStore(sqlOver(tx), () => world.ports.newId()).record('erp', drafts, 'FULL_SCAN'),
    );
  const critical = async (): Promise<string[]> =>
    (await alerts('CRITICAL_FINDING')).map(({ title }) => title).toSorted();

  it('a finding that is critical when it opens, becomes so, or opens again; not one that is seen again', async () => {
    await record(draft('A', 'HIGH'), draft('B', 'CRITICAL'), draft('C', 'CRITICAL'));
    expect(await critical()).toEqual(['2 critical findings in erp']);
    await record(draft('B', 'CRITICAL'), draft('C', 'CRITICAL', 'still'));
    expect(await critical()).toHaveLength(1);
    await record(draft('A', 'CRITICAL'));
    expect(await critical()).toEqual(['2 critical findings in erp', 'Critical finding in erp: A']);
    const sql = sqlOver(world.database.source);
    await sql.rows(`update finding set state = 'RESOLVED', resolution = 'SELF_HEALED', resolved_at = clock_timestamp(), due_at = null
      where identity = 'B'`);
    await record(draft('B', 'CRITICAL'));
    expect(await critical()).toEqual([
      '2 critical findings in erp',
      'Critical finding in erp: A',
      'Critical finding in erp: B',
    ]);
  });

  it('nothing, where what it tells is rolled back', async () => {
    const before = await critical();
    const failing = world.database.source.transaction(async (tx) => {
      await new SqlFindingStore(sqlOver(tx), () => world.ports.newId()).record(
        'erp',
        [draft('D', 'CRITICAL')],
        'FULL_SCAN',
      );
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await critical()).toEqual(before);
  });

  it('webhooks that were there before and had to be made again; not the first ones, nor those of an address that moved', async () => {
    const { observations } = world.ports;
    const url = 'https://here.example/webhooks/shopify/shopify';
    const subscribed = (at: string, topics: string[], made: string[]): Promise<boolean> =>
      observations.subscribed('shopify', at, topics, made);
    const one = ['PRODUCTS_UPDATE'];
    expect(await subscribed(url, one, one)).toBe(false);
    expect(await subscribed(url, one, [])).toBe(false);
    expect(await subscribed('https://there.example/', one, one)).toBe(false);
    // A topic that a later release asks for was never there to be lost.
    expect(
      await subscribed('https://there.example/', [...one, 'INVENTORY_ITEMS_UPDATE'], ['INVENTORY_ITEMS_UPDATE']),
    ).toBe(false);
    expect(await alerts('SUBSCRIPTION_LOST')).toEqual([]);
    expect(await subscribed('https://there.example/', [...one, 'INVENTORY_ITEMS_UPDATE'], one)).toBe(true);
    expect(await alerts('SUBSCRIPTION_LOST')).toMatchObject([
      { system: 'shopify', groups: [{ lines: ['PRODUCTS_UPDATE'] }] },
    ]);
  });

  it('a system that refuses our key, once for each time that it begins to', async () => {
    const { queue, observations } = world.ports;
    const since = await observations.now();
    const refused = (): Promise<void> => queue.heard('erp', 'AUTH', since);
    await Promise.all(Array.from({ length: 6 }, refused));
    expect(await alerts('SYSTEM_PAUSED')).toMatchObject([
      { system: 'erp', body: expect.stringContaining('refuses our key') },
    ]);
    await queue.heard('erp', 'REACHED', await observations.now());
    await refused();
    expect(await alerts('SYSTEM_PAUSED')).toHaveLength(2);
  });

  it('a system that somebody pauses, with the reason and the end, and a breaker that opens', async () => {
    const { ports, people } = world;
    const until = new Date(Date.now() + 3_600_000);
    must(await pauseSystem(ports, people.oli, { system: 'erp', reason: 'the ERP is being moved', until }));
    const [newest] = await alerts('SYSTEM_PAUSED');
    expect(newest).toMatchObject({ system: 'erp', body: expect.stringContaining('the ERP is being moved') });
    expect(newest?.body).toContain(`oli paused it. It ends ${until.toISOString()}.`);
    const failed = async (): Promise<void> => ports.queue.heard('shopify', 'TRANSIENT', await ports.observations.now());
    for (let failure = 0; failure < 9; failure += 1) await failed();
    expect(await alerts('BREAKER_OPEN')).toEqual([]);
    await failed();
    await failed();
    expect(await alerts('BREAKER_OPEN')).toMatchObject([
      { system: 'shopify', title: 'The breaker of shopify is open' },
    ]);
  });
});
