import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import type { Role } from '../../src/domain/actor.js';
import { ReviewKit } from '../change/review-kit.js';
import type { Api } from '../support/api.js';
import { openApi } from '../support/api.js';
import type { World } from '../support/world.js';
import { buildWorld, HOST, must } from '../support/world.js';

interface UserError {
  code: string;
  field: string[] | null;
}
interface Request {
  id: string;
  number: string;
  state: string;
  title: string;
  effectiveAt: string | null;
  dueAt: string | null;
  blockedBy: string | null;
  forced: { actor: { name: string }; reason: string; at: string } | null;
  editors: { name: string }[];
  comments: { actor: { name: string }; body: string; at: string }[];
  splitFrom: { number: string } | null;
  splitOff: { number: string; state: string }[];
  reverts: { number: string } | null;
  revertedBy: { number: string }[];
  changes: { nodes: { id: string; target: string }[] };
}
interface Payload {
  answer: { changeRequest: Request | null; userErrors: UserError[]; left?: UserError[]; warnings: UserError[] };
}

const REQUEST = `id number state title effectiveAt dueAt blockedBy forced { actor { name } reason at } editors { name }
  comments { actor { name } body at } splitFrom { number } splitOff { number state } reverts { number } revertedBy { number }
  changes { nodes { id target } }`;
const PAYLOAD = `{ changeRequest { ${REQUEST} } userErrors { code field } warnings { code field } }`;
const SOON = new Date(Date.now() + 3_600_000).toISOString();

describe('the life of a request through the API', () => {
  let world: World;
  let api: Api;
  const keys: Record<string, string> = {};
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    await new ReviewKit(world).onSale('tea', 'Acme', ['A1', 'A2']);
    api = await openApi(world);
    const people: [string, Role][] = [
      ['mia', 'MERCHANDISER'],
      ['ada', 'APPROVER'],
      ['oli', 'OPERATOR'],
      ['alex', 'ADMIN'],
    ];
    for (const [party, role] of people) {
      const draft = { name: party, party, roles: [role], expiresAt: null };
      keys[party] = must(await createApiKey(world.ports, HOST, draft)).secret;
    }
  });
  afterAll(async () => {
    await api.close();
    await world.close();
  });

  const input = (changes: object[], over: object = {}): object => ({ title: 'a change', changes, ...over });
  const update = (code: string, price: string): object => ({ skuUpdate: { code, fields: { price } } });
  const send = async (who: string, call: string, types: string, variables: object): Promise<Payload['answer']> => {
    const payload = call.startsWith('changeRequestRevert')
      ? PAYLOAD.replace('warnings', 'left { code field } warnings')
      : PAYLOAD;
    return (await api.ask<Payload>(`mutation (${types}) { answer: ${call} ${payload} }`, variables, keys[who])).answer;
  };
  const create = (changes: object[], over: object = {}): Promise<Payload['answer']> =>
    send('mia', 'changeRequestCreate(input: $input)', '$input: ChangeRequestInput!', { input: input(changes, over) });
  const onId = (who: string, verb: string, id: string): Promise<Payload['answer']> =>
    send(who, `${verb}(id: $id)`, '$id: ID!', { id });
  const requestOf = ({ changeRequest, userErrors }: Payload['answer']): Request => {
    if (!changeRequest) throw new Error(JSON.stringify(userErrors));
    return changeRequest;
  };
  const read = async (id: string): Promise<Request> =>
    (await api.ask<{ changeRequest: Request }>(`query ($id: ID!) { changeRequest(id: $id) { ${REQUEST} } }`, { id }))
      .changeRequest;

  it('is edited, commented, approved, scheduled, forced and taken back', async () => {
    const made = requestOf(await create([update('A1', '11.00'), update('A2', '11.00')], { effectiveAt: SOON }));
    expect(made).toMatchObject({ state: 'IN_REVIEW', effectiveAt: SOON, comments: [], editors: [], forced: null });
    const types = '$id: ID!, $input: ChangeRequestInput!';
    const edited = await send('alex', 'changeRequestUpdate(id: $id, input: $input)', types, {
      id: made.id,
      input: input([update('A1', '12.00'), update('A2', '12.00')], { effectiveAt: SOON, title: 'dearer' }),
    });
    expect(edited.changeRequest).toMatchObject({ title: 'dearer', editors: [{ name: 'alex' }] });
    const wrong = await send('mia', 'changeRequestUpdate(id: $id, input: $input)', types, {
      id: made.id,
      input: input([update('NO', '1.00')], { effectiveAt: '2001-01-01T00:00:00Z' }),
    });
    expect(wrong.userErrors).toEqual([
      { code: 'EFFECTIVE_IN_PAST', field: ['input', 'effectiveAt'] },
      { code: 'NOT_FOUND', field: ['input', 'changes', '0', 'skuUpdate', 'code'] },
    ]);
    const sent = (value: string): Promise<Payload['answer']> =>
      send('alex', 'changeRequestUpdate(id: $id, input: $input)', types, {
        id: made.id,
        input: input([update('A1', value), update('A2', '12.00')], { effectiveAt: SOON, idempotencyKey: 'edit' }),
      });
    requestOf(await sent('12.00'));
    expect((await sent('12.50')).userErrors).toEqual([
      { code: 'IDEMPOTENCY_MISMATCH', field: ['input', 'idempotencyKey'] },
    ]);
    const said = await send('ada', 'changeRequestComment(id: $id, body: $body)', '$id: ID!, $body: String!', {
      id: made.id,
      body: 'why so much?',
    });
    expect(said.changeRequest?.comments).toMatchObject([{ actor: { name: 'ada' }, body: 'why so much?' }]);
    expect(requestOf(await onId('ada', 'changeRequestApprove', made.id))).toMatchObject({
      state: 'SCHEDULED',
      dueAt: SOON,
      blockedBy: null,
    });
    const force = (who: string, reason: string): Promise<Payload['answer']> =>
      send(who, 'changeRequestForceApply(id: $id, reason: $reason)', '$id: ID!, $reason: String!', {
        id: made.id,
        reason,
      });
    expect((await force('alex', 'short')).userErrors).toEqual([
      { code: 'REASON_TOO_SHORT', field: ['reason'] },
      { code: 'SELF_APPROVAL', field: ['id'] },
    ]);
    await expect(force('ada', 'the shop needs it now')).rejects.toThrow(/FORBIDDEN/);
    const eva = await new ReviewKit(world).person('eva', 'ADMIN');
    keys['eva'] = must(
      await createApiKey(world.ports, HOST, { name: 'eva', party: 'eva', roles: [...eva.roles], expiresAt: null }),
    ).secret;
    expect(requestOf(await force('eva', 'the shop needs it now'))).toMatchObject({
      state: 'APPLIED',
      forced: { actor: { name: 'eva' }, reason: 'the shop needs it now', at: expect.stringMatching(/Z$/) },
    });
    const back = await send('mia', 'changeRequestRevert(id: $id)', '$id: ID!', { id: made.id });
    expect([back.left, requestOf(back).state, back.changeRequest?.reverts]).toEqual([
      [],
      'DRAFT',
      { number: made.number },
    ]);
    expect((await read(made.id)).revertedBy).toEqual([{ number: back.changeRequest?.number }]);
  });

  it('is rejected in part, and tells both halves of each other', async () => {
    const made = requestOf(await create([update('A1', '21.00'), update('A2', '21.00')]));
    const only = made.changes.nodes.filter(({ target }) => target === 'A2').map(({ id }) => id);
    const types = '$id: ID!, $comment: String!, $changes: [ID!]';
    const call = 'changeRequestReject(id: $id, comment: $comment, changes: $changes)';
    const rest = requestOf(await send('ada', call, types, { id: made.id, comment: 'A2 stays', changes: only }));
    expect([rest.state, rest.changes.nodes.map(({ target }) => target)]).toEqual(['IN_REVIEW', ['A1']]);
    const [draft] = rest.splitOff;
    expect(draft).toMatchObject({ state: 'DRAFT' });
    const found = await api.ask<{ changeRequest: Request }>(
      `query ($n: String!) { changeRequest(number: $n) { ${REQUEST} } }`,
      { n: draft?.number },
    );
    expect(found.changeRequest).toMatchObject({ splitFrom: { number: made.number }, comments: [{ body: 'A2 stays' }] });
    expect(
      await api.fault(
        `mutation { changeRequestReject(id: "${made.id}", comment: "x", changes: ["${made.id}"]) { userErrors { code } } }`,
      ),
    ).toMatchObject({ code: 'BAD_USER_INPUT' });
    requestOf(await onId('mia', 'changeRequestRebase', made.id));
    requestOf(await onId('mia', 'changeRequestWithdraw', made.id));
  });

  it('waits for the end of a freeze, which an operator sees and an ADMIN ends', async () => {
    const WINDOW = '{ name from to systems reason on held }';
    const setting = `mutation ($window: FreezeWindowInput!) { answer: freezeWindowSet(window: $window) { window ${WINDOW} userErrors { code field } } }`;
    const window = {
      name: 'black friday',
      from: '2020-01-01T00:00:00Z',
      to: SOON,
      systems: ['erp'],
      reason: 'no risk while it sells',
    };
    await expect(api.ask(setting, { window }, keys['oli'])).rejects.toThrow(/FORBIDDEN/);
    const past = { ...window, to: window.from, systems: null };
    expect(await api.ask(setting, { window: past }, keys['alex'])).toEqual({
      answer: { window: null, userErrors: [{ code: 'INVALID_FORMAT', field: ['window', 'to'] }] },
    });
    const shown = { ...window, from: '2020-01-01T00:00:00.000Z', on: true, held: 0 };
    expect(await api.ask(setting, { window }, keys['alex'])).toEqual({ answer: { window: shown, userErrors: [] } });
    const made = requestOf(await create([update('A1', '31.00')]));
    const held = await onId('ada', 'changeRequestApprove', made.id);
    expect(held.changeRequest).toMatchObject({ state: 'SCHEDULED', blockedBy: 'black friday', dueAt: SOON });
    expect(held.warnings).toEqual([{ code: 'FROZEN', field: null }]);
    const on = `{ freezeWindows(on: true) ${WINDOW} }`;
    expect(await api.ask(on, {}, keys['oli'])).toEqual({ freezeWindows: [{ ...shown, held: 1 }] });
    const ending = `mutation { answer: freezeWindowEnd(name: "black friday", reason: "it is over now") { window { on held } userErrors { code } } }`;
    expect(await api.ask(ending, {}, keys['alex'])).toEqual({
      answer: { window: { on: false, held: 1 }, userErrors: [] },
    });
    expect(await api.ask(on)).toEqual({ freezeWindows: [] });
  });
});
