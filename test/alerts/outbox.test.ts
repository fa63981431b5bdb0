import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { forgetAlerts } from '../../src/application/alerts/forget-alerts.js';
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
    const retry = async (which: { ids: string[] | null; filter: object | null }): Promise<string[]> =>
      (await world.ports.work.run((stores) => stores.alerts.retry(which))).ids;
    expect(await retry({ ids: [one?.id ?? ''], filter: null })).toEqual([one?.id]);
    expect(await states()).toEqual(['NOWHERE', 'WAITING']);
    expect(await retry({ ids: null, filter: { states: ['NOWHERE'], system: 'shopify' } })).toEqual([]);
    expect(await retry({ ids: null, filter: { states: ['NOWHERE'], system: 'erp' } })).toHaveLength(1);
    expect(await states()).toEqual(['WAITING', 'WAITING']);
  });

  it('forgets what was sent a quarter ago, once an hour, and nothing that was not sent, nor the last digest', async () => {
    await raise('old', 'sent late', 'not sent', 'fresh');
    await sql(`update alert set raised_at = clock_timestamp() - interval '93 days' where key <> 'pause:erp:fresh'`);
    await sql(`update alert set state = 'SENT', next_attempt_at = null,
      sent_at = case key when 'pause:erp:old' then raised_at else clock_timestamp() end where key <> 'pause:erp:not sent'`);
    await sql(`update alert set state = 'NOT_SENT', next_attempt_at = null where key = 'pause:erp:not sent'`);
    await sql(`insert into alert (id, key, kind, subject, title, body, groups, owner_ids, state, next_attempt_at, sent_at, raised_at)
      select gen_random_uuid(), 'digest:' || n, 'DIGEST', n::text, 't', 'b', '[]', '{}', 'SENT', null, at, at
      from (values (1, clock_timestamp() - interval '95 days'), (2, clock_timestamp() - interval '94 days')) as d(n, at)`);
    const keys = async (): Promise<unknown[]> => sql('select key from alert order by key');
    const left = ['digest:2', 'pause:erp:fresh', 'pause:erp:not sent', 'pause:erp:sent late'].map((key) => ({ key }));
    const at = await forgetAlerts(world.ports, null);
    expect(await keys()).toEqual(left);
    await sql(`update alert set raised_at = raised_at - interval '93 days', sent_at = sent_at - interval '93 days'`);
    expect(await forgetAlerts(world.ports, at)).toBe(at);
    expect(await keys()).toEqual(left);
    await forgetAlerts(world.ports, new Date(at.getTime() - 3_600_001));
    expect(await keys()).toEqual([{ key: 'digest:2' }, { key: 'pause:erp:not sent' }]);
  });

  it('takes a thousand by one call, the oldest first, and says how many are left', async () => {
    await sql(`insert into alert (id, key, kind, subject, title, body, groups, owner_ids, state, next_attempt_at, raised_at)
      select gen_random_uuid(), 'k' || n, 'BREAKER_OPEN', n::text, n::text, 'b', '[]', '{}', 'NOT_SENT', null,
        clock_timestamp() - make_interval(secs => 2000 - n) from generate_series(1, 1003) n`);
    const retry = (): Promise<{ ids: string[]; more: number }> =>
      world.ports.work.run((stores) => stores.alerts.retry({ ids: null, filter: {} }));
    await sql(`update alert set state = 'SENT', sent_at = clock_timestamp() where key = 'k1'`);
    expect(await retry()).toMatchObject({ more: 2, ids: { length: 1_000 } });
    expect(await sql(`select title from alert where state = 'NOT_SENT' order by raised_at`)).toEqual([
      { title: '1002' },
      { title: '1003' },
    ]);
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
