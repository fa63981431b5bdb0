import { describe, expect, it } from '@jest/globals';
import type { RawProduct, RawVariant } from '../../src/connectors/shopify/reading.js';
import { productRecord, variantRecord } from '../../src/connectors/shopify/reading.js';
import { optionsOf, productInput, variantInput, wantedPublished } from '../../src/connectors/shopify/writing.js';
import { updateOf, createOf } from './writes.js';

const VARIANT: RawVariant = {
  id: 'gid://shopify/ProductVariant/1',
  sku: '',
  barcode: '',
  price: '10.00',
  compareAtPrice: null,
  taxable: true,
  requiresComponents: false,
  inventoryPolicy: 'DENY',
  updatedAt: '2026-11-01T00:00:00Z',
  selectedOptions: [{ name: 'Size', value: 'S' }],
  pub0: true,
  pub1: false,
  inventoryItem: {
    requiresShipping: true,
    unitCost: { amount: '4.5' },
    harmonizedSystemCode: '630622',
    countryCodeOfOrigin: 'PT',
    measurement: { weight: { value: 0.1, unit: 'KILOGRAMS' } },
  },
};
const PRODUCT: RawProduct = {
  id: 'gid://shopify/Product/1',
  handle: 'tent',
  title: 'Tent',
  status: 'UNLISTED',
  vendor: '',
  productType: '',
  tags: [],
  updatedAt: '2026-11-01T00:00:00Z',
  category: { id: 'gid://shopify/TaxonomyCategory/sg-4' },
};
const context = (publications: number, ...denied: string[]) => ({ publications, denied: new Set(denied) });
const variant = (changes: Partial<Omit<RawVariant, `pub${number}`>> = {}, publications = 1, ...denied: string[]) =>
  variantRecord({ ...VARIANT, ...changes }, PRODUCT.id, context(publications, ...denied));
/** Units that Shopify may come to know are tried, too. */
const weighing = (weight: { value: number; unit: string } | null) =>
  variant({
    inventoryItem: { ...VARIANT.inventoryItem!, measurement: { weight: weight as { value: number; unit: 'GRAMS' } } },
  });

const options = (size: string, color: string) => ({
  optionValues: [
    { optionName: 'Size', name: size },
    { optionName: 'Color', name: color },
  ],
});

describe('reading a variant', () => {
  it('takes empty text for none', () => {
    expect(variant()).toMatchObject({ code: null, fields: { gtin: null, compareAtPrice: null }, unreadable: [] });
  });

  it.each([
    [{ value: 0.1, unit: 'KILOGRAMS' }, '100'],
    [{ value: 2.2, unit: 'POUNDS' }, '997.903214'],
    [{ value: 1.2345, unit: 'OUNCES' }, '34.997486'],
    [{ value: 0, unit: 'GRAMS' }, '0'],
    [null, null],
  ])('weighs %j as %s g', (weight, grams) => {
    expect(weighing(weight).fields['weight']).toBe(grams);
  });

  it('does not guess at a unit that it does not know', () => {
    const record = weighing({ value: 1, unit: 'STONES' });
    expect(record.unreadable).toEqual(['weight']);
    expect(record.fields).not.toHaveProperty('weight');
  });

  it('is published only where it is on every governed publication', () => {
    expect(variant({}, 1).fields['lifecycle']).toEqual({ published: true, inventoryPolicy: 'DENY' });
    expect(variant({}, 2).fields['lifecycle']).toEqual({ published: false, inventoryPolicy: 'DENY' });
    expect(variant({}, 0).unreadable).toEqual(['lifecycle']);
    expect(() => variant({}, 3)).toThrow('pub2');
  });

  it('names what it could not read', () => {
    expect(variant({ inventoryPolicy: 'MAYBE' as 'DENY' }).unreadable).toEqual(['lifecycle']);
    const denied = variant({ inventoryItem: { ...VARIANT.inventoryItem!, unitCost: null } }, 1, 'unitCost');
    expect(denied.unreadable).toEqual(['cost']);
    expect(denied.fields).not.toHaveProperty('cost');
  });
});

describe('reading a product', () => {
  it('leaves a status that it does not know unread', () => {
    const record = productRecord(PRODUCT, context(0));
    expect(record.unreadable).toEqual(['lifecycle']);
    expect(record.fields).toEqual({
      'product.title': 'Tent',
      'product.handle': 'tent',
      'product.vendor': null,
      'product.productType': null,
      'product.category': 'gid://shopify/TaxonomyCategory/sg-4',
      'product.tags': [],
    });
  });
});

describe('writing', () => {
  it('sends a new variant with its code, and nothing for what is not set', () => {
    const write = createOf('SKU', 'TT-S', { price: '1', gtin: null, weight: '12.5', lifecycle: { published: false } });
    expect(variantInput(write)).toEqual({
      price: '1',
      published: false,
      optionValues: [{ optionName: 'Title', name: 'Default Title' }],
      inventoryItem: { sku: 'TT-S', measurement: { weight: { value: 12.5, unit: 'GRAMS' } } },
    });
    expect(wantedPublished(write)).toBe(false);
  });

  it('clears what is set to null', () => {
    const update = updateOf(variant({ sku: 'TT-S' }), { gtin: null, cost: null, weight: null });
    expect(variantInput(update)).toEqual({
      barcode: null,
      inventoryItem: { cost: null, measurement: { weight: null } },
    });
    const product = updateOf(productRecord(PRODUCT, context(0)), { 'product.vendor': null, 'product.category': null });
    expect(productInput(product)).toEqual({ vendor: '', category: null });
  });

  it.each([
    [{ 'product.title': 'x' }],
    [{ weight: '1e3' }],
    [{ lifecycle: { status: 'ACTIVE' } }],
    [{ lifecycle: { inventoryPolicy: 'MAYBE' } }],
    [{ optionValues: 'Size' }],
  ])('refuses %j on a variant', (values) => {
    expect(() => variantInput(updateOf(variant(), values))).toThrow();
  });

  it('refuses a status that is none of ours', () => {
    const product = productRecord(PRODUCT, context(0));
    expect(() => productInput(updateOf(product, { lifecycle: { status: 'UNLISTED' } }))).toThrow('lifecycle.status');
  });

  it('lists options in the order in which the variants name them', () => {
    expect(optionsOf([options('L', 'Red'), options('S', 'Red')])).toEqual([
      { name: 'Size', values: [{ name: 'L' }, { name: 'S' }] },
      { name: 'Color', values: [{ name: 'Red' }] },
    ]);
  });
});
