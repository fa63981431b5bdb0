import { titleFault } from '../catalog/read-sku-fields.js';
import type { OptionValue } from '../catalog/sku.js';

/** Between a product's title and the values of a SKU's options. */
const BETWEEN = ' - ';

/**
 * The title of a SKU whose file has none of its own: `Shirt - S / Red`. Null where it would be no title (too long with
 * its options): the product's alone is what a new SKU falls back to.
 */
export function derivedTitle(productTitle: string, options: readonly OptionValue[]): string | null {
  const values = options.map(({ value }) => value).join(' / ');
  const title = values === '' ? productTitle : `${productTitle}${BETWEEN}${values}`;
  return titleFault(title) ? null : title.trim();
}
