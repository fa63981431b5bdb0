import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Client } from 'pg';
import { AppModule } from '../../src/app.module.js';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { feedCursorText, readFeedCursor } from '../../src/domain/feed/feed-cursor.js';
import type { Role } from '../../src/domain/actor.js';
import { ROLES } from '../../src/domain/actor.js';
import { SystemReadiness } from '../../src/porch/system-readiness.js';
import type { World } from '../support/world.js';
import { buildWorld, HOST, must } from '../support/world.js';
import { connect, numberOnce } from './sequencer-kit.js';

interface Answer<T> {
  data: T | null;
  errors?: { message: string; extensions: { code: string } }[];
}

interface Feed {
  entries: {
    cursor: string;
    entity: string;
    key: string;
    revision: number;
    at: string;
    changes: { field: string; from: unknown; to: unknown }[];
    sku: { code: string; price: string | null; product: { handle: string } } | null;
    product: { handle: string } | null;
  }[];
  cursor: string;
  hasMore: boolean;
  restored: boolean;
}

const FEED = `query ($after: String, $first: Int) { catalogFeed(after: $after, first: $first) {
  cursor hasMore restored entries { cursor entity key revision at changes { field from to }
  sku { code price product { handle } } product { handle } } } }`;

describe('feed and audit log over the API', () => {
  let world: World;
  let owner: Client;
  let app: INestApplication;
  let base: string;
  const keys = new Map<Role, string>();
  let statements = 0;

  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    owner = await connect(world.ownerUrl);
    for (const role of ROLES) {
      const draft = { name: role, party: null, roles: [role], expiresAt: null };
      keys.set(role, must(await createApiKey(world.ports, HOST, draft)).secret);
    }
    const { source } = world.database;
    const query = source.query.bind(source);
    source.query = (...args: Parameters<typeof query>) => {
      statements += 1;
      return query(...args);
    };
    const parts = { bootstrapKey: null, publicUrl: 'http://localhost/', production: false };
    const readiness = new SystemReadiness(source, null);
    app = await NestFactory.create(AppModule.with({ ports: world.ports, readiness, ...parts }), { logger: false });
    await app.listen(0, '127.0.0.1');
    base = (await app.getUrl()).replace('[::1]', '127.0.0.1');
    const product: ChangeDraft = {
      kind: 'productCreate',
      input: { handle: 'tea', fields: { title: 'Tea', optionNames: ['Size'] } },
    };
    const skus = Array.from({ length: 40 }, (_, index): ChangeDraft => {
      const fields = { title: 't', optionValues: [{ name: 'Size', value: String(index) }] };
      return { kind: 'skuCreate', input: { code: `tea-${String(index).padStart(2, '0')}`, product: 'tea', fields } };
    });
    await apply([product, ...skus]);
    await apply([{ kind: 'skuUpdate', input: { code: 'tea-07', baseRevision: null, fields: { price: '4.50' } } }]);
    await numberOnce(world.ports);
  });
  afterAll(async () => {
    await app.close();
    await owner.end();
    await world.close();
  });

  async function apply(changes: ChangeDraft[]): Promise<void> {
    const draft = { title: 't', reason: null, idempotencyKey: null, changes };
    const { id } = must(await createChangeRequest(world.ports, world.people.mia, draft, false));
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
  }

  async function ask<T>(query: string, role: Role | null, variables: object = {}): Promise<Answer<T>> {
    const key = role === null ? {} : { authorization: `Bearer ${keys.get(role)}` };
    const response = await fetch(`${base}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...key },
      body: JSON.stringify({ query, variables }),
    });
    const answer: Answer<T> = JSON.parse(await response.text());
    return answer;
  }
  async function feed(variables: object = {}): Promise<Feed> {
    const { data, errors } = await ask<{ catalogFeed: Feed }>(FEED, 'INTEGRATION', variables);
    if (!data) throw new Error(JSON.stringify(errors));
    return data.catalogFeed;
  }
  const codeOf = ({ errors }: Answer<unknown>): string | undefined => errors?.[0]?.extensions.code;

  it('answers what changed, oldest first, with the present SKU or product beside it', async () => {
    const { entries, hasMore, restored } = await feed();
    expect([entries.length, hasMore, restored]).toEqual([42, false, false]);
    expect(entries[0]).toMatchObject({
      entity: 'PRODUCT',
      key: 'tea',
      revision: 1,
      sku: null,
      product: { handle: 'tea' },
    });
    expect(entries[8]).toMatchObject({
      key: 'tea-07',
      revision: 1,
      product: null,
      sku: { price: '4.50', product: { handle: 'tea' } },
    });
    const last = entries.at(-1);
    expect(last).toMatchObject({
      entity: 'SKU',
      key: 'tea-07',
      revision: 2,
      changes: [{ field: 'price', from: null, to: '4.50' }],
    });
    const { rows } = await owner.query<{ at: string }>(
      `select to_char(valid_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at from sku_revision r
       join sku s on s.id = r.sku_id where s.code = 'tea-07' and r.revision = 2`,
    );
    expect(new Date(last?.at ?? '').getTime()).toBe(new Date(rows[0]?.at ?? '').getTime());
  });

  it('goes on from every cursor that it has answered, by entries and by pages, and from an empty answer', async () => {
    const whole = await feed();
    const paged: string[] = [];
    let page = await feed({ first: 5 });
    for (;;) {
      paged.push(...page.entries.map(({ cursor }) => cursor));
      expect(page.cursor).toBe(page.entries.at(-1)?.cursor ?? page.cursor);
      if (!page.hasMore) break;
      page = await feed({ first: 5, after: page.cursor });
    }
    expect(paged).toEqual(whole.entries.map(({ cursor }) => cursor));
    const rest = await feed({ after: whole.entries[39]?.cursor });
    expect(rest.entries).toEqual(whole.entries.slice(40));
    const empty = await feed({ after: whole.cursor });
    expect(empty).toEqual({ entries: [], cursor: whole.cursor, hasMore: false, restored: false });
    await apply([{ kind: 'productUpdate', input: { handle: 'tea', baseRevision: null, fields: { vendor: 'V' } } }]);
    // Committed and not yet numbered: not there, rather than out of its turn.
    expect((await feed({ after: empty.cursor })).entries).toEqual([]);
    await numberOnce(world.ports);
    const more = await feed({ after: empty.cursor });
    expect(more.entries.map(({ entity, revision }) => [entity, revision])).toEqual([['PRODUCT', 2]]);
  });

  it('takes the same number of statements whatever the page', async () => {
    const count = async (first: number): Promise<number> => {
      statements = 0;
      await feed({ first });
      return statements;
    };
    // The key, where the feed is, the entries; and the SKUs, and the products by handle and by id.
    expect(await count(3)).toBe(6);
    expect(await count(500)).toBe(6);
    statements = 0;
    await ask('{ catalogFeed(first: 500) { cursor entries { key changes { field } } } }', 'VIEWER');
    expect(statements).toBe(3);
  });

  it('refuses cursors that are none, are of another feed, or of a list, as malformed', async () => {
    const { cursor } = await feed();
    const own = readFeedCursor(cursor);
    if (!own) throw new Error('the feed answered no cursor');
    const foreign = feedCursorText({ ...own, feed: own.feed === '00000001' ? '00000002' : '00000001' });
    const { data } = await ask<{ skus: { pageInfo: { endCursor: string } } }>(
      '{ skus { pageInfo { endCursor } } }',
      'VIEWER',
    );
    for (const after of [
      '',
      ' ',
      'null',
      '0',
      `${cursor}=`,
      cursor.slice(1),
      // One character of the epoch, of the entry, of the check sum.
      ...[12, 54, 60].map((at) => withOther(cursor, at)),
      '１２３',
      '\u202e',
      'x'.repeat(100_000),
      foreign,
      data?.skus.pageInfo.endCursor,
    ]) {
      expect([after, codeOf(await ask(FEED, 'VIEWER', { after }))]).toEqual([after, 'BAD_USER_INPUT']);
    }
    for (const first of [0, -1, 501, 1e9]) expect(codeOf(await ask(FEED, 'VIEWER', { first }))).toBe('BAD_USER_INPUT');
    expect(codeOf(await ask(FEED, 'VIEWER', { after: 'a\u0000' }))).toBe('BAD_USER_INPUT');
  });

  it('is read by everybody who may read the catalogue, and by nobody else', async () => {
    for (const role of ROLES) expect([role, codeOf(await ask(FEED, role))]).toEqual([role, undefined]);
    expect(codeOf(await ask(FEED, null))).toBe('UNAUTHENTICATED');
  });

  const EVENTS = `query ($first: Int, $after: String, $subject: String, $type: String) {
    auditEvents(first: $first, after: $after, subject: $subject, type: $type) { totalCount
      nodes { id sequence at actor { kind name } type subject data hash canonical } pageInfo { hasNextPage endCursor } } }`;
  interface Events {
    auditEvents: {
      totalCount: number;
      nodes: {
        id: string;
        sequence: string;
        type: string;
        subject: string;
        hash: string;
        canonical: string;
        data: object;
      }[];
      pageInfo: { hasNextPage: boolean; endCursor: string };
    };
  }

  it('answers audit events newest first, by subject and type, to OPERATOR and ADMIN alone', async () => {
    const { data } = await ask<Events>(EVENTS, 'OPERATOR', { subject: 'CR-1002' });
    expect(data?.auditEvents.nodes.map(({ type }) => type)).toEqual([
      'CHANGE_REQUEST_APPLIED',
      'CHANGE_REQUEST_APPROVED',
      expect.stringMatching(/^CHANGE_REQUEST_/),
    ]);
    expect(data?.auditEvents.totalCount).toBe(3);
    const applied = await ask<Events>(EVENTS, 'ADMIN', { type: 'CHANGE_REQUEST_APPLIED', first: 1 });
    expect(applied.data?.auditEvents).toMatchObject({
      nodes: [{ subject: 'CR-1003' }],
      pageInfo: { hasNextPage: true },
    });
    const after = applied.data?.auditEvents.pageInfo.endCursor;
    const next = await ask<Events>(EVENTS, 'ADMIN', { type: 'CHANGE_REQUEST_APPLIED', first: 1, after });
    expect(next.data?.auditEvents.nodes).toMatchObject([{ subject: 'CR-1002' }]);
    const verify = '{ auditVerify { intact } }';
    const id = data?.auditEvents.nodes[0]?.id;
    const node = 'query ($id: ID!) { node(id: $id) { id ... on AuditEvent { sequence type } } }';
    for (const role of ['VIEWER', 'INTEGRATION', 'MERCHANDISER', 'APPROVER'] as const) {
      for (const [text, variables] of [
        [EVENTS, {}],
        [verify, {}],
        [node, { id }],
      ] as const) {
        expect([role, codeOf(await ask(text, role, variables))]).toEqual([role, 'FORBIDDEN']);
      }
    }
    const found = await ask<{ node: object }>(node, 'OPERATOR', { id });
    expect(found.data?.node).toEqual({
      id,
      sequence: data?.auditEvents.nodes[0]?.sequence,
      type: 'CHANGE_REQUEST_APPLIED',
    });
    const unknown = id?.replace(/.{12}$/, '000000000000');
    expect((await ask<{ node: null }>(node, 'OPERATOR', { id: unknown })).data).toEqual({ node: null });
  });

  it('verifies the chain, and tells where somebody with the owner’s rights has been', async () => {
    const verify =
      'query ($from: String) { auditVerify(fromSequence: $from) { intact checked brokenAt headHash headSequence hasMore } }';
    const { data } = await ask<{ auditVerify: object }>(verify, 'OPERATOR');
    const { data: newest } = await ask<Events>(EVENTS, 'OPERATOR', { first: 1 });
    const head = newest?.auditEvents.nodes[0];
    const sequence = Number(head?.sequence);
    expect(data?.auditVerify).toEqual({
      intact: true,
      checked: sequence,
      brokenAt: null,
      headHash: head?.hash,
      headSequence: head?.sequence,
      hasMore: false,
    });
    await owner.query(
      `update audit_event set data = '{"revisions":1}' where id = (select event_id from audit_seal where position = 8)`,
    );
    const broken = await ask<{ auditVerify: object }>(verify, 'ADMIN', { from: '3' });
    expect(broken.data?.auditVerify).toMatchObject({ intact: false, checked: 5, brokenAt: '8' });
    for (const from of ['0', '-1', '1e3', '01', ' 1', '１', 'x', '9'.repeat(30)]) {
      expect([from, codeOf(await ask(verify, 'OPERATOR', { from }))]).toEqual([from, 'BAD_USER_INPUT']);
    }
  });
});

/** The text with another letter at a place. */
function withOther(text: string, at: number): string {
  return `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
}
