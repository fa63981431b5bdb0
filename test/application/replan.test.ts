import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { planOfRequest } from '../../src/application/change/plan/change-plan.js';
import { observeRoots } from '../../src/application/drift/observe-roots.js';
import { setOwnershipRule } from '../../src/application/ownership/set-ownership-rule.js';
import { setParty } from '../../src/application/ownership/set-party.js';
import type { KeptPlan } from '../../src/application/ports/plan-store.js';
import type { Caller } from '../../src/domain/actor.js';
import { givenFor } from '../../src/domain/change/approval.js';
import { sqlOver } from '../../src/storage/sql.js';
import { move } from '../bundles/bundle-kit.js';
import { deliverAll } from '../support/shelves.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, control, HOST, importBaseline, must, until } from '../support/world.js';

const CSV = `Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status
cup,Cup,Acme,Size,S,CUP,10.00,active
pot,Pot,Acme,Size,S,POT-S,10.00,active
pot,,,,L,POT-L,10.00,
tin,Tin,Palco,Title,Default Title,TIN,10.00,active
`;
const SAM = { kind: 'staff', name: 'Sam' };

describe('approvals fall where the plan is another one, and only there', () => {
  let world: World;
  let pia: Caller;
  let price = 10;
  beforeAll(async () => {
    world = await buildWorld();
    await control(world.sandbox.shopify.url, 'fill', CSV);
    await control(world.sandbox.erp.url, 'fill', CSV);
    await importBaseline(world, CSV);
    await until('linked', async () => (await world.ports.operations.systems()).every(({ link }) => link === 'LINKED'));
    await world.worker.stop();
    const draft = { code: 'pia', kind: 'USER' as const, name: 'pia', email: null, active: true, members: null };
    const { id } = must(await setParty(world.ports, HOST, draft));
    must(await createApiKey(world.ports, HOST, { name: 'pia', party: 'pia', roles: ['APPROVER'], expiresAt: null }));
    pia = { actor: { kind: 'API_KEY', id: 'pia', name: 'pia', partyId: id }, roles: ['APPROVER'] };
    const rule = { scope: 'VENDOR' as const, match: 'Palco', owner: 'pia', effectiveFrom: null, effectiveTo: null };
    must(await setOwnershipRule(world.ports, HOST, rule));
  });
  beforeEach(() => deliverAll(world));
  afterAll(() => world.close());

  const propose = async (...changes: ChangeDraft[]): Promise<string> => {
    const draft = { title: 't', reason: null, idempotencyKey: null, changes };
    return must(await createChangeRequest(world.ports, world.people.mia, draft, false)).id;
  };
  const set = (code: string, fields: Extract<ChangeDraft, { kind: 'skuUpdate' }>['input']['fields']): ChangeDraft => ({
    kind: 'skuUpdate',
    input: { code, baseRevision: null, fields },
  });
  const next = (): string => `${(price += 1)}.00`;
  const approve = async (who: Caller, id: string, planHash: string | null = null): Promise<string | undefined> => {
    must(await approveChangeRequest(world.ports, who, id, null, planHash));
    return stateOf(id);
  };
  const stateOf = async (id: string): Promise<string | undefined> => (await world.ports.changes.requestById(id))?.state;
  const replans = async (id: string): Promise<KeptPlan[]> => (await world.ports.plans.replansOf([id])).get(id) ?? [];
  /** Given approvals, by whom they are asked of. */
  const given = async (id: string): Promise<Record<string, number>> => {
    const request = await world.ports.changes.requestById(id);
    const decisions = (await world.ports.changes.decisionsOf([id])).get(id) ?? [];
    const by = decisions.map(({ partyId }) => partyId);
    const names = new Map((await world.ports.catalog.parties()).map((party) => [party.id, party.code]));
    return Object.fromEntries(
      (request?.requirements ?? []).map((each) => [names.get(each.partyId) ?? '', givenFor(each, by)]),
    );
  };
  const editErp = async (code: string, listPrice: string): Promise<void> => {
    await control(world.sandbox.erp.url, 'edit', { as: SAM, code, set: { listPrice } });
    const [row] = await sqlOver(world.database.source).rows<{ root_id: string }>(
      `select r.root_id from record r join sku s on s.id = r.sku_id where s.code = $1 and r.system = 'erp'`,
      [code],
    );
    const system = await world.ports.observations.systemByCode('erp');
    if (row && system) await observeRoots(world.ports, system, [{ externalId: row.root_id, code }], 'WEBHOOK');
  };
  const mode = (system: string, to: string): Promise<unknown> =>
    sqlOver(world.database.source).rows('update system set mode = $2 where code = $1', [system, to]);

  it('asks again where it would write over what somebody did meanwhile, and tells what', async () => {
    const to = next();
    const id = await propose(set('CUP', { price: to }));
    await editErp('CUP', '77.00');
    expect(await approve(world.people.ada, id)).toBe('IN_REVIEW');
    expect(await given(id)).toEqual({ ada: 0 });
    const waiting = { states: null, awaitingParty: world.people.ada.actor.partyId, target: null };
    const { items } = await world.ports.changes.requests({ first: 10, after: null }, waiting);
    expect(items.map(({ node }) => node.id)).toContain(id);
    const [replan, ...others] = await replans(id);
    expect(others).toEqual([]);
    expect(replan?.reason).toMatchObject({
      changed: [
        { because: 'CUP', system: 'erp', target: 'CUP', field: 'price', kind: 'SUPERSEDES', was: null, is: '77.00' },
      ],
      changedCount: 1,
      asked: [{ partyId: world.people.ada.actor.partyId, rule: 'owner-approves', targets: ['CUP'] }],
    });
    expect(await approve(world.people.ada, id)).toBe('APPLIED');
    expect(await replans(id)).toHaveLength(1);
    const sql = sqlOver(world.database.source);
    const events = await sql.rows<{ data: { changedCount: number } }>(
      `select data from audit_event where type = 'CHANGE_REQUEST_REPLANNED'`,
    );
    expect(events.map(({ data }) => data.changedCount)).toEqual([1]);
    const decisions = await sql.rows<{ hash: string | null }>(
      'select p.hash from decision d left join request_plan p on p.id = d.plan_id where d.change_request_id = $1 order by d.at',
      [id],
    );
    expect(decisions).toHaveLength(2);
    expect(decisions[0]?.hash).not.toBe(decisions[1]?.hash);
  });

  it('keeps the approval of the other part', async () => {
    const id = await propose(set('CUP', { price: next() }), set('TIN', { price: next() }));
    expect(await approve(pia, id)).toBe('IN_REVIEW');
    await editErp('CUP', '78.00');
    expect(await approve(world.people.ada, id)).toBe('IN_REVIEW');
    expect(await given(id)).toEqual({ ada: 0, pia: 1 });
    expect(codesOf(await approveChangeRequest(world.ports, pia, id, null))).toEqual(['ALREADY_DECIDED']);
    expect(await approve(world.people.ada, id)).toBe('APPLIED');
  });

  it('asks the one whose part it is, though somebody else comes last', async () => {
    const id = await propose(set('CUP', { price: next() }), set('TIN', { price: next() }));
    expect(await approve(world.people.ada, id)).toBe('IN_REVIEW');
    await editErp('CUP', '79.00');
    expect(await approve(pia, id)).toBe('IN_REVIEW');
    expect(await given(id)).toEqual({ ada: 0, pia: 1 });
    expect(await approve(world.people.ada, id)).toBe('APPLIED');
  });

  it('lets approvals stand where another request changed other fields, and where a difference went away', async () => {
    const id = await propose(set('CUP', { price: next() }), set('TIN', { price: next() }));
    expect(await approve(world.people.ada, id)).toBe('IN_REVIEW');
    const other = await propose(set('CUP', { hsCode: '691200', weight: { value: '1', unit: 'POUNDS' } }));
    expect(await approve(world.people.ada, other)).toBe('APPLIED');
    expect(await approve(pia, id)).toBe('APPLIED');
    expect(await replans(id)).toEqual([]);
    await deliverAll(world);

    await editErp('CUP', '80.00');
    const again = await propose(set('CUP', { price: next() }));
    const was = (await world.ports.catalog.skuByCode('CUP'))?.price ?? '';
    await editErp('CUP', was);
    expect(await approve(world.people.ada, again)).toBe('APPLIED');
  });

  it('asks again where there is less to do than was approved', async () => {
    const [tin, hsCode] = [next(), '732393'];
    const id = await propose(set('CUP', { hsCode, countryOfOrigin: 'PT' }), set('TIN', { price: tin }));
    expect(await approve(world.people.ada, id)).toBe('IN_REVIEW');
    expect(await approve(world.people.ada, await propose(set('CUP', { hsCode })))).toBe('APPLIED');
    expect(await approve(pia, id)).toBe('IN_REVIEW');
    expect(await given(id)).toEqual({ ada: 0, pia: 1 });
    expect(
      (await replans(id))[0]?.reason?.changed.map(({ system, field, was, is }) => [system, field, was, is]),
    ).toEqual([
      ['', 'hsCode', hsCode, null],
      ['erp', 'hsCode', hsCode, null],
      ['shopify', 'hsCode', hsCode, null],
    ]);
    expect(await approve(world.people.ada, id)).toBe('APPLIED');
  });

  it("asks again where a sibling's state makes another thing of the product", async () => {
    const id = await propose(move('POT-S', 'ON_HOLD'));
    expect((await planOfRequest(world.ports, id)).writes.map(({ target }) => target)).toEqual(['POT-S', 'POT-S']);
    expect(await approve(world.people.ada, await propose(move('POT-L', 'ON_HOLD')))).toBe('APPLIED');
    expect(await approve(world.people.ada, id)).toBe('IN_REVIEW');
    expect((await replans(id))[0]?.reason?.changed).toMatchObject([
      {
        because: 'POT-S',
        system: 'shopify',
        entity: 'PRODUCT',
        target: 'pot',
        field: 'lifecycle',
        is: { status: 'DRAFT' },
      },
    ]);
    expect(await approve(world.people.ada, id)).toBe('APPLIED');
    const back = await propose(move('POT-S', 'ACTIVE'), move('POT-L', 'ACTIVE'));
    expect(await approve(world.people.ada, back)).toBe('APPLIED');
  });

  it('asks again where a system is written that got nothing before', async () => {
    await mode('shopify', 'READ_ONLY');
    const id = await propose(set('CUP', { price: next() }));
    const { silent, writes } = await planOfRequest(world.ports, id);
    expect([silent, writes.map(({ system }) => system)]).toEqual([
      [{ system: 'shopify', reason: 'READ_ONLY', records: 1 }],
      ['erp'],
    ]);
    await mode('shopify', 'WRITE');
    expect(await approve(world.people.ada, id)).toBe('IN_REVIEW');
    expect(await approve(world.people.ada, id)).toBe('APPLIED');
  });

  it('refuses whoever saw an older plan, with nothing done, and takes the present one at its word', async () => {
    const id = await propose(set('CUP', { price: next() }), set('TIN', { price: next() }));
    const { hash } = await planOfRequest(world.ports, id);
    expect(await approve(world.people.ada, id, hash)).toBe('IN_REVIEW');
    await editErp('CUP', '81.00');
    await editErp('TIN', '82.00');
    expect(codesOf(await approveChangeRequest(world.ports, pia, id, null, hash))).toEqual(['STALE_PLAN']);
    expect(await given(id)).toEqual({ ada: 1, pia: 0 });
    const seen = await planOfRequest(world.ports, id);
    expect(seen.hash).not.toBe(hash);
    expect(seen.requirements.map((each) => givenFor(each, seen.approvedBy))).toEqual([0, 0]);
    // Who approved the older one may say so of the newer one at once.
    expect(await approve(world.people.ada, id, seen.hash)).toBe('IN_REVIEW');
    expect(codesOf(await approveChangeRequest(world.ports, world.people.ada, id, null, seen.hash))).toEqual([
      'ALREADY_DECIDED',
    ]);
    expect(await given(id)).toEqual({ ada: 1, pia: 0 });
    await editErp('CUP', '83.00');
    const last = await planOfRequest(world.ports, id);
    expect(await approve(pia, id, last.hash)).toBe('IN_REVIEW');
    // Her part is approved as it is now; the other one was approved as it was.
    expect(await given(id)).toEqual({ ada: 0, pia: 1 });
    expect(await approve(world.people.ada, id, last.hash)).toBe('APPLIED');
  });

  it('shows for ever the plan that ran', async () => {
    const id = await propose(set('CUP', { price: next() }));
    const plan = await planOfRequest(world.ports, id);
    expect(await approve(world.people.ada, id, plan.hash)).toBe('APPLIED');
    await deliverAll(world);
    expect(await planOfRequest(world.ports, id)).toEqual({ ...plan, approvedBy: [world.people.ada.actor.partyId] });
  });
});
