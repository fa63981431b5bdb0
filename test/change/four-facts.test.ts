import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setSetting } from '../../src/application/settings/set-setting.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import type { World } from '../support/world.js';
import { buildWorld, HOST, must } from '../support/world.js';
import { inSeconds, ReviewKit, set, step } from './review-kit.js';

/** Two people change one thing: what each says, and what there was before. */
interface Meeting {
  name: string;
  ours: ChangeDraft;
  theirs: ChangeDraft;
  target: string;
  field: string;
  facts: [base: unknown, current: unknown, proposed: unknown];
}

const tags = (...each: string[]): ChangeDraft => ({
  kind: 'productUpdate',
  input: { handle: 'tea', baseRevision: null, fields: { tags: each } },
});
const lines = (quantity: number): { sku: string; quantity: number }[] => [{ sku: 'A1', quantity }];
const later = inSeconds(3_600);
const bundle = (quantity: number, effectiveFrom: Date | null = null): ChangeDraft => ({
  kind: 'bundleSet',
  input: { code: 'K1', components: lines(quantity), effectiveFrom },
});
const cotton = (code: string, value: string): ChangeDraft => set(code, { attributes: [{ key: 'material', value }] });
const own = (price: string): ChangeDraft =>
  set('A1', { systemValues: [{ system: 'shopify', price, compareAtPrice: null }] });

describe('a conflict has all four facts', () => {
  let world: World;
  let kit: ReviewKit;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    kit = new ReviewKit(world);
    const value = [{ key: 'material', name: 'Material', type: 'TEXT' }];
    must(await setSetting(world.ports, HOST, { key: 'attributes', value, reason: 'what it is made of' }));
    await kit.onSale('tea', 'Acme', ['A1', 'A2']);
    await kit.applied([
      { kind: 'productCreate', input: { handle: 'kit', fields: { title: 'Kit', vendor: 'Acme' } } },
      {
        kind: 'skuCreate',
        input: {
          code: 'K1',
          kind: 'BUNDLE',
          product: 'kit',
          fields: { title: 'Kit', price: '5.00' },
          bundle: lines(2),
        },
      },
    ]);
  });
  afterAll(() => world.close());

  const instant = `${later.toISOString().slice(0, 23)}000Z`;
  const meetings: Meeting[] = [
    {
      name: 'of a field',
      ours: set('A1', { price: '12.00' }),
      theirs: set('A1', { price: '11.00' }),
      target: 'A1',
      field: 'price',
      facts: ['10.00', '11.00', '12.00'],
    },
    {
      name: 'of tags',
      ours: tags('ours'),
      theirs: tags('theirs'),
      target: 'tea',
      field: 'tags',
      facts: [[], ['theirs'], ['ours']],
    },
    {
      name: 'of one attribute',
      ours: cotton('A1', 'linen'),
      theirs: cotton('A1', 'cotton'),
      target: 'A1',
      field: 'attributes.material',
      facts: [null, 'cotton', 'linen'],
    },
    {
      name: 'of one amount of a system',
      ours: own('22.00'),
      theirs: own('21.00'),
      target: 'A1',
      field: 'systemValues.shopify.price',
      facts: [null, '21.00', '22.00'],
    },
    {
      name: 'of a composition',
      ours: bundle(4),
      theirs: bundle(3),
      target: 'K1',
      field: 'bundle',
      facts: [lines(2), lines(3), lines(4)],
    },
    {
      name: 'of a version to come',
      ours: bundle(6, later),
      theirs: bundle(5, later),
      target: 'K1',
      field: `bundleScheduled.${instant}`,
      facts: [null, lines(5), lines(6)],
    },
    {
      name: 'of a state',
      ours: step('A2', 'PHASE_OUT'),
      theirs: step('A2', 'ON_HOLD'),
      target: 'A2',
      field: 'state',
      facts: ['ACTIVE', 'ON_HOLD', 'PHASE_OUT'],
    },
  ];

  it.each(meetings)('$name', async ({ ours, theirs, target, field, facts: [base, current, proposed] }) => {
    const id = await kit.propose([ours]);
    const between = await kit.applied([theirs]);
    must(await kit.approve(id));
    const view = await kit.view(id);
    expect([view.state, view.conflicts]).toEqual([
      'CONFLICTED',
      [{ target, field, base, current, proposed, changedBy: between }],
    ]);
    // What its author proposed is what it proposes after the rebase, and what is applied once it is approved again.
    must(await kit.rebase(id));
    expect([await kit.stateOf(id), await kit.asked(id)]).toEqual(['IN_REVIEW', { ada: 0 }]);
    must(await kit.approve(id));
    expect(await kit.stateOf(id)).toBe('APPLIED');
  });

  it('and a rebase of one amount leaves the others as somebody else has set them', async () => {
    const amount = (price: string | null, compareAtPrice: string | null): ChangeDraft =>
      set('A2', { systemValues: [{ system: 'shopify', price, compareAtPrice }] });
    await kit.applied([amount('20.00', '30.00')]);
    const id = await kit.propose([amount('22.00', '30.00')]);
    await kit.applied([amount('21.00', '33.00')]);
    must(await kit.approve(id));
    expect((await kit.view(id)).conflicts.map(({ field }) => field)).toEqual(['systemValues.shopify.price']);
    must(await kit.rebase(id));
    must(await kit.approve(id));
    expect((await world.ports.catalog.skuByCode('A2'))?.systemValues).toEqual([
      { system: 'shopify', price: '22.00', compareAtPrice: '33.00' },
    ]);
  });
});
