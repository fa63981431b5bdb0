import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Connector } from '../../src/application/ports/connector.js';
import { ConnectorError } from '../../src/application/ports/connector.js';
import { pauseSystem } from '../../src/application/publishing/pause-system.js';
import { publishLane } from '../../src/application/publishing/publish-lane.js';
import { resumeSystem } from '../../src/application/publishing/resume-system.js';
import { codesOf, control, must } from '../support/world.js';
import { Failing } from './failing-kit.js';

const CODES = Array.from({ length: 12 }, (_, index) => `CUP-${String.fromCharCode(65 + index)}`);
const REASON = 'the ERP is being moved';

describe('what stands between a system and its deliveries', () => {
  let kit: Failing;
  beforeEach(async () => {
    kit = await Failing.open(...CODES);
  });
  afterEach(() => kit.world.close());

  const inHours = (hours: number): Date => new Date(Date.now() + hours * 3_600_000);
  const pause = (until: Date, reason = REASON): ReturnType<typeof pauseSystem> =>
    pauseSystem(kit.world.ports, kit.world.people.oli, { system: 'erp', reason, until });
  const all = (value: string): Promise<string> =>
    kit.apply(
      ...CODES.map((code) => ({
        kind: 'skuUpdate' as const,
        input: { code, baseRevision: null, fields: { price: value } },
      })),
    );

  it('opens after ten failures one after another, lets one claim through every 30 s, and closes with an answer', async () => {
    await all('11.00');
    await kit.erpFails(12, '503');
    const { last } = await kit.erpHeard(0);
    expect(await kit.drain()).toBe(10);
    const reason = expect.stringMatching(/^10 failures one after another, the last: Service Unavailable/);
    expect(await kit.erp()).toMatchObject({ health: 'DOWN', holds: [{ kind: 'BREAKER', reason }] });
    expect((await kit.erpHeard(last)).asked).toBe(10);

    await kit.later(29);
    expect(await kit.drain()).toBe(0);
    await kit.later(2);
    // Two processes at once: one goes, the other sees that it has.
    const { ports } = kit.world;
    const both = await Promise.all([publishLane(ports, 'erp'), publishLane(ports, 'erp'), publishLane(ports, 'erp')]);
    expect(both.filter(Boolean)).toHaveLength(1);
    expect((await kit.erpHeard(last)).asked).toBe(11);
    await kit.later(28);
    expect(await kit.drain()).toBe(0);

    await kit.erpHeals();
    // Two days behind an open breaker, and not one of them dies.
    await kit.later(48 * 3_600);
    expect(await kit.drain()).toBe(12);
    expect(await kit.erp()).toMatchObject({ health: 'UP', holds: [], deadLetters: 0, pendingDeliveries: 0 });
    expect(await kit.audit('BREAKER_OPENED', 'BREAKER_CLOSED')).toEqual(['BREAKER_OPENED', 'BREAKER_CLOSED']);
  });

  it('counts only failures one after another', async () => {
    await all('11.00');
    await kit.erpFails(9, '503');
    expect(await kit.drain()).toBe(12);
    expect(await kit.erp()).toMatchObject({ health: 'UP', holds: [] });
  });

  it('sends nothing during a pause, goes on by itself when it is over, and says both', async () => {
    must(await pause(inHours(2)));
    await all('11.00');
    const { last } = await kit.erpHeard(0);
    expect(await kit.drain()).toBe(0);
    expect(await kit.erp()).toMatchObject({ holds: [{ kind: 'PAUSE', reason: REASON, beganBy: { name: 'oli' } }] });
    expect(await kit.drain('shopify')).toBe(12);
    expect((await kit.erpHeard(last)).asked).toBe(0);
    await kit.later(2 * 3_600 + 1);
    await kit.world.ports.queue.endPauses();
    expect(await kit.drain()).toBe(12);
    expect(await kit.erp()).toMatchObject({ holds: [] });
    expect(await kit.audit('SYSTEM_PAUSED', 'SYSTEM_RESUMED')).toEqual(['SYSTEM_PAUSED', 'SYSTEM_RESUMED']);
  });

  it('makes nothing older: a delivery is as old as the time in which it could have been sent', async () => {
    await kit.price('CUP-A', '11.00');
    must(await pause(inHours(50)));
    await kit.later(40 * 3_600);
    // A pause in the place of a pause is one stretch of time, and so are a pause and a breaker at once.
    must(await pause(inHours(10)));
    await kit.later(9 * 3_600);
    must(await resumeSystem(kit.world.ports, kit.world.people.oli, 'erp'));
    await kit.erpFails(1, '503');
    await kit.drain();
    expect(await kit.last('CUP-A')).toMatchObject({ state: 'RETRYING' });
    const [age] = await kit.sql<{ hours: number }>(
      `select unheld_seconds('erp', created_at, clock_timestamp()) / 3600 as hours from delivery where target = 'CUP-A' and system = 'erp'`,
    );
    expect(age?.hours).toBeLessThan(0.1);
  });

  it('holds what was claimed before the pause, and is not sent yet', async () => {
    await kit.price('CUP-A', '11.00');
    const { ports } = kit.world;
    const connector = ports.connectors.of('erp');
    const readRoots = connector.readRoots.bind(connector);
    Object.assign(connector, {
      readRoots: async (...args: Parameters<Connector['readRoots']>) => {
        must(await pause(inHours(1)));
        return readRoots(...args);
      },
    });
    await publishLane(ports, 'erp');
    expect(await kit.last('CUP-A')).toMatchObject({ state: 'RETRYING', attempts: 0, lastError: null });
    expect(await kit.listPrice('CUP-A')).toBe('10.00');
    Object.assign(connector, { readRoots });
    must(await resumeSystem(ports, kit.world.people.oli, 'erp'));
    await kit.drain();
    expect(await kit.listPrice('CUP-A')).toBe('11.00');
  });

  it('resumes at once, whatever holds it', async () => {
    await all('11.00');
    await kit.erpFails(10, '503');
    await kit.drain();
    await kit.later(1);
    must(await resumeSystem(kit.world.ports, kit.world.people.oli, 'erp'));
    // Nobody waits for a back-off either: that was reckoned for a system that was down.
    await kit.drain();
    expect(await kit.erp()).toMatchObject({ pendingDeliveries: 0, deadLetters: 0, holds: [] });
    expect(codesOf(await resumeSystem(kit.world.ports, kit.world.people.oli, 'erp'))).toEqual(['WRONG_STATE']);
  });

  it.each([
    ['erp', '401', 'refuses our key'],
    ['shopify', '402', 'frozen until it is paid for'],
    ['shopify', '403', 'refuses our key'],
    ['shopify', '423', 'the account there is locked'],
  ])('lets go of what %s refused (%s) once a person resumes it', async (system, status, why) => {
    const { ports, people, sandbox } = kit.world;
    const { url } = system === 'erp' ? sandbox.erp : sandbox.shopify;
    await kit.price('CUP-A', '11.00');
    await kit.price('CUP-B', '12.00');
    await control(url, 'faults', { next: Array.from({ length: 4 }, () => ({ when: 'before', kind: status })) });
    await Promise.all([publishLane(ports, system), publishLane(ports, system)]);
    const held = (await ports.operations.systems()).find(({ code }) => code === system)?.holds;
    expect(held).toMatchObject([{ kind: 'AUTH', reason: expect.stringContaining(why) }]);
    expect(await kit.last('CUP-A', system)).toMatchObject({ state: 'RETRYING', lastError: { class: 'AUTH' } });
    await fetch(`${url}/control/faults`, { method: 'DELETE' });
    expect(await kit.drain(system)).toBe(0);
    must(await resumeSystem(ports, people.oli, system));
    await kit.drain(system);
    const now = [await kit.last('CUP-A', system), await kit.last('CUP-B', system)];
    expect(now.map(({ state }) => state)).toEqual(['DELIVERED', 'DELIVERED']);
  });

  it('lets go of what was refused once the probe, or a scan, is answered, and the sweep does where that was lost', async () => {
    const { ports } = kit.world;
    const connector = ports.connectors.of('erp');
    const readRoots = connector.readRoots.bind(connector);
    for (const [code, value] of [
      ['CUP-A', '11.00'],
      ['CUP-B', '12.00'],
      ['CUP-C', '13.00'],
    ] as const)
      await kit.price(code, value);
    const refused = {
      class: 'AUTH' as const,
      code: '401',
      message: 'no',
      retryAfterSeconds: null,
      ambiguous: false,
      raw: null,
    };
    Object.assign(connector, { readRoots: () => Promise.reject(new ConnectorError(refused)) });
    // All three are under way when the key is refused.
    await Promise.all([publishLane(ports, 'erp'), publishLane(ports, 'erp'), publishLane(ports, 'erp')]);
    expect(await kit.sql(`select 1 from delivery where state = 'RETRYING' and system = 'erp'`)).toHaveLength(3);
    Object.assign(connector, { readRoots });
    await kit.scan('erp');
    expect(await kit.drain('erp', 2)).toBe(2);
    const rest = await kit.sql<{
      id: string;
    }>(`update delivery set next_attempt_at = clock_timestamp() + interval '5 minutes'
      where state = 'RETRYING' and system = 'erp' returning id`);
    await kit.sql(
      `update lane set due_at = clock_timestamp() + interval '5 minutes' where system = 'erp' and due_at is not null`,
    );
    expect([rest.length, await kit.drain()]).toEqual([1, 0]);
    expect(await ports.waitingJobs.due()).toMatchObject({ refused: true });
    await ports.queue.releaseRefused();
    expect(await kit.drain()).toBe(1);
    expect(await ports.waitingJobs.due()).toMatchObject({ refused: false });
  });

  it.each([
    ['401', 1, 'SYSTEM_PAUSED'],
    ['500', 10, 'BREAKER_OPENED'],
  ])(
    'is not told anew with each scan of an ERP that can be read and takes no write (%s)',
    async (kind, failures, type) => {
      await all('11.00');
      await kit.erpFails(40, kind, 'before', 'PUT');
      expect(await kit.drain()).toBe(failures);
      for (let scan = 0; scan < 3; scan += 1) {
        // Past the wait for a write of which nobody knows the outcome, and far from the next probe of a refused key.
        await kit.later(40);
        const { last } = await kit.erpHeard(0);
        await kit.scan('erp');
        expect(await kit.drain()).toBe(1);
        expect((await kit.erpHeard(last)).written).toBe(0);
        expect(await kit.erp()).toMatchObject({ health: 'DOWN', holds: [{}] });
      }
      expect(await kit.audit('SYSTEM_PAUSED', 'SYSTEM_RESUMED', 'BREAKER_OPENED', 'BREAKER_CLOSED')).toEqual([type]);
      await kit.erpHeals();
      await kit.later(40);
      await kit.scan('erp');
      await kit.drain();
      expect(await kit.erp()).toMatchObject({ health: 'UP', holds: [] });
    },
  );

  it('leaves a back-off alone where a breaker closes by itself, and a wait that the system asked for', async () => {
    await kit.price('CUP-A', '11.00');
    await kit.price('CUP-B', '12.00');
    await kit.erpFails(1, '503');
    await kit.drain('erp', 1);
    await kit.erpFails(1, '429');
    await kit.drain('erp', 1);
    await kit.sql(
      `update delivery set next_attempt_at = clock_timestamp() + interval '10 minutes' where system = 'erp' and state = 'RETRYING'`,
    );
    await kit.sql(`insert into system_hold (id, system, kind, reason, began_by, began_at, ended_at, ended_by) values (
      gen_random_uuid(), 'erp', 'BREAKER', 'down', '{"kind":"SYSTEM"}', clock_timestamp() - interval '1 minute', clock_timestamp(), '{"kind":"SYSTEM"}')`);
    const { ports } = kit.world;
    await ports.queue.releaseRefused();
    expect(await kit.drain()).toBe(0);
    await kit.sql(`update system_hold set ended_by = '{"kind":"USER"}' where system = 'erp'`);
    await ports.queue.releaseRefused();
    expect(await kit.drain()).toBe(1);
    expect(await kit.last('CUP-B')).toMatchObject({ state: 'RETRYING', lastError: { class: 'RATE_LIMITED' } });
  });

  it('refuses what it cannot do, all at once', async () => {
    const { ports, people } = kit.world;
    const input = { system: 'nowhere', reason: 'short', until: inHours(-1) };
    expect(codesOf(await pauseSystem(ports, people.oli, input)).sort()).toEqual([
      'EFFECTIVE_IN_PAST',
      'NOT_FOUND',
      'REASON_TOO_SHORT',
    ]);
    expect(codesOf(await pause(inHours(24 * 93)))).toEqual(['INVALID_FORMAT']);
    expect(codesOf(await resumeSystem(ports, people.oli, 'nowhere'))).toEqual(['NOT_FOUND']);
    expect(await kit.erp()).toMatchObject({ holds: [] });
  });
});
