import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import { setSourceOfTruth } from '../../src/application/truth/set-source-of-truth.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { rejectChangeRequest } from '../../src/application/change/reject-change-request.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { adoptFindings } from '../../src/application/drift/adopt-findings.js';
import { runScan } from '../../src/application/drift/scan/run-scan.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import { receiveImport } from '../../src/application/imports/receive-import.js';
import { runImport } from '../../src/application/imports/run-import.js';
import type { FindingView } from '../../src/application/ports/operations-reader.js';
import { publishLane } from '../../src/application/publishing/publish-lane.js';
import { retryDeliveries } from '../../src/application/publishing/retry-deliveries.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, control, must } from '../support/world.js';

const PAGE = { first: 100, after: null };
const CODES = ['A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'A7', 'A8', 'A9', 'B1'];
const CSV = `Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\n${CODES.map(
  (code) => `p-${code.toLowerCase()},Product ${code},V,Title,Default Title,${code},10.00,active\n`,
).join('')}tea,Tea,V,Title,Default Title,TEA,10.00,active\n`;
const REASON = 'it is right there';
const NUL = '\u0000';

/** Each test has a SKU of its own in one world, without a worker, so that every step is taken by hand. */
describe('what was found out there is taken over, or tried again', () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    await control(world.sandbox.shopify.url, 'fill', CSV);
    await control(world.sandbox.erp.url, 'fill', CSV);
    const body = (async function* () {
      yield Buffer.from(CSV);
    })();
    const draft = { format: 'shopify-csv', mode: 'baseline' } as const;
    const { id } = must(await receiveImport(world.ports, world.people.alex, draft, body));
    await runImport(world.ports, id);
    await scanned();
  });
  afterAll(() => world.close());

  async function scanned(): Promise<void> {
    for (const system of ['shopify', 'erp']) await startScan(world.ports, world.people.oli, system, 'FULL');
    for (let round = 0; round < 3; round += 1) {
      const { items } = await world.ports.operations.scans(PAGE, null);
      for (const { node } of items.filter((each) => each.node.state === 'RUNNING')) await runScan(world.ports, node.id);
    }
  }
  async function drained(): Promise<void> {
    for (const system of await world.ports.queue.systemsWithDue()) while (await publishLane(world.ports, system));
  }
  async function applied(change: ChangeDraft): Promise<string> {
    const draft = { title: 'a change', reason: null, idempotencyKey: null, changes: [change] };
    const { id } = must(await createChangeRequest(world.ports, world.people.mia, draft, false));
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
    return id;
  }
  const update = (code: string, fields: object): ChangeDraft => ({
    kind: 'skuUpdate',
    input: { code, baseRevision: null, fields },
  });
  const as = { kind: 'staff', name: 'Sam' };
  const editErp = (code: string, listPrice: string): Promise<unknown> =>
    control(world.sandbox.erp.url, 'edit', { as, code, set: { listPrice } });
  const editShop = (sku: string, price: string): Promise<unknown> =>
    control(world.sandbox.shopify.url, 'edit', { as, sku, set: { price } });
  const findings = async (target: string): Promise<FindingView[]> =>
    (await world.ports.operations.findings(PAGE, { target })).items.map(({ node }) => node);
  const idsOf = async (target: string): Promise<string[]> => (await findings(target)).map(({ id }) => id);
  const adopt = (ids: string[], reason = REASON): ReturnType<typeof adoptFindings> =>
    adoptFindings(world.ports, world.people.oli, { ids, reason });
  const sql = <T>(text: string, values: unknown[] = []): Promise<T[]> =>
    sqlOver(world.database.source).rows<T>(text, values);

  it('closes only findings that still show what was approved', async () => {
    await editErp('A1', '11.00');
    await scanned();
    const ids = await idsOf('A1');
    const { changeRequestId } = must(await adopt(ids));
    await editErp('A1', '99.00');
    await scanned();
    // It would write over what was not there to be seen when it was proposed: whoever approves is asked once more.
    for (const price of ['10.00', '11.00']) {
      must(await approveChangeRequest(world.ports, world.people.ada, changeRequestId, null));
      expect((await world.ports.catalog.skuByCode('A1'))?.price).toBe(price);
    }
    const [left] = await findings('A1');
    expect(left).toMatchObject({ found: '99.00', state: 'OPEN', resolution: null, changeRequestId: null });
    // Free to be decided anew.
    must(await approveChangeRequest(world.ports, world.people.ada, must(await adopt(ids)).changeRequestId, null));
    expect(await findings('A1')).toMatchObject([{ found: '99.00', state: 'RESOLVED', resolution: 'ADOPTED' }]);
  });

  it('takes one value of two systems when they agree, and neither when they differ', async () => {
    await editErp('A2', '21.00');
    await editShop('A2', '22.00');
    await scanned();
    const ids = await idsOf('A2');
    const refused = await adopt(ids);
    expect(codesOf(refused)).toEqual(['DUPLICATE_CHANGE']);
    expect(refused).toMatchObject({ problems: [{ field: ['ids', expect.stringMatching(/^[01]$/)] }] });
    await editShop('A2', '21.00');
    await scanned();
    must(await approveChangeRequest(world.ports, world.people.ada, must(await adopt(ids)).changeRequestId, null));
    expect((await findings('A2')).map(({ resolution }) => resolution)).toEqual(['ADOPTED', 'ADOPTED']);
  });

  it("keeps a system's own price out of the master's", async () => {
    const own = [{ system: 'shopify', price: '20.00', compareAtPrice: null }];
    await applied(update('A3', { systemValues: own }));
    await drained();
    await editShop('A3', '21.00');
    await scanned();
    expect(codesOf(await adopt(await idsOf('A3')))).toEqual(['NOT_RESOLVABLE_HERE']);
  });

  it("keeps it out of the master's, too, where the matrix says that the system owns the price", async () => {
    const own = [{ system: 'shopify', price: '20.00', compareAtPrice: null }];
    await applied(update('A9', { systemValues: own }));
    await drained();
    const owner = async (name: string): Promise<void> => {
      const rule = { field: 'price', owner: name, onDrift: 'FLAG', severity: 'HIGH', tolerance: null } as const;
      must(await setSourceOfTruth(world.ports, world.people.alex, { rules: [rule], reason: REASON }));
    };
    await owner('shopify');
    await editShop('A9', '21.00');
    await editShop('B1', '11.00');
    await scanned();
    await drained();
    const skus = await world.ports.catalog.skusByCodes(['a9', 'b1']);
    const prices = new Map([...skus.values()].map(({ code, price }) => [code, price]));
    expect(Object.fromEntries(prices)).toEqual({ A9: '10.00', B1: '11.00' });
    const [finding] = await findings('A9');
    expect(finding).toMatchObject({ field: 'price', found: '21.00', state: 'OPEN' });
    expect(finding?.note).toContain('shopify has a price of its own for A9');
    // What is right there is said of it there.
    await applied(update('A9', { systemValues: [{ ...own[0], price: '21.00' }] }));
    await drained();
    await scanned();
    expect((await findings('A9')).map(({ state }) => state)).toEqual(['RESOLVED']);
    await owner('MASTER');
  });

  it('tells a product from a SKU of the same name', async () => {
    await control(world.sandbox.shopify.url, 'edit', { as, sku: 'TEA', set: { title: 'Better Tea', price: '12.00' } });
    await scanned();
    const seen = (await world.ports.operations.findings(PAGE, { system: 'shopify', states: ['OPEN'] })).items
      .map(({ node }) => node)
      .filter(({ target }) => target.toLowerCase() === 'tea');
    expect(new Set(seen.map(({ field }) => field))).toEqual(new Set(['price', 'product.title']));
    const { changeRequestId } = must(await adopt(seen.map(({ id }) => id)));
    must(await approveChangeRequest(world.ports, world.people.ada, changeRequestId, null));
    const after = await world.ports.operations.findingsByIds(seen.map(({ id }) => id));
    expect(after.map((each) => each?.resolution)).toEqual(['ADOPTED', 'ADOPTED']);
  });

  it('is not approved by whoever made the edit there', async () => {
    await control(world.sandbox.erp.url, 'edit', {
      as: { kind: 'staff', name: 'ADA' },
      code: 'A8',
      set: { listPrice: '17.00' },
    });
    await scanned();
    const { changeRequestId } = must(await adopt(await idsOf('A8')));
    const request = await world.ports.changes.requestById(changeRequestId);
    const { ada, alex } = world.people;
    expect(request?.editors).toMatchObject([{ kind: 'USER', name: 'ada', partyId: ada.actor.partyId }]);
    expect(request?.requirements.map(({ eligible }) => eligible)).toEqual([[alex.actor.partyId]]);
    expect(codesOf(await approveChangeRequest(world.ports, ada, changeRequestId, null))).toEqual(['SELF_APPROVAL']);
    expect(codesOf(await rejectChangeRequest(world.ports, ada, changeRequestId, 'mine, after all'))).toEqual([
      'SELF_APPROVAL',
    ]);
    must(await approveChangeRequest(world.ports, alex, changeRequestId, null));
    expect((await world.ports.catalog.skuByCode('A8'))?.price).toBe('17.00');
  });

  it('refuses a reason that cannot be stored', async () => {
    await editErp('A4', '11.00');
    await scanned();
    expect(codesOf(await adopt(await idsOf('A4'), `${REASON}${NUL}`))).toEqual(['INVALID_FORMAT']);
  });

  const deliveriesOf = async (target: string): Promise<{ id: string; state: string }[]> =>
    sql(`select id, state from delivery where target = $1 and system = 'erp' order by created_at, id`, [target]);
  const buried = async (target: string): Promise<unknown> =>
    sql(
      `update delivery set state = 'DEAD_LETTERED', died_at = now(), due_at = now(), next_attempt_at = null
       where target = $1 and system = 'erp' and state = 'PENDING'`,
      [target],
    );

  it('takes up the newest of the dead letters of a record, however they are named', async () => {
    await applied(update('A5', { price: '11.00' }));
    await buried('A5');
    await applied(update('A5', { price: '12.00' }));
    await buried('A5');
    must(await retryDeliveries(world.ports, world.people.oli, { ids: null, filter: { system: 'erp', target: 'A5' } }));
    expect((await deliveriesOf('A5')).map(({ state }) => state)).toEqual(['SUPERSEDED', 'PENDING']);
    await buried('A5');
    const newest = (await deliveriesOf('A5'))[1]?.id ?? '';
    must(await retryDeliveries(world.ports, world.people.oli, { ids: [newest, newest], filter: null }));
    expect((await deliveriesOf('A5')).map(({ state }) => state)).toEqual(['SUPERSEDED', 'PENDING']);
  });

  it('leaves a dead letter of a missing record to its finding', async () => {
    await control(world.sandbox.erp.url, 'delete', { code: 'A6' });
    await applied(update('A6', { price: '15.00' }));
    await drained();
    const [dead] = await deliveriesOf('A6');
    expect(dead?.state).toBe('DEAD_LETTERED');
    const byId = await retryDeliveries(world.ports, world.people.oli, { ids: [dead?.id ?? ''], filter: null });
    expect(codesOf(byId)).toEqual(['WRONG_STATE']);
    const filter = { system: 'erp', target: 'A6' };
    expect(must(await retryDeliveries(world.ports, world.people.oli, { ids: null, filter })).ids).toEqual([]);
    expect((await deliveriesOf('A6'))[0]?.state).toBe('DEAD_LETTERED');
  });

  it('has patience anew with an old dead letter that is retried', async () => {
    await applied(update('A7', { price: '15.00' }));
    await buried('A7');
    await sql(`update delivery set created_at = created_at - interval '25 hours' where target = 'A7'`);
    const [dead] = await deliveriesOf('A7');
    must(await retryDeliveries(world.ports, world.people.oli, { ids: [dead?.id ?? ''], filter: null }));
    const next = [1, 2, 3].map(() => ({ when: 'before', kind: '503' }));
    await control(world.sandbox.erp.url, 'faults', { next });
    await drained();
    await fetch(`${world.sandbox.erp.url}/control/faults`, { method: 'DELETE' });
    expect((await deliveriesOf('A7'))[0]?.state).toBe('RETRYING');
  });
});
