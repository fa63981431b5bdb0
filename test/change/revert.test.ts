import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { revertChangeRequest } from '../../src/application/change/review/revert-change-request.js';
import { setSetting } from '../../src/application/settings/set-setting.js';
import type { Outcome, Problem } from '../../src/domain/problem.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, HOST, must } from '../support/world.js';
import { price, ReviewKit, set, step } from './review-kit.js';

describe('an applied request that is taken back', () => {
  let world: World;
  let kit: ReviewKit;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    kit = new ReviewKit(world);
    const value = [
      { key: 'material', name: 'Material', type: 'TEXT' },
      { key: 'care', name: 'Care', type: 'TEXT' },
    ];
    must(await setSetting(world.ports, HOST, { key: 'attributes', value, reason: 'what it is made of' }));
    await kit.onSale('tea', 'Acme', ['A1', 'A2', 'A3']);
  });
  afterAll(() => world.close());
  const revert = (
    id: string,
    submit = false,
    who = world.people.mia,
  ): Promise<Outcome<{ id: string; left: Problem[] }>> =>
    revertChangeRequest(world.ports, who, id, { reason: 'it was a mistake', submit });
  const sku = (code: string): ReturnType<typeof world.ports.catalog.skuByCode> => world.ports.catalog.skuByCode(code);

  it('is undone field by field, by a request of its own that says so', async () => {
    const before = [await sku('A1'), (await world.ports.catalog.productByHandle('tea'))?.tags];
    const id = await kit.applied([
      set('A1', {
        price: '12.00',
        taxable: false,
        attributes: [{ key: 'material', value: 'linen' }],
        systemValues: [{ system: 'shopify', price: '13.00', compareAtPrice: null }],
        listedIn: ['erp'],
      }),
      step('A1', 'ON_HOLD'),
      { kind: 'productUpdate', input: { handle: 'tea', baseRevision: null, fields: { tags: ['spring'] } } },
    ]);
    const back = must(await revert(id));
    expect(back.left).toEqual([]);
    expect(await kit.view(back.id)).toMatchObject({
      state: 'DRAFT',
      revertsId: id,
      title: `Revert ${(await kit.view(id)).number}: a change`,
      author: { name: 'mia' },
    });
    const submitted = must(await revert(id, true));
    expect((await world.ports.changes.descendantsOf([id])).get(id)?.map((each) => each.id)).toEqual([
      back.id,
      submitted.id,
    ]);
    must(await kit.approve(submitted.id));
    const { revision, updatedAt, ...content } = (await sku('A1')) ?? { revision: 0, updatedAt: 0 };
    expect(revision).toBeGreaterThan(3);
    expect(updatedAt).not.toBe(0);
    expect(before).toMatchObject([content, []]);
    expect((await world.ports.catalog.productByHandle('tea'))?.tags).toEqual([]);
    // Nothing is left: it is as it was.
    expect(codesOf(await revert(id))).toEqual(['REQUIRED']);
  });

  it('leaves what others changed since, with who; what was created; and what has no way back', async () => {
    const id = await kit.applied([
      set('A2', {
        price: '20.00',
        hsCode: '090230',
        attributes: [
          { key: 'material', value: 'wool' },
          { key: 'care', value: 'cold' },
        ],
      }),
      step('A3', 'PHASE_OUT'),
      { kind: 'productCreate', input: { handle: 'cup', fields: { title: 'Cup' } } },
      { kind: 'skuCreate', input: { code: 'C1', product: 'cup', fields: { title: 'Cup' } } },
    ]);
    const between = await kit.applied([set('A2', { price: '21.00', attributes: [{ key: 'care', value: 'warm' }] })]);
    const last = await kit.applied([step('A3', 'RETIRED')]);
    const [number, end] = [(await kit.view(between)).number, (await kit.view(last)).number];
    const { left, id: back } = must(await revert(id));
    expect(left.map(({ code, message }) => `${code} ${message}`).toSorted()).toEqual([
      expect.stringMatching(/^CANNOT_BE_UNDONE C1: |^CANNOT_BE_UNDONE C1 was created/),
      expect.stringMatching(/^CANNOT_BE_UNDONE cup was created/),
      `STALE_BASE A2: attributes.care was changed since by mia in ${number}, and stays as it is`,
      `STALE_BASE A2: price was changed since by mia in ${number}, and stays as it is`,
      `STALE_BASE A3: state was changed since by mia in ${end}, and stays as it is`,
    ]);
    const [change] = await kit.changesOf(back);
    expect(change).toMatchObject({ operation: 'SKU_UPDATE', target: 'A2' });
    expect(change?.fields).toEqual([
      { field: 'hsCode', from: '090230', to: null },
      { field: 'attributes.material', from: 'wool', to: null },
    ]);
    const retired = await revert(last);
    expect(codesOf(retired)).toEqual(['REQUIRED', 'TRANSITION_NOT_ALLOWED']);
  });

  it('takes a bundle back to what was in it, and a version that has not begun', async () => {
    const lines = (quantity: number): { sku: string; quantity: number }[] => [{ sku: 'A1', quantity }];
    await kit.applied([
      { kind: 'productCreate', input: { handle: 'kit', fields: { title: 'Kit', vendor: 'Acme' } } },
      {
        kind: 'skuCreate',
        input: { code: 'K1', kind: 'BUNDLE', product: 'kit', fields: { title: 'Kit' }, bundle: lines(2) },
      },
    ]);
    const effectiveFrom = new Date(Date.now() + 3_600_000);
    const id = await kit.applied([
      { kind: 'bundleSet', input: { code: 'K1', components: lines(3) } },
      { kind: 'bundleSet', input: { code: 'K1', components: lines(4), effectiveFrom } },
    ]);
    const back = must(await revert(id, true));
    must(await kit.approve(back.id));
    const versions = await kit.sql(
      `select v.state, c.quantity from bundle_version v join bundle_component c on c.version_id = v.id join sku s on s.id = v.bundle_id
       where s.code = 'K1' and v.state <> 'PAST'`,
    );
    expect(versions).toEqual([{ state: 'CURRENT', quantity: 2 }]);
  });

  it('has to have been applied, and is somebody’s', async () => {
    const open = await kit.propose([price('A2', '99.00')]);
    expect(codesOf(await revert(open))).toEqual(['WRONG_STATE']);
    expect(codesOf(await revert('00000000-0000-4000-8000-000000000000'))).toEqual(['NOT_FOUND']);
    const stray = { actor: { ...world.people.mia.actor, partyId: null }, roles: ['MERCHANDISER' as const] };
    expect(codesOf(await revert(open, false, stray))).toEqual(['PARTY_REQUIRED']);
    // Nobody approves their own, a revert neither.
    const id = await kit.applied([price('A2', '50.00')]);
    const back = must(await revert(id, true, { ...world.people.ada, roles: ['ADMIN'] }));
    expect(codesOf(await kit.approve(back.id))).toEqual(['SELF_APPROVAL']);
  });
});
