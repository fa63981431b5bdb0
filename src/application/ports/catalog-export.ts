import type { Product } from '../../domain/catalog/product.js';
import type { Sku } from '../../domain/catalog/sku.js';
import type { SkuQuery } from './catalog-reader.js';

/** Which columns a flat export has beyond those that have a name: what is in use in the catalogue. */
export interface ColumnsInUse {
  skuAttributes: string[];
  productAttributes: string[];
  /** Systems that some SKU has an amount of its own in, with the amounts that occur. */
  systemAmounts: { system: string; price: boolean; compareAtPrice: boolean }[];
}

export interface ExportedSku {
  sku: Sku;
  product: Product;
}

/** The whole catalogue at one instant, however long it takes to read: what changes meanwhile is not seen. */
export interface CatalogSnapshot {
  columnsInUse(): Promise<ColumnsInUse>;
  /** By product handle, then code: SKUs of one product follow one another. Pages by keyset, two statements each. */
  skus(query: SkuQuery): AsyncGenerator<ExportedSku[]>;
}

export interface CatalogExport {
  /**
   * Gives `work` a snapshot that lasts as long as its generator runs, and ends when that ends or is given up. A reader
   * that takes nothing for a minute loses it, so that a stalled download cannot hold up the database.
   */
  stream<T>(work: (snapshot: CatalogSnapshot) => AsyncGenerator<T>): AsyncGenerator<T>;
}
