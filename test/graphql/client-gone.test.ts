import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildSchema, graphql } from 'graphql';
import { Client } from 'pg';
import { ClientGone, stopWhenClientIsGone } from '../../src/graphql/client-gone.js';
import type { Api } from '../support/api.js';
import { openApi } from '../support/api.js';
import { recordStatements } from '../support/statements.js';
import type { World } from '../support/world.js';
import { buildWorld, until } from '../support/world.js';

describe('what was read for a client that hung up meanwhile', () => {
  it('is not put together', async () => {
    let put = 0;
    const row = {
      get name(): string {
        put += 1;
        return 'a';
      },
    };
    const res = { destroyed: false };
    const schema = buildSchema('type Query { rows(gone: Boolean): [Row!]! } type Row { name: String }');
    const rows = schema.getQueryType()?.getFields()['rows'];
    if (!rows) throw new Error('the schema has no rows');
    rows.resolve = (_, { gone }: { gone?: boolean }) =>
      Promise.resolve([row, row]).then((read) => {
        res.destroyed = gone === true;
        return read;
      });
    stopWhenClientIsGone(schema);
    const ask = (source: string): ReturnType<typeof graphql> => graphql({ schema, source, contextValue: { res } });
    expect(await ask('{ rows { name } }')).toEqual({ data: { rows: [{ name: 'a' }, { name: 'a' }] } });
    expect(put).toBe(2);
    expect((await ask('{ rows(gone: true) { name } }')).errors?.[0]?.originalError).toBeInstanceOf(ClientGone);
    expect(put).toBe(2);
  });
});

/** Two steps: the rules, then the parties that they name. */
const QUERY = '{ ownershipRules { owner { code } } }';
const PARTIES = /from\s+party\b/i;

describe('a client that hangs up', () => {
  let world: World;
  let api: Api;
  let owner: Client;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    api = await openApi(world);
    owner = new Client({ connectionString: world.ownerUrl });
    await owner.connect();
  });
  afterAll(async () => {
    await owner.end();
    await api.close();
    await world.close();
  });

  it('has nothing more read for it, and leaves no error in the log', async () => {
    const sent = recordStatements(world.database.source);
    expect(await api.ask(QUERY)).toEqual({ ownershipRules: [{ owner: { code: 'ada' } }] });
    expect(sent.filter((text) => PARTIES.test(text))).toHaveLength(1);
    sent.length = 0;

    await owner.query('begin');
    await owner.query('lock table ownership_rule in access exclusive mode');
    const before = await api.connections();
    const headers = { 'content-type': 'application/json', authorization: api.authorization };
    const call = request(`${api.url}/graphql`, { method: 'POST', agent: false, headers });
    const gone = new Promise((resolve) => call.on('error', resolve));
    call.end(JSON.stringify({ query: QUERY }));
    await until('the first statement', async () => {
      const { rows } = await owner.query('select from pg_locks where not granted');
      return rows.length === 1;
    });
    call.destroy();
    await gone;
    await until('the service to see it', async () => (await api.connections()) === before);
    await owner.query('commit');
    // Later statements of another client: whatever the execution had gone on to read would be among those before them.
    for (let turn = 0; turn < 3; turn += 1) await api.ask('{ skus { totalCount } systems { code } }');

    expect(sent.some((text) => text.includes('ownership_rule'))).toBe(true);
    expect(sent.filter((text) => PARTIES.test(text))).toEqual([]);
    expect(world.logged).toEqual([]);
  });
});
