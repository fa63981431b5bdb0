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
  /** The instant as of which it is told; absent where it is told as it is now. */
  asOf?: Date;
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

/** What a revision keeps of a product. */
export type ProductState = ProductContent & Pick<Product, 'handle'>;

/** The product as JSON by field name: the form in which revisions keep it and changes are compared. */
export function productSnapshot(product: ProductState): FieldValues {
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
