import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { planOfRequest } from '../../src/application/change/plan/change-plan.js';
import { applyDue } from '../../src/application/change/run/apply-due.js';
import { observeRoots } from '../../src/application/drift/observe-roots.js';
import { inSeconds, price, ReviewKit } from '../change/review-kit.js';
import { deliverAll, shelves } from '../support/shelves.js';
import type { World } from '../support/world.js';
import { buildWorld, control, importBaseline, must, until } from '../support/world.js';

const CSV = `Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status
cup,Cup,Acme,Size,S,CUP,10.00,active
mug,Mug,Acme,Size,S,MUG,10.00,active
`;
const SAM = { kind: 'staff', name: 'Sam' };

/** Somebody changes a value in a system, and it is seen while a request that changes the same value is being applied. */
describe('what is found between the plan of an apply and its revision', () => {
  let world: World;
  let kit: ReviewKit;
  /** A connection of its own, which holds up the apply after it has planned. */
  let other: pg.Client;
  beforeAll(async () => {
    world = await buildWorld();
    kit = new ReviewKit(world);
    await control(world.sandbox.shopify.url, 'fill', CSV);
    await control(world.sandbox.erp.url, 'fill', CSV);
    await importBaseline(world, CSV);
    await until('linked', async () => (await world.ports.operations.systems()).every(({ link }) => link === 'LINKED'));
    await world.worker.stop();
    await deliverAll(world);
    other = new pg.Client({ connectionString: world.ownerUrl });
    await other.connect();
  });
  afterAll(async () => {
    await other.end();
    await world.close();
  });

  const waiting = async (): Promise<number> => {
    const [row] = await kit.sql<{ n: number }>(
      `select count(distinct pid)::int as n from pg_locks where not granted
         and pid in (select pid from pg_stat_activity where datname = current_database())`,
    );
    return row?.n ?? 0;
  };
  const look = async (code = 'CUP'): Promise<void> => {
    const [row] = await kit.sql<{ root_id: string; root_code: string | null }>(
      `select r.root_id, r.root_code from record r join sku s on s.id = r.sku_id where s.code = $1 and r.system = 'shopify'`,
      [code],
    );
    const governed = await world.ports.observations.systemByCode('shopify');
    if (!row || !governed) throw new Error('nothing to look at');
    await observeRoots(world.ports, governed, [{ externalId: row.root_id, code: row.root_code }], 'WEBHOOK');
  };

  it('is kept as a finding, and not written over unseen', async () => {
    const id = await kit.propose([price('CUP', '12.00')], { effectiveAt: inSeconds(3_600) });
    must(await kit.approve(id));
    await kit.later(id);
    await control(world.sandbox.shopify.url, 'edit', { as: SAM, sku: 'CUP', set: { price: '77.00' } });
    // The apply reads the kept plan after it has made its own, and before it writes.
    await other.query('begin');
    await other.query('lock table request_plan in access exclusive mode');
    const applying = applyDue(world.ports);
    await until('the apply to be held up', async () => (await waiting()) === 1);
    let isSeen = false;
    const looking = look().then(() => (isSeen = true));
    await until('the change to be seen, or its finding to wait', async () => isSeen || (await waiting()) === 2);
    await other.query('rollback');
    await Promise.all([applying, looking]);
    expect(await kit.stateOf(id)).toBe('APPLIED');
    await deliverAll(world);

    // Whoever approved it was told of nothing that it would write over.
    expect((await planOfRequest(world.ports, id)).supersedes).toEqual([]);
    const found = await kit.sql(`select field, state, found from finding`);
    expect(found).toEqual([{ field: 'price', state: 'OPEN', found: '77.00' }]);
    expect((await shelves(world)).get('shopify')?.get('SKU CUP')?.price).toBe('77.00');
    expect((await shelves(world)).get('erp')?.get('SKU CUP')?.price).toBe('12.00');
  });

  it('is no lag of what the apply itself has just made a delivery of', async () => {
    const id = await kit.propose([price('MUG', '12.00')], { effectiveAt: inSeconds(3_600) });
    must(await kit.approve(id));
    await kit.later(id);
    await other.query('begin');
    await other.query('lock table request_plan in access exclusive mode');
    const applying = applyDue(world.ports);
    await until('the apply to be held up', async () => (await waiting()) === 1);
    // It has begun before the apply has written anything, and waits for the record that the apply has.
    const looking = look('MUG');
    await until('the look to wait', async () => (await waiting()) === 2);
    await other.query('rollback');
    await Promise.all([applying, looking]);
    const deliveries = await kit.sql(
      `select state, change_request_id is null as lag from delivery where target = 'MUG' and system = 'shopify'`,
    );
    expect(deliveries).toEqual([{ state: 'PENDING', lag: false }]);
    await deliverAll(world);
    expect((await shelves(world)).get('shopify')?.get('SKU MUG')?.price).toBe('12.00');
  });
});
