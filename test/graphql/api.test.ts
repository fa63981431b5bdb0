import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Client } from 'pg';
import { Roles } from '../../src/access/roles.js';
import { AppModule } from '../../src/app.module.js';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import type { Ports } from '../../src/application/ports/ports.js';
import { SystemReadiness } from '../../src/porch/system-readiness.js';
import type { World } from '../support/world.js';
import { buildWorld, HOST, must } from '../support/world.js';

const ADMIN = 'an-admin-key-of-thirty-two-characters';

@Controller()
class PracticeController {
  @Get('forgotten')
  forgotten(): string {
    return 'nobody said who may call this';
  }

  @Roles('ADMIN')
  @Get('admins')
  admins(): string {
    return 'hello';
  }
}

@Module({})
class PracticeModule {}

interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions: Record<string, unknown> }[];
}

const codeOf = (answer: Answer): unknown => answer.errors?.[0]?.extensions['code'];

describe('the API over HTTP', () => {
  let world: World;
  let app: INestApplication;
  let base: string;
  let VIEWER: string;
  let lookUps = 0;

  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    const draft = { name: 'Vera', party: null, roles: ['VIEWER' as const], expiresAt: null };
    VIEWER = must(await createApiKey(world.ports, HOST, draft)).secret;
    // The real reader, counted.
    const liveKey = (hash: Buffer): ReturnType<Ports['apiKeys']['liveKey']> => {
      lookUps += 1;
      return world.ports.apiKeys.liveKey(hash);
    };
    const ports = Object.create(world.ports, { apiKeys: { value: { liveKey } } }) as Ports;
    const readiness = new SystemReadiness(world.database.source, null);
    const parts = { ports, readiness, bootstrapKey: ADMIN, publicUrl: 'http://localhost/', production: false };
    const root = { module: PracticeModule, imports: [AppModule.with(parts)], controllers: [PracticeController] };
    app = await NestFactory.create(root, { logger: false });
    await app.listen(0, '127.0.0.1');
    base = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  });
  afterAll(async () => {
    await app.close();
    await world.close();
  });

  async function ask(query: string, key: string | null, variables: object = {}): Promise<Answer> {
    const authorization = key === null ? {} : { authorization: `Bearer ${key}` };
    const response = await fetch(`${base}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization },
      body: JSON.stringify({ query, variables }),
    });
    const answer: Answer = JSON.parse(await response.text());
    return answer;
  }

  it('says the same to no key and to a wrong one', async () => {
    const none = await ask('{ viewer { actor { name } } }', null);
    const wrong = await ask('{ viewer { actor { name } } }', 'skw_wrong');
    expect(codeOf(none)).toBe('UNAUTHENTICATED');
    expect(none.errors).toEqual(wrong.errors);
  });

  it('knows the bootstrap key, and lets a reader read and no more', async () => {
    expect((await ask('{ viewer { roles } }', ADMIN)).data).toEqual({ viewer: { roles: ['ADMIN'] } });
    expect((await ask('{ skus { totalCount } }', VIEWER)).data).toEqual({ skus: { totalCount: 0 } });
    const revoke = 'mutation { apiKeyRevoke(keyId: "x") { keyId } }';
    expect(codeOf(await ask(revoke, VIEWER))).toBe('FORBIDDEN');
  });

  it('looks a key up once per request', async () => {
    lookUps = 0;
    await ask('{ a: viewer { roles } b: viewer { roles } c: skus { totalCount } }', VIEWER);
    expect(lookUps).toBe(1);
  });

  it('refuses pages out of bounds and ids of another kind as malformed', async () => {
    expect(codeOf(await ask('{ skus(first: 251) { totalCount } }', VIEWER))).toBe('BAD_USER_INPUT');
    const long = { filter: { search: 'x'.repeat(300) } };
    expect(codeOf(await ask('query($filter: SkuFilter) { skus(filter: $filter) { totalCount } }', VIEWER, long))).toBe(
      'BAD_USER_INPUT',
    );
    expect(codeOf(await ask('{ changeRequest(id: "Sku_1") { title } }', VIEWER))).toBe('BAD_USER_INPUT');
  });

  it('refuses text that no database can hold, wherever it stands, as malformed', async () => {
    const nul = { code: 'A\u0000', filter: { search: '\ud800' } };
    expect(codeOf(await ask('query ($code: String!) { sku(code: $code) { title } }', VIEWER, nul))).toBe(
      'BAD_USER_INPUT',
    );
    const search = 'query ($filter: SkuFilter) { skus(filter: $filter) { totalCount } }';
    expect(codeOf(await ask(search, VIEWER, nul))).toBe('BAD_USER_INPUT');
    expect(codeOf(await ask('{ product(handle: "a\\u0000") { title } }', VIEWER))).toBe('BAD_USER_INPUT');
  });

  it('hides what broke inside, and logs it under the id it names', async () => {
    const owner = new Client({ connectionString: world.ownerUrl });
    await owner.connect();
    await owner.query('alter table sku rename to sku_gone');
    const answer = await ask('{ sku(code: "A") { title } }', VIEWER);
    await owner.query('alter table sku_gone rename to sku');
    await owner.end();
    expect(JSON.stringify(answer)).not.toContain('relation');
    const { code, requestId } = answer.errors?.[0]?.extensions ?? {};
    expect(code).toBe('INTERNAL');
    expect(world.logged.join()).toContain('relation');
    expect(world.logged.join()).toContain(String(requestId));
  });

  it('refuses a handler that names nobody, to everybody', async () => {
    const forgotten = await fetch(`${base}/forgotten`, { headers: { authorization: `Bearer ${ADMIN}` } });
    expect(forgotten.status).toBe(403);
    const stranger = await fetch(`${base}/admins`);
    expect([stranger.status, await stranger.json()]).toEqual([
      401,
      { error: { code: 'UNAUTHENTICATED', message: expect.any(String) } },
    ]);
    expect((await fetch(`${base}/admins`, { headers: { authorization: `Bearer ${VIEWER}` } })).status).toBe(403);
  });

  it('serves GraphiQL to browsers from this machine alone', async () => {
    const page = await (await fetch(`${base}/graphql`, { headers: { accept: 'text/html' } })).text();
    expect(page).toContain('/graphiql/ruru.js');
    expect(page).not.toMatch(/(src|href)="https?:/);
    expect((await fetch(`${base}/graphiql/ruru.js`)).status).toBe(200);
    const other = await fetch(`${base}/graphql?query={__typename}`, {
      headers: { 'apollo-require-preflight': '1', accept: 'application/json' },
    });
    expect(await other.json()).toEqual({ data: { __typename: 'Query' } });
  });
});
