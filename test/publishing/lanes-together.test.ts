import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Claim, Settlement } from '../../src/application/ports/publishing-queue.js';
import { LeaseLost } from '../../src/application/ports/publishing-queue.js';
import { publishLane } from '../../src/application/publishing/publish-lane.js';
import { Lanes } from '../../src/jobs/lanes.js';
import { recordStatements } from '../support/statements.js';
import { until } from '../support/world.js';
import { Failing } from './failing-kit.js';

const CODES = ['CUP', 'JUG', 'MUG', 'POT', 'TIN', 'URN'];

/** Callers of one moment share a transaction, and nobody pays for what is wrong with another. */
describe('lanes that are claimed and settled together', () => {
  let kit: Failing;
  beforeEach(async () => {
    kit = await Failing.open(...CODES);
    for (const code of CODES) await kit.price(code, '11.00');
  });
  afterEach(() => kit.world.close());

  const claims = async (): Promise<Claim[]> => {
    const taken = await Promise.all(CODES.map(() => kit.world.ports.queue.claim('erp')));
    return taken.flatMap((claim) => claim ?? []);
  };
  const delivered = ({ deliveries }: Claim): Settlement => ({
    records: [],
    deliveries: deliveries.map(({ id }) => ({ deliveryId: id, revision: 9, outcome: { kind: 'DELIVERED' as const } })),
    attempts: [],
    brought: [],
    unheard: [],
    findings: [],
    closings: [],
    notOurs: [],
    contact: null,
  });
  const stateOf = async (): Promise<Record<string, string>> =>
    Object.fromEntries(await Promise.all(CODES.map(async (code) => [code, (await kit.last(code)).state] as const)));

  it('are each of another product, all in one transaction, and brought as one by one', async () => {
    const sent = recordStatements(kit.world.database.source);
    const taken = await claims();
    expect(sent.filter((text) => text === 'START TRANSACTION')).toHaveLength(1);
    expect(taken.map(({ product }) => product.handle).sort()).toEqual(CODES.map((code) => code.toLowerCase()));
    for (const { deliveries, records, product } of taken) {
      expect(deliveries.map(({ target }) => target.toLowerCase())).toEqual([product.handle]);
      expect(records.map(({ target }) => target.toLowerCase())).toEqual([product.handle]);
    }
    expect(await kit.world.ports.queue.claim('erp')).toBeNull();
    await kit.later(91);
    await Promise.all(CODES.map(() => publishLane(kit.world.ports, 'erp')));
    expect(new Set(Object.values(await stateOf()))).toEqual(new Set(['DELIVERED']));
    for (const code of CODES) expect([code, await kit.listPrice(code)]).toEqual([code, '11.00']);
  });

  it('are settled but for the one whose lease is gone', async () => {
    const taken = await claims();
    await kit.sql(
      `update lane set lease_token = null, lease_until = null where system = 'erp' and product_id = (select id from product where handle = 'jug')`,
    );
    const settled = await Promise.allSettled(
      taken.map((claim) => kit.world.ports.queue.settle(claim, delivered(claim))),
    );
    for (const [index, { product }] of taken.entries()) {
      const outcome = settled[index];
      if (product.handle === 'jug')
        expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(LeaseLost) });
      else expect(outcome).toMatchObject({ status: 'fulfilled' });
    }
    const others = Object.fromEntries(CODES.map((code) => [code, code === 'JUG' ? 'IN_FLIGHT' : 'DELIVERED']));
    expect(await stateOf()).toEqual(others);
  });

  it('may send but for the one whose lease is gone, and for the one that was moved', async () => {
    const taken = await claims();
    await kit.sql(
      `update lane set lease_until = clock_timestamp() + interval '29 seconds' where product_id = (select id from product where handle = 'jug')`,
    );
    await kit.sql(
      `update record set published = '{}' where system = 'erp' and product_id = (select id from product where handle = 'mug')`,
    );
    const { ports } = kit.world;
    const windows = await Promise.allSettled(
      taken.map((claim) => {
        const [deliveryId, recordId] = [claim.deliveries[0]?.id ?? '', claim.records[0]?.id ?? ''];
        const attempt = { attemptId: ports.newId(), deliveryId, recordId, expected: { price: '11.00' } };
        return ports.queue.willSend(claim, [attempt], []);
      }),
    );
    const told = taken.map(({ product }, index) => {
      const window = windows[index];
      return [product.handle, window?.status === 'fulfilled' ? window.value : String(window?.reason.name)] as const;
    });
    const free = { sendWithinMs: 60_000 };
    const wanted = { cup: free, jug: 'LeaseLost', mug: null, pot: free, tin: free, urn: free };
    expect(Object.fromEntries(told)).toEqual(wanted);
    const attempts = await kit.sql<{ handle: string }>(
      `select p.handle from attempt a join record r on r.id = a.record_id join product p on p.id = r.product_id order by 1`,
    );
    expect(attempts.map(({ handle }) => handle)).toEqual(['cup', 'pot', 'tin', 'urn']);
    expect((await kit.last('MUG')).state).toBe('RETRYING');
  });

  it('pass by what an apply holds, and come back to it', async () => {
    const held = kit.world.database.source.createQueryRunner();
    await held.startTransaction();
    await held.query(`select 1 from delivery where target = 'TIN' and system = 'erp' for update`);
    // Waiting here for a transaction that takes the lane after its deliveries would never end.
    expect((await claims()).map(({ product }) => product.handle)).not.toContain('tin');
    await held.rollbackTransaction();
    await held.release();
    expect((await kit.last('TIN')).state).toBe('PENDING');
    await kit.later(2);
    expect(await kit.drain()).toBe(1);
    expect((await kit.last('TIN')).state).toBe('DELIVERED');
  });

  it('are drained by a worker with however many of them under way', async () => {
    const failures: unknown[] = [];
    const lanes = new Lanes(kit.world.ports, (_, error) => failures.push(error));
    lanes.wake('erp');
    await until('all to be delivered', async () => {
      return Object.values(await stateOf()).every((state) => state === 'DELIVERED');
    });
    await lanes.stop();
    expect(failures).toEqual([]);
    for (const code of CODES) expect([code, await kit.listPrice(code)]).toEqual([code, '11.00']);
  });
});
