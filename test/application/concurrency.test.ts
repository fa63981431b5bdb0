import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { submitChangeRequest } from '../../src/application/change/submit-change-request.js';
import { withdrawChangeRequest } from '../../src/application/change/withdraw-change-request.js';
import { rejectChangeRequest } from '../../src/application/change/reject-change-request.js';
import { Client } from 'pg';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, must } from '../support/world.js';

describe('change requests that meet', () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    await apply([
      { kind: 'productCreate', input: { handle: 'tea', fields: { title: 'Tea', vendor: 'V', optionNames: ['Size'] } } },
      ...Array.from({ length: 20 }, (_, index): ChangeDraft => {
        const optionValues = [{ name: 'Size', value: String(index) }];
        return {
          kind: 'skuCreate',
          input: { code: `T-${index}`, product: 'tea', fields: { title: `Tea ${index}`, price: '1.00', optionValues } },
        };
      }),
    ]);
  });
  afterAll(() => world.close());

  const draftOf = (changes: ChangeDraft[]): Parameters<typeof createChangeRequest>[2] => ({
    title: 't',
    reason: null,
    idempotencyKey: null,
    changes,
  });
  const propose = async (changes: ChangeDraft[]): Promise<string> =>
    must(await createChangeRequest(world.ports, world.people.mia, draftOf(changes), false)).id;
  async function apply(changes: ChangeDraft[]): Promise<string> {
    const id = await propose(changes);
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
    return id;
  }
  const price = (index: number, value: string): ChangeDraft => ({
    kind: 'skuUpdate',
    input: { code: `T-${index}`, baseRevision: null, fields: { price: value } },
  });
  const stateOf = async (id: string): Promise<string | undefined> => (await world.ports.changes.requestById(id))?.state;

  it('end in applied or conflicted, never in a lost edit, and never in a deadlock that anybody sees', async () => {
    // Every request touches all the SKUs, in another order, so that careless locking would go round in circles.
    const values = Array.from({ length: 12 }, (_, author) => `${author + 2}.00`);
    const ids = await Promise.all(
      values.map((value, author) =>
        propose(Array.from({ length: 20 }, (_, index) => price((index * 7 + author) % 20, value))),
      ),
    );
    await Promise.all(ids.map((id) => approveChangeRequest(world.ports, world.people.ada, id, null).then(must)));
    const states = await Promise.all(ids.map(stateOf));
    expect(states.filter((state) => state === 'APPLIED')).toHaveLength(1);
    expect(states.filter((state) => state === 'CONFLICTED')).toHaveLength(11);
    const applied = values[states.indexOf('APPLIED')];
    const { items } = await world.ports.catalog.skus({ first: 50, after: null }, {}, 'CODE');
    expect(items.every(({ node }) => node.price === applied && node.revision === 2)).toBe(true);
    const loser = await world.ports.changes.requestById(ids[states.indexOf('CONFLICTED')] ?? '');
    expect(loser?.conflicts[0]).toMatchObject({
      field: 'price',
      base: '1.00',
      current: applied,
      changedBy: ids[states.indexOf('APPLIED')],
    });
    // Nobody opens a revision twice, and what is in force is the last one.
    const { items: revisions } = await world.ports.catalog.revisionsOf(items[0]?.node.id ?? '', {
      first: 50,
      after: null,
    });
    expect(revisions.map(({ node }) => node.revision)).toEqual([2, 1]);
  });

  it('merge where they touch different fields', async () => {
    const [a, b] = await Promise.all([
      propose([price(1, '99.00')]),
      propose([{ kind: 'skuUpdate', input: { code: 'T-1', baseRevision: null, fields: { taxable: false } } }]),
    ]);
    await Promise.all([a, b].map((id) => approveChangeRequest(world.ports, world.people.ada, id, null).then(must)));
    expect(await Promise.all([stateOf(a), stateOf(b)])).toEqual(['APPLIED', 'APPLIED']);
    expect(await world.ports.catalog.skuByCode('t-1')).toMatchObject({ price: '99.00', taxable: false });
  });

  it('give one code and one GTIN to one SKU, whoever comes first', async () => {
    const create = (code: string, gtin: string | null): ChangeDraft => ({
      kind: 'skuCreate',
      input: { code, product: 'tea', fields: { title: code, gtin, optionValues: [{ name: 'Size', value: code }] } },
    });
    const ids = await Promise.all([
      propose([create('NEW', null)]),
      propose([create('new', null)]),
      propose([create('G1', '4006381333931')]),
      propose([create('G2', '4006381333931')]),
    ]);
    await Promise.all(ids.map((id) => approveChangeRequest(world.ports, world.people.ada, id, null)));
    const states = (await Promise.all(ids.map(stateOf))).map((state) => state ?? 'GONE');
    expect([states.slice(0, 2).sort(), states.slice(2).sort()]).toEqual([
      ['APPLIED', 'CONFLICTED'],
      ['APPLIED', 'CONFLICTED'],
    ]);
    const refused = await world.ports.changes.requestById(ids[states.indexOf('CONFLICTED')] ?? '');
    expect(refused?.problems[0]?.code).toBe('CODE_TAKEN');
  });

  it('go through their states, and no further', async () => {
    const { mia, ada, alex, oli } = world.people;
    const draft = must(await createChangeRequest(world.ports, mia, draftOf([price(2, '3.33')]), true)).id;
    expect(codesOf(await approveChangeRequest(world.ports, ada, draft, null))).toEqual(['WRONG_STATE']);
    expect(codesOf(await submitChangeRequest(world.ports, oli, draft))).toEqual(['NOT_ASKED']);
    must(await submitChangeRequest(world.ports, mia, draft));
    expect(codesOf(await submitChangeRequest(world.ports, mia, draft))).toEqual(['WRONG_STATE']);
    expect(codesOf(await rejectChangeRequest(world.ports, ada, draft, ' '))).toEqual(['REQUIRED']);
    must(await rejectChangeRequest(world.ports, ada, draft, 'too cheap'));
    expect(codesOf(await withdrawChangeRequest(world.ports, mia, draft))).toEqual(['WRONG_STATE']);
    const other = await propose([price(2, '3.33')]);
    expect(codesOf(await withdrawChangeRequest(world.ports, oli, other))).toEqual(['NOT_ASKED']);
    must(await withdrawChangeRequest(world.ports, alex, other));
    expect((await world.ports.catalog.skuByCode('T-2'))?.price).not.toBe('3.33');
    // A second key of the author's own party is still the author.
    const again = await propose([price(2, '4.44')]);
    const twin = { actor: { ...mia.actor, id: 'another-key' }, roles: ['ADMIN' as const] };
    expect(codesOf(await approveChangeRequest(world.ports, twin, again, null))).toEqual(['SELF_APPROVAL']);
    const nobody = { actor: { ...alex.actor, partyId: null }, roles: ['ADMIN' as const] };
    expect(codesOf(await approveChangeRequest(world.ports, nobody, again, null))).toEqual(['PARTY_REQUIRED']);
  });

  it('leave a revision, an audit row and a feed row each, which the service itself cannot rewrite', async () => {
    const id = await apply([price(3, '7.77')]);
    const client = new Client({ connectionString: world.ownerUrl });
    await client.connect();
    const count = async (text: string): Promise<number> =>
      Number((await client.query<{ n: string }>(text, [id])).rows[0]?.n);
    expect(await count('select count(*) as n from sku_revision where change_request_id = $1')).toBe(1);
    expect(await count('select count(*) as n from feed_entry where change_request_id = $1')).toBe(1);
    expect(
      await count(
        `select count(*) as n from audit_event a join change_request c on 'CR-' || c.number = a.subject where c.id = $1`,
      ),
    ).toBe(3);
    await client.end();
    for (const text of ['update sku_revision set reason = null', 'delete from audit_event', 'truncate feed_entry']) {
      await expect(world.database.source.query(text)).rejects.toThrow(/permission denied/);
    }
  });
});
