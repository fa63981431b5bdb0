import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Connector, RecordOutcome, WriteCommand } from '../../src/application/ports/connector.js';
import { revertFindings } from '../../src/application/drift/revert-findings.js';
import { publishLane } from '../../src/application/publishing/publish-lane.js';
import type { ErrorClass } from '../../src/domain/publishing/system.js';
import { control, must } from '../support/world.js';
import { Failing } from './failing-kit.js';

/** Each class of fault, against the stand-in and PostgreSQL, from the failure to what becomes of the delivery. */
describe('what becomes of a delivery that fails', () => {
  let kit: Failing;
  beforeEach(async () => {
    kit = await Failing.open('CUP', 'TEA');
  });
  afterEach(() => kit.world.close());

  /** The ERP's writes end so, from here on, whatever the stand-in would say. */
  function writesEnd(of: ErrorClass, before: (command: WriteCommand) => Promise<void> = () => Promise.resolve()): void {
    const connector = kit.world.ports.connectors.of('erp');
    const write: Connector['write'] = async (command): Promise<RecordOutcome[]> => {
      await before(command);
      const fault = { class: of, code: null, message: `no to ${command.product.handle}`, retryAfterSeconds: null };
      return command.writes.map(({ id, entity }) => {
        return { id, entity, written: false, fault: { ...fault, ambiguous: false, raw: { token: 'x', said: of } } };
      });
    };
    Object.assign(connector, { write });
  }

  it('TRANSIENT: is tried again, later each time, until it could have been tried for 24 hours', async () => {
    await kit.price('CUP', '11.00');
    await kit.erpFails(1, '503');
    expect(await kit.drain()).toBe(1);
    expect(await kit.last('CUP')).toMatchObject({ state: 'RETRYING', attempts: 1, lastError: { class: 'TRANSIENT' } });
    expect(await kit.drain()).toBe(0);
    await kit.later(5);
    await kit.drain();
    expect(await kit.last('CUP')).toMatchObject({ state: 'DELIVERED', attempts: 2 });
    expect(await kit.listPrice('CUP')).toBe('11.00');

    await kit.price('TEA', '12.00');
    await kit.later(23.9 * 3_600);
    await kit.erpFails(1, '503');
    await kit.drain();
    expect(await kit.last('TEA')).toMatchObject({ state: 'RETRYING' });
    await kit.later(900);
    await kit.erpFails(1, '503');
    await kit.drain();
    expect(await kit.last('TEA')).toMatchObject({ state: 'DEAD_LETTERED', overdue: false });
    await kit.later(24 * 3_600 + 1);
    expect(await kit.last('TEA')).toMatchObject({ overdue: true });
  });

  it('TRANSIENT after the write went through: it is read again, and never sent twice', async () => {
    await kit.price('CUP', '11.00');
    await kit.erpFails(1, 'reset', 'after', 'PUT');
    const { last } = await kit.erpHeard(0);
    await kit.drain();
    expect(await kit.last('CUP')).toMatchObject({ state: 'RETRYING' });
    // Its own back-off is over, and it waits all the same, until what was sent cannot arrive any more.
    await kit.sql(`update delivery set next_attempt_at = clock_timestamp() where state = 'RETRYING'`);
    await kit.sql(`update lane set due_at = clock_timestamp() where system = 'erp' and due_at is not null`);
    expect(await kit.drain()).toBe(0);
    const wait = ((await kit.last('CUP')).nextAttemptAt?.getTime() ?? 0) - Date.now();
    expect(wait > 20_000 && wait <= 30_500).toBe(true);
    await kit.later(31);
    await kit.drain();
    expect(await kit.last('CUP')).toMatchObject({ state: 'DELIVERED' });
    expect((await kit.erpHeard(last)).written).toBe(1);
    expect((await kit.findings('CUP')).length).toBe(0);
  });

  it('RATE_LIMITED: Retry-After is obeyed, and waiting makes it no older', async () => {
    await kit.price('CUP', '11.00');
    await kit.later(23.9 * 3_600);
    await kit.erpFails(1, '429');
    await kit.drain();
    expect(await kit.last('CUP')).toMatchObject({ state: 'RETRYING', lastError: { class: 'RATE_LIMITED' } });
    await kit.later(48 * 3_600);
    await kit.erpFails(1, '503');
    await kit.drain();
    expect(await kit.last('CUP')).toMatchObject({ state: 'RETRYING', lastError: { class: 'TRANSIENT' } });
    await kit.later(900);
    await kit.erpFails(1, '503');
    await kit.drain();
    expect(await kit.last('CUP')).toMatchObject({ state: 'DEAD_LETTERED' });
  });

  it('CONFLICT: is read and compared again at once, three times, then a dead letter', async () => {
    await kit.price('CUP', '11.00');
    writesEnd('CONFLICT');
    const { last } = await kit.erpHeard(0);
    expect(await kit.drain()).toBe(4);
    expect((await kit.erpHeard(last)).asked).toBe(4);
    expect(await kit.last('CUP')).toMatchObject({
      state: 'DEAD_LETTERED',
      attempts: 4,
      lastError: { class: 'CONFLICT' },
    });
  });

  it('CONFLICT with an edit in between: the edit is a finding, and stays', async () => {
    await kit.price('CUP', '11.00');
    const connector = kit.world.ports.connectors.of('erp');
    const write = connector.write.bind(connector);
    let races = 0;
    Object.assign(connector, {
      write: async (command: WriteCommand): Promise<RecordOutcome[]> => {
        races += 1;
        if (races === 1) {
          const as = { kind: 'staff', name: 'Sam' };
          await control(kit.world.sandbox.erp.url, 'edit', { as, code: 'CUP', set: { listPrice: '7.77' } });
        }
        return write(command);
      },
    });
    await kit.drain();
    expect(await kit.listPrice('CUP')).toBe('7.77');
    expect(await kit.findings('CUP')).toMatchObject([{ system: 'erp', field: 'price', found: '7.77', state: 'OPEN' }]);
  });

  it('NOT_FOUND: is read again by id; gone, it is a MISSING finding that the dead letter points to', async () => {
    await kit.price('CUP', '11.00');
    const connector = kit.world.ports.connectors.of('erp');
    const write = connector.write.bind(connector);
    // It goes between the read and the write, which is when a write alone can tell.
    writesEnd('NOT_FOUND', async () => void (await control(kit.world.sandbox.erp.url, 'delete', { code: 'CUP' })));
    expect(await kit.drain()).toBe(2);
    const dead = await kit.last('CUP');
    expect(dead).toMatchObject({
      state: 'DEAD_LETTERED',
      attempts: 2,
      lastError: { class: 'NOT_FOUND', code: 'GONE' },
    });
    const [finding] = await kit.findings('CUP');
    expect(finding).toMatchObject({ system: 'erp', kind: 'MISSING', state: 'OPEN' });
    expect(dead.findingId).toBe(finding?.id);

    Object.assign(connector, { write });
    const { ports, people } = kit.world;
    must(await revertFindings(ports, people.oli, { ids: [finding?.id ?? ''], note: null, confirm: false }));
    await kit.drain();
    expect((await kit.deliveries('CUP')).map(({ state }) => state)).toEqual(['SUPERSEDED', 'DELIVERED']);
    expect(await kit.listPrice('CUP')).toBe('11.00');
  });

  it('NOT_FOUND of something that is there after all: is tried once more, then a dead letter without a finding', async () => {
    await kit.price('CUP', '11.00');
    writesEnd('NOT_FOUND');
    expect(await kit.drain()).toBe(2);
    expect(await kit.last('CUP')).toMatchObject({ state: 'DEAD_LETTERED', attempts: 2, findingId: null });
    expect(await kit.findings('CUP')).toEqual([]);
  });

  it('VALIDATION: is a dead letter at once, with what the system said, secrets removed', async () => {
    await kit.price('CUP', '11.00');
    writesEnd('VALIDATION');
    expect(await kit.drain()).toBe(1);
    const raw = { token: '[secret]', said: 'VALIDATION' };
    expect(await kit.last('CUP')).toMatchObject({ state: 'DEAD_LETTERED', attempts: 1, lastError: { raw } });
    expect(await kit.audit('DEAD_LETTERS_BORN', 'DEAD_LETTERS_RESOLVED')).toEqual(['DEAD_LETTERS_BORN']);
  });

  it('UNKNOWN: is tried again three times, however many other failures there were', async () => {
    await kit.price('CUP', '11.00');
    await kit.erpFails(3, '503');
    for (let round = 0; round < 3; round += 1) {
      await kit.drain();
      await kit.later(30);
    }
    writesEnd('UNKNOWN');
    for (let round = 0; round < 6; round += 1) {
      await kit.drain();
      await kit.later(900);
    }
    expect(await kit.last('CUP')).toMatchObject({
      state: 'DEAD_LETTERED',
      attempts: 7,
      lastError: { class: 'UNKNOWN' },
    });
  });

  it('AUTH: pauses the whole system, is tried every five minutes, and resumes by itself', async () => {
    await kit.price('CUP', '11.00');
    await kit.price('TEA', '12.00');
    await kit.erpFails(2, '401');
    const { last } = await kit.erpHeard(0);
    expect(await kit.drain()).toBe(1);
    expect(await kit.erp()).toMatchObject({ health: 'DOWN', holds: [{ kind: 'AUTH', until: null }] });
    expect(await kit.world.ports.queue.systemsWithDue()).not.toContain('erp');
    await kit.later(290);
    expect(await kit.drain()).toBe(0);
    expect((await kit.erpHeard(last)).asked).toBe(1);
    // Whatever went wrong with one record, it is another's turn: one claim, and no second before five more minutes.
    await kit.later(11);
    expect(await kit.world.ports.queue.systemsWithDue()).toContain('erp');
    expect(await kit.drain()).toBe(1);
    expect(await kit.drain()).toBe(0);
    // A day's pause makes nothing older.
    await kit.later(30 * 3_600);
    expect(await kit.drain()).toBe(2);
    expect([await kit.last('CUP'), await kit.last('TEA')]).toMatchObject([
      { state: 'DELIVERED' },
      { state: 'DELIVERED' },
    ]);
    expect(await kit.erp()).toMatchObject({ health: 'UP', holds: [] });
    expect(await kit.audit('SYSTEM_PAUSED', 'SYSTEM_RESUMED')).toEqual(['SYSTEM_PAUSED', 'SYSTEM_RESUMED']);
  });

  it('DELIVERED only where the system shows it: a write that does not stick is not delivered', async () => {
    await kit.price('CUP', '11.00');
    const connector = kit.world.ports.connectors.of('erp');
    Object.assign(connector, {
      // It says yes, and shows what was there before.
      write: async ({ writes, product }: WriteCommand): Promise<RecordOutcome[]> => {
        const roots = product.root ? [product.root] : [];
        const observed = (await connector.readRoots(roots))[0]?.records?.[0];
        return observed ? writes.map(({ id, entity }) => ({ id, entity, written: true, observed })) : [];
      },
    });
    await kit.drain();
    expect(await kit.last('CUP')).toMatchObject({
      state: 'RETRYING',
      lastError: { class: 'UNKNOWN', code: 'NOT_VERIFIED' },
    });
  });

  it('a fault of our own is UNKNOWN, and says nothing of the system', async () => {
    await kit.price('CUP', '11.00');
    Object.assign(kit.world.ports.connectors.of('erp'), {
      readRoots: () => Promise.reject(new Error('a slip of ours, with \u0000 in it')),
    });
    await publishLane(kit.world.ports, 'erp');
    expect(await kit.last('CUP')).toMatchObject({
      state: 'RETRYING',
      lastError: { class: 'UNKNOWN', code: 'INTERNAL' },
    });
    expect(await kit.erp()).toMatchObject({ health: 'UP' });
  });
});
