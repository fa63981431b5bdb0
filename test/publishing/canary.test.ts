import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Connector, RecordOutcome } from '../../src/application/ports/connector.js';
import type { CanaryView, ScanView } from '../../src/application/ports/operations-reader.js';
import { advanceCanaries } from '../../src/application/publishing/advance-canaries.js';
import { revertFindings } from '../../src/application/drift/revert-findings.js';
import { waiveFindings } from '../../src/application/drift/resolve/waive-findings.js';
import { decideCanary } from '../../src/application/publishing/decide-canary.js';
import { setSetting } from '../../src/application/settings/set-setting.js';
import { codesOf, control, must } from '../support/world.js';
import { apply, createPlain, move } from '../bundles/bundle-kit.js';
import { Failing, PAGE } from './failing-kit.js';

const CODES = Array.from({ length: 20 }, (_, index) => `CUP-${String.fromCharCode(65 + index)}`);
const REASON = 'looked at with the ERP team';

describe('a request that touches many records', () => {
  let kit: Failing;
  let write: Connector['write'];
  beforeEach(async () => {
    kit = await Failing.open(...CODES);
    const connector = kit.world.ports.connectors.of('erp');
    write = connector.write.bind(connector);
    // In small what 1% of more than 500 is in large.
    const value = { canary: { above: 30, firstPercent: 10, stopPercent: 20 } };
    must(
      await setSetting(kit.world.ports, kit.world.people.alex, {
        key: 'publishing',
        value,
        reason: 'small enough for a test',
      }),
    );
  });
  afterEach(() => kit.world.close());

  const raise = (codes: readonly string[], value: string): Promise<string> =>
    kit.apply(
      ...codes.map((code) => ({
        kind: 'skuUpdate' as const,
        input: { code, baseRevision: null, fields: { price: value } },
      })),
    );
  const canary = async (request: string): Promise<CanaryView> => {
    const all = (await kit.world.ports.operations.canariesOfRequests([request])).get(request) ?? [];
    const found = all.find(({ system }) => system === 'erp');
    if (!found) throw new Error('there is no canary');
    return found;
  };
  const round = async (): Promise<number> => {
    const lanes = await kit.drain();
    await advanceCanaries(kit.world.ports, 'erp');
    return lanes;
  };
  function refuses(until = Number.POSITIVE_INFINITY): void {
    let left = until;
    const refuse: Connector['write'] = (command) => {
      left -= 1;
      if (left < 0) return write(command);
      const told = { code: '422', message: 'no', retryAfterSeconds: null, ambiguous: false, raw: null };
      return Promise.resolve(
        command.writes.map(({ id, entity }): RecordOutcome => {
          return { id, entity, written: false, fault: { ...told, class: 'VALIDATION' } };
        }),
      );
    };
    Object.assign(kit.world.ports.connectors.of('erp'), { write: refuse });
  }
  /** What goes first, as the database has it: it is an affair of the publisher's. */
  const firstCodes = async (request: string): Promise<string[]> => {
    const rows = await kit.sql<{ target: string }>(
      `select target from delivery where system = 'erp' and change_request_id = $1 and canary_first order by 1`,
      [request],
    );
    return rows.map(({ target }) => target);
  };
  const priced = async (value: string): Promise<number> => {
    const prices = await Promise.all(CODES.map((code) => kit.listPrice(code)));
    return prices.filter((price) => price === value).length;
  };

  it('goes to a few first, is verified there, and then to the rest', async () => {
    const request = await raise(CODES, '11.00');
    expect(await canary(request)).toMatchObject({ state: 'FIRST', records: 20, firstRecords: 2, waiting: 20 });
    expect(await round()).toBe(2);
    expect(await priced('11.00')).toBe(2);
    expect(await canary(request)).toMatchObject({ state: 'REST', delivered: 2, waiting: 18 });
    expect(await round()).toBe(18);
    expect(await priced('11.00')).toBe(20);
    expect(await canary(request)).toMatchObject({ state: 'FINISHED', delivered: 20, dead: 0 });
  });

  it('goes to all at once where it is small', async () => {
    const request = await raise(CODES.slice(0, 15), '11.00');
    expect((await kit.world.ports.operations.canariesOfRequests([request])).size).toBe(0);
    expect(await kit.drain()).toBe(15);
  });

  it('stops where too much of it dies, is seen on the request and the system, and an operator lets it go on', async () => {
    refuses();
    const request = await raise(CODES, '11.00');
    expect(await round()).toBe(2);
    const stopped = await canary(request);
    expect(stopped).toMatchObject({ state: 'STOPPED', dead: 2, waiting: 18 });
    expect((await kit.world.ports.operations.openCanaries(['erp'])).get('erp')).toMatchObject([{ id: stopped.id }]);
    expect(await kit.audit('CANARY_STOPPED')).toEqual(['CANARY_STOPPED']);
    const told = async (): Promise<string[]> => (await kit.world.ports.digest.facts(new Date())).stoppedCanaries;
    expect(await told()).toEqual([expect.stringMatching(/^CR-\d+ in erp: 18 of 20 records are held since 20.* UTC$/)]);
    await kit.later(86_400);
    await kit.world.ports.queue.systemsWithDue();
    expect(await round()).toBe(0);

    Object.assign(kit.world.ports.connectors.of('erp'), { write });
    const { ports, people } = kit.world;
    expect(codesOf(await decideCanary(ports, people.oli, stopped.id, 'CONTINUE', 'ok'))).toEqual(['REASON_TOO_SHORT']);
    must(await decideCanary(ports, people.oli, stopped.id, 'CONTINUE', REASON));
    expect(await told()).toEqual([]);
    expect(await round()).toBe(18);
    expect(await canary(request)).toMatchObject({
      state: 'FINISHED',
      delivered: 18,
      dead: 2,
      reason: REASON,
      decidedBy: { name: 'oli' },
    });
    expect(codesOf(await decideCanary(ports, people.oli, stopped.id, 'GIVE_UP', REASON))).toEqual(['WRONG_STATE']);
  });

  it('stops while the rest is under way, too', async () => {
    const request = await raise(CODES, '11.00');
    await round();
    refuses();
    await kit.drain('erp', 3);
    await advanceCanaries(kit.world.ports, 'erp');
    expect(await canary(request)).toMatchObject({ state: 'STOPPED', delivered: 2, dead: 3, waiting: 15 });
    expect(await round()).toBe(0);
  });

  it('is given up by an operator: the rest is discarded, and said to be so at the next scan', async () => {
    refuses();
    const request = await raise(CODES, '11.00');
    await round();
    const { ports, people } = kit.world;
    must(await decideCanary(ports, people.oli, (await canary(request)).id, 'GIVE_UP', REASON));
    expect(await canary(request)).toMatchObject({ state: 'GIVEN_UP', waiting: 0, dead: 2 });
    const states = (await ports.operations.deliveriesOfRequests([request])).get(request) ?? [];
    const inErp = Map.groupBy(
      states.filter(({ system }) => system === 'erp'),
      ({ state }) => state,
    );
    expect([inErp.get('DISCARDED')?.length, inErp.get('DEAD_LETTERED')?.length]).toEqual([18, 2]);
    await kit.scan('erp');
    const found = await ports.operations.findings({ first: 50, after: null }, { system: 'erp', states: ['OPEN'] });
    expect(await found.totalCount()).toBe(18);
    expect(found.items[0]?.node.note).toBe(`given up by oli: ${REASON}`);
  });

  it('waits for no record that is gone: others go first in its place, and it is written once it is back', async () => {
    // The same records, the same draw: a request before this one tells who goes first.
    const first = await firstCodes(await raise(CODES, '10.50'));
    await round();
    await round();
    for (const code of first) await control(kit.world.sandbox.erp.url, 'delete', { code });
    await kit.scan('erp');
    const request = await raise(CODES, '11.00');
    expect(await firstCodes(request)).toEqual(first);
    expect(await round()).toBe(0);
    expect(await canary(request)).toMatchObject({ state: 'FIRST', firstRecords: 2, delivered: 0, waiting: 20 });
    const others = await firstCodes(request);
    expect(others).toHaveLength(2);
    expect(others.filter((code) => first.includes(code))).toEqual([]);
    await round();
    expect(await canary(request)).toMatchObject({ state: 'REST', delivered: 2, waiting: 18 });
    await round();
    expect(await priced('11.00')).toBe(18);
    expect(await canary(request)).toMatchObject({ state: 'FINISHED', delivered: 18, waiting: 2 });
    const { ports, people } = kit.world;
    const missing = await ports.operations.findings(PAGE, { system: 'erp', kinds: ['MISSING'] });
    const ids = missing.items.map(({ node }) => node.id);
    must(await revertFindings(ports, people.oli, { ids, note: null, confirm: true }));
    await kit.drain();
    expect(await priced('11.00')).toBe(20);
  }, 60_000);

  it('lets nothing follow what a later request took the place of: others go first', async () => {
    const request = await raise(CODES, '11.00');
    const first = await firstCodes(request);
    for (const code of first) await kit.price(code, '12.00');
    await advanceCanaries(kit.world.ports, 'erp');
    expect(await canary(request)).toMatchObject({ state: 'FIRST', firstRecords: 2, delivered: 0, waiting: 18 });
    refuses();
    await round();
    expect(await canary(request)).toMatchObject({ state: 'STOPPED', delivered: 0, dead: 2, waiting: 16 });
  });

  it('lets nothing follow first records of which a finding kept the change: others go first', async () => {
    const { ports, people, sandbox } = kit.world;
    // The same records, the same draw: a request before this one tells who goes first.
    const first = await firstCodes(await raise(CODES, '10.50'));
    await round();
    await round();
    const as = { kind: 'staff', name: 'Sam' };
    for (const code of first) await control(sandbox.erp.url, 'edit', { as, code, set: { listPrice: '77.00' } });
    await kit.scan('erp');
    const { items } = await ports.operations.findings(PAGE, { system: 'erp', states: ['OPEN'] });
    const waiver = { until: new Date(Date.now() + 86_400_000), reason: 'they keep their price for a day' };
    must(await waiveFindings(ports, people.oli, { ids: items.map(({ node }) => node.id), ...waiver }));
    const request = await raise(CODES, '11.00');
    expect(await firstCodes(request)).toEqual(first);
    refuses();
    await round();
    expect(await canary(request)).toMatchObject({ state: 'FIRST', delivered: 2, dead: 0, waiting: 18 });
    await round();
    expect(await canary(request)).toMatchObject({ state: 'STOPPED', delivered: 2, dead: 2, waiting: 16 });
  });

  it('does not begin with a bundle of which the components are among the rest', async () => {
    await apply(kit.world, ...createPlain('jar'), ...createPlain('lid'), ...createPlain('box', '1 jar, 1 lid'));
    await apply(kit.world, ...createPlain('big', '2 box'));
    const { ports, people } = kit.world;
    const value = { canary: { above: 3, firstPercent: 60, stopPercent: 20 } };
    must(await setSetting(ports, people.alex, { key: 'publishing', value, reason: 'small enough for a test' }));
    const all = ['jar', 'lid', 'box', 'big'].map((code) => move(code, 'PRELAUNCH'));
    const { id } = await apply(kit.world, ...all);
    expect(await canary(id)).toMatchObject({ state: 'FIRST', records: 4, firstRecords: 2 });
    expect(await firstCodes(id)).toEqual(['jar', 'lid']);
    await round();
    await round();
    expect(await canary(id)).toMatchObject({ state: 'FINISHED', delivered: 4 });
    // What they are made of is there now: a bundle may go first like anything else.
    const prices = await raise(['box', 'big'], '31.00');
    expect((await firstCodes(prices)).length).toBe(2);
  });

  it('ends where it stopped and a later request, the revert of it perhaps, took the place of the rest', async () => {
    refuses();
    const request = await raise(CODES, '11.00');
    await round();
    expect(await canary(request)).toMatchObject({ state: 'STOPPED', waiting: 18 });
    expect(await kit.world.ports.waitingJobs.due()).toMatchObject({ canaries: true });
    Object.assign(kit.world.ports.connectors.of('erp'), { write });
    await raise(CODES, '10.00');
    await round();
    expect(await canary(request)).toMatchObject({ state: 'FINISHED', waiting: 0 });
  });

  it('ends where later requests took the place of all of it', async () => {
    const request = await raise(CODES, '11.00');
    await raise(CODES, '12.00');
    await advanceCanaries(kit.world.ports, 'erp');
    expect(await canary(request)).toMatchObject({ state: 'FINISHED', delivered: 0, waiting: 0 });
  });

  it('keeps no later change of one of its records waiting', async () => {
    refuses();
    const request = await raise(CODES, '11.00');
    await round();
    Object.assign(kit.world.ports.connectors.of('erp'), { write });
    const held = ((await kit.world.ports.operations.deliveriesOfRequests([request])).get(request) ?? []).find(
      ({ system, state }) => system === 'erp' && state === 'PENDING',
    );
    await kit.price(held?.target ?? '', '12.00');
    expect(await kit.drain()).toBe(1);
    expect(await kit.listPrice(held?.target ?? '')).toBe('12.00');
    expect(await canary(request)).toMatchObject({ state: 'STOPPED', waiting: 17 });
  });
});

describe('a request that is given up', () => {
  let kit: Failing;
  const many = Array.from({ length: 60 }, (_, index) => `POT-${index + 10}`);
  beforeAll(async () => {
    kit = await Failing.open(...many);
  }, 60_000);
  afterAll(() => kit.world.close());

  it('holds no scan up, however much it was; edits of somebody else do', async () => {
    const { ports, people, sandbox } = kit.world;
    const value = { canary: { above: 30, firstPercent: 2, stopPercent: 20 } };
    must(await setSetting(ports, people.alex, { key: 'publishing', value, reason: 'small enough for a test' }));
    const prices = many.map((code) => ({
      kind: 'skuUpdate' as const,
      input: { code, baseRevision: null, fields: { price: '11.00' } },
    }));
    const request = await kit.apply(...prices);
    const canary = ((await ports.operations.canariesOfRequests([request])).get(request) ?? []).find(
      ({ system }) => system === 'erp',
    );
    must(await decideCanary(ports, people.oli, canary?.id ?? '', 'GIVE_UP', REASON));
    // What went first stays owed, and a scan waits for it.
    await kit.drain();
    const last = async (): Promise<ScanView | undefined> => (await ports.operations.scans(PAGE, 'erp')).items[0]?.node;
    await kit.scan('erp');
    expect(await last()).toMatchObject({ state: 'SUCCEEDED', findingsOpened: 58 });
    for (const code of many) {
      const as = { kind: 'staff', name: 'Sam' };
      await control(sandbox.erp.url, 'edit', { as, code, set: { name: `${code}, renamed` } });
    }
    await kit.scan('erp');
    expect(await last()).toMatchObject({ state: 'HELD' });
  }, 60_000);
});
