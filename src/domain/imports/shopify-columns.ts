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

/** What a report calls a column that the file does not have. */
const USUAL_NAME: Partial<Record<ShopifyColumn, string>> = { handle: 'Handle', sku: 'Variant SKU' };

/** Where each column of a Shopify export stands in one file. */
export class ShopifyHeader {
  private readonly places = new Map<ShopifyColumn, number>();

  constructor(private readonly names: readonly string[]) {
    const folded = names.map((name) => name.trim().toLowerCase());
    let column: ShopifyColumn;
    for (column in HEADERS) {
      const place = HEADERS[column].map((name) => folded.indexOf(name)).find((index) => index >= 0);
      if (place !== undefined) this.places.set(column, place);
    }
  }

  get width(): number {
    return this.names.length;
  }

  has(column: ShopifyColumn): boolean {
    return this.places.has(column);
  }

  /** A cell without the spaces around it; empty where the file lacks the column. */
  cell(cells: readonly string[], column: ShopifyColumn): string {
    const place = this.places.get(column);
    return place === undefined ? '' : (cells[place] ?? '').trim();
  }

  /** The column's header as the file writes it. */
  nameOf(column: ShopifyColumn): string {
    const place = this.places.get(column);
    return (place === undefined ? USUAL_NAME[column] : this.names[place]?.trim()) ?? column;
  }

  /** Header of a column by its place, for faults that come before any column is known. */
  nameAt(place: number): string | null {
    return this.names[place]?.trim() ?? null;
  }
}

/** The header of a Shopify export, or null: a file with neither handles nor SKUs is something else. */
export function readShopifyHeader(names: readonly string[]): ShopifyHeader | null {
  const header = new ShopifyHeader(names);
  return header.has('handle') || header.has('sku') ? header : null;
}
