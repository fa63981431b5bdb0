import { describe, expect, it } from '@jest/globals';
import type { Surroundings, Unit } from '../../src/connectors/tryton/tryton-database.js';
import type { ItemValues } from '../../src/connectors/tryton/tryton-values.js';
import { itemValues } from '../../src/connectors/tryton/tryton-values.js';
import type { FieldValues } from '../../src/domain/primitives/json.js';
import { createOf } from './writes.js';

const piece: Unit = { id: 1, symbol: 'u', name: 'Unit', categoryId: 1, factor: 1 };
const gram: Unit = { id: 3, symbol: 'g', name: 'Gram', categoryId: 2, factor: 0.001 };
/** A Tryton with `product` and nothing else. */
const BARE: Surroundings = {
  company: 1,
  currency: 'USD',
  context: {},
  units: [piece, gram],
  piece,
  gram: null,
  hasTariffs: false,
  hasKits: false,
  hasSales: false,
  hasPurchases: false,
  hasStock: false,
  numbersTemplates: false,
  numbersVariants: false,
};
const VALUES: FieldValues = {
  title: 'Tent',
  price: '249.50',
  weight: '1850.5',
  hsCode: '630622',
  countryOfOrigin: 'PT',
  lifecycle: { active: true, salable: true, purchasable: true },
  'bundle.components': [],
};

const valuesFor = (around: Surroundings, values: FieldValues): ItemValues =>
  itemValues(createOf('SKU', 'T', values), null, { around, symbols: new Map(), componentUnits: new Map() });

describe('the values of a new item', () => {
  it('leave out what a module would hold that is not activated, and nothing else', () => {
    const price = { __class__: 'Decimal', decimal: '249.50' };
    expect(valuesFor(BARE, VALUES)).toEqual({
      template: { name: 'Tent', list_price: price, active: true },
      variant: { active: true },
      tariff: undefined,
    });
    const all = { ...BARE, gram, hasTariffs: true, hasKits: true, hasSales: true, hasPurchases: true };
    expect(valuesFor(all, VALUES)).toEqual({
      template: {
        name: 'Tent',
        list_price: price,
        weight: 1850.5,
        weight_uom: 3,
        active: true,
        salable: true,
        purchasable: true,
      },
      variant: { active: true },
      tariff: { code: '630622', country: 'PT' },
    });
  });

  it('are refused for a kit where Tryton has none: without what is in it, it would be sold as something else', () => {
    const lines = [{ code: 'A', quantity: 2 }];
    expect(() => valuesFor(BARE, { ...VALUES, 'bundle.components': lines })).toThrow('product_kit is not activated');
  });
});
