import type { ProductPatch } from '../../catalog/read-product-fields.js';
import { readProductFields } from '../../catalog/read-product-fields.js';
import type { SkuPatch } from '../../catalog/read-sku-fields.js';
import { readSkuFields } from '../../catalog/read-sku-fields.js';
import type { Problem } from '../../problem.js';
import type { BundleRows, OwnColumn } from './group-bundles.js';

/** A value of the bundle that does not hold. */
export interface OwnFault extends Pick<Problem, 'code' | 'message'> {
  column: OwnColumn;
}

/** What the file says of the bundle itself, canonical; a cell that is empty says nothing. */
export interface BundleFields {
  sku: Pick<SkuPatch, 'title' | 'price'>;
  product: Pick<ProductPatch, 'vendor' | 'productType'>;
  faults: OwnFault[];
}

/** @param present what the master has: a cell that says just that is not judged again. */
export function readBundleFields(
  { own }: BundleRows,
  present: Partial<Record<OwnColumn, string | null>>,
): BundleFields {
  const said = (column: OwnColumn): string | undefined => {
    const text = own[column]?.text;
    return text === present[column] ? undefined : text;
  };
  const [title, price, vendor, productType] = [said('title'), said('price'), said('vendor'), said('productType')];
  const sku = readSkuFields({ ...(title !== undefined && { title }), ...(price !== undefined && { price }) }, []);
  const product = readProductFields({
    ...(vendor !== undefined && { vendor }),
    ...(productType !== undefined && { productType }),
  });
  const faults = [...sku.problems, ...product.problems].map(({ code, message, field }) => ({
    column: (field?.[0] ?? 'title') as OwnColumn,
    code,
    message,
  }));
  return { sku: sku.patch, product: product.patch, faults };
}
