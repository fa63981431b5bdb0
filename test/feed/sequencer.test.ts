import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from '@jest/globals';
import type { Client } from 'pg';
import { numberCommitted, takeSeat } from '../../src/application/feed/number-committed.js';
import { Sequencer } from '../../src/jobs/sequencer.js';
import type { World } from '../support/world.js';
import { buildWorld, until } from '../support/world.js';
import {
  appendEntries,
  connect,
  faultsOfPositions,
  killSequencers,
  numberOnce,
  openSeat,
  readAll,
} from './sequencer-kit.js';

describe('the sequencer', () => {
  let world: World;
  let owner: Client;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    owner = await connect(world.ownerUrl);
    await owner.query('truncate feed_position, feed_entry');
  });
  afterEach(() => owner.end());

  const positionOf = async (key: string): Promise<number[]> => {
    const text =
      'select p.position from feed_position p join feed_entry e on e.id = p.entry_id where e.key = $1 order by 1';
    const { rows } = await owner.query<{ position: string }>(text, [key]);
    return rows.map(({ position }) => Number(position));
  };

  it('numbers what is committed without a hole, whatever was rolled back in between', async () => {
    for (let round = 0; round < 5; round += 1) {
      await owner.query('begin');
      await appendEntries(owner, `r${round}`, 3);
      await owner.query(round % 2 === 0 ? 'commit' : 'rollback');
      await numberOnce(world.ports);
    }
    expect(await positionOf('r4')).toEqual([7, 8, 9]);
    expect(await faultsOfPositions(owner)).toEqual([]);
  });

  it('works off a backlog of 10,000 entries, each once', async () => {
    await appendEntries(owner, 'backlog', 10_000);
    expect(await numberOnce(world.ports)).toBe(10_000);
    expect(await numberOnce(world.ports)).toBe(0);
    expect(await faultsOfPositions(owner)).toEqual([]);
    const { entries } = await readAll(world.ports);
    expect(entries.map(({ revision }) => revision)).toEqual(Array.from({ length: 10_000 }, (_, index) => index + 1));
  });

  it('lets an open transaction hold up nobody, and finds what it appended when it ends', async () => {
    const slow = await connect(world.ownerUrl);
    const seat = await openSeat(world.ports);
    try {
      expect(await takeSeat(world.ports, seat)).toBe(true);
      await slow.query('begin');
      await appendEntries(slow, 'slow', 2);
      await appendEntries(owner, 'quick', 2);
      // The first look takes the whole table, the later ones what could not be seen before.
      expect(await numberCommitted(seat)).toMatchObject({ entries: 2 });
      await appendEntries(owner, 'later', 2);
      expect(await numberCommitted(seat)).toMatchObject({ entries: 2 });
      expect(await numberCommitted(seat)).toMatchObject({ entries: 0 });
      await slow.query('commit');
      expect(await numberCommitted(seat)).toMatchObject({ entries: 2 });
      expect(await positionOf('slow')).toEqual([5, 6]);
      expect(await faultsOfPositions(owner)).toEqual([]);
    } finally {
      await seat.close();
      await slow.end();
    }
  });

  it('finds rows that bear the transaction ids of another server, as a restored dump has them', async () => {
    const foreign = (key: string, xid: string): Promise<unknown> =>
      owner.query(
        `insert into feed_entry (id, entity, key, revision, at, changes, xid)
         values (gen_random_uuid(), 'SKU', $1, 1, clock_timestamp(), '[]', $2::xid8)`,
        [key, xid],
      );
    await foreign('past', '3');
    await foreign('future', '9000000000000000');
    const seat = await openSeat(world.ports);
    try {
      await takeSeat(world.ports, seat);
      expect(await numberCommitted(seat)).toMatchObject({ entries: 2 });
      // Brought in under a running sequencer: only a look everywhere can find them.
      await foreign('replicated', '4');
      expect(await numberCommitted(seat)).toMatchObject({ entries: 0 });
      seat.lookEverywhere();
      expect(await numberCommitted(seat)).toMatchObject({ entries: 1 });
    } finally {
      await seat.close();
    }
  });

  it('orders a batch by instant, request, product before SKU before bundle, key and revision', async () => {
    await owner.query(
      `insert into feed_entry (id, entity, key, revision, at, changes)
       select gen_random_uuid(), entity, key, revision, at, '[]' from (values
         ('BUNDLE', 'a', 1, timestamptz '2026-01-01'), ('SKU', 'b', 2, '2026-01-01'), ('SKU', 'b', 1, '2026-01-01'),
         ('PRODUCT', 'z', 1, '2026-01-01'), ('SKU', 'a', 1, '2026-01-01'), ('SKU', 'y', 1, '2025-01-01')
       ) t(entity, key, revision, at)`,
    );
    await numberOnce(world.ports);
    const { entries } = await readAll(world.ports);
    expect(entries.map(({ entity, key, revision }) => `${entity} ${key} ${revision}`)).toEqual([
      'SKU y 1',
      'PRODUCT z 1',
      'SKU a 1',
      'SKU b 1',
      'SKU b 2',
      'BUNDLE a 1',
    ]);
  });

  it('is one at a time: another stands by, and takes over when it ends', async () => {
    const [first, second] = await Promise.all([openSeat(world.ports), openSeat(world.ports)]);
    try {
      expect(await takeSeat(world.ports, first)).toBe(true);
      expect(await takeSeat(world.ports, second)).toBe(false);
      await first.close();
      await until('the lock', () => takeSeat(world.ports, second));
      await appendEntries(owner, 'after', 1);
      expect(await numberCommitted(second)).toMatchObject({ entries: 1 });
    } finally {
      await first.close();
      await second.close();
    }
  });

  it('numbers nothing twice even if two work at once, as they would without the lock', async () => {
    let refused = 0;
    for (let round = 0; round < 10; round += 1) {
      const seats = await Promise.all([openSeat(world.ports), openSeat(world.ports)]);
      await appendEntries(owner, `k${round}`, 500);
      const runs = await Promise.allSettled(seats.map((seat) => numberCommitted(seat)));
      refused += runs.filter(({ status }) => status === 'rejected').length;
      await Promise.all(seats.map((seat) => seat.close()));
    }
    await numberOnce(world.ports);
    expect(await faultsOfPositions(owner)).toEqual([]);
    // They did meet.
    expect(refused).toBeGreaterThan(0);
  });

  it('killed in the middle of a batch leaves nothing half done; the next one goes on', async () => {
    const seat = await openSeat(world.ports);
    await takeSeat(world.ports, seat);
    await appendEntries(owner, 'killed', 12_000);
    // Its second batch has to wait here, so that the first one is committed and the third one is not begun.
    await owner.query(
      'create function wait_for_test() returns trigger language plpgsql as $$ begin perform pg_advisory_lock(1); perform pg_advisory_unlock(1); return null; end $$',
    );
    await owner.query(
      `create trigger wait_for_test after insert on feed_position for each row when (new.position = 7000) execute function wait_for_test()`,
    );
    await owner.query('select pg_advisory_lock(1)');
    const work = numberCommitted(seat).then(
      () => 'ended',
      () => 'lost',
    );
    await until('the batch to wait', async () => {
      const { rows } = await owner.query(
        `select from pg_locks where locktype = 'advisory' and objid = 1 and not granted
         and database = (select oid from pg_database where datname = current_database())`,
      );
      return rows.length === 1;
    });
    expect((await positionOf('killed')).length).toBe(5_000);
    expect(await killSequencers(owner.database ?? '')).toBe(1);
    expect(await work).toBe('lost');
    await owner.query(
      'select pg_advisory_unlock(1); drop trigger wait_for_test on feed_position; drop function wait_for_test()',
    );
    expect(await numberOnce(world.ports)).toBe(7_000);
    expect(await faultsOfPositions(owner)).toEqual([]);
    await seat.close();
  });
});

describe('the sequencer of a worker', () => {
  let world: World;
  let owner: Client;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    owner = await connect(world.ownerUrl);
  });
  afterAll(async () => {
    await owner.end();
    await world.close();
  });

  const numbered = async (): Promise<number> => {
    const { rows } = await owner.query<{ n: number }>('select count(*)::int as n from feed_position');
    return rows[0]?.n ?? 0;
  };
  const seats = async (): Promise<number> => {
    const { rows } = await owner.query(
      `select from pg_stat_activity where application_name = 'skuward sequencer' and datname = current_database()`,
    );
    return rows.length;
  };

  it('numbers without being woken, makes a lost connection again, and hands over when it stops', async () => {
    const [one, two] = [new Sequencer(world.ports), new Sequencer(world.ports)];
    try {
      one.start();
      await until('the first', async () => (await seats()) === 1);
      two.start();
      await appendEntries(owner, 'a', 3);
      await until('three numbers', async () => (await numbered()) === 3);
      await until('both', async () => (await seats()) === 2);
      // Both at once, as when the database itself goes away.
      expect(await killSequencers(owner.database ?? '')).toBe(2);
      await appendEntries(owner, 'b', 3);
      await until('six numbers', async () => (await numbered()) === 6);
      await one.stop();
      await appendEntries(owner, 'c', 3);
      await until('nine numbers', async () => (await numbered()) === 9);
      expect(await faultsOfPositions(owner)).toEqual([]);
      expect(world.logged.filter((line) => line.includes('begins again')).length).toBeGreaterThan(0);
    } finally {
      await Promise.all([one.stop(), two.stop()]);
    }
  });

  it('is woken by whoever commits to append, on the seat that numbers and no other', async () => {
    const woken = { seat: 0, standBy: 0 };
    const seat = await world.ports.sequencing.open(() => (woken.seat += 1));
    const standBy = await world.ports.sequencing.open(() => (woken.standBy += 1));
    const actor = { kind: 'SYSTEM' as const, id: 'system:test', name: 'test', partyId: null };
    const append = (fails: boolean): Promise<void> =>
      world.ports.work.run(async (stores) => {
        await stores.audit([{ actor, type: 'T', subject: 's', data: {} }]);
        if (fails) throw new Error('rolled back');
      });
    try {
      await until('the seat', () => takeSeat(world.ports, seat));
      expect(await takeSeat(world.ports, standBy)).toBe(false);
      await append(true).catch(() => undefined);
      await world.ports.work.run(() => Promise.resolve());
      await append(false);
      await until('being woken', () => Promise.resolve(woken.seat > 0));
      expect(woken).toEqual({ seat: 1, standBy: 0 });
    } finally {
      await Promise.all([seat.close(), standBy.close()]);
    }
  });
});
