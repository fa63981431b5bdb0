import { describe, expect, it } from '@jest/globals';
import { noBundles } from '../../src/domain/bundle/bundle-world.js';
import type { Product } from '../../src/domain/catalog/product.js';
import type { Sku } from '../../src/domain/catalog/sku.js';
import { DEFAULT_POLICY } from '../../src/domain/approvals/approval-rule.js';
import { requirementsOf } from '../../src/domain/approvals/requirements.js';
import { touch } from './approvals-kit.js';
import type { ProposedChange } from '../../src/domain/change/change.js';
import type { World } from '../../src/domain/change/draft.js';
import { mergePatch } from '../../src/domain/change/merge.js';
import { planChanges } from '../../src/domain/change/plan-changes.js';
import type { Party } from '../../src/domain/ownership/party.js';
import type { OwnershipRule } from '../../src/domain/ownership/resolve-owner.js';
import { DEFAULT_SETTINGS } from '../../src/domain/settings/settings.js';
import { ruleOf, rulesInForce } from '../../src/domain/ownership/resolve-owner.js';
import type { FieldValues } from '../../src/domain/primitives/json.js';
import { gateFactsWith } from '../support/gate-facts.js';

const THEN = new Date('2026-01-01T00:00:00Z');
const PRODUCT: Product = {
  id: 'p1',
  handle: 'tea',
  title: 'Tea',
  vendor: 'V',
  productType: 'T',
  category: null,
  tags: [],
  optionNames: ['Size'],
  attributes: {},
  revision: 3,
  createdAt: THEN,
  updatedAt: THEN,
};

function sku(code: string, over: Partial<Sku> = {}): Sku {
  return {
    id: code,
    code,
    kind: 'SIMPLE',
    state: 'DRAFT',
    productId: 'p1',
    revision: 5,
    title: code,
    optionValues: [{ name: 'Size', value: code }],
    gtin: null,
    price: '10.00',
    compareAtPrice: null,
    cost: null,
    weight: null,
    hsCode: null,
    countryOfOrigin: null,
    requiresShipping: true,
    taxable: true,
    taxCode: null,
    unitOfMeasure: null,
    attributes: {},
    successor: null,
    listedIn: ['shopify'],
    systemValues: [],
    createdAt: THEN,
    updatedAt: THEN,
    ...over,
  };
}

function world(skus: Sku[], over: Partial<World> = {}): World {
  return {
    products: new Map([['tea', PRODUCT]]),
    skus: new Map(skus.map((each) => [each.code.toLowerCase(), each])),
    siblings: new Map([['p1', skus]]),
    gtins: new Map(),
    successors: new Map(),
    lookAlikes: new Map(),
    reservations: new Map(),
    bases: new Map(),
    changedBy: new Map(),
    writableSystems: ['shopify'],
    systems: ['shopify', 'watched'],
    stores: [{ code: 'shopify', digits: 2, isMasterCurrency: true }],
    settings: DEFAULT_SETTINGS,
    factsOf: () => gateFactsWith(),
    bundles: noBundles(THEN),
    ...over,
  };
}

let next = 0;
const plan = (of: World, ...changes: ProposedChange[]): ReturnType<typeof planChanges> =>
  planChanges(of, changes, () => `new-${(next += 1)}`);
const update = (target: string, patch: FieldValues, baseRevision: number | null = null): ProposedChange => ({
  operation: 'SKU_UPDATE',
  target,
  baseRevision,
  patch,
});
const create = (target: string, patch: FieldValues = {}): ProposedChange => ({
  operation: 'SKU_CREATE',
  target,
  baseRevision: null,
  patch: { product: 'tea', optionValues: [{ name: 'Size', value: target }], ...patch },
});
const move = (target: string, state: string): ProposedChange => ({
  operation: 'SKU_TRANSITION',
  target,
  baseRevision: null,
  patch: { state },
});
const codes = (set: ReturnType<typeof planChanges>): string[] =>
  set.problems.map(({ code, field }) => `${code} ${field?.join('.')}`);

describe('planning changes', () => {
  it('changes only what differs', () => {
    const set = plan(world([sku('a')]), update('A', { price: '12.00', title: 'a' }));
    expect(set.skus[0]?.changes).toEqual([{ field: 'price', from: '10.00', to: '12.00' }]);
    expect(plan(world([sku('a')]), update('a', { price: '10.00' })).skus).toEqual([]);
  });

  it('reports everything that is wrong, each under its change', () => {
    const set = plan(
      world([sku('a'), sku('r', { state: 'RETIRED' })]),
      update('nobody', { price: '1.00' }),
      update('r', { price: '1.00' }),
      move('a', 'ACTIVE'),
      create('A'),
      { ...create('b'), patch: { product: 'none' } },
    );
    expect(codes(set)).toEqual([
      'NOT_FOUND changes.0.skuUpdate.code',
      'WRONG_STATE changes.1.skuUpdate.code',
      'TRANSITION_NOT_ALLOWED changes.2.skuTransition.to',
      'CODE_TAKEN changes.3.skuCreate.code',
      'NOT_FOUND changes.4.skuCreate.product',
    ]);
  });

  it('asks the gates of the state that a SKU enters', () => {
    const bare = sku('a', { state: 'PRELAUNCH', price: null });
    expect(
      codes(plan(world([bare], { factsOf: () => gateFactsWith({ ownerResolved: false }) }), move('a', 'ACTIVE'))),
    ).toEqual(['GATE_UNSATISFIED changes.0.skuTransition.to', 'GATE_UNSATISFIED changes.0.skuTransition.to']);
    expect(codes(plan(world([bare]), update('a', { price: '9.00' }), move('a', 'ACTIVE')))).toEqual([]);
  });

  it('merges disjoint edits, and names the conflict of the same field with all four facts', () => {
    const base = { price: '9.00', title: 'old' };
    const of = world([sku('a')], {
      bases: new Map([['SKU:a:4', base]]),
      changedBy: new Map([['SKU:a:price', 'cr-9']]),
    });
    expect(plan(of, update('a', { taxable: false }, 4)).conflicts).toEqual([
      { target: 'a', field: 'taxable', base: null, current: true, proposed: false, changedBy: null },
    ]);
    const set = plan(of, update('a', { price: '11.00' }, 4));
    expect(set.conflicts).toEqual([
      { target: 'a', field: 'price', base: '9.00', current: '10.00', proposed: '11.00', changedBy: 'cr-9' },
    ]);
    expect(plan(of, update('a', { price: '10.00' }, 4)).conflicts).toEqual([]);
    expect(codes(plan(of, update('a', { price: '11.00' }, 99)))).toEqual([
      'REVISION_UNKNOWN changes.0.skuUpdate.baseRevision',
    ]);
  });

  it('refuses one field twice, one GTIN twice and one option tuple twice, but lets two SKUs swap', () => {
    const two = [sku('a', { gtin: '4006381333931' }), sku('b', { gtin: '6291041500213' })];
    const of = world(two, {
      gtins: new Map([
        ['04006381333931', 'a'],
        ['06291041500213', 'b'],
      ]),
    });
    expect(codes(plan(of, update('a', { price: '1.00' }), update('A', { price: '2.00' })))[0]).toBe(
      'DUPLICATE_CHANGE changes.1.skuUpdate.fields.price',
    );
    expect(codes(plan(of, update('a', { gtin: '6291041500213' })))).toEqual([
      'GTIN_TAKEN changes.0.skuUpdate.fields.gtin',
    ]);
    expect(codes(plan(of, update('a', { gtin: '6291041500213' }), update('b', { gtin: '4006381333931' })))).toEqual([]);
    expect(codes(plan(of, create('c', { optionValues: [{ name: 'Size', value: 'A' }] })))).toEqual([
      'OPTIONS_TAKEN changes.0.skuCreate.fields.optionValues',
    ]);
    expect(codes(plan(of, update('a', { compareAtPrice: '10.00' })))).toEqual([
      'INVALID_FORMAT changes.0.skuUpdate.fields.compareAtPrice',
    ]);
  });

  it('creates a product and its SKUs in one request, as DRAFT and listed everywhere', () => {
    const set = plan(
      world([]),
      { operation: 'PRODUCT_CREATE', target: 'mug', baseRevision: null, patch: { title: 'Mug' } },
      { ...create('MUG-1'), patch: { product: 'mug' } },
    );
    expect(set.problems).toEqual([]);
    expect(set.skus[0]?.after).toMatchObject({
      code: 'MUG-1',
      state: 'DRAFT',
      listedIn: ['shopify'],
      productId: set.products[0]?.after.id,
    });
  });

  it('takes nothing away that the present state asks for, and no more decimals than a store shows', () => {
    const of = world([sku('a', { state: 'ACTIVE' })]);
    expect(codes(plan(of, update('a', { price: null })))).toEqual([
      'GATE_UNSATISFIED changes.0.skuUpdate.fields.price',
    ]);
    expect(codes(plan(of, update('a', { price: '12.005' })))).toEqual(['PRICE_SCALE changes.0.skuUpdate.fields.price']);
    expect(codes(plan(of, update('a', { price: '12.500' })))).toEqual([]);
    expect(codes(plan(world([sku('a')]), update('a', { price: null })))).toEqual([]);
  });

  it('asks the gates, and the lifecycle, of what the same request creates too', () => {
    const mug: ProposedChange = {
      operation: 'PRODUCT_CREATE',
      target: 'mug',
      baseRevision: null,
      patch: { title: 'Mug' },
    };
    const made = { ...create('MUG-1'), patch: { product: 'mug' } };
    const straight = codes(plan(world([]), mug, made, move('MUG-1', 'ACTIVE')));
    expect(straight).toEqual(['TRANSITION_NOT_ALLOWED changes.2.skuTransition.to']);
    const nobody = world([], { factsOf: () => gateFactsWith({ ownerResolved: false }) });
    expect(codes(plan(nobody, mug, made, move('MUG-1', 'PRELAUNCH')))).toEqual([
      'GATE_UNSATISFIED changes.2.skuTransition.to',
    ]);
    expect(codes(plan(world([]), mug, made, move('MUG-1', 'PRELAUNCH')))).toEqual([]);
  });

  it('merges attributes key by key', () => {
    const merge = mergePatch(
      { attributes: { a: 1, b: 1 } },
      { attributes: { a: 2, b: 1 } },
      { attributes: { a: 3, b: 2 } },
    );
    expect(merge.conflicts).toEqual([{ field: 'attributes.a', base: 1, current: 2, proposed: 3 }]);
    expect(merge.changes).toEqual([{ field: 'attributes', from: { a: 2, b: 1 }, to: { a: 2, b: 2 } }]);
  });
});

describe('who approves', () => {
  const person = (id: string, active = true): Party => ({
    id,
    code: id,
    kind: 'USER',
    name: id,
    email: null,
    active,
    memberIds: [],
    engineering: false,
    delegateId: null,
    delegateFrom: null,
    delegateUntil: null,
    awayFrom: null,
    awayUntil: null,
  });
  const parties = new Map(
    [
      person('ann'),
      person('bob'),
      person('eve'),
      person('gone', false),
      { ...person('team'), kind: 'TEAM' as const, memberIds: ['ann', 'bob'] },
    ].map((party) => [party.id, party]),
  );
  const ask = (
    ownerId: string | null,
    authorPartyId: string,
    fields = ['price'],
    approvers = ['eve', 'ann', 'bob'],
    admins: string[] = [],
  ): unknown => {
    const { requirements, orphans } = requirementsOf([touch('A', { owners: [ownerId], fields })], DEFAULT_POLICY, {
      parties,
      approvers,
      admins,
      authorPartyId,
      at: THEN,
    });
    return orphans.length > 0 ? 'NOBODY' : (requirements[0]?.eligible ?? 'NOT_NEEDED');
  };

  it.each([
    ['the owner', 'ann', 'bob', ['ann']],
    ['any APPROVER where the owner is the author', 'ann', 'ann', ['eve', 'bob']],
    ['any APPROVER where the owner is inactive', 'gone', 'ann', ['eve', 'bob']],
    ['any APPROVER where nobody owns it', null, 'ann', ['eve', 'bob']],
    ['the other people of the owning team, never its own key', 'team', 'ann', ['bob']],
    ['nobody of a team that is the author', 'team', 'team', ['eve']],
  ])('%s', (_name, owner, author, expected) => expect(ask(owner, author)).toEqual(expected));

  it('falls to whoever may approve at all, and to nobody when only the author is left', () => {
    expect(ask('ann', 'bob', ['price'], ['eve'])).toEqual(['eve']);
    expect(ask(null, 'eve', ['price'], ['eve'])).toBe('NOBODY');
    expect(ask(null, 'eve', ['price'], ['eve'], ['root'])).toEqual(['root']);
  });

  it('asks nobody for attributes that the owner changes', () => {
    expect(ask('ann', 'ann', ['attributes'])).toBe('NOT_NEEDED');
    expect(ask('ann', 'ann', ['attributes', 'price'])).toEqual(['eve', 'bob']);
  });

  it('resolves owners by the most specific rule in force, of two equal ones the later', () => {
    const rule = (
      id: string,
      scope: OwnershipRule['scope'],
      match: string | null,
      created: number,
      to: Date | null = null,
    ): OwnershipRule => ({
      id,
      scope,
      match,
      written: match,
      ownerId: id,
      effectiveFrom: THEN,
      effectiveTo: to,
      createdAt: new Date(created),
    });
    const rules = [
      rule('default', 'DEFAULT', null, 1),
      rule('vendor', 'VENDOR', 'v', 2),
      rule('old', 'PRODUCT', 'tea', 3),
      rule('new', 'PRODUCT', 'tea', 4),
      rule('ended', 'SKU', 'a', 5, THEN),
    ];
    const owner = (code: string | null, vendor: string | null, handle: string): string | undefined =>
      ruleOf(rulesInForce(rules, new Date('2026-06-01T00:00:00Z')), { code, handle, vendor, productType: null })?.id;
    expect([owner('A', 'V', 'tea'), owner('A', 'V', 'x'), owner(null, null, 'x')]).toEqual([
      'new',
      'vendor',
      'default',
    ]);
  });
});
