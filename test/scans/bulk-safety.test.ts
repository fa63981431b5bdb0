import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cancelScan, confirmScan } from '../../src/application/drift/scan/decide-scan.js';
import { runScan } from '../../src/application/drift/scan/run-scan.js';
import { revertFindings } from '../../src/application/drift/revert-findings.js';
import { codesOf, control, must } from '../support/world.js';
import { codeOf, ScanKit } from './scan-kit.js';

const REASON = 'the price list of spring was loaded there on purpose';

describe('a scan that finds too much at once', () => {
  let kit: ScanKit;
  beforeAll(async () => {
    kit = await ScanKit.open(75);
  }, 120_000);
  afterAll(() => kit.world.close());

  const raise = async (from: number, to: number, price: string): Promise<void> => {
    for (let index = from; index < to; index += 1) await kit.editItem(codeOf(index), { listPrice: price });
  };
  const alerts = (): Promise<{ key: string }[]> =>
    kit.sql(`select key from alert where kind = 'SCAN_HELD' order by raised_at`);
  const staged = (): Promise<unknown[]> => kit.sql('select 1 from scan_stage');

  it('opens what it finds below the share, and is held above it: nothing opened, nothing healed, an alert', async () => {
    await raise(0, 60, '99.00');
    expect(await kit.scan('erp')).toMatchObject({ state: 'SUCCEEDED', findingsOpened: 60 });
    // Ten of these are put right by hand, and a hundred others go wrong: the ten stay open while nobody has looked.
    await raise(0, 10, '0.00');
    for (let index = 0; index < 10; index += 1) await kit.editItem(codeOf(index), { listPrice: `1${index % 4}.00` });
    await raise(100, 200, '77.00');
    const held = await kit.scan('erp');
    expect(held).toMatchObject({
      state: 'HELD',
      linkedRecords: 300,
      findingsHeld: 100,
      findingsOpened: 0,
      findingsResolved: 0,
    });
    expect(await kit.open()).toHaveLength(60);
    expect(await alerts()).toEqual([{ key: `scan:${held.id}` }]);
    expect((await staged()).length).toBe(110);
  });

  it('is replaced by the next one that is held too, with an alert of its own', async () => {
    const [first] = await kit.sql<{ id: string }>(`select id from scan where state = 'HELD'`);
    expect(await kit.scan('erp')).toMatchObject({ state: 'HELD', findingsHeld: 100 });
    expect(await kit.view(first?.id ?? '')).toMatchObject({
      state: 'CANCELLED',
      error: 'a later complete scan replaces it',
    });
    expect(await alerts()).toHaveLength(2);
    expect((await staged()).length).toBe(110);
  });

  it('when confirmed, opens what differs by then, all waiting for a person, and only once', async () => {
    const { ports, people } = kit.world;
    const [held] = await kit.sql<{ id: string }>(`select id from scan where state = 'HELD'`);
    const id = held?.id ?? '';
    expect(codesOf(await confirmScan(ports, people.oli, id, 'ok'))).toEqual(['REASON_TOO_SHORT']);
    expect(codesOf(await confirmScan(ports, people.oli, '0199aaaa-0000-7000-8000-000000000000', REASON))).toEqual([
      'NOT_FOUND',
    ]);
    // Forty of the hundred have been put right since.
    for (let index = 100; index < 140; index += 1) await kit.editItem(codeOf(index), { listPrice: `1${index % 4}.00` });
    must(await confirmScan(ports, people.oli, id, REASON));
    expect(codesOf(await confirmScan(ports, people.oli, id, REASON))).toEqual(['WRONG_STATE']);
    await runScan(ports, id);
    expect(await kit.view(id)).toMatchObject({
      state: 'SUCCEEDED',
      reason: REASON,
      findingsOpened: 60,
      findingsResolved: 10,
    });
    const open = await kit.open();
    expect(open).toHaveLength(110);
    expect(open.every((line) => line.endsWith('OPEN'))).toBe(true);
    expect(codesOf(await confirmScan(ports, people.oli, id, REASON))).toEqual(['WRONG_STATE']);
    expect(codesOf(await cancelScan(ports, people.oli, id))).toEqual(['WRONG_STATE']);
    expect(await kit.sql(`select type from audit_event where type like 'SCAN_%'`)).toEqual([
      { type: 'SCAN_CONFIRMED' },
    ]);
    // The next one finds nothing new: everything is on record.
    expect(await kit.scan('erp')).toMatchObject({ state: 'SUCCEEDED', findingsOpened: 0 });
  });

  it('when cancelled, drops what it had staged', async () => {
    const { ports, people } = kit.world;
    await raise(200, 290, '66.00');
    const held = await kit.scan('erp');
    expect(held.state).toBe('HELD');
    must(await cancelScan(ports, people.oli, held.id));
    expect(codesOf(await cancelScan(ports, people.oli, held.id))).toEqual(['WRONG_STATE']);
    expect(codesOf(await confirmScan(ports, people.oli, held.id, REASON))).toEqual(['WRONG_STATE']);
    expect(await staged()).toEqual([]);
    expect(await kit.open()).toHaveLength(110);
    for (let index = 200; index < 290; index += 1) await kit.editItem(codeOf(index), { listPrice: `1${index % 4}.00` });
    expect(await kit.scan('erp')).toMatchObject({ state: 'SUCCEEDED', findingsOpened: 0 });
  });

  it('heals by itself what people have asked for, once it is not held any more', async () => {
    const { ports, people } = kit.world;
    const rows = await kit.sql<{ id: string }>(`select id from finding where state = 'OPEN'`);
    must(await revertFindings(ports, people.oli, { ids: rows.map(({ id }) => id), note: null, confirm: false }));
    await kit.publish('erp');
    expect(await kit.open()).toEqual([]);
  });

  it('fails where a system shows nothing at all, and is held where half of it is gone', async () => {
    const { sandbox, ports, people } = kit.world;
    const nothing = kit.with('erp', () => ({ scan: async function* () {} }));
    expect(await kit.scan('erp', 'FULL', nothing)).toMatchObject({
      state: 'FAILED',
      error: expect.stringContaining('no record at all'),
    });
    expect(await kit.open()).toEqual([]);
    for (let index = 0; index < 150; index += 1) await control(sandbox.erp.url, 'delete', { code: codeOf(index) });
    const held = await kit.scan('erp');
    expect(held).toMatchObject({ state: 'HELD', findingsHeld: 150 });
    expect(await kit.open()).toEqual([]);
    must(await confirmScan(ports, people.oli, held.id, REASON));
    await runScan(ports, held.id);
    const open = await kit.open();
    expect(open).toHaveLength(150);
    expect(open[0]).toBe(`erp MISSING ${codeOf(0)} OPEN`);
  }, 60_000);

  it('says nothing of absence where it breaks off half-way', async () => {
    const broken = kit.with('shopify', (real) => ({
      scanPieces: async function* (work) {
        let pieces = 0;
        for await (const some of real.scanPieces?.(work) ?? []) {
          for (const piece of some) {
            pieces += 1;
            if (pieces > 2) throw new Error('the line went dead');
            yield [piece];
          }
        }
      },
    }));
    const before = await kit.open();
    expect(await kit.scan('shopify', 'FULL', broken)).toMatchObject({ state: 'FAILED', error: 'the line went dead' });
    expect(await kit.open()).toEqual(before);
    expect(await staged()).toEqual([]);
  });
});
