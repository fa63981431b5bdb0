import type { FieldValues, Json } from '../primitives/json.js';

/** What of a product people decide; a revision's snapshot holds just this. */
export interface ProductContent {
  title: string;
  vendor: string | null;
  productType: string | null;
  /** Node of the Shopify Standard Product Taxonomy, as a gid. */
  category: string | null;
  tags: string[];
  optionNames: string[];
  attributes: Record<string, Json>;
}

/** The style that a shopper sees. `handle` is its key and never changes. */
export interface Product extends ProductContent {
  id: string;
  handle: string;
  revision: number;
  createdAt: Date;
  updatedAt: Date;
}

export const PRODUCT_FIELDS = [
  'title',
  'vendor',
  'productType',
  'category',
  'tags',
  'optionNames',
  'attributes',
] as const;

/** The product as JSON by field name: the form in which revisions keep it and changes are compared. */
export function productSnapshot(product: ProductContent & { handle: string }): FieldValues {
  return {
    handle: product.handle,
    title: product.title,
    vendor: product.vendor,
    productType: product.productType,
    category: product.category,
    tags: product.tags,
    optionNames: product.optionNames,
    attributes: product.attributes,
  };
}
