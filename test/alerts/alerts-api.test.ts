import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import type { Role } from '../../src/domain/actor.js';
import { groupOf } from '../../src/domain/alerts/alert.js';
import { subscriptionLost, systemPaused } from '../../src/domain/alerts/occasions.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { Api } from '../support/api.js';
import { openApi } from '../support/api.js';
import type { World } from '../support/world.js';
import { buildWorld, HOST, must } from '../support/world.js';

interface Shown {
  id: string;
  title: string;
  state: string;
  system: { code: string } | null;
  groups: { owner: { name: string; slackId: string | null } | null; lines: string[]; more: number }[];
}

const LIST = `query ($filter: AlertFilter, $first: Int, $after: String) { alerts(filter: $filter, first: $first, after: $after) {
  totalCount pageInfo { hasNextPage endCursor }
  nodes { id title state system { code } groups { owner { name slackId } lines more } } } }`;
const RETRY = `mutation ($ids: [ID!], $filter: AlertFilter) { alertRetry(ids: $ids, filter: $filter) {
  alerts { id state } more userErrors { code field message } } }`;

describe('alerts in the API', () => {
  let world: World;
  let api: Api;
  const keys: Partial<Record<Role, string>> = {};

  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    api = await openApi(world);
    for (const role of ['VIEWER', 'OPERATOR'] as const) {
      const draft = { name: role, party: null, roles: [role], expiresAt: null };
      keys[role] = must(await createApiKey(world.ports, HOST, draft)).secret;
    }
    const groups = [
      groupOf(
        world.people.ada.actor.partyId,
        '12',
        Array.from({ length: 12 }, (_, at) => `line ${at}`),
      ),
    ];
    await world.ports.work.run((stores) =>
      stores.alerts.raise([
        { ...systemPaused('erp', 'a', 'the key', null), groups },
        subscriptionLost('shopify', '2026-11-26T00:00:00Z', ['PRODUCTS_UPDATE']),
      ]),
    );
    await world.ports.outbox.nowhere();
  });

  afterAll(async () => {
    await api.close();
    await world.close();
  });

  interface Page {
    totalCount: number;
    pageInfo: { hasNextPage: boolean; endCursor: string };
    nodes: Shown[];
  }
  const list = async (variables: object, key = keys.VIEWER): Promise<Page> =>
    (await api.ask<{ alerts: Page }>(LIST, variables, key)).alerts;
  const retry = async (
    variables: object,
  ): Promise<{ alerts: Shown[]; userErrors: { code: string; field: string[] }[] }> =>
    (
      await api.ask<{ alertRetry: { alerts: Shown[]; userErrors: { code: string; field: string[] }[] } }>(
        RETRY,
        variables,
        keys.OPERATOR,
      )
    ).alertRetry;

  it('are read by whoever is signed in, by filter and page by page, with their owners', async () => {
    const set = `mutation { partySet(input: {code: "ada", kind: USER, name: "ada", slackId: "U0ADA"}) { userErrors { code } party { slackId } } }`;
    expect(await api.ask(set)).toEqual({ partySet: { userErrors: [], party: { slackId: 'U0ADA' } } });
    const { nodes } = await list({ filter: { owner: 'ada', states: ['NOWHERE'] } });
    expect(nodes).toEqual([
      {
        id: expect.stringMatching(/^Alert_/),
        title: 'erp is paused',
        state: 'NOWHERE',
        system: { code: 'erp' },
        groups: [
          { owner: { name: 'ada', slackId: 'U0ADA' }, lines: expect.arrayContaining(['line 0', 'line 9']), more: 2 },
        ],
      },
    ]);
    const first = await list({ first: 1 });
    const second = await list({ first: 1, after: first.pageInfo.endCursor });
    expect([first.totalCount, first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([2, true, false]);
    expect(first.nodes[0]?.id).not.toBe(second.nodes[0]?.id);
    expect((await list({ filter: { kinds: ['SUBSCRIPTION_LOST'], system: 'erp' } })).nodes).toEqual([]);
    const node = await api.ask(
      `query ($id: ID!) { node(id: $id) { id ... on Alert { title } } }`,
      { id: nodes[0]?.id },
      keys.VIEWER,
    );
    expect(node).toEqual({ node: { id: nodes[0]?.id, title: 'erp is paused' } });
  });

  it('are sent again by an OPERATOR alone', async () => {
    await expect(api.ask(RETRY, { filter: {} }, keys.VIEWER)).rejects.toThrow('FORBIDDEN');
    expect(await retry({})).toMatchObject({ alerts: [], userErrors: [{ code: 'REQUIRED', field: ['ids'] }] });
    const { nodes } = await list({});
    const [one, other] = nodes;
    const unknown = 'Alert_00000000-0000-7000-8000-000000000000';
    // All that are named, or none.
    expect(await retry({ ids: [one?.id, unknown] })).toMatchObject({
      alerts: [],
      userErrors: [{ code: 'NOT_FOUND', field: ['ids', '1'] }],
    });
    expect((await list({ filter: { states: ['NOWHERE'] } })).totalCount).toBe(2);
    const done = { alerts: [{ id: one?.id, state: 'WAITING' }], more: 0, userErrors: [] };
    expect(await retry({ ids: [one?.id] })).toEqual(done);
    expect(await retry({ filter: { states: ['NOWHERE'] } })).toEqual({
      alerts: [{ id: other?.id, state: 'WAITING' }],
      more: 0,
      userErrors: [],
    });
    expect(await api.fault(RETRY, { ids: ['Sku_1'] })).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('are sent at once where they wait for the next try, and never again once they were sent', async () => {
    const sql = sqlOver(world.database.source);
    const ids = (await list({})).nodes.map(({ id }) => id);
    await sql.rows(
      `update alert set state = 'WAITING', attempts = 3, last_error = 'Slack answered HTTP 503', next_attempt_at = clock_timestamp() + interval '14 minutes'`,
    );
    expect(await retry({ ids })).toMatchObject({
      alerts: [{ state: 'WAITING' }, { state: 'WAITING' }],
      userErrors: [],
    });
    expect(
      await sql.rows(`select 1 from alert where next_attempt_at <= clock_timestamp() and last_error is null`),
    ).toHaveLength(2);
    await sql.rows(`update alert set state = 'SENT', next_attempt_at = null, sent_at = clock_timestamp()`);
    expect((await retry({ ids })).userErrors).toMatchObject([
      { code: 'WRONG_STATE', field: ['ids', '0'] },
      { code: 'WRONG_STATE', field: ['ids', '1'] },
    ]);
    await sql.rows(`update alert set state = 'NOWHERE', next_attempt_at = null, sent_at = null`);
    const other = await retry({ ids, filter: { kinds: ['DIGEST'] } });
    expect(other).toMatchObject({ alerts: [], userErrors: [{ code: 'WRONG_STATE', field: ['ids'] }] });
  });

  it('say what a filter names that there is not, and put nothing on record where nothing was done', async () => {
    const recorded = (): Promise<unknown[]> =>
      sqlOver(world.database.source).rows(`select 1 from audit_event where type = 'ALERT_RETRIED'`);
    const before = (await recorded()).length;
    expect((await retry({ filter: { system: 'nowhere', owner: 'nobody' } })).userErrors).toMatchObject([
      { code: 'NOT_FOUND', field: ['filter', 'system'] },
      { code: 'NOT_FOUND', field: ['filter', 'owner'] },
    ]);
    expect((await retry({ filter: { states: ['SENT'] } })).userErrors).toMatchObject([
      { code: 'WRONG_STATE', field: ['filter', 'states'] },
    ]);
    expect(await retry({ filter: { kinds: ['DIGEST'] } })).toEqual({ alerts: [], more: 0, userErrors: [] });
    expect(await recorded()).toHaveLength(before);
  });

  it('mention nobody by what is no id of Slack', async () => {
    const set = (slackId: string): string =>
      `mutation { partySet(input: {code: "ada", kind: USER, name: "ada"${slackId}}) { userErrors { code field } party { slackId } } }`;
    const wrong = { partySet: { userErrors: [{ code: 'INVALID_FORMAT', field: ['input', 'slackId'] }], party: null } };
    expect(await api.ask(set(', slackId: "@ada"'))).toEqual(wrong);
    expect(await api.ask(set(''))).toMatchObject({ partySet: { party: { slackId: 'U0ADA' } } });
    expect(await api.ask(set(', slackId: null'))).toMatchObject({ partySet: { party: { slackId: null } } });
  });
});
