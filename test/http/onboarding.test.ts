import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { parse } from 'csv-parse/sync';
import { AppModule } from '../../src/app.module.js';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import type { Role } from '../../src/domain/actor.js';
import { ROLES } from '../../src/domain/actor.js';
import { SystemReadiness } from '../../src/porch/system-readiness.js';
import type { World } from '../support/world.js';
import { buildWorld, control, HOST, must, scansDone } from '../support/world.js';

const CSV = readFileSync(new URL('../../src/sandbox/sample/catalog.csv', import.meta.url), 'utf8');
const WORKERS: readonly Role[] = ['OPERATOR', 'ADMIN'];

interface Answer {
  data?: { onboardingMatch: { totalCount: number; nodes: object[]; summary: object } };
  errors?: { message: string; extensions: { code: string } }[];
}

describe('the onboarding match over HTTP', () => {
  let world: World;
  let app: INestApplication;
  let base: string;
  const keys = new Map<Role, string>();

  beforeAll(async () => {
    world = await buildWorld();
    for (const role of ROLES) {
      const draft = { name: role, party: null, roles: [role], expiresAt: null };
      keys.set(role, must(await createApiKey(world.ports, HOST, draft)).secret);
    }
    const readiness = new SystemReadiness(world.database.source, null);
    const parts = {
      ports: world.ports,
      readiness,
      bootstrapKey: null,
      publicUrl: 'http://localhost/',
      production: false,
    };
    app = await NestFactory.create(AppModule.with(parts), { logger: false });
    await app.listen(0, '127.0.0.1');
    base = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  });
  afterAll(async () => {
    await app.close();
    await world.close();
  });

  const headers = (role: Role): Record<string, string> => ({ authorization: `Bearer ${keys.get(role)}` });
  const file = (role: Role): Promise<Response> => fetch(`${base}/onboarding/match.csv`, { headers: headers(role) });
  const ask = async (role: Role, query: string, variables: object = {}): Promise<Answer> => {
    const body = JSON.stringify({ query, variables });
    const json = { ...headers(role), 'content-type': 'application/json' };
    const answer: Answer = JSON.parse(
      await (await fetch(`${base}/graphql`, { method: 'POST', headers: json, body })).text(),
    );
    return answer;
  };

  it('says 409 before anything was scanned', async () => {
    const answer = await file('OPERATOR');
    expect([answer.status, await answer.json()]).toMatchObject([409, { error: { code: 'WRONG_STATE' } }]);
  });

  it('is for those who do the work of day one, and for nobody else', async () => {
    await control(world.sandbox.shopify.url, 'fill', CSV);
    await control(world.sandbox.erp.url, 'fill', CSV);
    for (const system of ['shopify', 'erp']) must(await startScan(world.ports, world.people.oli, system, 'FULL'));
    await scansDone(world);
    for (const role of ROLES) {
      const may = WORKERS.includes(role);
      const answer = await file(role);
      expect([role, answer.status]).toEqual([role, may ? 200 : 403]);
      await answer.text();
      const { data, errors } = await ask(role, '{ onboardingMatch(first: 1) { totalCount } }');
      expect([role, data?.onboardingMatch?.totalCount, errors?.[0]?.extensions.code]).toEqual(
        may ? [role, 64, undefined] : [role, undefined, 'FORBIDDEN'],
      );
    }
    expect((await fetch(`${base}/onboarding/match.csv`)).status).toBe(401);
  });

  it('streams the whole as CSV', async () => {
    const answer = await file('OPERATOR');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="match.csv"');
    const lines: Record<string, string>[] = parse(await answer.text(), { columns: true, bom: true });
    expect(lines).toHaveLength(64);
    expect(lines.map(({ row }) => Number(row))).toEqual(lines.map((_, index) => index + 1));
  });

  it('answers filtered pages with the whole beside them', async () => {
    const query = `query ($filter: OnboardingMatchFilter, $after: String) { onboardingMatch(first: 3, after: $after, filter: $filter) {
      totalCount pageInfo { hasNextPage endCursor }
      summary { notScanned sides { code records scannedAt } grades { grade rows } problems { kind rows } fields { field rows } computedAt }
      nodes { grade matchedBy notIn records { side externalId code title gtin14 fields } problems { kind side message }
        differences { field values { side value } } related { key value side externalId code } } } }`;
    const { data, errors } = await ask('OPERATOR', query, { filter: { grades: ['UNPAIRED'], notIn: 'erp' } });
    expect(errors).toBeUndefined();
    expect(data?.onboardingMatch).toMatchObject({
      totalCount: 4,
      pageInfo: { hasNextPage: true },
      summary: {
        notScanned: [],
        sides: [
          { code: 'erp', records: 60 },
          { code: 'shopify', records: 64 },
        ],
      },
    });
    expect(data?.onboardingMatch.nodes[0]).toMatchObject({
      grade: 'UNPAIRED',
      matchedBy: [],
      notIn: ['erp'],
      problems: [{ kind: 'NOT_THERE', side: 'erp' }],
      records: [{ side: 'shopify', fields: { sellable: false } }],
    });
  });

  it('refuses what is no filter and no cursor, and takes any text to search for', async () => {
    const query = `query ($filter: OnboardingMatchFilter, $after: String) { onboardingMatch(filter: $filter, after: $after) { totalCount } }`;
    const codeOf = async (variables: object): Promise<string | undefined> =>
      (await ask('ADMIN', query, variables)).errors?.[0]?.extensions.code;
    expect(await codeOf({ after: 'nonsense' })).toBe('BAD_USER_INPUT');
    expect(await codeOf({ after: Buffer.from('["1","a\\u0000","b"]').toString('base64url') })).toBe('BAD_USER_INPUT');
    expect(await codeOf({ filter: { search: 'a b c d e f g h i j k' } })).toBe('BAD_USER_INPUT');
    expect(await codeOf({ filter: { search: 'a b c d e f g h i j' } })).toBeUndefined();
    const sides = await ask('ADMIN', query, { filter: { system: 'nope', notIn: 'MASTER' } });
    expect(sides.errors).toMatchObject([
      {
        message: 'system: there is no side nope; there are erp, shopify, MASTER',
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
    expect(await codeOf({ filter: { notIn: 'nope' } })).toBe('BAD_USER_INPUT');
    expect(await codeOf({ filter: { search: 'x'.repeat(300) } })).toBe('BAD_USER_INPUT');
    expect(await codeOf({ filter: { search: 'a\u0000b' } })).toBe('BAD_USER_INPUT');
    expect(await codeOf({ filter: { search: '%_\\ \u202e １２' } })).toBeUndefined();
    expect(await codeOf({ filter: { fields: Array.from({ length: 51 }, () => 'price') } })).toBe('BAD_USER_INPUT');
  });
});
