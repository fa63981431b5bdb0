import { describe, expect, it } from '@jest/globals';
import { readExport } from '../../src/sandbox/read-export.js';
import { CATALOG, WINTER_DROP } from './sandbox-client.js';

const catalog = readExport(CATALOG);
const drop = readExport(WINTER_DROP);
const variants = [...catalog, ...drop].flatMap((product) => product.variants);

/** GS1's check digit, from the right: weights 3, 1, 3, … */
function hasRightCheckDigit(gtin: string): boolean {
  const digits = Array.from(gtin).map(Number).reverse();
  return digits.reduce((sum, digit, place) => sum + digit * (place % 2 === 1 ? 3 : 1), 0) % 10 === 0;
}

describe('the sample files', () => {
  it('have the sizes that the demo tells of', () => {
    const count = (products: typeof catalog): number =>
      products.reduce((sum, product) => sum + product.variants.length, 0);
    expect([catalog.length, count(catalog), drop.length, count(drop)]).toEqual([18, 64, 6, 24]);
    expect(catalog.filter((product) => product.status === 'DRAFT')).toHaveLength(1);
  });

  it('have codes and barcodes of their own, with right check digits and no restricted prefix', () => {
    expect(new Set(variants.map((variant) => variant.sku)).size).toBe(variants.length);
    expect(new Set(variants.map((variant) => variant.barcode)).size).toBe(variants.length);
    for (const { barcode } of variants) {
      expect(barcode).toMatch(/^\d{12,13}$/);
      expect(hasRightCheckDigit(barcode ?? '')).toBe(true);
      expect(barcode?.padStart(13, '0')).not.toMatch(/^(?:02|04|2)/);
    }
  });

  it('cost less than they sell for', () => {
    for (const { cost, price } of variants) expect(Number(cost)).toBeLessThan(Number(price));
  });
});

it('reads the headers of the new export too', () => {
  const csv = [
    'Title,URL handle,Vendor,Type,Tags,Status,SKU,Barcode,Option1 name,Option1 value,Price,Compare-at price,Cost per item,Weight value (grams)',
    'Mug,mug,Fernhill,Kitchen,"a, b",Active,M-1,\'614141200073,Color,Red,18,20,4.9,210',
    ',mug,,,,,M-2,,,Blue,19,,,',
    ',mug,,,,,,,,,,,,',
  ].join('\n');
  const [mug] = readExport(csv);
  expect(mug).toMatchObject({ handle: 'mug', status: 'ACTIVE', tags: ['a', 'b'], optionNames: ['Color'] });
  expect(mug?.variants).toMatchObject([
    {
      sku: 'M-1',
      barcode: '614141200073',
      price: '18',
      compareAtPrice: '20',
      cost: '4.9',
      grams: '210',
      optionValues: ['Red'],
    },
    { sku: 'M-2', barcode: null, price: '19', cost: null, optionValues: ['Blue'] },
  ]);
  expect(() => readExport('Handle,Title\nx,y')).toThrow('no column');
});
