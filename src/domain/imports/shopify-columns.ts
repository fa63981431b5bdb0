import { ColumnMap } from './column-map.js';

/**
 * Header names of Shopify's product export, lower case: what it writes today first, then what it wrote until 2025
 * ("Variant SKU", "Handle", …). Shopify takes both, and so do the files that shops keep. Columns that are not here
 * (images, stock, SEO, Google Shopping, prices by market) are not governed and are left alone.
 */
const HEADERS = {
  handle: ['url handle', 'handle'],
  title: ['title'],
  vendor: ['vendor'],
  productType: ['type', 'custom product type'],
  category: ['product category'],
  tags: ['tags'],
  published: ['published on online store', 'published'],
  status: ['status'],
  option1Name: ['option1 name'],
  option1Value: ['option1 value'],
  option2Name: ['option2 name'],
  option2Value: ['option2 value'],
  option3Name: ['option3 name'],
  option3Value: ['option3 value'],
  sku: ['sku', 'variant sku'],
  gtin: ['barcode', 'variant barcode'],
  price: ['price', 'variant price'],
  compareAtPrice: ['compare-at price', 'compare at price', 'variant compare at price'],
  cost: ['cost per item'],
  weight: ['weight value (grams)', 'variant grams'],
  requiresShipping: ['requires shipping', 'variant requires shipping'],
  taxable: ['charge tax', 'variant taxable'],
  taxCode: ['tax code', 'variant tax code'],
  hsCode: ['hs code', 'harmonized system code'],
  countryOfOrigin: ['coo', 'country of origin'],
} as const satisfies Record<string, readonly string[]>;

export type ShopifyColumn = keyof typeof HEADERS;

/** Where each column of a Shopify export stands in one file. */
export class ShopifyColumns extends ColumnMap<ShopifyColumn> {
  constructor(names: readonly string[]) {
    super(names, HEADERS);
  }
}
