import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import { readDriftAudit } from '../../src/application/audit/read-drift-audit.js';
import { linkSystem } from '../../src/application/publishing/link-system.js';
import { readImport } from '../../src/application/imports/read-import.js';
import type { QualityIssueView, QualityQuery } from '../../src/application/ports/quality-store.js';
import { quarterAt } from '../../src/domain/audit/quarter.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, control, importBaseline, must, scansDone, until } from '../support/world.js';

const HEADER =
  'Handle,Title,Vendor,Product Category,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Compare At Price,Variant Barcode,Variant Grams,Cost per item,Status';
const file = (...rows: string[]): string => [HEADER, ...rows, ''].join('\n');
/** What both systems hold: a bad barcode among good values. */
const SHOP = file(
  'cup,Cup,Fell,,Color,Red,CUP-R,5.00,4.00,4006381333932,300,2.00,active',
  'cup,,,,,Blue,CUP-B,6.00,9.00,4006381333931,300,2.00,',
);
const GOOD = '036000291452';
const FIRST = { first: 100, after: null };

let world: World;
beforeEach(async () => {
  world = await buildWorld();
});
afterEach(() => world.close());

async function issues(query: QualityQuery = {}): Promise<QualityIssueView[]> {
  return (await world.ports.quality.issues(FIRST, query)).items.map(({ node }) => node);
}
const told = (list: readonly QualityIssueView[]): string[] =>
  list
    .map(({ target, field, rawValue, code, severity, line }) =>
      [target, field, rawValue, code, severity, line].join(' '),
    )
    .sort();

async function open(): Promise<string[]> {
  const { items } = await world.ports.operations.findings(FIRST, { states: ['OPEN'] });
  return items.map(({ node }) => `${node.system} ${node.kind} ${node.target} ${node.field ?? ''}`).sort();
}

async function apply(...changes: ChangeDraft[]): Promise<string> {
  const draft = { title: 'put right', reason: null, idempotencyKey: null, changes };
  const { id } = must(await createChangeRequest(world.ports, world.people.mia, draft, false));
  must(await approveChangeRequest(world.ports, world.people.ada, id, null));
  return id;
}

const update = (code: string, fields: object): ChangeDraft => ({
  kind: 'skuUpdate',
  input: { code, baseRevision: null, fields },
});

async function delivered(id: string): Promise<void> {
  await until('the deliveries', async () => {
    const list = (await world.ports.operations.deliveriesOfRequests([id])).get(id) ?? [];
    return list.length > 0 && list.every(({ state }) => state === 'DELIVERED');
  });
}

async function barcodes(code: string): Promise<(string | null)[]> {
  const shop = (await control(world.sandbox.shopify.url, `products?sku=${code}`)) as {
    products: { variants: { sku: string; barcode: string | null }[] }[];
  };
  const erp = (await control(world.sandbox.erp.url, `items?code=${code}`)) as { items: { gtin: string | null }[] };
  const variant = shop.products.flatMap(({ variants }) => variants).find(({ sku }) => sku === code);
  return [variant?.barcode ?? null, erp.items[0]?.gtin ?? null];
}

async function fillAndImport(): Promise<void> {
  await control(world.sandbox.shopify.url, 'fill', SHOP);
  await control(world.sandbox.erp.url, 'fill', SHOP);
  await importBaseline(world, SHOP);
  await until('both to be linked', async () =>
    (await world.ports.operations.systems()).every(({ link }) => link === 'LINKED'),
  );
}

async function scan(system: string): Promise<void> {
  must(await startScan(world.ports, world.people.oli, system, 'FULL'));
  await scansDone(world);
}

describe('quality issues of a baseline', () => {
  it('keep what did not hold of the SKUs and products that were taken, and of no others', async () => {
    const job = await importBaseline(
      world,
      file(
        'mug,<b>Mug</b>,Fell,Drinkware,Size,S,MUG-S,ten,,12345,-3,x,archived',
        'mug,,,,,M,MUG-M,5.00,5.00,4006381333931,,,',
        'mug,,,,,L,MUG-L,5.00,0,4006381333931,,,',
        'mug,,,,,XL,MUG-S,bad,oops,999,,,',
        "pan,Pan,Fell,,Title,Default Title,'0012,1.00,,,,,active",
      ),
    );
    expect(job).toMatchObject({ state: 'SUCCEEDED', skusCreated: 4, rejected: 1 });
    expect(told(await issues())).toEqual([
      'MUG-L gtin 4006381333931 GTIN_TAKEN ERROR 4',
      'MUG-M compareAtPrice 5.00 INVALID_FORMAT WARNING 3',
      'MUG-S cost x INVALID_FORMAT ERROR 2',
      'MUG-S gtin 12345 GTIN_INVALID ERROR 2',
      'MUG-S price ten INVALID_FORMAT ERROR 2',
      'MUG-S weight -3 INVALID_FORMAT ERROR 2',
      'mug category Drinkware INVALID_FORMAT WARNING 2',
      'mug title <b>Mug</b> INVALID_FORMAT ERROR 2',
    ]);
    expect((await readImport(world.ports, job.id, world.people.alex))?.qualityIssues).toBe(8);

    // A product that is known is only joined: what the file says of it is not taken, and so cannot be amiss.
    const again = await importBaseline(world, file('mug,<i>x</i>,Fell,,Size,XXL,MUG-XXL,2.00,,,,,active'));
    expect(again).toMatchObject({ skusCreated: 1 });
    expect(await issues({ importId: again.id })).toEqual([]);
  });

  it('are found by field, code, severity, SKU, product, owner, import and end, and counted', async () => {
    const job = await importBaseline(world, SHOP);
    expect(told(await issues({ field: 'gtin' }))).toEqual(['CUP-R gtin 4006381333932 GTIN_INVALID ERROR 2']);
    expect(await issues({ code: 'GTIN_TAKEN' })).toEqual([]);
    expect(told(await issues({ severity: 'WARNING' }))).toEqual(['CUP-R compareAtPrice 4.00 INVALID_FORMAT WARNING 2']);
    expect(await issues({ sku: 'cup-r' })).toHaveLength(2);
    expect(await issues({ sku: 'CUP-B' })).toEqual([]);
    expect(await issues({ product: 'cup', importId: job.id, owner: 'ADA', resolved: false })).toHaveLength(2);
    expect(await issues({ owner: 'mia' })).toEqual([]);
    await apply(update('CUP-R', { gtin: GOOD }));
    expect(await issues({ resolved: true })).toHaveLength(1);
    expect(await world.ports.quality.counts({})).toEqual([
      { entity: 'SKU', field: 'compareAtPrice', code: 'INVALID_FORMAT', open: 1, resolved: 0 },
      { entity: 'SKU', field: 'gtin', code: 'GTIN_INVALID', open: 0, resolved: 1 },
    ]);
    const audit = must(await readDriftAudit(world.ports, quarterAt(world.ports.clock.now()).id));
    expect(audit.gaps).toContain(
      '1 value of 1 SKU did not hold when imported: it is compared with no system until somebody decides on it.',
    );
  });

  it("leave the shop's own value alone, neither flagged nor erased, until the fix is published over it", async () => {
    await fillAndImport();
    expect(await open()).toEqual([]);
    expect(await barcodes('CUP-R')).toEqual(['4006381333932', '4006381333932']);
    // The shop moves it to another wrong one; the master publishes something else of the same record.
    await control(world.sandbox.shopify.url, 'edit', {
      as: { kind: 'staff', name: 'Sam' },
      sku: 'CUP-R',
      set: { barcode: '4006381333939' },
    });
    await delivered(await apply(update('CUP-R', { price: '5.50' })));
    await scan('shopify');
    await scan('erp');
    expect(await open()).toEqual([]);
    expect(await barcodes('CUP-R')).toEqual(['4006381333939', '4006381333932']);

    const id = await apply(update('CUP-R', { gtin: GOOD }));
    await delivered(id);
    expect(await barcodes('CUP-R')).toEqual([GOOD, GOOD]);
    expect(await open()).toEqual([]);
    const [issue] = await issues({ field: 'gtin' });
    expect(issue).toMatchObject({ resolvedRevision: 3, changeRequestId: id, rawValue: '4006381333932' });
    // From then on it is governed like any other value.
    await control(world.sandbox.erp.url, 'edit', {
      as: { kind: 'staff', name: 'Sam' },
      code: 'CUP-R',
      set: { gtin: '4006381333931' },
    });
    await scan('erp');
    expect(await open()).toEqual(['erp FIELD CUP-R gtin']);
  });

  it('end by a request that clears the field on purpose, which is a revision and is published', async () => {
    await fillAndImport();
    const id = await apply(update('CUP-R', { gtin: null, compareAtPrice: null }));
    await delivered(id);
    expect(await barcodes('CUP-R')).toEqual([null, null]);
    expect(await issues({ resolved: false })).toEqual([]);
    expect((await issues()).map(({ resolvedRevision }) => resolvedRevision)).toEqual([2, 2]);
    const sku = await world.ports.catalog.skuByCode('CUP-R');
    expect(sku).toMatchObject({ revision: 2, gtin: null, compareAtPrice: null });
    const [revision] = (await world.ports.catalog.revisionsOf(sku?.id ?? '', FIRST)).items;
    expect(revision?.node.changes).toEqual([
      { field: 'gtin', from: null, to: null },
      { field: 'compareAtPrice', from: null, to: null },
    ]);
    // Where there is nothing to decide on, nothing changes.
    const idle = { title: 'x', reason: null, idempotencyKey: null, changes: [update('CUP-R', { gtin: null })] };
    expect(codesOf(await createChangeRequest(world.ports, world.people.mia, idle, false))).toEqual(['REQUIRED']);
  });

  it("hold for a product's own values too, and end with a request for the product", async () => {
    const shop = file('bag,Bag &amp; Co,Fell,,Title,Default Title,BAG,9.00,,,,,active');
    await control(world.sandbox.shopify.url, 'fill', shop);
    await control(world.sandbox.erp.url, 'fill', shop);
    const long = 'F'.repeat(300);
    await importBaseline(world, shop.replace('Fell', long));
    expect(told(await issues())).toEqual([`bag vendor ${long} TOO_LONG ERROR 2`]);
    expect(await open()).toEqual([]);
    const change: ChangeDraft = {
      kind: 'productUpdate',
      input: { handle: 'bag', baseRevision: null, fields: { vendor: 'Fernhill' } },
    };
    await delivered(await apply(change));
    const { products } = (await control(world.sandbox.shopify.url, 'products?handle=bag')) as {
      products: { vendor: string }[];
    };
    expect(products[0]?.vendor).toBe('Fernhill');
    expect(await issues({ resolved: false })).toEqual([]);
    expect(await open()).toEqual([]);
  });

  it('keep a field out of what is created, and publish the fix there like anywhere else', async () => {
    await control(world.sandbox.shopify.url, 'fill', SHOP);
    await control(
      world.sandbox.erp.url,
      'fill',
      file('cup,Cup,Fell,,Color,Blue,CUP-B,6.00,9.00,4006381333931,300,2.00,active'),
    );
    await importBaseline(world, SHOP);
    must(await linkSystem(world.ports, world.people.alex, 'erp', true));
    await until('it to be created', async () => {
      const { items } = (await control(world.sandbox.erp.url, 'items?code=CUP-R')) as { items: object[] };
      return (
        items.length > 0 &&
        (await world.ports.operations.deliveries(FIRST, { states: ['PENDING', 'IN_FLIGHT'] })).items.length === 0
      );
    });
    expect((await barcodes('CUP-R'))[1]).toBeNull();
    await delivered(await apply(update('CUP-R', { gtin: GOOD })));
    expect((await barcodes('CUP-R'))[1]).toBe(GOOD);
    expect((await open()).filter((each) => each.startsWith('erp FIELD CUP-R'))).toEqual([]);
  });
});
