import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readConfig } from '../../src/config.js';
import { keysForPeople } from '../../src/porch/sample-people.js';
import type { Service } from '../../src/porch/serve.js';
import { serve } from '../../src/porch/serve.js';
import type { FreshDatabase } from '../support/fresh-database.js';
import { freshDatabase } from '../support/fresh-database.js';
import { control, until } from '../support/world.js';

type Node = Record<string, unknown>;

/** The whole service as `npm start` runs it, on a database of its own, spoken to over HTTP alone. */
describe('the service', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'skuward-service-'));
  let fresh: FreshDatabase;
  let service: Service;
  const keys = new Map<string, string>();
  let code = '';

  beforeAll(async () => {
    fresh = await freshDatabase();
    const env = {
      DATABASE_URL: fresh.appUrl,
      MIGRATE_DATABASE_URL: fresh.ownerUrl,
      PORT: '0',
      DATA_DIR: dataDir,
      LOG_LEVEL: 'error',
    };
    service = await serve(readConfig(env));
    for (const { person, secret } of await keysForPeople(service.ports, null)) keys.set(person.role, secret);
    await until('both systems to be linked', async () => {
      const { systems } = await ask<{ systems: Node[] }>('OPERATOR', '{ systems { link } }');
      return systems.every(({ link }) => link === 'LINKED');
    });
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await fresh.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function ask<T>(role: string, query: string, variables: object = {}): Promise<T> {
    const answer = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${keys.get(role)}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await answer.json()) as { data: T; errors?: unknown[] };
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }
  const finding = (filter: object): Promise<Node> =>
    until('a finding', async () => {
      const text = `query ($filter: DriftFilter) { driftFindings(filter: $filter) { nodes { id field expected found source severity recurrences
        owner { code } sku { code openDrift { field } systems { system { code } state } } } } }`;
      const { driftFindings } = await ask<{ driftFindings: { nodes: Node[] } }>('VIEWER_OR_ANY', text, { filter });
      return driftFindings.nodes[0];
    });

  it('comes up with the sample catalogue in the master and in both systems, and nothing astray', async () => {
    keys.set('VIEWER_OR_ANY', keys.get('INTEGRATION') ?? '');
    const { skus, driftFindings } = await ask<{
      skus: { totalCount: number; nodes: Node[] };
      driftFindings: { totalCount: number };
    }>(
      'INTEGRATION',
      `{ skus(first: 3, filter: { states: [ACTIVE] }) { totalCount nodes { code price owner { party { code } } systems { system { code } state }
         allowedTransitions readiness(for: ACTIVE) { code satisfied } product { handle } listedIn { code } } } driftFindings { totalCount } }`,
    );
    expect(skus.totalCount).toBeGreaterThan(50);
    expect(driftFindings.totalCount).toBe(0);
    expect(skus.nodes[0]).toMatchObject({
      owner: { party: { code: 'ada' } },
      systems: [{ state: 'IN_SYNC' }, { state: 'IN_SYNC' }],
    });
    code = String(skus.nodes[0]?.code);
  });

  it('tells all that is wrong with a request at once, with paths, and keeps nothing of it', async () => {
    const text = `mutation ($input: ChangeRequestInput!) { changeRequestCreate(input: $input) { changeRequest { id } userErrors { code field } } }`;
    const changes = [
      { skuUpdate: { code, fields: { gtin: '123', price: '-1' } } },
      { skuTransition: { code: 'nobody', to: 'ACTIVE' } },
    ];
    const { changeRequestCreate } = await ask<{ changeRequestCreate: { changeRequest: null; userErrors: Node[] } }>(
      'MERCHANDISER',
      text,
      { input: { title: 'x', changes } },
    );
    expect(changeRequestCreate.changeRequest).toBeNull();
    expect(changeRequestCreate.userErrors).toContainEqual({
      code: 'GTIN_INVALID',
      field: ['input', 'changes', '0', 'skuUpdate', 'fields', 'gtin'],
    });
    expect(changeRequestCreate.userErrors).toContainEqual({
      code: 'INVALID_FORMAT',
      field: ['input', 'changes', '0', 'skuUpdate', 'fields', 'price'],
    });
    expect(
      (await ask<{ changeRequests: Node }>('MERCHANDISER', '{ changeRequests { totalCount } }')).changeRequests,
    ).toEqual({ totalCount: 0 });
  });

  it('answers the same key with the same request, and another body under it not at all', async () => {
    const text = `mutation ($input: ChangeRequestInput!) { changeRequestCreate(input: $input) { changeRequest { number state } userErrors { code } } }`;
    const input = {
      title: 'Once',
      idempotencyKey: 'k-1',
      changes: [{ skuUpdate: { code, fields: { price: '55.50' } } }],
    };
    const send = async (body: object): Promise<Node> =>
      (await ask<{ changeRequestCreate: Node }>('MERCHANDISER', text, { input: body })).changeRequestCreate;
    const first = await send(input);
    expect(await send(input)).toEqual(first);
    expect(await send({ ...input, title: 'Twice' })).toEqual({
      changeRequest: null,
      userErrors: [{ code: 'IDEMPOTENCY_MISMATCH' }],
    });
  });

  it('finds an edit by its signed webhook, reverts it, and reopens it when it comes again', async () => {
    const edit = (price: string): Promise<unknown> =>
      control(service.sandbox?.shopify.url ?? '', 'edit', {
        as: { kind: 'staff', name: 'Sam' },
        sku: code,
        set: { price },
      });
    await edit('1.11');
    const found = await finding({ system: 'shopify', target: code, states: ['OPEN'] });
    expect(found).toMatchObject({
      field: 'price',
      found: '1.11',
      source: 'WEBHOOK',
      severity: 'HIGH',
      recurrences: 0,
      owner: { code: 'ada' },
      sku: { code },
    });
    const revert = `mutation ($ids: [ID!]!) { driftRevert(ids: $ids) { findings { state } userErrors { code } } }`;
    expect(await ask<Node>('OPERATOR', revert, { ids: [found.id] })).toMatchObject({ driftRevert: { userErrors: [] } });
    await finding({ system: 'shopify', target: code, states: ['RESOLVED'] });
    await edit('1.12');
    expect(await finding({ system: 'shopify', target: code, states: ['OPEN'] })).toMatchObject({
      id: found.id,
      found: '1.12',
      recurrences: 1,
    });
  });

  it("refuses webhooks that are not signed, are nobody's, or are cut off", async () => {
    const send = async (system: string, body: string, secret: string): Promise<number> => {
      const signature = createHmac('sha256', secret).update(body).digest('base64');
      const headers = {
        'content-type': 'application/json',
        'x-shopify-topic': 'products/update',
        'x-shopify-hmac-sha256': signature,
      };
      return (await fetch(`${service.url}/webhooks/shopify/${system}`, { method: 'POST', headers, body })).status;
    };
    const secret = service.sandbox?.shopify.clientSecret ?? '';
    const body = JSON.stringify({ id: 1, admin_graphql_api_id: 'gid://shopify/Product/1' });
    expect([
      await send('shopify', body, secret),
      await send('shopify', body, 'wrong'),
      await send('nowhere', body, secret),
      await send('shopify', body.slice(0, 9), secret),
    ]).toEqual([200, 401, 404, 400]);
  });

  it('shows the quarter in the API, as a page and as JSON', async () => {
    const now = new Date();
    const quarter = `${now.getUTCFullYear()}-Q${Math.floor(now.getUTCMonth() / 3) + 1}`;
    const text = `query ($quarter: Quarter!) { driftAuditReport(quarter: $quarter) { closed summary { opened resolved openAtEnd skusGoverned coverage }
      bySystem { key opened } byField { key opened } url(format: HTML) unresolved(first: 5) { nodes { target } } } }`;
    const { driftAuditReport: report } = await ask<{ driftAuditReport: Node }>('OPERATOR', text, { quarter });
    expect(report).toMatchObject({
      closed: false,
      summary: { opened: 2, resolved: 1, openAtEnd: 1 },
      bySystem: [{ key: 'shopify', opened: 2 }],
      byField: [{ key: 'price', opened: 2 }],
      unresolved: { nodes: [{ target: code }] },
    });
    const fetchReport = async (format: string, key: string | undefined): Promise<Response> =>
      fetch(`${service.url}/reports/drift-audit/${quarter}.${format}`, {
        headers: key ? { authorization: `Bearer ${key}` } : {},
      });
    const page = await (await fetchReport('html', keys.get('OPERATOR'))).text();
    expect(page).toContain('<svg');
    expect(page).toContain(code);
    expect(await (await fetchReport('json', keys.get('OPERATOR'))).json()).toMatchObject({ quarter });
    expect((await fetchReport('html', undefined)).status).toBe(401);
  });
});
