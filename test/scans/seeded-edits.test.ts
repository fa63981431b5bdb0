import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import type { ScanView } from '../../src/application/ports/operations-reader.js';
import { sqlOver } from '../../src/storage/sql.js';
import { apply, createPlain, move } from '../bundles/bundle-kit.js';
import type { HttpWorld } from '../support/http-world.js';
import { buildHttpWorld } from '../support/http-world.js';
import { nightly } from '../support/runs.js';
import { control, importBaseline, must, until } from '../support/world.js';
import type { SeededEdit } from './seeded-edits.js';
import { exportOf, KINDS_OF_EDITS, seededEdits, skuOf } from './seeded-edits.js';

/** Two SKUs each: the nightly run has a catalogue of 10,000 SKUs, and 500 edits in it. */
const PRODUCTS = nightly(5_000, 100);
const EDITS = nightly(500, 40);
const OWN = nightly(10_000, 20);
const PATIENCE_SECONDS = nightly(1_500, 60);
const STANDSTILL_SECONDS = nightly(300, 30);
/** A bundle for each edit of what one is made of: two of the same one would be one finding. */
const BUNDLES = Array.from({ length: Math.max(10, Math.ceil(EDITS / KINDS_OF_EDITS)) }, (_, at) => `set-${at}`);

/** A real service with its worker and its receiver of webhooks, beside a Shopify and an ERP: what staff do there is found, and nothing else. */
describe(`${EDITS} seeded edits of every kind among ${PRODUCTS * 2} SKUs`, () => {
  let http: HttpWorld;
  let edits: SeededEdit[];
  let before: unknown;
  beforeAll(async () => {
    http = await buildHttpWorld();
    const { world, url } = http;
    const { shopify, erp } = world.sandbox;
    // What is measured here is what is found, and not how long a store of a small plan takes.
    await control(shopify.url, 'throttle', { maximumAvailable: 1_000_000, restoreRate: 100_000 });
    const csv = exportOf(PRODUCTS);
    await control(shopify.url, 'fill', csv);
    await control(erp.url, 'fill', csv);
    await importBaseline(world, csv, PATIENCE_SECONDS);
    const hooks = world.ports.connectors.of('shopify').webhooks;
    await hooks?.ensureSubscriptions(`${url.replace('[::1]', '127.0.0.1')}/webhooks/shopify/shopify`);
    await apply(world, ...BUNDLES.flatMap((code, at) => createPlain(code, `2 ${componentOf(at)}`)));
    for (const state of ['PRELAUNCH', 'ACTIVE'] as const)
      await apply(world, ...BUNDLES.map((code) => move(code, state)));
    await delivered();
    edits = seededEdits(EDITS, { products: PRODUCTS, bundles: BUNDLES });
  }, 1_800_000);
  afterAll(() => http.close());

  const componentOf = (bundle: number): string => skuOf(PRODUCTS - 1 - bundle, 0);
  const sql = <T>(text: string, values: readonly unknown[] = []): Promise<T[]> =>
    sqlOver(http.world.database.source).rows<T>(text, values);

  /** Nothing is owed, and nothing waits in the inbox. How long it takes is the machine's affair; but it goes on. */
  const delivered = async (): Promise<void> => {
    for (let left = -1; left !== 0;)
      left = await until(
        'what is under way to go on',
        async () => {
          const [row] = await sql<{ count: number }>(
            `select (select count(*) from delivery where state in ('PENDING', 'RETRYING', 'IN_FLIGHT'))::int
               + (select count(*) from webhook where handled_at is null)::int as count`,
          );
          return row && row.count !== left ? { ...row } : null;
        },
        STANDSTILL_SECONDS,
      ).then(({ count }) => count);
  };
  const scanned = async (system: string): Promise<ScanView> => {
    const { ports, people } = http.world;
    const { id } = must(await startScan(ports, people.oli, system, 'FULL'));
    await until('the scan', async () => (await ports.scans.scan(id))?.state !== 'RUNNING', PATIENCE_SECONDS);
    const scan = await ports.scans.scan(id);
    expect(scan).toMatchObject({ state: 'SUCCEEDED', error: null });
    if (!scan) throw new Error('no scan');
    return scan;
  };
  const open = async (system: string): Promise<string[]> => {
    const rows = await sql<{ line: string }>(
      `select concat_ws(' ', system, kind, target, field) as line from finding where state <> 'RESOLVED' and system = $1`,
      [system],
    );
    return rows.map(({ line }) => line).sort();
  };
  const dearer = (code: string): ChangeDraft => {
    return { kind: 'skuUpdate', input: { code, baseRevision: null, fields: { price: '11.00' } } };
  };
  const inSystem = (system: string): SeededEdit[] => edits.filter((each) => each.system === system);
  const expectedOf = (of: readonly SeededEdit[]): string[] => of.flatMap(({ finding }) => finding ?? []).sort();
  const made = async (of: readonly SeededEdit[]): Promise<void> => {
    for (const { system, hand, body } of of) await control(http.world.sandbox[system].url, hand, body);
  };

  it('finds nothing of what we publish ourselves, nor of orders, told twice and out of order', async () => {
    const { world } = http;
    const { shopify } = world.sandbox;
    await control(shopify.url, 'webhooks', { mode: 'doubled', jitterMs: 300, doubleWith: 'otherId' });
    const codes = Array.from({ length: OWN }, (_, at) => skuOf(Math.floor(at / 2), at % 2 === 0 ? 0 : 1));
    // A request of more than 500 changes is checked as a job, and nobody may approve it before that is done.
    for (let from = 0; from < codes.length; from += 500) {
      const some = codes.slice(from, from + 500);
      await apply(world, ...some.map((code) => dearer(code)));
    }
    for (const sku of codes) await control(shopify.url, 'edit', { as: { kind: 'order', name: '#1001' }, sku, set: {} });
    await delivered();
    const [brought] = await sql<{ count: number }>(
      `select count(*)::int as count from delivery d join sku s on s.id = d.sku_id where d.state = 'DELIVERED' and s.code like 'SE-%'`,
    );
    expect(brought?.count).toBe(2 * OWN);
    // What the ERP owns is taken over, and brought to the store by us: by a delivery more, whenever a scan comes upon it.
    const owned = skuOf(PRODUCTS - 20, 0);
    await control(world.sandbox.erp.url, 'edit', {
      as: { kind: 'staff', name: 'Eva' },
      code: owned,
      set: { cost: '4.25' },
    });
    for (const system of ['shopify', 'erp']) await scanned(system);
    await delivered();
    await scanned('shopify');
    expect((await world.ports.catalog.skuByCode(owned))?.cost).toBe('4.25');
    expect(await sql('select system, kind, target, field, expected, found from finding')).toEqual([]);
    before = await control(shopify.url, 'snapshot');
  }, 3_600_000);

  it('finds all of them by one full scan where no webhook arrives, and nothing else', async () => {
    const { shopify } = http.world.sandbox;
    expect(edits.length).toBeGreaterThan(EDITS);
    expect(EDITS).toBeGreaterThanOrEqual(KINDS_OF_EDITS);
    await control(shopify.url, 'webhooks', { mode: 'lost', jitterMs: 0 });
    await made(edits);
    for (const system of ['shopify', 'erp'] as const) {
      await scanned(system);
      expect(await open(system)).toEqual(expectedOf(inSystem(system)));
    }
    await delivered();
    expect(await open('shopify')).toEqual(expectedOf(inSystem('shopify')));
    const sources = await sql('select distinct source from finding');
    expect(sources).toEqual([{ source: 'FULL_SCAN' }]);
  }, 3_600_000);

  it('finds those of the store again by webhooks, each once, told twice and out of order', async () => {
    const { shopify } = http.world.sandbox;
    await control(shopify.url, 'restore', before);
    await scanned('shopify');
    expect(await open('shopify')).toEqual([]);
    await control(shopify.url, 'webhooks', { mode: 'doubled', jitterMs: 300, doubleWith: 'otherId' });
    const told = inSystem('shopify').filter((each) => each.told);
    await made(told);
    const isThere = async (): Promise<boolean> => (await open('shopify')).length >= expectedOf(told).length;
    await until('the findings', isThere, nightly(120, 15)).catch(async () => {
      expect(await open('shopify')).toEqual(expectedOf(told));
    });
    await delivered();
    expect(await open('shopify')).toEqual(expectedOf(told));
    // What nobody is told of is the full scan's to find, and what was found is not found again by it.
    await made(inSystem('shopify').filter((each) => !each.told));
    await delivered();
    await scanned('shopify');
    expect(await open('shopify')).toEqual(expectedOf(inSystem('shopify')));
    // A stranger that was made anew has another id, and is another one.
    const events = await sql<{ target: string; times: number }>(
      `select f.target, count(*)::int as times from finding f join finding_event e on e.finding_id = f.id
       where f.system = 'shopify' and e.type in ('OPENED', 'REOPENED') group by f.id
       having count(*) <> case when f.kind = 'UNEXPECTED' then 1 else 2 end`,
    );
    expect(events).toEqual([]);
    expect(http.world.logged.filter((line) => line.startsWith('error'))).toEqual([]);
  }, 3_600_000);
});
