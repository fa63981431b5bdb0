import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { adoptFindings } from '../../src/application/drift/adopt-findings.js';
import { handleWebhooks } from '../../src/application/drift/handle-webhooks.js';
import { observe } from '../../src/application/drift/observe-roots.js';
import { revertFindings } from '../../src/application/drift/revert-findings.js';
import { runScan } from '../../src/application/drift/run-scan.js';
import { startScan } from '../../src/application/drift/start-scan.js';
import { receiveImport } from '../../src/application/imports/receive-import.js';
import { runImport } from '../../src/application/imports/run-import.js';
import { setOwnershipRule } from '../../src/application/ownership/set-ownership-rule.js';
import { setParty } from '../../src/application/ownership/set-party.js';
import type { FindingView } from '../../src/application/ports/operations-reader.js';
import type { Ports } from '../../src/application/ports/ports.js';
import { publishLane } from '../../src/application/publishing/publish-lane.js';
import { retryDeliveries } from '../../src/application/publishing/retry-deliveries.js';
import type { Caller } from '../../src/domain/actor.js';
import type { World } from '../support/world.js';
import { buildWorld, control, HOST, must } from '../support/world.js';

const FIRST = { first: 100, after: null };
const HEAD =
  'Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Fulfillment Service,Variant Price,Variant Compare At Price,Variant Requires Shipping,Variant Taxable,Variant Barcode,Variant Weight Unit,Cost per item,Status\n';
const row = (code: string, status: string): string =>
  `p-${code.toLowerCase()},Product ${code},,Vend,Type,,true,Size,One,,,${code},100,shopify,1,deny,manual,10.00,,true,true,,g,5.00,${status}\n`;
const NAMES = ['A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'A7', 'A8', 'A9'];
const BASE = HEAD + NAMES.map((n) => row(n, 'active')).join('');

describe('review', () => {
  let world: World;
  let ports: Ports;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    ports = world.ports;
    await control(world.sandbox.shopify.url, 'fill', BASE + row('D1', 'draft'));
    await control(world.sandbox.erp.url, 'fill', BASE);
    await importAll(BASE + row('D1', 'draft'));
    await scans();
    expect((await ports.operations.systems()).map(({ link }) => link)).toEqual(['LINKED', 'LINKED']);
  });
  afterAll(() => world.close());

  async function importAll(csv: string): Promise<void> {
    const body = (async function* () {
      yield Buffer.from(csv);
    })();
    const { id } = must(await receiveImport(ports, world.people.alex, { format: 'shopify-csv', mode: 'baseline' }, body));
    await runImport(ports, id);
    expect((await ports.imports.byId(id))?.state).toBe('SUCCEEDED');
  }
  /** Runs all the scans that are RUNNING, or new ones. */
  async function scans(): Promise<void> {
    for (const system of ['shopify', 'erp']) {
      await startScan(ports, world.people.oli, system, 'FULL');
      const { items } = await ports.operations.scans(FIRST, system);
      for (const { node } of items) if (node.state === 'RUNNING') await runScan(ports, node.id);
    }
  }
  async function drain(): Promise<void> {
    for (const system of ['shopify', 'erp']) while (await publishLane(ports, system));
  }
  const sql = <T>(text: string, values: unknown[] = []): Promise<T[]> =>
    world.database.source.query(text, values) as Promise<T[]>;
  const propose = async (changes: ChangeDraft[], who: Caller = world.people.mia, key: string | null = null) =>
    createChangeRequest(ports, who, { title: 't', reason: null, idempotencyKey: key, changes }, false);
  async function apply(...changes: ChangeDraft[]): Promise<string> {
    const { id } = must(await propose(changes));
    must(await approveChangeRequest(ports, world.people.ada, id, null));
    return id;
  }
  const price = (code: string, value: string): ChangeDraft => ({
    kind: 'skuUpdate',
    input: { code, baseRevision: null, fields: { price: value } },
  });
  const to = (code: string, state: 'PRELAUNCH' | 'ACTIVE' | 'PHASE_OUT' | 'RETIRED' | 'ON_HOLD'): ChangeDraft => ({
    kind: 'skuTransition',
    input: { code, to: state },
  });
  const as = { kind: 'staff', name: 'Sam' };
  const editErp = (code: string, listPrice: string): Promise<unknown> =>
    control(world.sandbox.erp.url, 'edit', { as, code, set: { listPrice } });
  const editShop = (sku: string, value: string): Promise<unknown> =>
    control(world.sandbox.shopify.url, 'edit', { as, sku, set: { price: value } });
  const erpPrice = async (code: string): Promise<unknown> =>
    ((await control(world.sandbox.erp.url, `items?code=${code}`)) as { items: { listPrice: string }[] }).items[0]
      ?.listPrice;
  const shopPrice = async (code: string): Promise<unknown> =>
    ((await control(world.sandbox.shopify.url, `products?sku=${code}`)) as {
      products: { variants: { sku: string; price: string }[] }[];
    }).products[0]?.variants[0]?.price;
  const findings = async (target: string): Promise<FindingView[]> =>
    (await ports.operations.findings(FIRST, { target })).items.map(({ node }) => node);
  const open = async (target: string): Promise<FindingView[]> =>
    (await findings(target)).filter(({ state }) => state === 'OPEN');

  it('A: WAITING record, change approved before the scan: delivery stuck', async () => {
    const more = HEAD + row('W1', 'active');
    await control(world.sandbox.shopify.url, 'fill', more);
    await control(world.sandbox.erp.url, 'fill', more);
    await importAll(more);
    const id = await apply(price('W1', '12.00'));
    await drain();
    await scans();
    await drain();
    await scans();
    await drain();
    const d = (await ports.operations.deliveriesOfRequests([id])).get(id) ?? [];
    const lanes = await sql('select l.system, l.due_at from lane l join sku s on s.product_id = l.product_id where s.code = $1', ['W1']);
    expect([d.map(({ system, state }) => `${system} ${state}`), lanes, await erpPrice('W1')]).toEqual([['erp DELIVERED', 'shopify DELIVERED'], expect.anything(), '12.00']);
  });

  it('B: imported as DRAFT, absent from the ERP: PRELAUNCH never arrives', async () => {
    const id = await apply(to('D1', 'PRELAUNCH'));
    await drain();
    const d = (await ports.operations.deliveriesOfRequests([id])).get(id) ?? [];
    const rec = await sql('select r.system, r.entity, r.match from record r join sku s on s.id = r.sku_id where s.code = $1', ['D1']);
    expect([d.map(({ system, target, state }) => `${system} ${target} ${state}`), rec, (await open('D1')).length]).toEqual([['erp D1 DELIVERED', expect.anything(), expect.anything()], expect.anything(), 0]);
  });

  it('C: two dead letters of one record, retried by filter', async () => {
    await apply(price('A1', '11.00'));
    await sql(`update delivery set state = 'DEAD_LETTERED', died_at = now(), due_at = now() where target = 'A1' and state = 'PENDING'`);
    await apply(price('A1', '12.00'));
    await sql(`update delivery set state = 'DEAD_LETTERED', died_at = now(), due_at = now() where target = 'A1' and state = 'PENDING'`);
    must(await retryDeliveries(ports, world.people.oli, { ids: null, filter: { system: 'erp', target: 'A1' } }));
  });

  it('D: an id named twice: accepted, and nothing done', async () => {
    await apply(price('A2', '11.00'));
    await sql(`update delivery set state = 'DEAD_LETTERED', died_at = now(), due_at = now() where target = 'A2' and state = 'PENDING'`);
    const [dead] = await sql<{ id: string }>(`select id from delivery where target = 'A2' and system = 'erp' and state = 'DEAD_LETTERED'`);
    const outcome = await retryDeliveries(ports, world.people.oli, { ids: [dead!.id, dead!.id], filter: null });
    const [after] = await sql<{ state: string }>(`select state from delivery where id = $1`, [dead!.id]);
    expect([outcome.ok, after!.state]).toEqual([true, 'PENDING']);
  });

  it('E: edited again between the proposal of an adoption and its approval', async () => {
    await drain();
    await editErp('A3', '11.00');
    await scans();
    const [f] = await open('A3');
    const { changeRequestId } = must(await adoptFindings(ports, world.people.oli, { ids: [f!.id], reason: 'it is right there' }));
    await editErp('A3', '99.00');
    await scans();
    must(await approveChangeRequest(ports, world.people.ada, changeRequestId, null));
    await drain();
    const all = (await findings('A3')).map(({ field, found, state, resolution }) => ({ field, found, state, resolution }));
    const master = (await ports.catalog.skuByCode('A3'))?.price;
    expect({ all, master, erp: await erpPrice('A3') }).toEqual({ all: [{ field: 'price', found: '99.00', state: 'OPEN', resolution: null }], master: '11.00', erp: '99.00' });
  });

  it('F: two systems, two values, one adoption', async () => {
    await editErp('A4', '21.00');
    await editShop('A4', '22.00');
    await scans();
    const fs = await open('A4');
    expect(fs.length).toBe(2);
    const adopted = await adoptFindings(ports, world.people.oli, { ids: fs.map(({ id }) => id), reason: 'it is right there' });
    if (adopted.ok) {
      must(await approveChangeRequest(ports, world.people.ada, adopted.value.changeRequestId, null));
      await drain();
      const all = (await findings('A4')).map(({ system, found, state, resolution }) => `${system} ${String(found)} ${state} ${resolution}`);
      expect({ all, master: (await ports.catalog.skuByCode('A4'))?.price, erp: await erpPrice('A4'), shop: await shopPrice('A4') }).toEqual('refused with both values named');
    }
  });

  it("G: a store's own price is adopted into the master's price", async () => {
    await apply({ kind: 'skuUpdate', input: { code: 'A5', baseRevision: null, fields: { systemValues: [{ system: 'shopify', price: '20.00', compareAtPrice: null }] } } });
    await drain();
    expect([await shopPrice('A5'), await erpPrice('A5')]).toEqual(['20.00', '10.00']);
    await editShop('A5', '21.00');
    await scans();
    const [f] = await open('A5');
    const adopted = await adoptFindings(ports, world.people.oli, { ids: [f!.id], reason: 'it is right there' });
    if (adopted.ok) {
      must(await approveChangeRequest(ports, world.people.ada, adopted.value.changeRequestId, null));
      await drain();
      const all = (await findings('A5')).map(({ found, state, resolution }) => `${String(found)} ${state} ${resolution}`);
      expect({ all, shop: await shopPrice('A5'), erp: await erpPrice('A5') }).toEqual({ all: expect.anything(), shop: '21.00', erp: '10.00' });
    }
  });

  it('I: a scan that read before an edit closes the finding that a newer look opened', async () => {
    const system = (await ports.observations.systemByCode('erp'))!;
    const readAt = await ports.observations.now();
    const old = [];
    for await (const batch of ports.connectors.of('erp').scan()) old.push(...batch.filter(({ code }) => code === 'A6'));
    await editErp('A6', '55.00');
    await scans();
    expect((await open('A6')).length).toBe(1);
    await observe(ports, system, 'FULL_SCAN', { records: old, goneRoots: [], readAt });
    expect((await open('A6')).map(({ found }) => found)).toEqual(['55.00']);
  });

  it('J: a revert of MISSING while a worker holds the lane', async () => {
    const more = HEAD + 'pair,Pair,,Vend,Type,,true,Size,S,,,J1,100,shopify,1,deny,manual,10.00,,true,true,,g,5.00,active\npair,,,,,,,,L,,,J2,100,shopify,1,deny,manual,10.00,,true,true,,g,5.00,active\n';
    await control(world.sandbox.shopify.url, 'fill', more);
    await control(world.sandbox.erp.url, 'fill', more);
    await importAll(more);
    await scans();
    await control(world.sandbox.erp.url, 'delete', { code: 'J2' });
    await scans();
    const [f] = await open('J2');
    expect(f?.kind).toBe('MISSING');
    await apply(price('J1', '15.00'));
    const erp = ports.connectors.of('erp');
    const slow: Ports = Object.create(ports, {
      connectors: {
        value: {
          of: () =>
            Object.create(erp, {
              readRoots: {
                value: async (roots: never) => {
                  const answer = await erp.readRoots(roots);
                  must(await revertFindings(ports, world.people.oli, { ids: [f!.id], note: null, confirm: false }));
                  return answer;
                },
              },
            }),
        },
      },
    }) as Ports;
    await publishLane(slow, 'erp');
    await drain();
    const rec = await sql('select r.match from record r join sku s on s.id = r.sku_id where s.code = $1 and r.system = $2', ['J2', 'erp']);
    const dl = await sql('select state from delivery where target = $1 and system = $2', ['J2', 'erp']);
    const lane = await sql('select l.due_at from lane l join sku s on s.product_id = l.product_id where s.code = $1 and l.system = $2', ['J2', 'erp']);
    expect({ rec, dl, lane, erp: await erpPrice('J2') }).toEqual({ rec: [{ match: 'MATCHED' }], dl: [{ state: 'DELIVERED' }], lane: [{ due_at: null }], erp: '10.00' });
  });

  it('K: a change of vendor takes the approval away from the owner', async () => {
    const pal = must(await setParty(ports, HOST, { code: 'pal', kind: 'USER', name: 'Pal', email: null, active: true, members: null }));
    must(await setOwnershipRule(ports, HOST, { scope: 'VENDOR', match: 'Palco', owner: 'pal', effectiveFrom: null, effectiveTo: null }));
    const { id } = must(await propose([{ kind: 'productUpdate', input: { handle: 'p-a7', baseRevision: null, fields: { vendor: 'Palco' } } }, price('A7', '1.00')]));
    const palCaller: Caller = { actor: { kind: 'API_KEY', id: 'k-pal', name: 'pal', partyId: pal.id }, roles: ['APPROVER'] };
    const outcome = await approveChangeRequest(ports, palCaller, id, null);
    expect([outcome.ok, (await ports.changes.requestById(id))?.state, (await ports.catalog.skuByCode('A7'))?.price]).toEqual([expect.anything(), 'IN_REVIEW', '10.00']);
  });

  it('L: an idempotency key after 72 hours', async () => {
    must(await propose([price('A8', '10.01')], world.people.mia, 'k1'));
    await sql(`update change_request set created_at = created_at - interval '73 hours' where idempotency_key = 'k1'`);
    must(await propose([price('A8', '10.02')], world.people.mia, 'k1'));
  });

  it('M: one root that cannot be read keeps the whole inbox waiting', async () => {
    const shop = ports.connectors.of('shopify');
    const [one] = await sql<{ root_id: string }>(`select root_id from record where root_id is not null and system = 'shopify' order by id limit 1`);
    const store = (root: string) => ports.observations.storeWebhook({ id: ports.newId(), system: 'shopify', topic: 'products/update', root: { externalId: root, code: null }, body: Buffer.from('{}'), headers: {} });
    await store('gid://shopify/Product/poison');
    await store(one!.root_id);
    const poisoned: Ports = Object.create(ports, {
      connectors: { value: { of: () => Object.create(shop, { readRoots: { value: (roots: { externalId: string }[]) => { if (roots.some(({ externalId }) => externalId.endsWith('poison'))) throw new Error('boom'); return shop.readRoots(roots as never); } } }) } },
    }) as Ports;
    for (let i = 0; i < 3; i += 1) await handleWebhooks(poisoned, 'shopify').catch(() => null);
    expect(await sql(`select root_id from webhook where handled_at is null`)).toEqual([{ root_id: 'gid://shopify/Product/poison' }]);
    await sql(`update webhook set handled_at = now()`);
  });

  it('N: MISSING of a SKU that is RETIRED afterwards', async () => {
    await control(world.sandbox.erp.url, 'delete', { code: 'A9' });
    await scans();
    expect((await open('A9')).map(({ kind }) => kind)).toEqual(['MISSING']);
    await apply(to('A9', 'PHASE_OUT'));
    await apply(to('A9', 'RETIRED'));
    await drain();
    await scans();
    await drain();
    const [f] = await open('A9');
    if (f) {
      must(await revertFindings(ports, world.people.oli, { ids: [f.id], note: null, confirm: true }));
      await drain();
      await scans();
    }
    expect((await open('A9')).map(({ kind }) => kind)).toEqual([]);
  });

  it('Q: a key of the team approves what a member of the team has written', async () => {
    const mia = world.people.mia.actor.partyId!;
    const team = must(await setParty(ports, HOST, { code: 'crew', kind: 'TEAM', name: 'Crew', email: null, active: true, members: ['mia', 'oli'] }));
    must(await setOwnershipRule(ports, HOST, { scope: 'SKU', match: 'A8', owner: 'crew', effectiveFrom: null, effectiveTo: null }));
    const { id } = must(await propose([price('A8', '77.00')]));
    const crew: Caller = { actor: { kind: 'API_KEY', id: 'k-crew', name: 'crew', partyId: team.id }, roles: ['APPROVER'] };
    const outcome = await approveChangeRequest(ports, crew, id, null);
    expect(mia).not.toBe('');
    expect(outcome.ok).toBe(false);
  });
});
