import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { parse } from 'csv-parse/sync';
import { AppModule } from '../../src/app.module.js';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import { SystemReadiness } from '../../src/porch/system-readiness.js';
import type { World } from '../support/world.js';
import { buildWorld, HOST, importBaseline, must } from '../support/world.js';

const ADMIN = 'an-admin-key-of-thirty-two-characters';
const FILE = [
  'Handle,Title,Product Category,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Barcode,Status',
  'cup,Cup,Cups,Color,Red,CUP-R,=1+1,12,active',
  'cup,,,,Blue,CUP-B,6.00,036000291453,',
  '',
].join('\n');

interface Issue {
  [name: string]: unknown;
  id: string;
}

interface Answer {
  data?: {
    qualityIssues: { totalCount: number; nodes: Issue[]; counts: object[]; pageInfo: { endCursor: string } };
    skus: { nodes: { code: string; qualityIssues: Issue[]; product: { qualityIssues: Issue[] } }[] };
    node: Issue;
  };
  errors?: { extensions: { code: string } }[];
}

describe('quality issues over HTTP', () => {
  let world: World;
  let app: INestApplication;
  let base: string;
  let viewer: string;

  beforeAll(async () => {
    world = await buildWorld();
    const draft = { name: 'Vera', party: null, roles: ['VIEWER' as const], expiresAt: null };
    viewer = must(await createApiKey(world.ports, HOST, draft)).secret;
    const readiness = new SystemReadiness(world.database.source, null);
    const parts = {
      ports: world.ports,
      readiness,
      bootstrapKey: ADMIN,
      publicUrl: 'http://localhost/',
      production: false,
    };
    app = await NestFactory.create(AppModule.with(parts), { logger: false });
    await app.listen(0, '127.0.0.1');
    base = (await app.getUrl()).replace('[::1]', '127.0.0.1');
    await importBaseline(world, FILE);
  });
  afterAll(async () => {
    await app.close();
    await world.close();
  });

  const ask = async (query: string, variables: object = {}): Promise<Answer> => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${viewer}` };
    const body = JSON.stringify({ query, variables });
    const answer: Answer = JSON.parse(await (await fetch(`${base}/graphql`, { method: 'POST', headers, body })).text());
    return answer;
  };
  const file = (query: string, key: string | null = viewer): Promise<Response> =>
    fetch(`${base}/exports/quality-issues.csv${query}`, {
      headers: key === null ? {} : { authorization: `Bearer ${key}` },
    });

  it('are read by every role, page by page, with their counts', async () => {
    const query = `query ($filter: QualityIssueFilter, $after: String) { qualityIssues(first: 2, after: $after, filter: $filter) {
      totalCount pageInfo { endCursor } counts { entity field code open resolved }
      nodes { id entity target field rawValue code severity message importId line foundAt resolvedAt resolvedRevision
        sku { code } product { handle } changeRequest { number } } } }`;
    const { data } = await ask(query);
    expect(data?.qualityIssues.totalCount).toBe(4);
    expect(data?.qualityIssues.counts).toEqual([
      { entity: 'SKU', field: 'gtin', code: 'GTIN_INVALID', open: 2, resolved: 0 },
      { entity: 'PRODUCT', field: 'category', code: 'INVALID_FORMAT', open: 1, resolved: 0 },
      { entity: 'SKU', field: 'price', code: 'INVALID_FORMAT', open: 1, resolved: 0 },
    ]);
    const next = await ask(query, { after: data?.qualityIssues.pageInfo.endCursor });
    const all = [...(data?.qualityIssues.nodes ?? []), ...(next.data?.qualityIssues.nodes ?? [])];
    expect(new Set(all.map(({ id }) => id)).size).toBe(4);
    const [price] = (await ask(query, { filter: { field: 'price', resolved: false } })).data?.qualityIssues.nodes ?? [];
    expect(price).toMatchObject({
      target: 'CUP-R',
      rawValue: '=1+1',
      line: 2,
      sku: { code: 'CUP-R' },
      product: { handle: 'cup' },
    });
    const one = await ask('query ($id: ID!) { node(id: $id) { id ... on QualityIssue { field } } }', { id: price?.id });
    expect(one.data?.node).toEqual({ id: price?.id, field: 'price' });
    expect((await ask(query, { filter: { importId: 'x' } })).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect((await ask(query, { filter: { sku: 'x'.repeat(300) } })).errors?.[0]?.extensions.code).toBe(
      'BAD_USER_INPUT',
    );
  });

  it('stand at their SKUs and products', async () => {
    const { data } = await ask(
      '{ skus(first: 10) { nodes { code qualityIssues { field rawValue } product { qualityIssues { field } } } } }',
    );
    const product = { qualityIssues: [{ field: 'category' }] };
    expect(data?.skus.nodes).toEqual([
      { code: 'CUP-B', qualityIssues: [{ field: 'gtin', rawValue: '036000291453' }], product },
      {
        code: 'CUP-R',
        qualityIssues: [
          { field: 'gtin', rawValue: '12' },
          { field: 'price', rawValue: '=1+1' },
        ],
        product,
      },
    ]);
  });

  it('come as a file, filtered, and with nothing in it that a spreadsheet would run', async () => {
    const answer = await file('');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    const lines: Record<string, string>[] = parse(await answer.text(), { columns: true, bom: true });
    expect(lines.map((line) => [line['target'], line['field'], line['raw value'], line['line']])).toEqual(
      expect.arrayContaining([
        ['cup', 'category', 'Cups', '2'],
        ['CUP-R', 'price', "'=1+1", '2'],
        ['CUP-B', 'gtin', '036000291453', '3'],
      ]),
    );
    expect(lines).toHaveLength(4);
    const some = parse(await (await file('?field=gtin&sku=cup-b&resolved=false&owner=ada')).text(), {
      columns: true,
      bom: true,
    });
    expect(some).toHaveLength(1);
    expect(parse(await (await file('?resolved=true')).text(), { columns: true, bom: true })).toEqual([]);
  });

  it('refuse a file to nobody and a parameter that is none', async () => {
    expect((await file('', null)).status).toBe(401);
    for (const query of ['?feild=gtin', '?field=a&field=b', '?resolved=maybe', '?sku=%00']) {
      const answer = await file(query);
      expect([query, answer.status, await answer.json()]).toMatchObject([
        query,
        400,
        { error: { code: 'INVALID_FORMAT' } },
      ]);
    }
  });
});
