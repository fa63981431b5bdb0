import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DueWork } from '../../src/application/ports/waiting-jobs.js';
import { DriftKit } from './drift-kit.js';

/** A sweep does only what it is told is due: what is not told here waits for somebody else's wake-up, or for ever. */
describe('what a sweep is told is due', () => {
  let kit: DriftKit;
  beforeAll(async () => {
    kit = await DriftKit.open(['D1']);
    await kit.editErp('D1', { listPrice: '11.00' });
    await kit.scanned();
  });
  afterAll(() => kit.close());

  const due = (): Promise<DueWork> => kit.world.ports.waitingJobs.due();
  const set = (values: string): Promise<unknown[]> => kit.sql(`update finding set ${values} where target = 'D1'`);

  it('is nothing, where all that is found is for people', async () => {
    expect((await kit.finding('D1', 'erp')).state).toBe('OPEN');
    expect(Object.entries(await due()).filter(([, isDue]) => isDue)).toEqual([]);
  });

  it('is a waiver that is over', async () => {
    await set(`state = 'WAIVED', waived_until = clock_timestamp() + interval '1 hour'`);
    expect((await due()).findings).toBe(false);
    await set(`waived_until = clock_timestamp()`);
    expect((await due()).findings).toBe(true);
    await kit.tended();
    expect((await due()).findings).toBe(false);
  });

  it('is what the matrix heals', async () => {
    await set(`healing = 'AUTO_REVERT'`);
    expect((await due()).findings).toBe(true);
    await kit.tended();
    expect((await due()).findings).toBe(false);
  });

  it('is a stranger that somebody wants off sale, once it may be tried', async () => {
    const stranger = `kind = 'UNEXPECTED', revert_requested_by = '{"kind": "SYSTEM", "id": "x", "name": "x"}'`;
    await set(`${stranger}, not_before = clock_timestamp() + interval '1 hour'`);
    expect((await due()).findings).toBe(false);
    await set('not_before = null');
    expect((await due()).findings).toBe(true);
    await set(`kind = 'FIELD', revert_requested_by = null`);
    expect((await due()).findings).toBe(false);
  });

  it('is a pause whose time is over', async () => {
    await kit.sql(`insert into system_hold (id, system, kind, reason, began_by, began_at, until) values (gen_random_uuid(), 'erp', 'PAUSE',
      'for the test', '{"kind": "SYSTEM", "id": "x", "name": "x"}', clock_timestamp() - interval '1 hour', clock_timestamp() + interval '1 hour')`);
    expect((await due()).pauses).toBe(false);
    await kit.sql(`update system_hold set until = clock_timestamp() where system = 'erp'`);
    expect((await due()).pauses).toBe(true);
    await kit.world.ports.queue.endPauses();
    expect((await due()).pauses).toBe(false);
  });

  it('is a webhook in the inbox', async () => {
    const root = { externalId: 'gid://shopify/Product/1', code: null };
    const id = kit.world.ports.newId();
    const told = { body: Buffer.from('{}'), headers: {} };
    const hook = { id, system: 'shopify', topic: 'products/update', root, ...told };
    await kit.world.ports.observations.storeWebhook(hook);
    expect((await due()).webhooks).toBe(true);
    await kit.world.ports.observations.webhooksHandled([id], 'seen');
    expect((await due()).webhooks).toBe(false);
  });
});
