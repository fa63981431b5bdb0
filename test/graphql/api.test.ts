import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { Controller, Get, Global, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AccessModule } from '../../src/access/access.module.js';
import { Roles } from '../../src/access/roles.js';
import { BOOTSTRAP_KEY, PRODUCTION, PUBLIC_URL } from '../../src/access/tokens.js';
import { Ports } from '../../src/application/ports/ports.js';
import { hashOfSecret } from '../../src/domain/access/secret-hash.js';
import { GraphqlApiModule } from '../../src/graphql/graphql.module.js';
import { GraphiqlController } from '../../src/http/graphiql.controller.js';

const ADMIN = 'an-admin-key-of-thirty-two-characters';
const VIEWER = 'skw_viewer';
const logged: unknown[] = [];
let lookUps = 0;

/** Only what these tests reach; anything else is undefined and fails loudly, as an unknown error. */
const ports = {
  apiKeys: {
    liveKey: (hash: Buffer) => {
      lookUps += 1;
      const known = hash.equals(hashOfSecret(VIEWER));
      const key = { id: 'k', name: 'Vera', partyId: null, roles: ['VIEWER'], expiresAt: null };
      return Promise.resolve(known ? { ...key, partyName: null, partyActive: false } : null);
    },
  },
  catalog: {
    skus: () => Promise.resolve({ items: [], hasNextPage: false, hasPreviousPage: false, totalCount: 0 }),
    skuByCode: () => Promise.reject(new Error('relation "sku" does not exist')),
  },
  changes: {},
  operations: {},
  log: (_level: string, message: string, detail: unknown) => logged.push({ message, detail }),
  newId: () => 'the-id',
};

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

@Global()
@Module({
  providers: [
    { provide: Ports, useValue: ports },
    { provide: BOOTSTRAP_KEY, useValue: ADMIN },
    { provide: PUBLIC_URL, useValue: 'http://localhost/' },
    { provide: PRODUCTION, useValue: false },
  ],
  exports: [Ports, BOOTSTRAP_KEY, PUBLIC_URL, PRODUCTION],
})
class PracticePortsModule {}

@Module({
  imports: [PracticePortsModule, AccessModule, GraphqlApiModule],
  controllers: [GraphiqlController, PracticeController],
})
class PracticeModule {}

interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions: Record<string, unknown> }[];
}

const codeOf = (answer: Answer): unknown => answer.errors?.[0]?.extensions['code'];

describe('the API over HTTP', () => {
  let app: INestApplication;
  let base: string;

  beforeAll(async () => {
    app = await NestFactory.create(PracticeModule, { logger: false });
    await app.listen(0, '127.0.0.1');
    base = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  });
  afterAll(() => app.close());

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

  it('hides what broke inside, and logs it under the id it names', async () => {
    const answer = await ask('{ sku(code: "A") { title } }', VIEWER);
    expect(JSON.stringify(answer)).not.toContain('relation');
    expect(answer.errors?.[0]?.extensions).toEqual({ code: 'INTERNAL', requestId: 'the-id' });
    expect(JSON.stringify(logged)).toContain('relation');
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
