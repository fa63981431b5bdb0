import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startIncremental } from '../../src/application/drift/scan/scan-schedule.js';
import { runScan } from '../../src/application/drift/scan/run-scan.js';
import type { ChangePage } from '../../src/application/ports/connector.js';
import { ConnectorError } from '../../src/application/ports/connector.js';
import { codeOf, ScanKit } from './scan-kit.js';

describe('an incremental scan', () => {
  let kit: ScanKit;
  beforeAll(async () => {
    kit = await ScanKit.open(30);
  }, 120_000);
  afterAll(() => kit.world.close());

  const cursors = async (): Promise<Record<string, string>> =>
    Object.fromEntries(
      (await kit.sql<{ system: string; cursor: string }>('select system, cursor from scan_cursor')).map((row) => [
        row.system,
        row.cursor,
      ]),
    );

  it('has a place to go on from since the first full scan, and finds what changed since, in either system', async () => {
    expect(Object.keys(await cursors()).sort()).toEqual(['erp', 'shopify']);
    await kit.editItem(codeOf(3), { listPrice: '3.33' });
    await kit.editVariant(codeOf(4), { price: '4.44' });
    for (const system of ['erp', 'shopify']) {
      expect(await kit.scan(system, 'INCREMENTAL')).toMatchObject({
        state: 'SUCCEEDED',
        mode: 'INCREMENTAL',
        findingsOpened: 1,
      });
    }
    expect(await kit.open()).toEqual([`erp FIELD ${codeOf(3)} price OPEN`, `shopify FIELD ${codeOf(4)} price OPEN`]);
    const sources = await kit.sql(`select distinct source from finding where state <> 'RESOLVED'`);
    expect(sources).toEqual([{ source: 'INCREMENTAL_SCAN' }]);
    // Again: the overlap tells them once more, and nothing is opened twice.
    for (const system of ['erp', 'shopify']) {
      expect(await kit.scan(system, 'INCREMENTAL')).toMatchObject({
        state: 'SUCCEEDED',
        findingsOpened: 0,
        findingsResolved: 0,
      });
    }
  });

  it('says nothing of what is gone where nobody tells it, and misses a variant whose product is told', async () => {
    await kit.deleteItem(codeOf(50));
    expect(await kit.scan('erp', 'INCREMENTAL')).toMatchObject({ state: 'SUCCEEDED', findingsOpened: 0 });
    await kit.world.ports.observations.now();
    const { control } = await import('../support/world.js');
    await control(kit.world.sandbox.shopify.url, 'delete', { sku: codeOf(61) });
    expect(await kit.scan('shopify', 'INCREMENTAL')).toMatchObject({ state: 'SUCCEEDED', findingsOpened: 1 });
    expect((await kit.open()).filter((line) => line.includes('MISSING'))).toEqual([
      `shopify MISSING ${codeOf(61)} OPEN`,
    ]);
    expect(await kit.scan('erp')).toMatchObject({ findingsOpened: 1 });
  });

  it('moves its cursor only behind what it has judged, and asks again for what broke off', async () => {
    const before = await cursors();
    const broken = kit.with('erp', (real) => ({
      changesSince: async function* (cursor: string | null, signal?: AbortSignal): AsyncGenerator<ChangePage> {
        for await (const page of real.changesSince?.(cursor, signal) ?? []) {
          yield { ...page, cursor: 'changed-at:2031-01-01T00:00:00.000Z' };
          break;
        }
        const fault = { code: null, message: 'down', retryAfterSeconds: null, ambiguous: false, raw: null };
        throw new ConnectorError({ class: 'TRANSIENT', ...fault });
      },
    }));
    await kit.editItem(codeOf(7), { listPrice: '7.77' });
    const failing = Object.create(broken, {
      observations: {
        value: Object.create(broken.observations, {
          judge: { value: () => Promise.reject(new Error('no room on the disk')) },
        }),
      },
    }) as typeof broken;
    expect(await kit.scan('erp', 'INCREMENTAL', failing)).toMatchObject({
      state: 'FAILED',
      error: 'no room on the disk',
    });
    expect(await cursors()).toEqual(before);
    expect(await kit.scan('erp', 'INCREMENTAL')).toMatchObject({ state: 'SUCCEEDED', findingsOpened: 1 });
  });

  it('misses nothing by a clock that is ahead of ours, nor when that goes back a little', async () => {
    const { control } = await import('../support/world.js');
    const clock = (offsetSeconds: number): Promise<unknown> =>
      control(kit.world.sandbox.erp.url, 'clock', { offsetSeconds });
    for (const [index, offset] of [3_600, 3_600, 3_480].entries()) {
      await clock(offset);
      await kit.editItem(codeOf(20 + index), { listPrice: '20.20' });
      expect(await kit.scan('erp', 'INCREMENTAL')).toMatchObject({ findingsOpened: 1 });
    }
    await clock(0);
  });

  it('of a store begins five minutes before its place, so that a search that lags loses nothing', async () => {
    const { control } = await import('../support/world.js');
    const { url } = kit.world.sandbox.shopify;
    const later = (skipSeconds: number): Promise<unknown> => control(url, 'clock', { skipSeconds });
    // Each is of another product, which is told whole: itself and its four variants.
    const edits = [
      [3_600, 40],
      [240, 50],
      [360, 80],
    ] as const;
    const read: number[] = [];
    for (const [seconds, index] of edits) {
      await later(seconds);
      await kit.editVariant(codeOf(index), { price: '55.55' });
      expect(await kit.scan('shopify', 'INCREMENTAL')).toMatchObject({ state: 'SUCCEEDED', findingsOpened: 1 });
      read.push((await kit.scan('shopify', 'INCREMENTAL')).recordsRead);
    }
    expect(read).toEqual([5, 10, 5]);
  });

  it('begins when its minutes are over, one of each system however many ask, and not while the key is refused', async () => {
    const { ports } = kit.world;
    const schedules = [{ system: 'erp', full: null, incrementalMinutes: 15 }];
    await startIncremental(ports, schedules);
    const running = (): Promise<{ id: string }[]> => kit.sql(`select id from scan where state = 'RUNNING'`);
    expect(await running()).toEqual([]);
    await kit.sql(`update scan set started_at = started_at - interval '16 minutes' where mode = 'INCREMENTAL'`);
    await Promise.all([startIncremental(ports, schedules), startIncremental(ports, schedules)]);
    const [only, ...others] = await running();
    expect(others).toEqual([]);
    await runScan(ports, only?.id ?? '');
    await kit.sql(`update scan set started_at = started_at - interval '16 minutes' where mode = 'INCREMENTAL'`);
    await kit.sql(
      `insert into system_hold (id, system, kind, reason, began_at, began_by) select $1, 'erp', 'AUTH', 'refused', clock_timestamp(), '{}'`,
      [ports.newId()],
    );
    await startIncremental(ports, schedules);
    expect(await running()).toEqual([]);
  });
});
