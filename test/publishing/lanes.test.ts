import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Connector } from '../../src/application/ports/connector.js';
import type { Claim } from '../../src/application/ports/publishing-queue.js';
import { LeaseLost } from '../../src/application/ports/publishing-queue.js';
import { publishLane } from '../../src/application/publishing/publish-lane.js';
import type { DeliveryState } from '../../src/domain/publishing/delivery-state.js';
import { DELIVERY_STATES } from '../../src/domain/publishing/delivery-state.js';
import { control, until } from '../support/world.js';
import { Failing } from './failing-kit.js';

/** A lane is one worker's at a time, and only what it has claimed is settled. */
describe('claiming and settling', () => {
  let kit: Failing;
  beforeEach(async () => {
    kit = await Failing.open('CUP');
  });
  afterEach(() => kit.world.close());

  const claim = async (): Promise<Claim> => {
    const claimed = await kit.world.ports.queue.claim('erp');
    if (!claimed) throw new Error('nothing was due');
    return claimed;
  };
  const delivered = ({ deliveries }: Claim): Parameters<typeof kit.world.ports.queue.settle>[1] => ({
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

  it('gives a lane to one, and to the next only when the lease has run out', async () => {
    await kit.price('CUP', '11.00');
    const { queue } = kit.world.ports;
    const first = await claim();
    await kit.price('CUP', '12.00');
    expect(await queue.claim('erp')).toBeNull();
    await kit.later(91);
    const second = await claim();
    // Of the two that are open the newest goes on.
    expect((await kit.deliveries('CUP')).map(({ state }) => state)).toEqual(['SUPERSEDED', 'IN_FLIGHT']);
    // Whoever lost the lease neither sends nor settles.
    await expect(queue.settle(first, delivered(first))).rejects.toThrow(LeaseLost);
    await expect(queue.willSend(first, [], [])).rejects.toThrow(LeaseLost);
    expect((await kit.last('CUP')).state).toBe('IN_FLIGHT');
    await queue.settle(second, delivered(second));
    expect((await kit.last('CUP')).state).toBe('DELIVERED');
    await expect(queue.settle(second, delivered(second))).rejects.toThrow(LeaseLost);
  });

  it('sends nothing with less than 30 s of the lease left, and nothing older after something newer', async () => {
    await kit.price('CUP', '11.00');
    const { queue } = kit.world.ports;
    const first = await claim();
    await kit.later(61);
    await expect(queue.willSend(first, [], [])).rejects.toThrow(LeaseLost);
    await kit.price('CUP', '12.00');
    await kit.later(30);
    await kit.drain();
    expect(await kit.listPrice('CUP')).toBe('12.00');
    await expect(queue.settle(first, delivered(first))).rejects.toThrow(LeaseLost);
    expect(await kit.listPrice('CUP')).toBe('12.00');
  });

  it('waits until 30 s after a write that nobody settled, then reads what it did', async () => {
    await kit.price('CUP', '11.00');
    const { ports } = kit.world;
    const { queue } = ports;
    const first = await claim();
    const [record] = first.records;
    const attempt = { attemptId: ports.newId(), deliveryId: first.deliveries[0]?.id ?? '' };
    await queue.willSend(first, [{ ...attempt, recordId: record?.id ?? '', expected: { price: '11.00' } }], []);
    await kit.sql(`update lane set lease_until = clock_timestamp() - interval '1 second'`);
    expect(await kit.drain()).toBe(0);
    await kit.later(31);
    expect(await kit.drain()).toBe(1);
    expect((await kit.last('CUP')).state).toBe('DELIVERED');
  });

  it('makes one write of many quick changes, whatever is under way meanwhile', async () => {
    await kit.price('CUP', '11.00');
    const { last } = await kit.erpHeard(0);
    const { ports } = kit.world;
    const connector = ports.connectors.of('erp');
    const write = connector.write.bind(connector);
    let changed = false;
    Object.assign(connector, {
      write: async (...args: Parameters<Connector['write']>) => {
        if (!changed) for (let cents = 0; cents < 8; cents += 1) await kit.price('CUP', `12.0${cents}`);
        changed = true;
        return write(...args);
      },
    });
    await kit.drain();
    expect((await kit.erpHeard(last)).written).toBe(2);
    expect(await kit.listPrice('CUP')).toBe('12.07');
    const states = (await kit.deliveries('CUP')).map(({ state }) => state);
    expect(states).toEqual(['DELIVERED', ...Array.from({ length: 7 }, () => 'SUPERSEDED'), 'DELIVERED']);
  });

  it('makes room for what is newer, of SKUs and of products, and only where nobody is at work on it', async () => {
    const title = (text: string): Promise<string> =>
      kit.apply({ kind: 'productUpdate', input: { handle: 'cup', baseRevision: null, fields: { title: text } } });
    const states = async (entity: string): Promise<string[]> => {
      const of = `select state from delivery where system = 'shopify' and entity = $1 order by created_at, id`;
      return (await kit.sql<{ state: string }>(of, [entity])).map(({ state }) => state);
    };
    await title('One');
    await kit.price('CUP', '11.00');
    await title('Two');
    await kit.price('CUP', '12.00');
    expect([await states('PRODUCT'), await states('SKU')]).toEqual([
      ['SUPERSEDED', 'PENDING'],
      ['SUPERSEDED', 'PENDING'],
    ]);
    expect(await kit.world.ports.queue.claim('shopify')).not.toBeNull();
    await title('Three');
    expect(await states('PRODUCT')).toEqual(['SUPERSEDED', 'IN_FLIGHT', 'PENDING']);
  });

  it('leaves a lane due that somebody opens at the very moment in which it is given back', async () => {
    await kit.price('CUP', '11.00');
    const first = await claim();
    await kit.price('CUP', '12.00');
    // As a canary keeps what comes after it, and lets it go: its delivery first, then the lane.
    await kit.sql(`update delivery set next_attempt_at = null where system = 'erp' and state = 'PENDING'`);
    const other = kit.world.database.source.createQueryRunner();
    await other.startTransaction();
    await other.query(
      `update delivery set next_attempt_at = clock_timestamp() where system = 'erp' and state = 'PENDING'`,
    );
    await other.query(`update lane set due_at = clock_timestamp() where system = 'erp'`);
    const settling = kit.world.ports.queue.settle(first, delivered(first));
    await until('it waits for the lane', async () => {
      const [row] = await kit.sql<{ waiting: number }>(
        `select count(*)::int as waiting from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = current_database()`,
      );
      return row?.waiting;
    });
    await other.commitTransaction();
    await other.release();
    await settling;
    expect(await kit.sql(`select due_at is not null as due from lane where system = 'erp'`)).toEqual([{ due: true }]);
    await kit.drain();
    expect(await kit.listPrice('CUP')).toBe('12.00');
  });

  it('lays down what fails while a newer delivery waits, instead of trying or burying it', async () => {
    await kit.price('CUP', '11.00');
    await kit.erpFails(1, '503');
    const connector = kit.world.ports.connectors.of('erp');
    const readRoots = connector.readRoots.bind(connector);
    Object.assign(connector, {
      readRoots: async (...args: Parameters<Connector['readRoots']>) => {
        Object.assign(connector, { readRoots });
        await kit.price('CUP', '12.00');
        return readRoots(...args);
      },
    });
    await kit.drain();
    expect((await kit.deliveries('CUP')).map(({ state }) => state)).toEqual(['SUPERSEDED', 'DELIVERED']);
    expect(await kit.listPrice('CUP')).toBe('12.00');
  });

  it('reads before it writes: an edit made there meanwhile is a finding, and stays', async () => {
    await control(kit.world.sandbox.erp.url, 'edit', {
      as: { kind: 'staff', name: 'Sam' },
      code: 'CUP',
      set: { listPrice: '7.77' },
    });
    await kit.price('CUP', '11.00');
    await kit.drain();
    expect(await kit.listPrice('CUP')).toBe('7.77');
    expect(await kit.findings('CUP')).toMatchObject([{ field: 'price', found: '7.77', source: 'BEFORE_WRITE' }]);
  });

  it('moves a delivery only as the table of its states allows', async () => {
    await kit.price('CUP', '11.00');
    const claimed = await claim();
    const { id } = await kit.last('CUP');
    const { queue } = kit.world.ports;
    const put = (state: DeliveryState): Promise<unknown> =>
      kit.sql('update delivery set state = $2 where id = $1', [id, state]);
    for (const state of DELIVERY_STATES.filter((each) => each !== 'IN_FLIGHT')) {
      await put(state);
      await kit.sql(`update lane set lease_token = $1, lease_until = clock_timestamp() + interval '1 minute'`, [
        claimed.leaseToken,
      ]);
      await queue.settle(claimed, delivered(claimed));
      expect([state, (await kit.last('CUP')).state]).toEqual([state, state]);
    }
  });

  it('gives up what ten workers took and never settled, and says so', async () => {
    await kit.price('CUP', '11.00');
    for (let death = 0; death < 10; death += 1) {
      await claim();
      await kit.later(91);
    }
    await publishLane(kit.world.ports, 'erp');
    expect(await kit.last('CUP')).toMatchObject({ state: 'DEAD_LETTERED', lastError: { code: 'ABANDONED' } });
    expect(await kit.listPrice('CUP')).toBe('10.00');
  });
});
