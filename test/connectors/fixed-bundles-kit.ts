import type { FieldValues, Json } from '../../src/domain/primitives/json.js';
import { normaliseComponents } from '../../src/domain/publishing/component-line.js';
import type { ObservedRecord } from '../../src/domain/publishing/system.js';

const HEAD = 'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\n';
/** Products that bundles are made of, as a Shopify file. */
export const PARTS =
  HEAD +
  ['A', 'B', 'C'].map((code) => `${code.toLowerCase()},${code},V,,,${code},9.00,active\n`).join('') +
  'tee,Tee,V,Size,S,TEE-S,20.00,active\ntee,,,,M,TEE-M,22.00,\n';
export const PRODUCT: FieldValues = {
  'product.title': 'Kit',
  'product.handle': 'kit',
  'product.vendor': 'Fernhill Supply',
  lifecycle: { status: 'ACTIVE' },
};
export const SELLING: FieldValues = {
  price: '20.00',
  compareAtPrice: '25.00',
  cost: '7.50',
  gtin: '4006381333931',
  weight: '500',
  lifecycle: { published: true },
};

/** "A 2, TEE-S 1" as a write holds it. */
export function componentsOf(text: string): Json[] {
  return text.split(', ').map((part) => ({ code: part.split(' ')[0] ?? '', quantity: Number(part.split(' ')[1]) }));
}

/** What a record shows to be made of, in the same words. */
export function textOf({ fields }: Pick<ObservedRecord, 'fields'>): string {
  const lines = normaliseComponents(fields['bundle.components'] ?? 'none');
  return Array.isArray(lines)
    ? lines.map((line) => Object.values(line ?? {}).join(' ')).join(', ')
    : JSON.stringify(lines);
}
