import type { BundleLine } from '../../domain/bundle/composition.js';
import type { Product } from '../../domain/catalog/product.js';
import type { Sku } from '../../domain/catalog/sku.js';
import type { SkuQuery } from './catalog-reader.js';
import type { NamingReader } from './naming-store.js';

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
  /** What is in these bundles now, in its order; by SKU id. Those without a composition in force are not in the answer. */
  compositions(bundleIds: readonly string[]): Promise<Map<string, BundleLine[]>>;
  naming: NamingReader;
}

export interface CatalogExport {
  /**
   * Gives `work` a snapshot that lasts as long as its generator runs, and ends when that ends or is given up. A reader
   * that takes nothing for a minute loses it, so that a stalled download cannot hold up the database.
   */
  stream<T>(work: (snapshot: CatalogSnapshot) => AsyncGenerator<T>): AsyncGenerator<T>;
}
