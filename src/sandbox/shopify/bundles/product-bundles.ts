import type { BundledProductDoc, OperationDoc, ProductDoc } from '../product-doc.js';
import { numberOf } from '../product-doc.js';
import type { ShopContext } from '../shop-context.js';
import type { UserError } from '../shop-errors.js';
import { accessDenied, notSimulated, onlyKnown, userError } from '../shop-errors.js';
import { QUANTITY_LIMIT } from './bundle-draft.js';
import { operationView } from '../product-operations.js';
import { REQUIRED_ACCESS } from './variant-relationships.js';

interface SelectionInput {
  componentOptionId: string;
  name: string;
  values: string[];
}

interface BundledInput {
  productId: string;
  quantity?: number | null;
  quantityOption?: { name: string; values: { name: string; quantity: number }[] } | null;
  optionSelections: SelectionInput[];
}

interface BundleInput {
  productId?: string;
  title?: string | null;
  components?: BundledInput[] | null;
}

/**
 * Begins to make a product that bundles others. Only what was recorded is refused at once, without a code and naming no
 * place [R]; all else comes out in the operation. Nothing keeps anybody from making one twice.
 */
export function productBundleCreate({ input }: { input: BundleInput }, context: ShopContext): object {
  requireBundles('productBundleCreate', context);
  onlyKnown('ProductBundleCreateInput', input, ['title', 'components']);
  const components = input.components ?? [];
  if (components.length === 0) throw notSimulated('productBundleCreate without components');
  return begin(null, input.title ?? null, components, context);
}

/** Begins to make a product bundle of other components: of these alone. Without any, they stay as they are [V: schema text]. */
export function productBundleUpdate({ input }: { input: BundleInput }, context: ShopContext): object {
  requireBundles('productBundleUpdate', context);
  onlyKnown('ProductBundleUpdateInput', input, ['productId', 'title', 'components']);
  const product = context.state.product(numberOf('Product', input.productId ?? ''));
  if (!product) return refused([unlocated([input.productId ?? ''])]);
  // Whether it makes a product bundle of a product that is none is not known, so that no client is led to rely on it.
  if (!product.bundles) throw notSimulated('productBundleUpdate of a product that is no product bundle');
  return begin(product, input.title ?? null, input.components ?? [], context);
}

function requireBundles(mutation: string, { features }: ShopContext): void {
  if (!features.eligibleForBundles) throw accessDenied(mutation, REQUIRED_ACCESS);
}

function begin(
  product: ProductDoc | null,
  title: string | null,
  components: BundledInput[],
  context: ShopContext,
): object {
  const errors = problemsOf(components, context);
  if (errors.length > 0) return refused(errors);
  const operation: OperationDoc = {
    id: context.state.newId(),
    productId: product?.id ?? null,
    title,
    bundles: components.length > 0 ? components.map(readBundled) : null,
    status: 'CREATED',
    userErrors: [],
  };
  context.commit([{ put: 'operation', doc: operation }]);
  context.jobs.start(operation.id);
  return { productBundleOperation: operationView(operation, context), userErrors: [] };
}

/** In the words that were recorded [R], one after the other: whether Shopify goes on after the first is not known. */
function problemsOf(components: BundledInput[], context: ShopContext): UserError[] {
  const productOf = (input: BundledInput): ProductDoc | null =>
    context.state.product(numberOf('Product', input.productId));
  const missing = components.filter((input) => productOf(input) === null);
  if (missing.length > 0) return [unlocated(missing.map(({ productId }) => productId))];
  const unmapped = components.filter((input) => !mapsAll(productOf(input), input.optionSelections));
  if (unmapped.length > 0) {
    const text = `Mapping of components targeting products need to map all of the options of the product. Missing or invalid options found for components targeting product_ids ${tails(unmapped)}.`;
    return [userError(null, text)];
  }
  const tooMany = components.filter(({ quantity }) => (quantity ?? 0) > QUANTITY_LIMIT);
  if (tooMany.length > 0) {
    const text = `Quantity cannot be greater than ${QUANTITY_LIMIT}. The following products have a quantity that exceeds the maximum: ${tails(tooMany)}`;
    return [userError(null, text)];
  }
  const lone = components.filter(({ quantityOption }) => quantityOption && quantityOption.values.length < 2);
  if (lone.length > 0) {
    const text = `Quantity options must have at least two values. Invalid quantity options found for components targeting product_ids ${tails(lone)}.`;
    return [userError(null, text)];
  }
  if (components.some(({ quantityOption }) => quantityOption)) throw notSimulated('quantityOption');
  if (new Set(components.map(({ productId }) => productId)).size < components.length) {
    throw notSimulated('one product more than once in a bundle');
  }
  return [];
}

/** Every option of the product once, with at least one of its values. */
function mapsAll(product: ProductDoc | null, selections: SelectionInput[]): boolean {
  if (!product || selections.length !== product.options.length) return false;
  return product.options.every((option) => {
    const chosen = selections.find(({ componentOptionId: id }) => numberOf('ProductOption', id) === option.id);
    const names = option.values.map(({ name }) => name);
    return chosen !== undefined && chosen.values.length > 0 && chosen.values.every((value) => names.includes(value));
  });
}

function readBundled({ productId, quantity, optionSelections }: BundledInput): BundledProductDoc {
  return {
    productId: numberOf('Product', productId) ?? 0,
    quantity: quantity ?? 1,
    selections: optionSelections.map(({ componentOptionId, name, values }) => ({
      optionId: numberOf('ProductOption', componentOptionId) ?? 0,
      name,
      values,
    })),
  };
}

function unlocated(ids: string[]): UserError {
  return userError(null, `Failed to locate the following products: ${list(ids)}`);
}

function tails(components: BundledInput[]): string {
  return list(components.map(({ productId }) => productId));
}

function list(ids: string[]): string {
  return `[${ids.map((id) => id.split('/').at(-1)).join(', ')}]`;
}

function refused(userErrors: UserError[]): object {
  return { productBundleOperation: null, userErrors };
}
