import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { handleWebhooks } from '../../src/application/drift/handle-webhooks.js';
import { cancelScan } from '../../src/application/drift/scan/decide-scan.js';
import type { ScanPiece } from '../../src/application/ports/connector.js';
import { runScan } from '../../src/application/drift/scan/run-scan.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import type { Connector, WebhookSide } from '../../src/application/ports/connector.js';
import { ConnectorError, registryOf } from '../../src/application/ports/connector.js';
import type { Ports } from '../../src/application/ports/ports.js';
import { publishLane } from '../../src/application/publishing/publish-lane.js';
import type { RootRef } from '../../src/domain/publishing/system.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { World } from '../support/world.js';
import { buildWorld, control, must, until } from '../support/world.js';

const POISON = 'gid://shopify/Product/404404';
const OTHERS = ['gid://shopify/Product/404001', 'gid://shopify/Product/404002'];

let world: World;
beforeAll(async () => {
  world = await buildWorld({ worker: false });
});
afterAll(() => world.close());

function sql<T>(text: string, values: unknown[] = []): Promise<T[]> {
  return sqlOver(world.database.source).rows<T>(text, values);
}

async function arrived(...roots: string[]): Promise<void> {
  for (const externalId of roots) {
    await world.ports.observations.storeWebhook({
      id: world.ports.newId(),
      system: 'shopify',
      topic: 'products/update',
      root: { externalId, code: null },
      body: Buffer.from('{}'),
      headers: {},
    });
  }
}

/** The ports, with a Shopify of which one method is replaced. */
function withShop(over: Partial<Connector>): Ports {
  const shop = world.ports.connectors.of('shopify');
  const props = Object.fromEntries(Object.entries(over).map(([name, value]) => [name, { value }]));
  const connectors = registryOf(() => Object.create(shop, props) as Connector);
  return Object.create(world.ports, { connectors: { value: connectors } }) as Ports;
}

function failingOn(root: string, error: Error): { ports: Ports; reads: string[] } {
  const reads: string[] = [];
  const readRoots: Connector['readRoots'] = (roots) => {
    reads.push(...roots.map(({ externalId }) => externalId));
    if (roots.some(({ externalId }) => externalId === root)) return Promise.reject(error);
    return Promise.resolve(roots.map((each) => ({ root: each, records: null })));
  };
  return { ports: withShop({ readRoots }), reads };
}

function waiting(): Promise<{ root_id: string; attempts: number; off: number }[]> {
  return sql(`select root_id, attempts, coalesce(round(extract(epoch from not_before - clock_timestamp())), 0)::int as off
    from webhook where handled_at is null order by received_at`);
}

describe('an inbox', () => {
  beforeEach(() => sql('delete from webhook'));

  it('takes the roots beside one that cannot be taken, and leaves that alone for longer every time', async () => {
    await arrived(POISON, ...OTHERS);
    const { ports, reads } = failingOn(POISON, new Error('boom'));
    expect(await handleWebhooks(ports, 'shopify')).toBe(false);
    expect(reads).toEqual([POISON, ...OTHERS]);
    const [first, ...rest] = await waiting();
    expect(rest).toEqual([]);
    expect(first).toMatchObject({ root_id: POISON, attempts: 1 });
    expect(Math.abs((first?.off ?? 0) - 10)).toBeLessThan(3);
    // More that is told of it meanwhile does not make it be read earlier.
    await arrived(POISON);
    await handleWebhooks(ports, 'shopify');
    expect(reads).toHaveLength(3);
    await sql('update webhook set not_before = clock_timestamp() where handled_at is null');
    await handleWebhooks(ports, 'shopify');
    const both = await waiting();
    expect(both.map(({ attempts }) => attempts)).toEqual([2, 2]);
    expect(Math.abs((both[0]?.off ?? 0) - 20)).toBeLessThan(3);
    expect(world.logged.join('\n')).toContain('boom');
  });

  it('gives a root up after ten attempts, and says so', async () => {
    await arrived(POISON);
    const { ports } = failingOn(POISON, new Error(`bo\u0000om`));
    await sql('update webhook set attempts = 8');
    await handleWebhooks(ports, 'shopify');
    const [late] = await waiting();
    expect(late?.attempts).toBe(9);
    expect(late?.off).toBeGreaterThan(880);
    expect(late?.off).toBeLessThan(901);
    await sql('update webhook set not_before = clock_timestamp()');
    await handleWebhooks(ports, 'shopify');
    expect(await waiting()).toEqual([]);
    expect(await sql('select result from webhook')).toEqual([{ result: 'gave up: bo\ufffdom' }]);
    expect(world.logged.some((line) => line.startsWith('error: a root that a webhook named was given up'))).toBe(true);
  });

  it('keeps everything, and counts no attempt, while the system cannot be reached', async () => {
    await arrived(POISON, ...OTHERS);
    const fault = { code: null, message: 'down', retryAfterSeconds: null, ambiguous: false, raw: null };
    const { ports, reads } = failingOn(POISON, new ConnectorError({ class: 'TRANSIENT', ...fault }));
    expect(await handleWebhooks(ports, 'shopify')).toBe(false);
    expect(reads).toEqual([POISON]);
    expect((await waiting()).map(({ attempts, off }) => [attempts, off])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });

  it('reads a root that a delivery is at work on once, and asks to be called again', async () => {
    await arrived(POISON, ...OTHERS);
    const { ports, reads } = failingOn('none', new Error('never'));
    const busy = { opened: 0, closed: 0, busy: 1, compared: 0 };
    const { observations } = world.ports;
    const judge: typeof observations.judge = (system, lookFor, ...rest) =>
      lookFor.rootIds.includes(POISON) ? Promise.resolve(busy) : observations.judge(system, lookFor, ...rest);
    const atWork = Object.create(ports, {
      observations: { value: Object.create(observations, { judge: { value: judge } }) },
    }) as Ports;
    expect(await handleWebhooks(atWork, 'shopify')).toBe(true);
    expect(reads).toEqual([POISON, ...OTHERS]);
    expect((await waiting()).map(({ root_id }) => root_id)).toEqual([POISON]);
  });
});

describe('an inbox with things in it that are only part of a root', () => {
  beforeEach(() => sql('delete from webhook'));

  const ITEMS = [1, 2, 3].map((number) => `gid://shopify/InventoryItem/${number}`);
  const results = (): Promise<unknown[]> =>
    sql('select result, count(*)::int as count from webhook group by 1 order by 1');
  /** A Shopify that reads whatever it is asked, and says of what is no product where it is. */
  const placing = (
    placesOf: (named: readonly string[]) => (string | null)[],
  ): { ports: Ports; reads: string[]; asked: string[][] } => {
    const asked: string[][] = [];
    const real = world.ports.connectors.of('shopify').webhooks;
    const webhooks = Object.create(real, {
      placesOf: {
        value: async (named: readonly RootRef[]) => {
          asked.push(named.map(({ externalId }) => externalId));
          const places = placesOf(named.map(({ externalId }) => externalId));
          return places.map((externalId) => (externalId === null ? [] : [{ externalId, code: null }]));
        },
      },
    }) as WebhookSide;
    const reads: string[] = [];
    const readRoots: Connector['readRoots'] = (roots) => {
      reads.push(...roots.map(({ externalId }) => externalId));
      return Promise.resolve(roots.map((each) => ({ root: each, records: null })));
    };
    return { ports: withShop({ webhooks, readRoots }), reads, asked };
  };

  it('asks once where all of them are, and reads each root once', async () => {
    const [shared = '', other = ''] = OTHERS;
    await arrived(...ITEMS, shared, other);
    const { ports, reads, asked } = placing((named) =>
      named.map((id) => (ITEMS.includes(id) ? (id === ITEMS[2] ? null : shared) : id)),
    );
    expect(await handleWebhooks(ports, 'shopify')).toBe(false);
    expect(asked).toEqual([[...ITEMS, shared, other]]);
    expect(reads).toEqual([shared, other]);
    expect(await waiting()).toEqual([]);
    expect(await results()).toEqual([
      { result: '0 opened, 0 closed', count: 4 },
      { result: 'it is gone', count: 1 },
    ]);
  });

  it('takes all the others where one cannot be placed', async () => {
    const [item = '', next = ''] = ITEMS;
    const [other = ''] = OTHERS;
    await arrived(item, next, other);
    const { ports, reads } = placing((named) => {
      if (named.includes(item)) throw new Error('no such place');
      return named.map((id) => (id === next ? other : id));
    });
    expect(await handleWebhooks(ports, 'shopify')).toBe(false);
    expect(reads).toEqual([other]);
    expect(await waiting()).toMatchObject([{ root_id: item, attempts: 1 }]);
  });

  it('keeps everything while the system cannot say it', async () => {
    await arrived(...ITEMS);
    const fault = { code: null, message: 'down', retryAfterSeconds: null, ambiguous: false, raw: null };
    const { ports, reads, asked } = placing(() => {
      throw new ConnectorError({ class: 'TRANSIENT', ...fault });
    });
    expect(await handleWebhooks(ports, 'shopify')).toBe(false);
    expect([asked.length, reads]).toEqual([1, []]);
    expect((await waiting()).map(({ attempts, off }) => [attempts, off])).toEqual(ITEMS.map(() => [0, 0]));
  });
});

describe('a scan', () => {
  it('is not kept from ending by text that a database cannot hold', async () => {
    const as = { kind: 'staff', name: 'Sam' };
    const head = 'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\n';
    await control(world.sandbox.erp.url, 'fill', `${head}cup,Cup,Title,Default Title,CUP,5.00,active\n`);
    await control(world.sandbox.erp.url, 'edit', { as, code: 'CUP', set: { name: 'x\u0000y' } });
    const { id } = must(await startScan(world.ports, world.people.oli, 'erp', 'FULL'));
    await runScan(world.ports, id);
    expect(await world.ports.operations.scans({ first: 1, after: null }, 'erp')).toMatchObject({
      items: [{ node: { state: 'SUCCEEDED', error: null, recordsRead: 1 } }],
    });
    while (await publishLane(world.ports, 'erp'));
  });

  it('stops reading when it was cancelled', async () => {
    const { id } = must(await startScan(world.ports, world.people.oli, 'shopify', 'FULL'));
    let batches = 0;
    const scanPieces = async function* (): AsyncGenerator<ScanPiece[]> {
      for (; batches < 5; batches += 1) {
        if (batches === 2) must(await cancelScan(world.ports, world.people.oli, id));
        yield [{ fingerprint: `p${batches}`, count: 500, records: () => [] }];
      }
    };
    await runScan(withShop({ scanPieces }), id);
    expect(batches).toBe(2);
    expect((await world.ports.scans.scan(id))?.state).toBe('CANCELLED');
    expect(await sql('select 1 from scan_stage')).toEqual([]);
  });

  it('shows that it is alive while a system takes long to answer, and not after it has ended', async () => {
    const { id } = must(await startScan(world.ports, world.people.oli, 'shopify', 'FULL'));
    const age = (): Promise<unknown[]> =>
      sql(`update scan set lease_until = clock_timestamp() + interval '1 second' where id = $1`, [id]);
    const touched = (): Promise<unknown[]> =>
      sql(`select 1 from scan where id = $1 and lease_until > clock_timestamp() + interval '1 minute'`, [id]);
    const real = ['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'setTimeout'] as const;
    jest.useFakeTimers({ doNotFake: [...real, 'clearImmediate', 'clearTimeout'] });
    try {
      const scanPieces = async function* (): AsyncGenerator<[]> {
        await age();
        jest.advanceTimersByTime(20_000);
        await until('a heartbeat', async () => (await touched()).length > 0, 5);
        yield [];
      };
      await runScan(withShop({ scanPieces }), id);
      expect((await world.ports.scans.scan(id))?.state).toBe('SUCCEEDED');
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });
});
