import { describe, expect, it } from '@jest/globals';
import { isISO31661Alpha2 } from 'class-validator';
import { isCountry } from '../../src/domain/catalog/country.js';
import { readSkuFields } from '../../src/domain/catalog/read-sku-fields.js';
import type { ProposedChange } from '../../src/domain/change/change.js';
import { attributesByKey, changesByKey, patchByKey } from '../../src/domain/change/changes-by-key.js';
import type { World } from '../../src/domain/change/draft.js';
import { mergePatch } from '../../src/domain/change/merge.js';
import { gatesOf } from '../../src/domain/gates/gate-rules.js';
import { proposedFields } from '../../src/domain/imports/proposed-fields.js';
import { skuCell } from '../../src/domain/imports/sku-csv/write-cell.js';
import type { FieldValues } from '../../src/domain/primitives/json.js';
import { gateFactsWith } from '../support/gate-facts.js';
import { lines, planned, skuUpdate, teaProduct, teaSku, teaWorld } from '../support/plan-kit.js';
import { DEFAULT_SETTINGS } from '../../src/domain/settings/settings.js';

const TEXTS = ['t', 'b', 'constructor'].map((key) => ({ key, name: key, type: 'TEXT' as const }));
const settings = { attributes: TEXTS };

function create(target: string, patch: FieldValues): ProposedChange {
  return { operation: 'SKU_CREATE', target, baseRevision: null, patch: { product: 'tea', title: target, ...patch } };
}

describe('what changes are told as', () => {
  it('names attributes and amounts by their keys, as conflicts do', () => {
    const from = { t: 'a', b: 'x' };
    const amounts = [{ system: 'uk', price: '5', compareAtPrice: null }];
    const changes = [
      { field: 'attributes', from, to: { t: 'q', b: 'x' } },
      { field: 'systemValues', from: [], to: amounts },
    ];
    const t = { field: 'attributes.t', from: 'a', to: 'q' };
    expect(changesByKey(changes)).toEqual([t, { field: 'systemValues.uk.price', from: null, to: '5' }]);
    expect(attributesByKey(changes)).toEqual([t, changes[1]]);
    expect(attributesByKey([{ field: 'attributes', from: null, to: {} }])).toEqual([]);
    // A decision for what is there already has no key that differs.
    const decision = { field: 'attributes', from, to: from };
    expect(attributesByKey([decision])).toEqual([decision]);
    expect(patchByKey('attributes', from, { t: null })).toEqual([{ field: 'attributes.t', from: 'a', to: null }]);
  });

  it('names the request that changed the very key that a conflict is about', () => {
    const base = teaSku('A', { attributes: { t: '1', b: '1' } });
    const world: World = {
      ...teaWorld([teaSku('A', { attributes: { t: '2', b: '2' } })], { settings }),
      bases: new Map([['SKU:a:1', { attributes: base.attributes }]]),
      changedBy: new Map([
        ['SKU:a:attributes.t', 'CR-A'],
        ['SKU:a:attributes.b', 'CR-B'],
      ]),
    };
    const set = planned(world, { ...skuUpdate('A', { attributes: { t: '3' } }), baseRevision: 1 });
    expect(set.conflicts.map(({ field, changedBy }) => [field, changedBy])).toEqual([['attributes.t', 'CR-A']]);
  });

  it('says the product of a new SKU by its handle', () => {
    const [made] = planned(teaWorld([]), create('N', { optionValues: [{ name: 'Size', value: 'n' }] })).skus;
    const fields = made?.changes.map(({ field }) => field);
    expect(fields).not.toContain('productId');
    expect(made?.changes).toContainEqual({ field: 'product', from: null, to: 'tea' });
  });
});

describe('one target changed twice', () => {
  const world = teaWorld([teaSku('A', { attributes: { t: '1', b: '1' } })], { settings });

  it('merges where the attributes are others, and is refused where they are the same', () => {
    const set = planned(world, skuUpdate('A', { attributes: { t: '2' } }), skuUpdate('A', { attributes: { b: '3' } }));
    expect(set.problems).toEqual([]);
    expect(set.skus[0]?.after.attributes).toEqual({ t: '2', b: '3' });
    const twice = planned(
      world,
      skuUpdate('A', { attributes: { t: '2' } }),
      skuUpdate('A', { attributes: { t: '3' } }),
    );
    expect(lines(twice.problems)).toEqual(['DUPLICATE_CHANGE changes.1.skuUpdate.fields.attributes.t']);
    const cleared = planned(world, skuUpdate('A', { attributes: null }), skuUpdate('A', { attributes: { t: '3' } }));
    expect(lines(cleared.problems)).toEqual(['DUPLICATE_CHANGE changes.1.skuUpdate.fields.attributes.t']);
    const again = planned(world, skuUpdate('A', { attributes: { t: '3' } }), skuUpdate('A', { attributes: null }));
    expect(lines(again.problems)).toEqual(['DUPLICATE_CHANGE changes.1.skuUpdate.fields.attributes']);
  });

  it('is told once where it is created twice', () => {
    const options = (value: string): FieldValues => ({ optionValues: [{ name: 'Size', value }] });
    expect(lines(planned(world, create('N', options('1')), create('n', options('2'))).problems)).toEqual([
      'CODE_TAKEN changes.1.skuCreate.code',
    ]);
    const known = [create('a', options('1')), skuUpdate('A', { title: 'B' })];
    expect(lines(planned(world, ...known).problems)).toEqual(['CODE_TAKEN changes.0.skuCreate.code']);
  });
});

it('messages spell codes as the master does', () => {
  const gtin = '4006381333931';
  const world: World = { ...teaWorld([teaSku('A')]), gtins: new Map([[gtin.padStart(14, '0'), 'GT-0']]) };
  const { problems } = planned(world, skuUpdate('A', { gtin }));
  expect(problems.map(({ message }) => message)).toEqual([`GTIN ${gtin} belongs to GT-0`]);
});

describe('an attribute whose key every object has', () => {
  const constructor: FieldValues = { constructor: 'x' };
  const asked = { ...DEFAULT_SETTINGS, attributes: [{ ...TEXTS[2], requiredFrom: 'ACTIVE' as const }] } as never;

  it('is missing where it is not set', () => {
    const facts = gateFactsWith({ settings: asked, product: teaProduct() });
    const gates = gatesOf('ACTIVE', teaSku('A'), { ...facts });
    expect(gates.find(({ subject }) => subject === 'constructor')).toMatchObject({ satisfied: false });
  });

  it('merges, differs and is written like any other', () => {
    const { changes, conflicts } = mergePatch({ attributes: {} }, { attributes: {} }, { attributes: constructor });
    expect([conflicts, changes]).toEqual([[], [{ field: 'attributes', from: {}, to: constructor }]]);
    const looked = { base: { attributes: {} }, now: { attributes: {} }, revision: 1 };
    expect(proposedFields({ attributes: { constructor: null } }, looked).patch).toBeNull();
    const column = { of: 'SKU', kind: 'attribute', key: 'constructor' } as const;
    expect(skuCell(column, { ...teaSku('A') })).toBe('');
  });
});

describe('a country of origin', () => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');
  const all = letters.flatMap((a) => letters.map((b) => a + b));

  it('is one of the 249 that ISO 3166-1 assigns, or Kosovo', () => {
    expect(all.filter(isCountry)).toEqual(all.filter((code) => isISO31661Alpha2(code) || code === 'XK'));
    expect(all.filter(isCountry)).toHaveLength(250);
    for (const code of ['XX', 'UK', 'ZZ', 'EU', 'AN', 'pt', 'PRT', 'constructor']) expect(isCountry(code)).toBe(false);
  });

  it('is refused otherwise', () => {
    expect(readSkuFields({ countryOfOrigin: 'UK' }, []).problems).toMatchObject([
      { code: 'INVALID_FORMAT', field: ['countryOfOrigin'] },
    ]);
  });
});
