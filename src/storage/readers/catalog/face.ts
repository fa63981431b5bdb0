import type { Product } from '../../../domain/catalog/product.js';
import type { Sku } from '../../../domain/catalog/sku.js';
import type { ProductRow, SkuRow } from '../../stores/catalog-rows.js';
import { PRODUCT_COLUMNS, productOf, SKU_COLUMNS, skuOf } from '../../stores/catalog-rows.js';
import type { PastProductRow, PastSkuRow } from './past-rows.js';
import { productAsOf, skuAsOf } from './past-rows.js';

/**
 * The catalogue as a list reads it: the tables as they are, or as they stood at an instant. Conditions and orders are
 * written once, over these expressions, and so mean the same in the past.
 */
export interface Face {
  /** What the expressions need, numbered from $1. */
  values: readonly unknown[];
  /** Expressions over one SKU, `s`. */
  sku: {
    from: string;
    columns: string;
    state: string;
    search: string;
    updatedAt: string;
    /** Whether the SKU bears the 14-digit GTIN at this place. */
    hasGtin(place: string): string;
    toNode(row: SkuRow | PastSkuRow): Sku;
  };
  /** Expressions over one product, `p`. */
  product: {
    from: string;
    columns: string;
    vendor: string;
    type: string;
    search: string;
    toNode(row: ProductRow | PastProductRow): Product;
  };
  /** Whether conditions have indexes: the past is read SKU by SKU. */
  indexed: boolean;
}

const PRESENT: Face = {
  values: [],
  sku: {
    from: 'sku s',
    columns: SKU_COLUMNS,
    state: 's.state',
    search: 's.search',
    updatedAt: 's.updated_at',
    // Two partial indexes, one of which also holds that no two live SKUs share a GTIN: together they reach every SKU.
    hasGtin: (place) => `(s.gtin14 = ${place} and s.state <> 'RETIRED' or s.gtin14 = ${place} and s.state = 'RETIRED')`,
    toNode: skuOf,
  },
  product: {
    from: 'product p',
    columns: PRODUCT_COLUMNS,
    vendor: 'p.vendor_folded',
    type: 'p.product_type_folded',
    search: 'p.search',
    toNode: productOf,
  },
  indexed: true,
};

/**
 * The face of the present (null), or of an instant: of each SKU and product the newest revision that is not later. What
 * had none by then was not there. Code, kind, product and handle never change, so conditions on them read the present row.
 */
export function faceOf(asOf: Date | null): Face {
  if (asOf === null) return PRESENT;
  const then = (entity: 'sku' | 'product', row: string): string =>
    `${entity} ${row} cross join lateral (select v.revision, v.valid_from, v.snapshot from ${entity}_revision v
       where v.${entity}_id = ${row}.id and v.valid_from <= $1::timestamptz order by v.valid_from desc limit 1) r`;
  const columns = (row: string): string => `${row}.id, ${row}.created_at, r.revision, r.valid_from, r.snapshot`;
  const words = (...fields: string[]): string =>
    `fold_code(${fields.map((field) => `coalesce(r.snapshot->>'${field}', '')`).join(` || ' ' || `)})`;
  return {
    values: [asOf],
    sku: {
      from: then('sku', 's'),
      columns: columns('s'),
      state: `(r.snapshot->>'state')`,
      search: words('code', 'title', 'gtin'),
      updatedAt: 'r.valid_from',
      hasGtin: (place) => `lpad(r.snapshot->>'gtin', 14, '0') = ${place}`,
      toNode: (row: PastSkuRow) => skuAsOf(row, asOf),
    },
    product: {
      from: then('product', 'p'),
      columns: columns('p'),
      vendor: `fold_code(r.snapshot->>'vendor')`,
      type: `fold_code(r.snapshot->>'productType')`,
      search: words('handle', 'title', 'vendor'),
      toNode: (row: PastProductRow) => productAsOf(row, asOf),
    },
    indexed: false,
  };
}
