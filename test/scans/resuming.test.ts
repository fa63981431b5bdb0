import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cancelScan } from '../../src/application/drift/scan/decide-scan.js';
import { runScan } from '../../src/application/drift/scan/run-scan.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import type { ScanPiece } from '../../src/application/ports/connector.js';
import type { Ports } from '../../src/application/ports/ports.js';
import { codesOf, control, must } from '../support/world.js';
import { codeOf, ScanKit } from './scan-kit.js';

const AS = { kind: 'staff', name: 'Sam' };

describe('a scan whose process is lost', () => {
  let kit: ScanKit;
  beforeAll(async () => {
    kit = await ScanKit.open(200);
    // Everything is to be judged anew, so that there is something to interrupt.
    await kit.sql('update scan_piece set judged_at = null');
  }, 120_000);
  // What stands still for good would keep this process from ending.
  const letGo: (() => void)[] = [];
  const stuck: Promise<void>[] = [];
  afterAll(async () => {
    for (const go of letGo) go();
    await Promise.allSettled(stuck);
    await kit.world.close();
  });

  /** A shop whose scan stands still after some pieces, for good. */
  function stuckAfter(most: number): { ports: Ports; reached: Promise<void>; looked: () => number } {
    let reach: () => void = () => {};
    const reached = new Promise<void>((resolve) => (reach = resolve));
    let looked = 0;
    const ports = kit.with('shopify', (real) => ({
      scanPieces: async function* (work) {
        let pieces = 0;
        for await (const some of real.scanPieces?.(work) ?? []) {
          for (const piece of some) {
            if (pieces === most) {
              reach();
              await new Promise<void>((resolve) => letGo.push(resolve));
              throw new Error('it stood still until the end');
            }
            pieces += 1;
            yield [counted(piece, () => (looked += 1))];
          }
        }
      },
    }));
    return { ports, reached, looked: () => looked };
  }

  function counted(piece: ScanPiece, look: () => void): ScanPiece {
    const records = (): ReturnType<ScanPiece['records']> => {
      look();
      return piece.records();
    };
    return { ...piece, records };
  }

  it('goes on elsewhere: with the bulk operation that was begun, and past what has been judged', async () => {
    await kit.editVariant(codeOf(1), { price: '1.23' });
    await kit.editVariant(codeOf(799), { price: '4.56' });
    const id = await kit.begin('shopify');
    const first = stuckAfter(9);
    stuck.push(runScan(first.ports, id));
    await first.reached;
    // The batch that was read last is judged while the next one is read: it comes in one transaction.
    let [operation, judged] = ['', 0];
    while (judged === 0) {
      const [row] = await kit.sql<{ operation: string; judged: number }>(
        `select operation, (select count(*)::int from scan_piece where seen_in = $1 and judged_at is not null) as judged from scan where id = $1`,
        [id],
      );
      [operation, judged] = [row?.operation ?? '', row?.judged ?? 0];
    }
    expect(judged).toBeGreaterThan(4);
    // kill -9: nobody gives the lease back, and it runs out.
    await runScan(kit.world.ports, id);
    expect(await kit.view(id)).toMatchObject({ state: 'RUNNING' });
    await kit.sql(`update scan set lease_until = clock_timestamp() - interval '1 second' where id = $1`, [id]);
    const second = stuckAfter(1_000_000);
    await runScan(second.ports, id);
    expect(await kit.view(id)).toMatchObject({ state: 'SUCCEEDED', findingsOpened: 2, recordsRead: 1_000 });
    const [pieces] = await kit.sql<{ count: number }>(
      'select count(*)::int as count from scan_piece where seen_in = $1',
      [id],
    );
    expect(second.looked()).toBe((pieces?.count ?? 0) - judged);
    expect(await kit.sql('select operation from scan where id = $1', [id])).toEqual([{ operation }]);
    expect(await kit.open()).toEqual([
      `shopify FIELD ${codeOf(1)} price OPEN`,
      `shopify FIELD ${codeOf(799)} price OPEN`,
    ]);
    for (const index of [1, 799]) await kit.editVariant(codeOf(index), { price: `1${index % 4}.00` });
    expect(await kit.scan('shopify')).toMatchObject({ state: 'SUCCEEDED', findingsResolved: 2 });
  });

  it('is begun anew by the shop where that has forgotten the operation, and is the same scan', async () => {
    await kit.sql('update scan_piece set judged_at = null');
    const id = await kit.begin('shopify');
    await kit.sql(
      `update scan set operation = 'gid://shopify/BulkOperation/999999', read_at = clock_timestamp() where id = $1`,
      [id],
    );
    await runScan(kit.world.ports, id);
    expect(await kit.view(id)).toMatchObject({ state: 'SUCCEEDED', recordsRead: 1_000 });
  });

  it('goes on with what it had staged, when it was lost while it put that on record', async () => {
    await kit.editItem(codeOf(5), { listPrice: '5.55' });
    const id = await kit.begin('erp');
    const dying = Object.create(kit.world.ports, {
      scans: {
        value: Object.create(kit.world.ports.scans, {
          staged: { value: () => new Promise((_, reject) => letGo.push(() => reject(new Error('let go')))) },
          settleScan: {
            value: async (...args: Parameters<Ports['scans']['settleScan']>) => {
              await kit.world.ports.scans.settleScan(...args);
              settled();
            },
          },
        }),
      },
    }) as Ports;
    let settled: () => void = () => {};
    const reached = new Promise<void>((resolve) => (settled = resolve));
    stuck.push(runScan(dying, id));
    await reached;
    expect(await kit.open()).toEqual([]);
    await kit.sql(`update scan set lease_until = null where id = $1`, [id]);
    await runScan(kit.world.ports, id);
    expect(await kit.view(id)).toMatchObject({ state: 'SUCCEEDED', findingsOpened: 1, recordsRead: 800 });
    expect(await kit.open()).toEqual([`erp FIELD ${codeOf(5)} price OPEN`]);
    await kit.editItem(codeOf(5), { listPrice: '11.00' });
    await kit.scan('erp');
  });

  it('is given back by a process that stops, and taken up at once', async () => {
    await kit.sql('update scan_piece set judged_at = null');
    const id = await kit.begin('shopify');
    const stop = new AbortController();
    const ports = kit.with('shopify', (real) => ({
      scanPieces: async function* (work) {
        for await (const some of real.scanPieces?.(work) ?? []) {
          for (const piece of some) {
            yield [piece];
            stop.abort();
          }
        }
      },
    }));
    await runScan(ports, id, stop.signal);
    expect(await kit.view(id)).toMatchObject({ state: 'RUNNING' });
    expect(await kit.world.ports.scans.unheldScans()).toEqual([id]);
    await runScan(kit.world.ports, id);
    expect(await kit.view(id)).toMatchObject({ state: 'SUCCEEDED', recordsRead: 1_000, error: null });
  });

  it('is run by one of two processes that want it', async () => {
    const id = await kit.begin('erp');
    let readings = 0;
    const ports = kit.with('erp', (real) => ({
      scan: (signal) => {
        readings += 1;
        return real.scan(signal);
      },
    }));
    await Promise.all([runScan(ports, id), runScan(ports, id), runScan(ports, id)]);
    expect(readings).toBe(1);
    expect(await kit.view(id)).toMatchObject({ state: 'SUCCEEDED', recordsRead: 800 });
  });

  it('says which systems cannot be scanned, and that one scan of a system runs at a time', async () => {
    const { ports, people } = kit.world;
    expect(codesOf(await startScan(ports, people.oli, 'nowhere', 'FULL'))).toEqual(['NOT_FOUND']);
    await kit.sql(
      `insert into system (code, kind, connector, mode, currency, link, health) values ('gone', 'ERP', 'http', 'WRITE', 'USD', 'LINKED', 'UP')`,
    );
    expect(codesOf(await startScan(ports, people.oli, 'gone', 'FULL'))).toEqual(['WRONG_STATE']);
    const id = await kit.begin('erp');
    expect(codesOf(await startScan(ports, people.oli, 'erp', 'INCREMENTAL'))).toEqual(['WRONG_STATE']);
    must(await cancelScan(ports, people.oli, id));
    await runScan(ports, id);
    expect(await kit.view(id)).toMatchObject({ state: 'CANCELLED', recordsRead: 0 });
    // A pause keeps us from writing, not from looking.
    await kit.sql(`update system set mode = 'READ_ONLY', link = 'UNLINKED' where code = 'erp'`);
    expect(await kit.scan('erp')).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('takes webhooks while it reads, and no verdict of it is older than theirs', async () => {
    await kit.sql('update scan_piece set judged_at = null');
    await control(kit.world.sandbox.shopify.url, 'edit', { as: AS, sku: codeOf(42), set: { price: '42.42' } });
    const { observeRoots } = await import('../../src/application/drift/observe-roots.js');
    let done = false;
    const ports = kit.with('shopify', (real) => ({
      scanPieces: async function* (work) {
        for await (const some of real.scanPieces?.(work) ?? []) {
          if (!done) {
            done = true;
            // The edit is undone behind the bulk operation's back, and a webhook tells it: what is in the file is old.
            await control(kit.world.sandbox.shopify.url, 'edit', { as: AS, sku: codeOf(42), set: { price: '12.00' } });
            const [row] = await kit.sql<{ root_id: string }>(
              `select r.root_id from record r join sku s on s.id = r.sku_id where r.system = 'shopify' and s.code = $1`,
              [codeOf(42)],
            );
            const system = await kit.world.ports.observations.systemByCode('shopify');
            if (!system || !row) throw new Error('no record');
            await observeRoots(kit.world.ports, system, [{ externalId: row.root_id, code: null }], 'WEBHOOK');
          }
          yield some;
        }
      },
    }));
    expect(await kit.scan('shopify', 'FULL', ports)).toMatchObject({ state: 'SUCCEEDED', findingsOpened: 0 });
    expect(await kit.open()).toEqual([]);
  });
});
