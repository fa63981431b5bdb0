import type { ConnectionArgs } from '../connection.js';
import { connection } from '../connection.js';
import type { BundledProductDoc, OptionDoc, ProductDoc, VariantDoc } from '../product-doc.js';
import type { ShopContext } from '../shop-context.js';

/** The views of what is in a bundle; given, because those views lead here. */
export interface InnerViews {
  product(product: ProductDoc): object;
  variant(product: ProductDoc, variant: VariantDoc): object;
  option(product: ProductDoc, option: OptionDoc): object;
}

/** `bundleComponents` of a product: nothing where its variants alone are bundles. A deleted component product is gone [B]. */
export function bundledProducts(
  parent: ProductDoc,
  args: ConnectionArgs,
  context: ShopContext,
  views: InnerViews,
): object {
  const rows = (parent.bundles ?? []).flatMap((bundled, at) => {
    const product = context.state.product(bundled.productId);
    return product ? [{ bundled, product, at }] : [];
  });
  return connection(
    rows,
    args,
    context.unpaged,
    ({ at }) => [at],
    ({ bundled, product }) => {
      const variants = selectedVariants(product, bundled);
      return {
        __typename: 'ProductBundleComponent',
        componentProduct: () => views.product(product),
        componentVariants: (page: ConnectionArgs) =>
          connection(
            variants,
            page,
            context.unpaged,
            (one) => [one.id],
            (one) => views.variant(product, one),
          ),
        componentVariantsCount: { count: variants.length, precision: 'EXACT' },
        quantity: bundled.quantity,
        quantityOption: null,
        optionSelections: () => selectionViews(parent, product, bundled, views),
      };
    },
  );
}

/** The variants of a component product that the bundle may hold. */
export function selectedVariants(product: ProductDoc, { selections }: BundledProductDoc): VariantDoc[] {
  return product.variants.filter((variant) =>
    product.options.every((option, at) => {
      const chosen = selections.find(({ optionId }) => optionId === option.id);
      return chosen?.values.includes(variant.optionValues[at] ?? '') ?? false;
    }),
  );
}

/** An option of which one value is chosen does not become one of the parent [C]. */
function selectionViews(
  parent: ProductDoc,
  product: ProductDoc,
  { selections }: BundledProductDoc,
  views: InnerViews,
): object[] {
  return selections.flatMap(({ optionId, name, values }) => {
    const option = product.options.find(({ id }) => id === optionId);
    if (!option) return [];
    const own = parent.options.find((one) => one.name === name && values.length > 1);
    return {
      __typename: 'ProductBundleComponentOptionSelection',
      componentOption: () => views.option(product, option),
      parentOption: () => (own ? views.option(parent, own) : null),
      values: option.values.map((value) => ({
        value: value.name,
        selectionStatus: values.includes(value.name) ? 'SELECTED' : 'DESELECTED',
      })),
    };
  });
}
