import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { changeDraftOf } from '../../src/graphql/change/change-input.js';

describe('a change in the words of the verb', () => {
  it('keeps what was left out apart from what was cleared', () => {
    const draft = changeDraftOf({ skuUpdate: { code: 'A', fields: { gtin: null, attributes: [{ key: 'season' }] } } });
    expect(draft).toStrictEqual({
      kind: 'skuUpdate',
      input: { code: 'A', baseRevision: null, fields: { gtin: null, attributes: [{ key: 'season', value: null }] } },
    });
  });

  it('takes the key of a product out of its fields', () => {
    expect(changeDraftOf({ productUpdate: { handle: 'tee', baseRevision: 3, vendor: null } })).toStrictEqual({
      kind: 'productUpdate',
      input: { handle: 'tee', baseRevision: 3, fields: { vendor: null } },
    });
  });

  it('gives every price of one system a value or null', () => {
    const draft = changeDraftOf({
      skuCreate: { code: 'A', product: 'tee', fields: { systemValues: [{ system: 'shopify-eu', price: '18.00' }] } },
    });
    expect(draft).toHaveProperty('input.fields.systemValues', [
      { system: 'shopify-eu', price: '18.00', compareAtPrice: null },
    ]);
  });

  it('refuses a change that names nothing', () => {
    expect(() => changeDraftOf({})).toThrow('exactly one');
  });
});
