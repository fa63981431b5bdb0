import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import { planOfRequest, previewChanges } from '../../src/application/change/plan/change-plan.js';
import { sqlOver } from '../../src/storage/sql.js';
import { apply, create, move, product } from '../bundles/bundle-kit.js';
import type { Api } from '../support/api.js';
import { openApi } from '../support/api.js';
import { deliverAll, differences, plannedDifferences, shelves } from '../support/shelves.js';
import { recordStatements } from '../support/statements.js';
import type { World } from '../support/world.js';
import { buildWorld, control, HOST, importBaseline, must, until } from '../support/world.js';

const HEAD = 'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\n';
const ROWS = Array.from({ length: 120 }, (_, index) => {
  const number = String(index).padStart(3, '0');
  return `style-${String(index % 40).padStart(2, '0')},Style,V,Size,${number},R-${number},5.00,active`;
}).toSorted();
const PLAN = `hash errors { code field message } warnings { code } writesCount
  writes { system { code } entity target action fields { field from to } owed because waitsFor }
  affected { code } reached { sku { code } why by } omissions { target field reason } supersedes { target }
  silent { system { code } reason records } approvals { rule party { code } count given satisfied }`;

interface Plan {
  hash: string;
  errors: { code: string; field: string[] | null; message: string }[];
  writesCount: number;
  writes: { system: { code: string }; target: string; action: string; fields: object[]; because: string[] }[];
  affected: { code: string }[];
  reached: { sku: { code: string }; why: string; by: string[] }[];
  approvals: { party: { code: string }; count: number; given: number; satisfied: boolean }[];
  writesPage: {
    nodes: { target: string; system: { code: string } }[];
    totalCount: number;
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}

describe('changePlan', () => {
  let world: World;
  let api: Api;

  beforeAll(async () => {
    world = await buildWorld();
    const csv = HEAD + ROWS.join('\n');
    await control(world.sandbox.shopify.url, 'fill', csv);
    await control(world.sandbox.erp.url, 'fill', csv);
    await importBaseline(world, csv);
    await until('linked', async () => (await world.ports.operations.systems()).every(({ link }) => link === 'LINKED'));
    await world.worker.stop();
    await apply(world, product, create('A'), create('B'), create('SET', '2 A, 1 B'), create('OUTER', '2 SET, 1 A'));
    for (const state of ['PRELAUNCH', 'ACTIVE'] as const)
      await apply(world, ...['A', 'B', 'SET', 'OUTER'].map((each) => move(each, state)));
    await deliverAll(world);
    api = await openApi(world);
  });
  afterAll(async () => {
    await api.close();
    await world.close();
  });

  const plan = async (changes: object[], selection = PLAN, key?: string): Promise<Plan> => {
    const query = `query ($changes: [ChangeInput!]!) { changePlan(changes: $changes) { ${selection} } }`;
    return (await api.ask<{ changePlan: Plan }>(query, { changes }, key)).changePlan;
  };
  const price = (code: string, value: string): object => ({ skuUpdate: { code, fields: { price: value } } });

  it('tells what would be written, field by field, in the terms of each system', async () => {
    const told = await plan([
      { skuUpdate: { code: 'r-001', fields: { price: '6.5', weight: { value: '2', unit: 'POUNDS' } } } },
      { skuTransition: { code: 'R-041', to: 'ON_HOLD' } },
      { productUpdate: { handle: 'style-02', title: 'Stile' } },
    ]);
    expect(told).toMatchObject({ errors: [], writesCount: 5, omissions: [], supersedes: [], silent: [] });
    const weight = { field: 'weight', from: null, to: '907.18474' };
    const changed = [{ field: 'price', from: '5.00', to: '6.50' }, weight];
    expect(told.writes).toMatchObject([
      { system: { code: 'erp' }, target: 'R-001', action: 'UPDATE', because: ['R-001'] },
      {
        system: { code: 'erp' },
        target: 'R-041',
        action: 'UNPUBLISH',
        fields: [{ field: 'lifecycle', from: { salable: true }, to: { salable: false } }],
      },
      { system: { code: 'shopify' }, target: 'R-001', action: 'UPDATE' },
      {
        system: { code: 'shopify' },
        target: 'R-041',
        action: 'UNPUBLISH',
        fields: [{ field: 'lifecycle', from: { published: true }, to: { published: false } }],
      },
      { system: { code: 'shopify' }, target: 'style-02', action: 'UPDATE', because: ['style-02'] },
    ]);
    for (const write of [told.writes[0], told.writes[2]]) {
      expect(write?.fields).toHaveLength(2);
      expect(write?.fields).toEqual(expect.arrayContaining(changed));
    }
    expect(told.reached.map(({ sku, why, by }) => [sku.code, why, by])).toEqual(
      ['R-002', 'R-042', 'R-082'].map((code) => [code, 'SIBLING', ['style-02']]),
    );
    expect(told.affected).toEqual(told.reached.map(({ sku }) => sku));
    expect(told.approvals).toEqual([
      { rule: 'owner-approves', party: { code: 'ada' }, count: 1, given: 0, satisfied: false },
    ]);
  });

  it('reaches the bundles around what changes, at every level, and writes those that are shown otherwise', async () => {
    const told = await plan([{ bundleSet: { code: 'SET', components: [{ sku: 'A', quantity: 3 }] } }]);
    expect(told.reached).toEqual([{ sku: { code: 'OUTER' }, why: 'BUNDLE', by: ['SET'] }]);
    expect(told.writes.map(({ system, target, because }) => [system.code, target, because])).toEqual(
      ['erp', 'shopify'].flatMap((system) => ['OUTER', 'SET'].map((target) => [system, target, ['SET']])),
    );
    expect(told.writes[0]?.fields).toEqual([
      {
        field: 'bundle.components',
        from: [
          { code: 'A', quantity: 5 },
          { code: 'B', quantity: 2 },
        ],
        to: [{ code: 'A', quantity: 7 }],
      },
    ]);
    const held = await plan([{ skuTransition: { code: 'B', to: 'ON_HOLD' } }]);
    expect(held.reached.map(({ sku, why, by }) => [sku.code, why, by])).toEqual([
      ['OUTER', 'BUNDLE', ['B']],
      ['SET', 'BUNDLE', ['B']],
    ]);
    expect((await plan([price('B', '3.00')])).reached).toEqual([]);
  });

  it('creates what is not there yet, and says what a bundle waits for', async () => {
    const fields = { title: 'C', price: '1.00', optionValues: [{ name: 'Size', value: 'C' }] };
    const bundle = [{ sku: 'C', quantity: 2 }];
    const told = await plan([
      { skuCreate: { code: 'C', product: 'tea', fields } },
      { skuTransition: { code: 'C', to: 'PRELAUNCH' } },
      {
        skuCreate: {
          code: 'K',
          kind: 'BUNDLE',
          product: 'tea',
          fields: { ...fields, title: 'K', optionValues: [{ name: 'Size', value: 'K' }] },
          bundle,
        },
      },
      { skuTransition: { code: 'K', to: 'PRELAUNCH' } },
    ]);
    expect(told.errors).toEqual([]);
    expect(told.writes).toMatchObject(
      ['erp', 'shopify'].flatMap((code) => [
        { system: { code }, target: 'C', action: 'CREATE', waitsFor: [] },
        { system: { code }, target: 'K', action: 'CREATE', waitsFor: ['C'] },
      ]),
    );
  });

  it('tells every error at its place, and writes nothing then', async () => {
    const told = await plan([price('R-001', '-1'), price('NONE', '1.00'), price('R-002', '1.00')]);
    expect(told.errors.map(({ code, field }) => [code, field?.join('.')])).toEqual([
      ['INVALID_FORMAT', 'changes.0.skuUpdate.fields.price'],
      ['NOT_FOUND', 'changes.1.skuUpdate.code'],
    ]);
    expect([told.writes, told.approvals]).toEqual([[], []]);
    expect((await plan([])).errors.map(({ code }) => code)).toEqual(['REQUIRED']);
    const one: ChangeDraft = { kind: 'skuUpdate', input: { code: 'X', baseRevision: null, fields: { price: '1.00' } } };
    const many = await previewChanges(
      world.ports,
      world.people.mia,
      Array.from({ length: 10_001 }, () => one),
    );
    expect(many.errors.map(({ code }) => code)).toEqual(['TOO_MANY']);
    await apply(world, { kind: 'skuUpdate', input: { code: 'R-103', baseRevision: null, fields: { price: '7.00' } } });
    await deliverAll(world);
    const late = await plan([{ skuUpdate: { code: 'R-103', baseRevision: 1, fields: { price: '8.00' } } }]);
    expect(late.errors.map(({ code, field }) => [code, field?.join('.')])).toEqual([
      ['STALE_BASE', 'changes.0.skuUpdate.fields.price'],
    ]);
    expect(late.writes).toEqual([]);
  });

  it('is the same for the same request, whatever the order of its changes, and changes nothing', async () => {
    const changes = [
      price('R-010', '9.00'),
      { productUpdate: { handle: 'style-11', tags: ['b', 'a'] } },
      price('R-009', '8.00'),
    ];
    const counts =
      'select (select count(*) from change_request) r, (select count(*) from request_plan) p, (select count(*) from audit_event) a';
    const before = await sqlOver(world.database.source).rows(counts);
    const told = await plan(changes);
    expect(await plan(changes)).toEqual(told);
    const turned = await plan(changes.toReversed());
    expect([turned.writes, turned.hash, turned.reached]).toEqual([told.writes, told.hash, told.reached]);
    expect((await plan([...changes.slice(1), price('R-010', '9.01')])).hash).not.toBe(told.hash);
    expect(await sqlOver(world.database.source).rows(counts)).toEqual(before);
  });

  it('comes page by page, with nothing missed and nothing twice', async () => {
    const changes = Array.from({ length: 100 }, (_, index) => price(`R-${String(index).padStart(3, '0')}`, '11.00'));
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const page = `writesPage(first: 33${after === null ? '' : `, after: "${after}"`}) {
        nodes { target system { code } } totalCount pageInfo { hasNextPage endCursor } }`;
      const { writesPage } = await plan(changes, page);
      expect(writesPage.totalCount).toBe(200);
      seen.push(...writesPage.nodes.map(({ system, target }) => `${system.code} ${target}`));
      [after, more] = [writesPage.pageInfo.endCursor, writesPage.pageInfo.hasNextPage];
    }
    expect(seen).toEqual(seen.toSorted());
    expect(new Set(seen).size).toBe(200);
    const bad = `{ changePlan(changes: []) { writesPage(after: "bm9uZQ") { totalCount } } }`;
    expect(await api.fault(bad)).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('takes as many statements for 100 changes as for one, and no network', async () => {
    const drafts = (count: number): ChangeDraft[] =>
      Array.from({ length: count }, (_, index): ChangeDraft => {
        const code = `R-${String(index).padStart(3, '0')}`;
        return { kind: 'skuUpdate', input: { code, baseRevision: null, fields: { price: '12.00' } } };
      });
    const journal = async (): Promise<unknown> =>
      Promise.all([world.sandbox.erp.url, world.sandbox.shopify.url].map((url) => control(url, 'journal')));
    const before = await journal();
    const sent = recordStatements(world.database.source);
    const lengths: number[] = [];
    for (const count of [1, 100]) {
      sent.length = 0;
      expect((await previewChanges(world.ports, world.people.mia, drafts(count))).writes).toHaveLength(count * 2);
      lengths.push(sent.length);
    }
    expect(lengths[1]).toBe(lengths[0]);
    expect(lengths[0]).toBeLessThan(45);
    expect(await journal()).toEqual(before);
  });

  it('is for everybody who may read, and of a request in review counts what was given', async () => {
    const viewer = must(
      await createApiKey(world.ports, HOST, { name: 'v', party: null, roles: ['VIEWER'], expiresAt: null }),
    );
    const told = await plan([price('R-020', '9.00')], PLAN, viewer.secret);
    expect([told.errors, told.writesCount]).toEqual([[], 2]);
    const request = `mutation { changeRequestCreate(input: { title: "t", changes: [{ skuUpdate: { code: "R-020", fields: { price: "9.00" } } }] }) {
      changeRequest { id number plan { ${PLAN} } replans { at } } userErrors { code } } }`;
    const key = must(
      await createApiKey(world.ports, HOST, { name: 'm', party: 'mia', roles: ['MERCHANDISER'], expiresAt: null }),
    );
    interface Created {
      changeRequestCreate: { changeRequest: { id: string; plan: Plan; replans: object[] } };
    }
    const { changeRequest } = (await api.ask<Created>(request, {}, key.secret)).changeRequestCreate;
    expect([changeRequest.plan.hash, changeRequest.plan.writes, changeRequest.replans]).toEqual([
      told.hash,
      told.writes,
      [],
    ]);
    const ada = must(
      await createApiKey(world.ports, HOST, { name: 'a', party: 'ada', roles: ['APPROVER'], expiresAt: null }),
    );
    const approve = `mutation ($id: ID!, $hash: String) { changeRequestApprove(id: $id, planHash: $hash) {
      changeRequest { state plan { hash approvals { given satisfied } } } userErrors { code field } } }`;
    const stale = await api.ask<{ changeRequestApprove: object }>(
      approve,
      { id: changeRequest.id, hash: 'older' },
      ada.secret,
    );
    expect(stale.changeRequestApprove).toEqual({
      changeRequest: null,
      userErrors: [{ code: 'STALE_PLAN', field: ['planHash'] }],
    });
    const done = await api.ask(approve, { id: changeRequest.id, hash: told.hash }, ada.secret);
    expect(done).toEqual({
      changeRequestApprove: {
        changeRequest: { state: 'APPLIED', plan: { hash: told.hash, approvals: [{ given: 1, satisfied: true }] } },
        userErrors: [],
      },
    });
  });

  it('says which systems get nothing, and why', async () => {
    const sql = sqlOver(world.database.source);
    await sql.rows(`update system set link = 'UNLINKED' where code = 'erp'`);
    await sql.rows(`update system set mode = 'READ_ONLY' where code = 'shopify'`);
    try {
      const told = await plan([price('R-030', '9.00'), price('R-031', '9.00')]);
      expect(told).toMatchObject({
        writes: [],
        silent: [
          { system: { code: 'erp' }, reason: 'UNLINKED', records: 2 },
          { system: { code: 'shopify' }, reason: 'READ_ONLY', records: 2 },
        ],
      });
    } finally {
      await sql.rows(`update system set link = 'LINKED', mode = 'WRITE'`);
    }
  });

  it('says what it leaves alone: records that are gone, and SKUs without a price', async () => {
    await sqlOver(world.database.source).rows(
      `update record set match = 'MISSING' where system = 'erp' and sku_id = (select id from sku where code = 'R-032')`,
    );
    const told = await plan([price('R-032', '9.00')]);
    expect(told).toMatchObject({ omissions: [{ target: 'R-032', field: null, reason: 'GONE' }], writesCount: 1 });
    const fields = { title: 'D', optionValues: [{ name: 'Size', value: 'D' }] };
    const unpriced = await plan([
      { skuCreate: { code: 'D', product: 'tea', fields } },
      { skuTransition: { code: 'D', to: 'PRELAUNCH' } },
    ]);
    expect(unpriced).toMatchObject({
      omissions: [{ target: 'D', field: null, reason: 'PRICE_MISSING' }],
      writes: [{ system: { code: 'erp' }, target: 'D', action: 'CREATE' }],
    });
  });

  it('names what is owed already as owed, and none of it as the doing of this request', async () => {
    await apply(world, { kind: 'skuUpdate', input: { code: 'R-033', baseRevision: null, fields: { price: '30.00' } } });
    const input = { code: 'R-033', baseRevision: null, fields: { hsCode: '691200' } };
    const draft = { kind: 'skuUpdate' as const, input };
    const { writes } = await previewChanges(world.ports, world.people.mia, [draft]);
    expect(writes.map(({ fields, owed }) => [fields.map(({ field }) => field).sort(), owed])).toEqual([
      [['hsCode', 'price'], ['price']],
      [['hsCode', 'price'], ['price']],
    ]);
    // Of a store the whole product is read, and all of it that differs is written along; of the ERP, one item.
    await apply(world, { kind: 'skuUpdate', input: { code: 'R-073', baseRevision: null, fields: { price: '31.00' } } });
    const along = await previewChanges(world.ports, world.people.mia, [draft]);
    expect(along.writes.map(({ system, target, owed, because }) => [system, target, owed, because])).toEqual([
      ['erp', 'R-033', ['price'], ['R-033']],
      ['shopify', 'R-033', ['price'], ['R-033']],
      ['shopify', 'R-073', ['price'], []],
    ]);
    await sqlOver(world.database.source).rows(`update delivery set state = 'SUPERSEDED' where state = 'PENDING'`);
    const before = await shelves(world);
    await apply(world, draft);
    await deliverAll(world);
    expect(differences(before, await shelves(world))).toEqual(plannedDifferences(along.writes));
    const other: ChangeDraft = { ...draft, input: { ...draft.input, fields: { hsCode: '732393' } } };
    const after = await previewChanges(world.ports, world.people.mia, [other]);
    expect(after.writes.map(({ owed }) => owed)).toEqual([[], []]);
    await expect(planOfRequest(world.ports, world.ports.newId())).rejects.toThrow();
  });
});
