import { addUsedValues, chosenValues, tupleKey } from './option-input.js';
import type { ProductDoc, VariantDoc } from './product-doc.js';
import { isStandalone, numberOf } from './product-doc.js';
import { itemView, productView, variantView } from './product-view.js';
import type { ShopContext } from './shop-context.js';
import type { UserError } from './shop-errors.js';
import { notSimulated, onlyKnown, userError } from './shop-errors.js';
import type { ItemInput, VariantInput, VariantWriting } from './variant-input.js';
import { newVariant, writeItem, writeVariant } from './variant-input.js';

const VARIANT_LIMIT = 2048;

interface BulkArgs {
  productId: string;
  variants: VariantInput[];
  strategy?: 'DEFAULT' | 'PRESERVE_STANDALONE_VARIANT' | 'REMOVE_STANDALONE_VARIANT' | null;
  allowPartialUpdates?: boolean | null;
  media?: unknown;
}

/** Adds variants, all or none. The strategy DEFAULT deletes a standalone "Default Title" variant (shopify.md 2.2). */
export function productVariantsBulkCreate(args: BulkArgs, context: ShopContext): object {
  onlyKnown('productVariantsBulkCreate', args, ['productId', 'variants', 'strategy']);
  const product = structuredClone(context.state.product(numberOf('Product', args.productId)));
  if (!product) return noProduct(context);
  // Its variants are made out of its components; what becomes of others is not known.
  if (product.bundles) throw notSimulated('productVariantsBulkCreate on a product bundle');
  const errors: UserError[] = [];
  const writing = bulkWriting(context, product);
  const strategy = args.strategy ?? 'DEFAULT';
  const removesLone = strategy === 'REMOVE_STANDALONE_VARIANT' && product.variants.length === 1;
  if (removesLone || (strategy === 'DEFAULT' && isStandalone(product))) {
    product.variants = [];
    for (const option of product.options) option.values = [];
  }
  const taken = new Set(product.variants.map((variant) => tupleKey(variant.optionValues)));
  const created = args.variants.map((input, at) => {
    const path = ['variants', String(at)];
    const chosen = chosenValues(product, input.optionValues ?? [], [...path, 'optionValues'], 'INVALID_INPUT', errors);
    if (chosen.some((name) => name === null)) {
      errors.push(userError(path, 'You need to add option values for all options', 'NEED_TO_ADD_OPTION_VALUES'));
    }
    const variant = newVariant(
      context,
      chosen.map((name) => name ?? ''),
    );
    errors.push(
      ...refuseTaken(variant, taken, path),
      ...writeVariant(writing, variant, { ...input, id: undefined }, path),
    );
    return variant;
  });
  product.variants.push(...created);
  if (product.variants.length > VARIANT_LIMIT) {
    errors.push(userError(['variants'], `Product cannot have more than ${VARIANT_LIMIT} variants`, 'INVALID_INPUT'));
  }
  addUsedValues(context, product);
  return finish(context, product, created, errors);
}

/** Changes variants of one product: all or none, unless `allowPartialUpdates`. */
export function productVariantsBulkUpdate(args: BulkArgs, context: ShopContext): object {
  onlyKnown('productVariantsBulkUpdate', args, ['productId', 'variants', 'allowPartialUpdates']);
  const product = structuredClone(context.state.product(numberOf('Product', args.productId)));
  if (!product) return noProduct(context);
  const errors: UserError[] = [];
  const updated: VariantDoc[] = [];
  args.variants.forEach((input, at) => {
    const found: UserError[] = [];
    const variant = updateOne(context, product, input, ['variants', String(at)], found);
    errors.push(...found);
    if (!variant || found.length > 0) return;
    product.variants = product.variants.map((one) => (one.id === variant.id ? variant : one));
    updated.push(variant);
  });
  addUsedValues(context, product);
  const isPartial = args.allowPartialUpdates === true && updated.length > 0;
  return finish(context, product, updated, isPartial ? [] : errors, errors);
}

/** A changed copy of the variant, which is only put into the product when nothing is wrong with its input. */
function updateOne(
  context: ShopContext,
  product: ProductDoc,
  input: VariantInput,
  path: string[],
  errors: UserError[],
): VariantDoc | null {
  if (!input.id) {
    errors.push(userError([...path, 'id'], 'Product variant is missing ID attribute', 'PRODUCT_VARIANT_ID_MISSING'));
    return null;
  }
  const id = numberOf('ProductVariant', input.id);
  const variant = structuredClone(product.variants.find((one) => one.id === id));
  if (!variant) {
    errors.push(userError([...path, 'id'], 'Product variant does not exist', 'PRODUCT_VARIANT_DOES_NOT_EXIST'));
    return null;
  }
  if (input.optionValues) {
    const chosen = chosenValues(
      product,
      input.optionValues,
      [...path, 'optionValues'],
      'OPTION_DOES_NOT_EXIST',
      errors,
    );
    variant.optionValues = variant.optionValues.map((name, at) => chosen[at] ?? name);
    const others = product.variants.filter((one) => one.id !== id).map((one) => tupleKey(one.optionValues));
    errors.push(...refuseTaken(variant, new Set(others), path));
  }
  errors.push(...writeVariant(bulkWriting(context, product), variant, input, path));
  return variant;
}

export function productVariantsBulkDelete(
  args: { productId: string; variantsIds: string[] },
  context: ShopContext,
): object {
  const product = structuredClone(context.state.product(numberOf('Product', args.productId)));
  if (!product) return noProduct(context);
  const ids = new Set(args.variantsIds.map((id) => numberOf('ProductVariant', id)));
  const kept = product.variants.filter((variant) => !ids.has(variant.id));
  const errors: UserError[] = [];
  if (product.variants.length - kept.length < ids.size) {
    const message = 'At least one variant does not belong to the product';
    errors.push(userError(['variantsIds'], message, 'AT_LEAST_ONE_VARIANT_DOES_NOT_BELONG_TO_THE_PRODUCT'));
  } else if (kept.length === 0) {
    errors.push(userError(['variantsIds'], 'Cannot delete the last variant', 'CANNOT_DELETE_LAST_VARIANT'));
  }
  product.variants = kept;
  return finish(context, product, [], errors);
}

/** Cost, HS code, origin, weight and the shared SKU of one inventory item. */
export function inventoryItemUpdate(args: { id: string; input: ItemInput }, context: ShopContext): object {
  const found = context.state.item(numberOf('InventoryItem', args.id));
  if (!found) {
    const message = "The product couldn't be updated because it does not exist.";
    return { inventoryItem: null, userErrors: [userError(['id'], message)] };
  }
  const product = structuredClone(found.product);
  const variant = product.variants.find((one) => one.id === found.variant.id) ?? found.variant;
  const errors = writeItem(context, variant, args.input, ['input'], null);
  if (errors.length > 0) return { inventoryItem: null, userErrors: errors };
  variant.updatedAt = context.now;
  product.updatedAt = context.now;
  context.commit([{ put: 'product', doc: product }]);
  return { inventoryItem: itemView(variant, context), userErrors: [] };
}

function bulkWriting(context: ShopContext, product: ProductDoc): VariantWriting {
  const codes = { negativePrice: 'NEGATIVE_PRICE_VALUE', invalid: 'INVALID_INPUT' };
  return { context, product, type: 'ProductVariantsBulkInput', completeMetafields: false, codes };
}

function refuseTaken(variant: VariantDoc, taken: Set<string>, path: string[]): UserError[] {
  const key = tupleKey(variant.optionValues);
  if (!taken.has(key)) {
    taken.add(key);
    return [];
  }
  const message = `The variant '${variant.optionValues.join(' / ')}' already exists.`;
  return [userError(path, message, 'VARIANT_ALREADY_EXISTS')];
}

function noProduct(context: ShopContext): object {
  const error = userError(['productId'], 'Product does not exist', 'PRODUCT_DOES_NOT_EXIST');
  return payload(null, [], [error], context);
}

function finish(
  context: ShopContext,
  product: ProductDoc,
  written: VariantDoc[],
  blocking: UserError[],
  reported: UserError[] = blocking,
): object {
  if (blocking.length > 0) return payload(null, [], reported, context);
  product.updatedAt = context.now;
  context.commit([{ put: 'product', doc: product }]);
  return payload(product, written, reported, context);
}

function payload(
  product: ProductDoc | null,
  variants: VariantDoc[],
  userErrors: UserError[],
  context: ShopContext,
): object {
  return {
    product: product ? productView(product, context) : null,
    productVariants: product ? variants.map((variant) => variantView(product, variant, context)) : null,
    userErrors,
  };
}
