import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import type { FindingView } from '../../src/application/ports/operations-reader.js';
import { linkSystem } from '../../src/application/publishing/link-system.js';
import { normaliseComponents } from '../../src/domain/publishing/component-line.js';
import { createPlain, move } from '../bundles/bundle-kit.js';
import type { World } from '../support/world.js';
import { buildWorld, control, importBaseline, must, scansDone, until } from '../support/world.js';
import type { TrytonCopy } from './tryton-kit.js';
import { copyOfTryton } from './tryton-kit.js';

const LUMA = new URL('../../../shared/data/luma/', import.meta.url);
const HAS_LUMA = existsSync(LUMA);
const SAMPLE = new URL('../../src/sandbox/sample/catalog.csv', import.meta.url);
/** A real catalogue, where it is; else our own, which has bundles of its own making below. */
const CSV = readFileSync(HAS_LUMA ? new URL('products_export.csv', LUMA) : SAMPLE, 'utf8');
const PAGE = { first: 100, after: null };
const KIT = 'kit-of-three';
const LONG = 400;

describe('the loop, with a real Tryton as the ERP', () => {
  let copy: TrytonCopy;
  let world: World;
  let codes: string[];

  beforeAll(async () => {
    copy = await copyOfTryton();
    world = await buildWorld({ worker: true, erp: copy.config });
    await control(world.sandbox.shopify.url, 'fill', CSV);
  }, 120_000);
  afterAll(async () => {
    await world.close();
    await copy.drop();
  });

  const at = (index: number): string => codes[index] ?? '';
  const apply = async (title: string, changes: ChangeDraft[]): Promise<string> => {
    const draft = { title, reason: null, idempotencyKey: null, changes };
    const { id } = must(await createChangeRequest(world.ports, world.people.mia, draft, false));
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
    return id;
  };
  const delivered = (id: string): Promise<unknown> =>
    until(
      'all deliveries',
      async () => {
        const deliveries = (await world.ports.operations.deliveriesOfRequests([id])).get(id) ?? [];
        const dead = deliveries.filter(({ state }) => state === 'DEAD_LETTERED');
        if (dead.length > 0) throw new Error(JSON.stringify(dead[0]));
        return deliveries.length > 0 && deliveries.every(({ state }) => state === 'DELIVERED');
      },
      LONG,
    );
  const scan = async (): Promise<void> => {
    await startScan(world.ports, world.people.oli, 'erp', 'FULL');
    await until(
      'the scan',
      async () => {
        const { items } = await world.ports.operations.scans(PAGE, null);
        const failed = items.find(({ node }) => node.state === 'FAILED');
        if (failed) throw new Error(`the scan failed: ${failed.node.error}`);
        return items.every(({ node }) => node.state !== 'RUNNING');
      },
      LONG,
    );
  };
  const findingsOf = async (target: string): Promise<FindingView[]> =>
    (await world.ports.operations.findings(PAGE, { system: 'erp', target, states: ['OPEN'] })).items.map(
      ({ node }) => node,
    );
  const update = (code: string, fields: object): ChangeDraft => ({
    kind: 'skuUpdate',
    input: { code, baseRevision: null, fields },
  });

  it(
    'fills an empty Tryton with what the master holds, each SKU once',
    async () => {
      const job = await importBaseline(world, CSV);
      expect(job).toMatchObject({ state: 'SUCCEEDED', rejected: 0 });
      must(await linkSystem(world.ports, world.people.alex, 'erp', true));
      await until(
        'every SKU to be in Tryton',
        async () => {
          const open = await world.ports.operations.deliveries(PAGE, {
            system: 'erp',
            states: ['PENDING', 'IN_FLIGHT', 'RETRYING'],
          });
          return open.items.length === 0;
        },
        LONG,
      );
      const dead = await world.ports.operations.deliveries(PAGE, { system: 'erp', states: ['DEAD_LETTERED'] });
      expect(dead.items.map(({ node }) => `${node.target}: ${node.lastError?.message}`)).toEqual([]);
      const there = await copy.mara.rows<{ code: string }>('product.product', [], ['code']);
      codes = there.map(({ code }) => code).sort();
      expect(new Set(codes).size).toBe(codes.length);
      expect(codes).toHaveLength(job.skusCreated);
      expect(copy.proxy.mostAtOnce).toBeLessThanOrEqual(copy.config.concurrency);
    },
    LONG * 1000,
  );

  it(
    'finds nothing astray in what it filled',
    async () => {
      await scan();
      const { items } = await world.ports.operations.findings(PAGE, { system: 'erp', states: ['OPEN'] });
      expect(
        items.map(({ node }) => `${node.kind} ${node.target} ${node.field}: ${JSON.stringify(node.found)}`),
      ).toEqual([]);
    },
    LONG * 1000,
  );

  it(
    'publishes 200 approved changes',
    async () => {
      const changed = codes.slice(0, Math.min(200, codes.length));
      const id = await apply(
        'spring prices',
        changed.map((code, index) => update(code, { price: `${30 + (index % 50)}.50` })),
      );
      await delivered(id);
      const rows = await copy.mara.rows<{ code: string; list_price: { decimal: string } }>(
        'product.product',
        [['code', 'in', changed]],
        ['code', 'list_price'],
      );
      const prices = new Map(rows.map((row) => [row.code, Number(row.list_price.decimal)]));
      expect(changed.map((code) => prices.get(code))).toEqual(changed.map((_, index) => 30.5 + (index % 50)));
      expect(copy.proxy.mostAtOnce).toBeLessThanOrEqual(copy.config.concurrency);
    },
    LONG * 1000,
  );

  it(
    'finds what somebody edits in Tryton, and says who it was',
    async () => {
      const { mara } = copy;
      await mara.setPrice(at(0), '1.00');
      await mara.rename(at(1), 'Something else');
      await mara.archive(at(2));
      await mara.recode(at(3), `${at(3)}-NEW`);
      await scan();
      const found = await Promise.all([0, 1, 2, 3].map((index) => findingsOf(at(index))));
      const told = found.map((each) => each.map(({ kind, field, attribution }) => [kind, field, attribution?.actor]));
      expect(told).toEqual([
        [['FIELD', 'price', 'mara']],
        [['FIELD', 'title', 'mara']],
        [['LIFECYCLE', 'lifecycle', 'mara']],
        [['RECODED', null, 'mara']],
      ]);
      expect(found[0]?.[0]?.found).toBe('1.00');
    },
    LONG * 1000,
  );

  it(
    'keeps kits as Tryton has them, and finds what becomes of one',
    async () => {
      const parts = [at(11), at(12), at(13)];
      await apply('a kit', createPlain(KIT, parts.map((code, index) => `${index + 1} ${code}`).join(', ')));
      for (const to of ['PRELAUNCH', 'ACTIVE'] as const) await delivered(await apply(to, [move(KIT, to)]));
      expect(await componentsInTryton(KIT)).toEqual(
        normaliseComponents(parts.map((code, index) => ({ code, quantity: index + 1 }))),
      );
      await scan();
      expect(await findingsOf(KIT)).toEqual([]);
      await copy.mara.setComponents(KIT, [{ code: at(11), quantity: 5 }]);
      await scan();
      expect((await findingsOf(KIT)).map(({ kind, attribution }) => [kind, attribution?.actor])).toEqual([
        ['BUNDLE', 'mara'],
      ]);
    },
    LONG * 1000,
  );
  const componentsInTryton = async (code: string): Promise<unknown> => {
    const { template } = await copy.mara.variant(code);
    const rows = await copy.mara.rows<{ quantity: number; 'product.': { code: string } }>(
      'product.component',
      [['parent_template', '=', template]],
      ['product.code', 'quantity'],
    );
    return normaliseComponents(rows.map((row) => ({ code: row['product.'].code, quantity: row.quantity })));
  };

  it(
    'takes a retired SKU out of use in Tryton',
    async () => {
      const code = at(20);
      for (const to of ['PHASE_OUT', 'RETIRED'] as const) await delivered(await apply(to, [move(code, to)]));
      expect((await copy.mara.variant(code)).active).toBe(false);
    },
    LONG * 1000,
  );

  it(
    'brings a cost from Tryton through the master to Shopify',
    async () => {
      const code = at(30);
      await copy.mara.setCost(code, '12.34');
      await scan();
      await until(
        'the master to have it',
        async () => (await world.ports.catalog.skuByCode(code))?.cost === '12.34',
        LONG,
      );
      await until(
        'Shopify to show it',
        async () => {
          const answer = await fetch(`${world.sandbox.shopify.url}/control/products?sku=${encodeURIComponent(code)}`);
          return /"12\.34"|12\.34/.test(await answer.text());
        },
        LONG,
      );
      expect(await findingsOf(code)).toEqual([]);
    },
    LONG * 1000,
  );

  it('takes in stock on hand', async () => {
    const code = at(40);
    await copy.mara.count(code, 7);
    await scan();
    const sku = await world.ports.catalog.skuByCode(code);
    const levels = (await world.ports.stock.levelsOfSkus([sku?.id ?? ''])).get(sku?.id ?? '') ?? [];
    expect(levels.map(({ onHand }) => Number(onHand))).toEqual([7]);
  }, 120_000);

  it('leaves nothing dead and no warning about us', async () => {
    const dead = await world.ports.operations.deliveries(PAGE, { states: ['DEAD_LETTERED'] });
    expect(dead.items).toEqual([]);
    await scansDone(world);
  });
});
