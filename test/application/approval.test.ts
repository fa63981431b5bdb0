import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { adoptFindings } from '../../src/application/drift/adopt-findings.js';
import { observeRoots } from '../../src/application/drift/observe-roots.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import { setOwnershipRule } from '../../src/application/ownership/set-ownership-rule.js';
import { setParty } from '../../src/application/ownership/set-party.js';
import type { FindingView } from '../../src/application/ports/operations-reader.js';
import { retryDeliveries } from '../../src/application/publishing/retry-deliveries.js';
import type { Caller } from '../../src/domain/actor.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, control, HOST, importBaseline, must, scansDone, until } from '../support/world.js';

const CSV = `Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status
tea,Tea,Acme,Title,Default Title,TEA,10.00,active
cup,Cup,Acme,Title,Default Title,CUP,10.00,active
pot,Pot,Acme,Title,Default Title,POT,10.00,active
`;
const PAGE = { first: 50, after: null };
const SAM = { kind: 'staff', name: 'Sam' };

describe('what was approved is what runs', () => {
  let world: World;
  let pia: Caller;
  beforeAll(async () => {
    world = await buildWorld();
    await control(world.sandbox.shopify.url, 'fill', CSV);
    await control(world.sandbox.erp.url, 'fill', CSV);
    await importBaseline(world, CSV);
    const draft = { code: 'pia', kind: 'USER' as const, name: 'pia', email: null, active: true, members: null };
    const { id } = must(await setParty(world.ports, HOST, draft));
    must(await createApiKey(world.ports, HOST, { name: 'pia', party: 'pia', roles: ['APPROVER'], expiresAt: null }));
    pia = { actor: { kind: 'API_KEY', id: 'pia', name: 'pia', partyId: id }, roles: ['APPROVER'] };
    const rule = { scope: 'VENDOR' as const, match: 'Palco', owner: 'pia', effectiveFrom: null, effectiveTo: null };
    must(await setOwnershipRule(world.ports, HOST, rule));
  });
  afterAll(() => world.close());

  const create = (...changes: ChangeDraft[]): ReturnType<typeof createChangeRequest> =>
    createChangeRequest(
      world.ports,
      world.people.mia,
      { title: 't', reason: null, idempotencyKey: null, changes },
      false,
    );
  const price = (code: string, value: string | null): ChangeDraft => ({
    kind: 'skuUpdate',
    input: { code, baseRevision: null, fields: { price: value } },
  });
  const stateOf = async (id: string): Promise<string | undefined> => (await world.ports.changes.requestById(id))?.state;
  const finding = async (system: string, target: string, found: string): Promise<FindingView> =>
    until(`a finding on ${target} in ${system}`, async () => {
      const { items } = await world.ports.operations.findings(PAGE, { system, target, states: ['OPEN'] });
      return items.find(({ node }) => node.found === found)?.node;
    });
  const editErp = async (code: string, listPrice: string): Promise<FindingView> => {
    await control(world.sandbox.erp.url, 'edit', { as: SAM, code, set: { listPrice } });
    await startScan(world.ports, world.people.oli, 'erp', 'FULL');
    await scansDone(world);
    return finding('erp', code, listPrice);
  };
  /** Without a running service nobody delivers webhooks: the shop is looked at directly. */
  const editShop = async (code: string, value: string): Promise<FindingView> => {
    await control(world.sandbox.shopify.url, 'edit', { as: SAM, sku: code, set: { price: value } });
    const system = await world.ports.observations.systemByCode('shopify');
    const [row] = await sqlOver(world.database.source).rows<{ root_id: string }>(
      `select r.root_id from record r join sku s on s.id = r.sku_id where s.code = $1 and r.system = 'shopify'`,
      [code],
    );
    if (system && row) await observeRoots(world.ports, system, [{ externalId: row.root_id, code: null }], 'WEBHOOK');
    return finding('shopify', code, value);
  };

  it('asks whom a SKU is taken from, also when the same request moves it to somebody else', async () => {
    const move: ChangeDraft = {
      kind: 'productUpdate',
      input: { handle: 'pot', baseRevision: null, fields: { vendor: 'Palco' } },
    };
    const { id } = must(await create(move, price('POT', '1.00')));
    must(await approveChangeRequest(world.ports, pia, id, null));
    expect(await stateOf(id)).toBe('IN_REVIEW');
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
    expect(await stateOf(id)).toBe('APPLIED');
  });

  it('goes back to review when somebody else answers for it by the time it is approved', async () => {
    const { id } = must(await create(price('CUP', '11.00')));
    const rule = { scope: 'SKU' as const, match: 'CUP', owner: 'pia', effectiveFrom: null, effectiveTo: null };
    must(await setOwnershipRule(world.ports, HOST, rule));
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
    expect(await stateOf(id)).toBe('IN_REVIEW');
    must(await approveChangeRequest(world.ports, pia, id, null));
    expect(await stateOf(id)).toBe('APPLIED');
  });

  it('lets no team approve, whose key would be anybody of it', async () => {
    const team = {
      code: 'crew',
      kind: 'TEAM' as const,
      name: 'crew',
      email: null,
      active: true,
      members: ['mia', 'ada'],
    };
    must(await setParty(world.ports, HOST, team));
    const key = (role: 'APPROVER' | 'ADMIN' | 'MERCHANDISER'): ReturnType<typeof createApiKey> =>
      createApiKey(world.ports, HOST, { name: 'k', party: 'crew', roles: [role], expiresAt: null });
    expect([codesOf(await key('APPROVER')), codesOf(await key('ADMIN'))]).toEqual([
      ['INVALID_FORMAT'],
      ['INVALID_FORMAT'],
    ]);
    must(await key('MERCHANDISER'));
  });

  it('refuses what would change nothing', async () => {
    expect(codesOf(await create(price('TEA', '10.00')))).toEqual(['REQUIRED']);
    expect(codesOf(await create(price('TEA', null)))).toEqual(['GATE_UNSATISFIED']);
  });

  it('adopts the value that was approved, and does not call a newer one adopted', async () => {
    const seen = await editErp('TEA', '11.00');
    const adopt = { ids: [seen.id], reason: 'agreed with the buyer' };
    const { changeRequestId } = must(await adoptFindings(world.ports, world.people.mia, adopt));
    await editErp('TEA', '99.00');
    // The newer edit would be written over, and nobody has seen it: whoever approves is asked once more.
    must(await approveChangeRequest(world.ports, world.people.ada, changeRequestId, null));
    expect(await stateOf(changeRequestId)).toBe('IN_REVIEW');
    must(await approveChangeRequest(world.ports, world.people.ada, changeRequestId, null));
    await until('the shop to have it', async () =>
      (await world.ports.operations.deliveriesOfRequests([changeRequestId]))
        .get(changeRequestId)
        ?.every(({ state }) => state === 'DELIVERED'),
    );
    expect((await world.ports.catalog.skuByCode('TEA'))?.price).toBe('11.00');
    // The request came after the newer edit, so it wins there too; and what it overwrote is on record as just that.
    const resolved = await until('the finding to end', async () => {
      const [row] = await world.ports.operations.findingsByIds([seen.id]);
      return row?.state === 'RESOLVED' ? row : null;
    });
    expect(resolved).toMatchObject({ resolution: 'SUPERSEDED', found: '99.00', changeRequestId: null });
  });

  it('takes neither two values for one field, nor the price that a store has of its own', async () => {
    const [erp, shop] = [await editErp('POT', '21.00'), await editShop('POT', '22.00')];
    const both = { ids: [erp.id, shop.id], reason: 'whichever of the two' };
    expect(codesOf(await adoptFindings(world.ports, world.people.mia, both))).toEqual(['DUPLICATE_CHANGE']);
    await sqlOver(world.database.source).rows(
      `update sku set system_values = '[{"system": "shopify", "price": "20.00", "compareAtPrice": null}]' where code = 'POT'`,
    );
    const own = { ids: [shop.id], reason: 'the price of this store' };
    expect(codesOf(await adoptFindings(world.ports, world.people.mia, own))).toEqual(['NOT_RESOLVABLE_HERE']);
  });

  it('retries the newest dead letter of a record, once, however often it is named', async () => {
    const { id } = must(await create(price('CUP', '12.00')));
    must(await approveChangeRequest(world.ports, pia, id, null));
    const delivery = await until('it to be delivered', async () => {
      const all = (await world.ports.operations.deliveriesOfRequests([id])).get(id) ?? [];
      return all.find(({ system, state }) => system === 'erp' && state === 'DELIVERED');
    });
    const sql = sqlOver(world.database.source);
    await sql.rows(`update delivery set state = 'DEAD_LETTERED' where system = 'erp' and target = 'CUP'`);
    const before = await sql.rows(`select 1 from delivery where system = 'erp' and target = 'CUP'`);
    expect(before.length).toBeGreaterThan(1);
    must(
      await retryDeliveries(world.ports, world.people.oli, {
        ids: null,
        filter: { system: 'erp', states: ['DEAD_LETTERED'] },
      }),
    );
    await until('it to be delivered again', async () =>
      (await world.ports.operations.deliveriesByIds([delivery.id])).every(({ state }) => state === 'DELIVERED'),
    );
    const again = await retryDeliveries(world.ports, world.people.oli, {
      ids: [delivery.id, delivery.id],
      filter: null,
    });
    expect(codesOf(again)).toEqual(['WRONG_STATE', 'WRONG_STATE']);
  });
});
