import 'reflect-metadata';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import { setSetting } from '../../src/application/settings/set-setting.js';
import { numberOnce } from '../feed/sequencer-kit.js';
import type { Api } from '../support/api.js';
import { openApi } from '../support/api.js';
import type { World } from '../support/world.js';
import { buildWorld, HOST, must } from '../support/world.js';

const CREATE = `mutation ($changes: [ChangeInput!]!) { changeRequestCreate(input: { title: "t", changes: $changes }) {
  changeRequest { id number state conflicts { field changedBy { number } }
    changes(first: 10) { nodes { fields { field from to } } } }
  userErrors { code field message } } }`;
const READ = `query ($id: ID!) { changeRequest(id: $id) { state conflicts { field changedBy { number } } } }`;
const HISTORY = `{ sku(code: "TEA-1") { revisions { nodes { revision changes { field from to } snapshot } } }
  catalogFeed(first: 50) { entries { key revision changes { field to } } } }`;

interface Request {
  id: string;
  number: string;
  state: string;
  conflicts: { field: string; changedBy: { number: string } | null }[];
  changes: { nodes: { fields: { field: string; from: unknown; to: unknown }[] }[] };
}

interface History {
  sku: {
    revisions: { nodes: { revision: number; changes: { field: string }[]; snapshot: Record<string, unknown> }[] };
  };
  catalogFeed: { entries: { key: string; revision: number; changes: { field: string; to: unknown }[] }[] };
}

let world: World;
let api: Api;
let mia: string;

beforeAll(async () => {
  world = await buildWorld({ worker: false });
  api = await openApi(world);
  const draft = { name: 'mia', party: 'mia', roles: ['MERCHANDISER' as const], expiresAt: null };
  mia = must(await createApiKey(world.ports, HOST, draft)).secret;
  const value = ['t', 'b'].map((key) => ({ key, name: key, type: 'TEXT' }));
  must(await setSetting(world.ports, HOST, { key: 'attributes', value, reason: 'the house of this test' }));
  const attributes = value.map(({ key }) => ({ key, value: '1' }));
  await approved(
    await propose(
      { productCreate: { handle: 'tea', title: 'Tea' } },
      { skuCreate: { code: 'TEA-1', product: 'tea', fields: { title: 'Tea', attributes } } },
    ),
  );
});
afterAll(async () => {
  await api.close();
  await world.close();
});

async function propose(...changes: object[]): Promise<Request> {
  const { changeRequestCreate: made } = await api.ask<{
    changeRequestCreate: { changeRequest: Request | null; userErrors: object[] };
  }>(CREATE, { changes }, mia);
  expect(made.userErrors).toEqual([]);
  if (!made.changeRequest) throw new Error('no request was made');
  return made.changeRequest;
}

async function approved({ id, state }: Request): Promise<void> {
  const key = id.replace('ChangeRequest_', '');
  if (state === 'IN_REVIEW') must(await approveChangeRequest(world.ports, world.people.ada, key, null));
}

const set = (key: string, value: string): object => ({
  skuUpdate: { code: 'TEA-1', fields: { attributes: [{ key, value }] } },
});

it('names the request of the very attribute in a conflict, and tells every change by what people know', async () => {
  const late = await propose(set('t', 'mine'));
  const first = await propose(set('t', 'theirs'));
  await approved(first);
  await approved(await propose(set('b', 'other')));
  await approved(late);
  const { changeRequest } = await api.ask<{ changeRequest: Request }>(READ, { id: late.id });
  expect(changeRequest).toMatchObject({
    state: 'CONFLICTED',
    conflicts: [{ field: 'attributes.t', changedBy: { number: first.number } }],
  });

  // Two changes of other attributes of one SKU are one change of it.
  const both = await propose(set('t', 'x'), set('b', 'y'));
  await approved(both);
  const [one, two] = both.changes.nodes;
  expect(one?.fields).toEqual([{ field: 'attributes.t', from: 'theirs', to: 'x' }]);
  expect(two?.fields).toEqual([{ field: 'attributes.b', from: 'other', to: 'y' }]);

  await numberOnce(world.ports);
  const { sku, catalogFeed } = await api.ask<History>(HISTORY);
  const [newest, , , oldest] = sku.revisions.nodes;
  expect(newest?.changes).toEqual([
    { field: 'attributes.b', from: 'other', to: 'y' },
    { field: 'attributes.t', from: 'theirs', to: 'x' },
  ]);
  expect(oldest?.changes).toContainEqual({ field: 'product', from: null, to: 'tea' });
  expect(oldest?.snapshot).toMatchObject({ product: 'tea', attributes: { t: '1', b: '1' } });
  expect(oldest?.snapshot).not.toHaveProperty('productId');
  const entry = catalogFeed.entries.find(({ key, revision }) => key === 'TEA-1' && revision === 1);
  expect(entry?.changes).toContainEqual({ field: 'product', to: 'tea' });
  expect(entry?.changes.map(({ field }) => field)).toEqual(expect.arrayContaining(['attributes.t', 'attributes.b']));
  expect(JSON.stringify(catalogFeed)).not.toContain('productId');
});
