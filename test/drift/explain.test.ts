import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import { adoptFindings } from '../../src/application/drift/adopt-findings.js';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { setSetting } from '../../src/application/settings/set-setting.js';
import type { Role } from '../../src/domain/actor.js';
import { ROLES } from '../../src/domain/actor.js';
import type { Api } from '../support/api.js';
import { openApi } from '../support/api.js';
import { recordStatements } from '../support/statements.js';
import { HOST, must } from '../support/world.js';
import { DriftKit } from './drift-kit.js';

const CODES = Array.from({ length: 12 }, (_, index) => `E${index}`);

interface InSystem {
  system: { code: string };
  standing: string;
  wanted: unknown;
  published: unknown;
  publishedAt: string | null;
  delivery: { target: string; state: string; changeRequest: { number: string } | null } | null;
  observed: unknown;
  comparedAt: string | null;
  lastSeenAt: string | null;
  finding: { field: string; state: string } | null;
}

interface Told {
  value: unknown;
  revision: number;
  changeRequest: { number: string } | null;
  systems: InSystem[];
}

const TOLD = `field value rule { field owner onDrift severity } policyVersion revision actor { kind name } at reason
  changeRequest { number title author { name } }
  observation { system { code } source found at attribution { actor app } finding { id resolution } }
  approvals { way actor { kind name } at comment }
  systems { system { code } standing wanted published publishedAt observed comparedAt lastSeenAt
    delivery { target state changeRequest { number } } finding { field state } }`;

/** Why a field is as it is, by the API alone: value, rule, request or observation, approval, delivery, last seen. */
describe('a field explained', () => {
  let kit: DriftKit;
  let api: Api;
  beforeAll(async () => {
    kit = await DriftKit.open(CODES);
    api = await openApi(kit.world);
  });
  afterAll(async () => {
    await api.close();
    await kit.close();
  });

  const explain = async (code: string, field: string, asOf: string | null = null): Promise<Told> => {
    const query = `query Why($code: String!, $field: String!, $asOf: DateTime) { sku(code: $code, asOf: $asOf) { explain(field: $field) { ${TOLD} } } }`;
    const { sku } = await api.ask<{ sku: { explain: Told | null } }>(query, { code, field, asOf });
    if (!sku.explain) throw new Error(`nothing is told of ${field}`);
    return sku.explain;
  };
  const systemOf = (told: Told, code: string): InSystem => {
    const found = told.systems.find((each) => each.system.code === code);
    if (!found) throw new Error(`nothing is told of ${code}`);
    return found;
  };
  const update = (code: string, fields: object): ChangeDraft => ({
    kind: 'skuUpdate',
    input: { code, baseRevision: null, fields },
  });

  it('names the baseline, and no delivery, of what was there on the first day', async () => {
    const told = await explain('E0', 'price');
    expect(told).toMatchObject({
      field: 'price',
      value: '10.00',
      rule: { field: 'price', owner: 'MASTER', onDrift: 'FLAG', severity: 'HIGH' },
      policyVersion: 0,
      revision: 1,
      actor: { name: 'alex' },
      changeRequest: null,
      observation: null,
      approvals: [{ way: 'BASELINE', actor: { name: 'alex' } }],
    });
    for (const code of ['shopify', 'erp']) {
      const there = systemOf(told, code);
      expect(there).toMatchObject({ standing: 'IN_SYNC', wanted: '10.00', observed: '10.00', finding: null });
      // Both had it before the master did: nothing of ours brought it.
      expect(there).toMatchObject({ published: '10.00', delivery: null, publishedAt: null });
      expect(there.lastSeenAt).toBe(there.comparedAt);
      expect(there.lastSeenAt).not.toBeNull();
    }
  });

  it('names the request, who approved it, and the delivery that published it to each system', async () => {
    const { ports, people } = kit.world;
    const draft = {
      title: 'dearer',
      reason: 'wool is',
      idempotencyKey: null,
      changes: [update('E1', { price: '12.00' })],
    };
    const { id } = must(await createChangeRequest(ports, people.mia, draft, false));
    must(await approveChangeRequest(ports, people.ada, id, 'fine with me'));
    const applied = await explain('E1', 'price');
    expect(applied).toMatchObject({
      value: '12.00',
      revision: 2,
      actor: { name: 'mia' },
      reason: 'wool is',
      changeRequest: { title: 'dearer', author: { name: 'mia' } },
      observation: null,
      approvals: [{ way: 'DECISION', actor: { name: 'ada' }, comment: 'fine with me' }],
    });
    expect(systemOf(applied, 'erp')).toMatchObject({
      standing: 'LAG',
      wanted: '12.00',
      observed: '10.00',
      delivery: null,
    });
    await kit.drained();
    const number = applied.changeRequest?.number;
    const told = await explain('E1', 'price');
    for (const code of ['shopify', 'erp']) {
      const there = systemOf(told, code);
      expect(there).toMatchObject({ standing: 'IN_SYNC', published: '12.00', observed: '12.00' });
      expect(there.delivery).toEqual({ target: 'E1', state: 'DELIVERED', changeRequest: { number } });
      expect(Date.parse(there.publishedAt ?? '')).toBeLessThanOrEqual(Date.parse(there.lastSeenAt ?? ''));
    }
    // Another field's request is no news of this one, and another delivery did not bring it.
    await kit.applied(update('E1', { weight: { value: '2', unit: 'KILOGRAMS' } }));
    await kit.drained();
    const again = await explain('E1', 'price');
    expect(again).toMatchObject({ revision: 2, changeRequest: { number } });
    expect(systemOf(again, 'erp').delivery?.changeRequest?.number).toBe(number);
    const weight = await explain('E1', 'weight');
    expect(weight).toMatchObject({ value: { value: '2', unit: 'KILOGRAMS' }, revision: 3 });
    expect(systemOf(weight, 'shopify')).toMatchObject({ standing: 'IN_SYNC', wanted: '2000', published: '2000' });
  });

  it('tells of an edit made there what is found, and that the value was last seen no more', async () => {
    await kit.editErp('E1', { listPrice: '9.00' });
    await kit.scanned();
    const told = await explain('E1', 'price');
    expect(systemOf(told, 'erp')).toMatchObject({
      standing: 'DRIFT',
      wanted: '12.00',
      published: '12.00',
      observed: '9.00',
      lastSeenAt: null,
      finding: { field: 'price', state: 'OPEN' },
      delivery: { target: 'E1' },
    });
    expect(systemOf(told, 'shopify')).toMatchObject({ standing: 'IN_SYNC', finding: null });
  });

  it('names the observation that an owner’s value came by, and the version of the matrix that approved it', async () => {
    await kit.editErp('E2', { cost: '5.50' });
    await kit.scanned();
    await kit.drained();
    const told = await explain('E2', 'cost');
    expect(told).toMatchObject({
      value: '5.50',
      rule: { owner: 'erp' },
      actor: { kind: 'SYSTEM', name: 'source-of-truth' },
      changeRequest: { title: 'Take over 1 value that erp owns' },
      observation: {
        system: { code: 'erp' },
        source: 'FULL_SCAN',
        found: '5.50',
        attribution: { actor: 'Sam' },
        finding: null,
      },
      approvals: [{ way: 'POLICY', actor: { kind: 'SYSTEM', name: 'policy v0' } }],
    });
    expect(systemOf(told, 'erp')).toMatchObject({ standing: 'IN_SYNC', delivery: null });
    const number = told.changeRequest?.number;
    expect(systemOf(told, 'shopify')).toMatchObject({
      standing: 'IN_SYNC',
      observed: '5.50',
      delivery: { target: 'E2', changeRequest: { number } },
    });
  });

  it('names the finding that people adopted, and what was published nowhere by us', async () => {
    await kit.editShop('E3', { price: '8.00' });
    await kit.scanned();
    const { id } = await kit.finding('E3', 'shopify', 'price');
    const { ports, people } = kit.world;
    const adopted = must(await adoptFindings(ports, people.mia, { ids: [id], reason: 'the shop is right this time' }));
    must(await approveChangeRequest(ports, people.ada, adopted.changeRequestId, null));
    await kit.drained();
    const told = await explain('E3', 'price');
    expect(told).toMatchObject({
      value: '8.00',
      observation: {
        system: { code: 'shopify' },
        source: 'FULL_SCAN',
        found: '8.00',
        finding: { resolution: 'ADOPTED' },
      },
      approvals: [{ way: 'DECISION', actor: { name: 'ada' } }],
    });
    expect(systemOf(told, 'shopify')).toMatchObject({ standing: 'IN_SYNC', published: '8.00', delivery: null });
    expect(systemOf(told, 'erp')).toMatchObject({ standing: 'IN_SYNC', delivery: { target: 'E3' } });
    // Edited anew, what was adopted then is told as it was then.
    await kit.editShop('E3', { price: '7.00' });
    await kit.scanned();
    expect(await explain('E3', 'price')).toMatchObject({ value: '8.00', observation: { found: '8.00' } });
  });

  it('tells of the product, of the state, and of what a kind of system has no place for', async () => {
    const title = await explain('E4', 'product.title');
    expect(title).toMatchObject({ value: 'Product E4', rule: { field: 'product.title' }, revision: 1 });
    expect(title.systems.map(({ standing }) => standing)).toEqual(['NO_PLACE', 'IN_SYNC']);
    const state = await explain('E4', 'lifecycle');
    expect(state.value).toBe('ACTIVE');
    expect(systemOf(state, 'erp')).toMatchObject({ standing: 'IN_SYNC', wanted: { salable: true } });
    const tax = await explain('E4', 'taxCode');
    expect(tax.systems.map(({ standing }) => standing)).toEqual(['NO_PLACE', 'NO_PLACE']);
    expect(tax).toMatchObject({ value: null, revision: 1 });
    const components = await explain('E4', 'bundle.components');
    expect(components.value).toBeNull();
  });

  it('tells of the past what it was then, and by the rules of today how it stands', async () => {
    const now = await explain('E1', 'price');
    const [row] = await kit.sql<{ at: string }>(
      `select to_char(valid_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at from sku_revision v
       join sku s on s.id = v.sku_id where s.code = 'E1' and v.revision = 1`,
    );
    const then = await explain('E1', 'price', row?.at);
    expect(then).toMatchObject({ value: '10.00', revision: 1, approvals: [{ way: 'BASELINE' }] });
    expect(then.systems).toEqual(now.systems);
  });

  it('goes by the family’s rule for an attribute, and by the key of the change that brought it', async () => {
    const definitions = ['colour', 'season'].map((key) => ({ key, name: key, type: 'TEXT' }));
    must(
      await setSetting(kit.world.ports, HOST, {
        key: 'attributes',
        value: definitions,
        reason: 'attributes to explain',
      }),
    );
    await kit.applied(update('E5', { attributes: [{ key: 'colour', value: 'red' }] }));
    await kit.applied(update('E5', { attributes: [{ key: 'season', value: 'autumn' }] }));
    expect(await explain('E5', 'attributes.colour')).toMatchObject({
      value: 'red',
      revision: 2,
      rule: { field: 'attributes.*', severity: 'LOW' },
    });
    expect(await explain('E5', 'attributes.season')).toMatchObject({ value: 'autumn', revision: 3 });
  });

  it('says NOT_GOVERNED of what the matrix leaves to nobody', async () => {
    const version = await kit.rules([{ field: 'hsCode', owner: 'NONE', onDrift: 'FLAG' }]);
    const told = await explain('E6', 'hsCode');
    expect(told).toMatchObject({ policyVersion: version, rule: { owner: 'NONE' } });
    expect(told.systems.map(({ standing }) => standing)).toEqual(['NOT_GOVERNED', 'NOT_GOVERNED']);
  });

  it('refuses what is no field and no system, and narrows to one system', async () => {
    const fault = (args: string): ReturnType<Api['fault']> =>
      api.fault(`{ sku(code: "E0") { explain(${args}) { value } } }`);
    for (const field of [
      'prices',
      'attributes.*',
      'attributes.nothing',
      'product.tag',
      'constructor',
      '__proto__',
      '',
    ]) {
      expect(await fault(`field: "${field}"`)).toEqual({
        code: 'BAD_USER_INPUT',
        message: `${field} is no field of the source-of-truth matrix.`,
      });
    }
    expect(await fault(`field: "price", system: "shopify-uk"`)).toEqual({
      code: 'BAD_USER_INPUT',
      message: 'There is no system shopify-uk.',
    });
    expect((await fault(`field: "${'p'.repeat(256)}"`)).code).toBe('BAD_USER_INPUT');
    const one = await api.ask<{ sku: { explain: Told } }>(
      `{ sku(code: "E0") { explain(field: "price", system: "erp") { systems { system { code } } } } }`,
    );
    expect(one.sku.explain.systems).toEqual([{ system: { code: 'erp' } }]);
    // What cannot be explained takes nothing else along.
    const rest = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: api.authorization },
      body: JSON.stringify({ query: '{ sku(code: "E0") { code explain(field: "prices") { value } } }' }),
    });
    expect(await rest.json()).toMatchObject({ data: { sku: { code: 'E0', explain: null } }, errors: [{}] });
  });

  it('is for everybody with a key, and for nobody without', async () => {
    for (const role of ROLES.filter((each): each is Exclude<Role, 'ADMIN'> => each !== 'ADMIN')) {
      const draft = { name: role, party: 'oli', roles: [role], expiresAt: null };
      const { secret } = must(await createApiKey(kit.world.ports, HOST, draft));
      const query = '{ sku(code: "E0") { explain(field: "price") { value } } }';
      expect(await api.ask(query, {}, secret)).toEqual({ sku: { explain: { value: '10.00' } } });
    }
    const answer = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ sku(code: "E0") { explain(field: "price") { value } } }' }),
    });
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  it('takes as many statements for twelve SKUs as for six', async () => {
    const counts: number[] = [];
    for (const first of [6, 12]) {
      const sent = recordStatements(kit.world.database.source);
      const query = `{ skus(first: ${first}) { nodes { explain(field: "price") { ${TOLD} } } } }`;
      const { skus } = await api.ask<{ skus: { nodes: unknown[] } }>(query);
      expect(skus.nodes).toHaveLength(first);
      counts.push(sent.length);
    }
    // Both pages hold whatever else is referred to: requests, findings, deliveries.
    expect(counts[0]).toBe(counts[1]);
  });
});
