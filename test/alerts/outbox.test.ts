import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemPaused } from '../../src/domain/alerts/occasions.js';
import { groupOf } from '../../src/domain/alerts/alert.js';
import type { AlertView } from '../../src/application/ports/alert-store.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { World } from '../support/world.js';
import { buildWorld } from '../support/world.js';

const PAGE = { first: 100, after: null };

describe('the outbox of alerts', () => {
  let world: World;

  beforeAll(async () => {
    world = await buildWorld({ worker: false });
  });

  afterAll(() => world.close());

  afterEach(async () => {
    await sql('delete from alert');
  });

  const sql = (text: string, values: unknown[] = []): Promise<unknown[]> =>
    sqlOver(world.database.source).rows(text, values);
  const alert = (pause: string): ReturnType<typeof systemPaused> =>
    systemPaused('erp', pause, 'the key is refused', null);
  const raise = (...pauses: string[]): Promise<number> =>
    world.ports.work.run((stores) => stores.alerts.raise(pauses.map(alert)));
  const all = async (): Promise<AlertView[]> =>
    (await world.ports.alerts.alerts(PAGE, {})).items.map(({ node }) => node);
  const states = async (): Promise<string[]> => (await all()).map(({ state }) => state).toSorted();

  it('holds an alert when its transaction commits, and never held it when that rolls back', async () => {
    const failing = world.ports.work.run(async (stores) => {
      await stores.alerts.raise([alert('a')]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await all()).toEqual([]);
    expect(await raise('a')).toBe(1);
    expect(await all()).toMatchObject([
      { kind: 'SYSTEM_PAUSED', system: 'erp', subject: 'erp', title: 'erp is paused', state: 'WAITING', attempts: 0 },
    ]);
  });

  it('holds one row for one event, however often and by however many it is raised', async () => {
    const raised = await Promise.all(Array.from({ length: 8 }, () => raise('a', 'b', 'c')));
    expect(raised.reduce((sum, each) => sum + each, 0)).toBe(3);
    expect(await all()).toHaveLength(3);
  });

  it('gives each alert to one worker at a time, the longest waiting first', async () => {
    await raise('a');
    await raise('b');
    await raise('c');
    const claims = await Promise.all(Array.from({ length: 8 }, () => world.ports.outbox.claim()));
    const held = claims.flatMap((each) => each ?? []);
    expect(new Set(held.map(({ id }) => id)).size).toBe(3);
    expect(held).toHaveLength(3);
    expect(held.every(({ unsure, attempts }) => !unsure && attempts === 1)).toBe(true);
    expect(await world.ports.outbox.claim()).toBeNull();
  });

  it('settles under the lease alone, and knows of a message that may have gone out when a worker died', async () => {
    await raise('a');
    const first = await world.ports.outbox.claim();
    await sql(`update alert set lease_until = clock_timestamp() - interval '1 second'`);
    const second = await world.ports.outbox.claim();
    if (!first || !second) throw new Error('nothing to claim');
    expect([first.unsure, second.unsure, second.attempts]).toEqual([false, true, 2]);
    expect(await world.ports.outbox.settle(first, { kind: 'SENT' })).toBe(false);
    expect(await states()).toEqual(['WAITING']);
    expect(await world.ports.outbox.settle(second, { kind: 'SENT' })).toBe(true);
    expect(await all()).toMatchObject([
      { state: 'SENT', lastError: null, sentAt: expect.any(Date), nextAttemptAt: null },
    ]);
  });

  it('lets what failed wait, with the reason beside it', async () => {
    await raise('a');
    const claimed = await world.ports.outbox.claim();
    if (!claimed) throw new Error('nothing to claim');
    await world.ports.outbox.settle(claimed, { kind: 'AGAIN', seconds: 60, error: 'no answer', unsure: true });
    expect(await world.ports.outbox.claim()).toBeNull();
    expect(await all()).toMatchObject([{ state: 'WAITING', attempts: 1, lastError: 'no answer' }]);
    await sql('update alert set next_attempt_at = clock_timestamp()');
    expect(await world.ports.outbox.claim()).toMatchObject({ unsure: true, isLast: false });
  });

  it('is patient for a day', async () => {
    await raise('a');
    await sql(`update alert set patient_until = clock_timestamp()`);
    expect(await world.ports.outbox.claim()).toMatchObject({ isLast: true });
  });

  it('puts everything off that waits, and nothing forward', async () => {
    await raise('a', 'b');
    await sql(`update alert set next_attempt_at = clock_timestamp() + interval '1 hour' where key = 'pause:erp:b'`);
    await world.ports.outbox.putOffAll(30);
    expect(await world.ports.outbox.claim()).toBeNull();
    const waits = (await all()).map(({ nextAttemptAt }) => (nextAttemptAt?.getTime() ?? 0) - Date.now());
    expect(waits.map((each) => each > 25_000)).toEqual([true, true]);
    expect(Math.max(...waits)).toBeGreaterThan(3_000_000);
  });

  it('says of what has nowhere to go that it went nowhere, and sends it when somebody asks for it', async () => {
    await raise('a', 'b');
    expect(await world.ports.outbox.nowhere()).toBe(2);
    expect(await states()).toEqual(['NOWHERE', 'NOWHERE']);
    expect(await world.ports.alerts.unsent()).toMatchObject([{ state: 'NOWHERE', count: 2 }]);
    const [one] = await all();
    const retry = (which: { ids: string[] | null; filter: object | null }): Promise<string[]> =>
      world.ports.work.run((stores) => stores.alerts.retry(which));
    expect(await retry({ ids: [one?.id ?? ''], filter: null })).toEqual([one?.id]);
    expect(await states()).toEqual(['NOWHERE', 'WAITING']);
    expect(await retry({ ids: null, filter: { states: ['NOWHERE'], system: 'shopify' } })).toEqual([]);
    expect(await retry({ ids: null, filter: { states: ['NOWHERE'], system: 'erp' } })).toHaveLength(1);
    expect(await states()).toEqual(['WAITING', 'WAITING']);
  });

  it('names the owners of its groups as they are when it is sent', async () => {
    const ada = world.people.ada.actor.partyId;
    await world.ports.work.run((stores) =>
      stores.alerts.raise([{ ...alert('a'), groups: [groupOf(ada, 'one', ['a line']), groupOf(null, 'none', [])] }]),
    );
    await sql(`update party set slack_id = 'U0ADA' where id = $1`, [ada]);
    const claimed = await world.ports.outbox.claim();
    expect([...(claimed?.addressees ?? [])]).toEqual([[ada, { name: 'ada', slackId: 'U0ADA' }]]);
    const owned = async (owner: string): Promise<number> =>
      (await world.ports.alerts.alerts(PAGE, { owner })).items.length;
    expect([await owned('ADA'), await owned('oli')]).toEqual([1, 0]);
    await expect(sql(`update party set slack_id = '<!channel>' where id = $1`, [ada])).rejects.toThrow('slack_id');
  });
});
