import type { RecordWrite, WriteCommand } from '../../src/application/ports/connector.js';
import type { FieldValues } from '../../src/domain/primitives/json.js';
import type { RootRef } from '../../src/domain/publishing/system.js';
import { FRESH } from './writes.js';

/** A product of ours, as the master would have Shopify show it. */
export const PRODUCT: FieldValues = {
  'product.title': 'Trail Tent',
  'product.handle': 'trail-tent',
  'product.vendor': 'Fernhill Supply',
  'product.productType': 'Tents',
  'product.tags': ['camping', 'outdoor'],
  lifecycle: { status: 'ACTIVE' },
};

/** One of its SKUs, by size. */
export function sku(size: string, changes: FieldValues = {}): FieldValues {
  return {
    price: '249.50',
    compareAtPrice: '299.00',
    cost: '120.25',
    gtin: '4006381333931',
    weight: '1850.5',
    hsCode: '630622',
    countryOfOrigin: 'PT',
    requiresShipping: true,
    taxable: false,
    optionValues: [{ name: 'Size', value: size }],
    lifecycle: { published: true, inventoryPolicy: 'CONTINUE' },
    'bundle.components': [],
    ...changes,
  };
}

/** Writes of that product, sent under one lease. */
export function command(root: RootRef | null, ...writes: RecordWrite[]): WriteCommand {
  return { ...FRESH, attemptId: 'attempt', product: { id: 'our-product-1', handle: 'trail-tent', root }, writes };
}
