import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import { submitChangeRequest } from '../../src/application/change/submit-change-request.js';
import { replaceComponent } from '../../src/application/bundle/replace-component.js';
import type { Api } from '../support/api.js';
import { openApi } from '../support/api.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, HOST, must } from '../support/world.js';
import { apply, create, move, product, propose, set } from './bundle-kit.js';

describe('putting a successor into the place of a component', () => {
  let world: World;
  let api: Api;
  let mia: string;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    await apply(world, product, ...['old', 'new', 'x'].map((code) => create(code)));
    await apply(world, create('kit', '2 old, 1 x'), create('both', '1 old, 4 new'), create('other', '2 x'));
    await apply(world, set('other', '3 old', new Date('2999-01-01T00:00:00Z')));
    const all = ['old', 'new', 'x', 'kit', 'both'];
    await apply(world, ...all.map((code) => move(code, 'PRELAUNCH')));
    await apply(world, ...all.map((code) => move(code, 'ACTIVE')));
    await apply(world, move('old', 'PHASE_OUT'));
  });
  beforeAll(async () => {
    api = await openApi(world);
    const draft = { name: 'mia over HTTP', party: 'mia', roles: ['MERCHANDISER' as const], expiresAt: null };
    mia = must(await createApiKey(world.ports, HOST, draft)).secret;
  });
  afterAll(async () => {
    await api.close();
    await world.close();
  });

  it('is ready as a draft when retiring it was refused', async () => {
    expect(codesOf(await propose(world, move('old', 'RETIRED')))).toEqual(['IN_USE']);
    const { id } = must(await replaceComponent(world.ports, world.people.mia, { code: 'OLD', successor: 'New' }));
    const request = await world.ports.changes.requestById(id);
    expect(request).toMatchObject({ state: 'DRAFT', title: 'Put new in the place of old', problems: [] });
    const { items } = await world.ports.changes.changesOf(id, { first: 10, after: null });
    expect(items.map(({ node }) => `${node.operation} ${node.target}`)).toEqual([
      'BUNDLE_SET both',
      'BUNDLE_SET kit',
      'BUNDLE_SET other',
      'SKU_TRANSITION old',
    ]);
    expect(items[0]?.node.fields[0]?.to).toEqual([{ sku: 'new', quantity: 5 }]);
    expect(items[1]?.node.fields[0]?.to).toEqual([
      { sku: 'new', quantity: 2 },
      { sku: 'x', quantity: 1 },
    ]);
    must(await submitChangeRequest(world.ports, world.people.mia, id));
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
    expect(await world.ports.catalog.skuByCode('old')).toMatchObject({ state: 'RETIRED', successor: 'new' });
    const kits = await world.ports.catalog.skusByCodes(['old']);
    const count = await world.ports.bundles.useCounts([kits.get('old')?.id ?? ''], { nested: false, at: null });
    expect([...count.values()]).toEqual([0]);
  });

  it('answers whoever retires a component in use with a draft that puts its successor there, the same one each time', async () => {
    await apply(
      world,
      ...['rye', 'emmer', 'loaf'].map((code) => (code === 'loaf' ? create(code, '2 rye') : create(code))),
    );
    for (const code of ['rye', 'emmer', 'loaf']) await apply(world, move(code, 'PRELAUNCH'));
    interface Answer {
      changeRequestCreate: {
        changeRequest: null;
        userErrors: { code: string; message: string }[];
        proposals: { number: string; state: string; changes: { nodes: { operation: string; target: string }[] } }[];
      };
    }
    const retire = async (): Promise<Answer['changeRequestCreate']> => {
      const text = `mutation { changeRequestCreate(input: { title: "out", changes: [{ skuTransition: {
        code: "rye", to: RETIRED, successor: "emmer" } }] }) { changeRequest { id } userErrors { code message }
        proposals { number state changes { nodes { operation target } } } } }`;
      return (await api.ask<Answer>(text, {}, mia)).changeRequestCreate;
    };
    const first = await retire();
    expect(first.userErrors).toEqual([{ code: 'IN_USE', message: expect.stringContaining('loaf') }]);
    expect(first.proposals).toEqual([
      {
        number: expect.stringMatching(/^CR-/),
        state: 'DRAFT',
        changes: {
          nodes: [
            { operation: 'BUNDLE_SET', target: 'loaf' },
            { operation: 'SKU_TRANSITION', target: 'rye' },
          ],
        },
      },
    ]);
    expect((await retire()).proposals).toEqual(first.proposals);
    // Once the bundles are others, so is the draft.
    await apply(world, set('loaf', '3 rye'));
    expect((await retire()).proposals[0]?.number).not.toBe(first.proposals[0]?.number);
  });

  it('asks for what it needs', async () => {
    const asked = async (code: string, successor: string | null): Promise<string[]> =>
      codesOf(await replaceComponent(world.ports, world.people.mia, { code, successor }));
    expect(await asked('nobody', 'x')).toEqual(['NOT_FOUND']);
    expect(await asked('x', null)).toEqual(['REQUIRED']);
    expect(await asked('x', 'nobody')).toEqual(['NOT_FOUND']);
    expect(await asked('x', 'X')).toEqual(['INVALID_FORMAT']);
    expect(await asked('kit', 'x')).toEqual(['NOT_FOUND']);
    const nobody = { actor: { ...world.people.mia.actor, partyId: null }, roles: ['MERCHANDISER' as const] };
    expect(codesOf(await replaceComponent(world.ports, nobody, { code: 'x', successor: 'new' }))).toEqual([
      'PARTY_REQUIRED',
    ]);
  });
});
