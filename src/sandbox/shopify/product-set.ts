import { requireIdDefinition } from './metafield-input.js';
import type { OptionInput } from './option-input.js';
import { chosenValues, tupleKey, writeOptions } from './option-input.js';
import type { OperationDoc, ProductDoc, VariantDoc } from './product-doc.js';
import { numberOf } from './product-doc.js';
import type { ProductFieldsInput } from './product-input.js';
import { newProduct, PRODUCT_INPUT_FIELDS, writeProduct } from './product-input.js';
import type { ProductIdentifier } from './product-mutations.js';
import { findProduct } from './product-mutations.js';
import { operationView } from './product-operations.js';
import { productView, resolveNamespace } from './product-view.js';
import type { ShopContext } from './shop-context.js';
import type { UserError } from './shop-errors.js';
import { notSimulated, onlyKnown, userError } from './shop-errors.js';
import type { VariantInput } from './variant-input.js';
import { newVariant, writeVariant } from './variant-input.js';

const VARIANT_LIMIT = 2048;

interface ProductSetInput extends ProductFieldsInput {
  id?: string | null;
  productOptions?: OptionInput[] | null;
  variants?: VariantInput[] | null;
}

export interface ProductSetArgs {
  input: ProductSetInput;
  identifier?: ProductIdentifier | null;
  synchronous?: boolean | null;
}

/**
 * A product as one unit, made or changed. Lists that are given are complete lists: variants, options, tags and
 * metafields that are absent from them are DELETED; fields that are left out stay (shopify.md 2.2). With
 * `synchronous: false` it is only begun, and what is wrong with it comes out in the operation.
 */
export function productSet(args: ProductSetArgs, context: ShopContext): object {
  onlyKnown('ProductSetInput', args.input, ['id', 'productOptions', 'variants', ...PRODUCT_INPUT_FIELDS]);
  if (args.synchronous === false) return begin(args, context);
  const { product, errors } = prepareSet(args, context);
  if (!product || errors.length > 0) return payload(null, errors, context);
  context.commit([{ put: 'product', doc: product }]);
  return payload(product, [], context);
}

function begin(args: ProductSetArgs, context: ShopContext): object {
  const operation: OperationDoc = {
    id: context.state.newId(),
    type: 'set',
    task: JSON.stringify(args),
    productId: null,
    title: null,
    bundles: null,
    status: 'CREATED',
    userErrors: [],
  };
  context.commit([{ put: 'operation', doc: operation }]);
  context.jobs.start(operation.id);
  return { product: null, productSetOperation: operationView(operation, context), userErrors: [] };
}

/** The product as it would be, and what is wrong with the input; nothing is written. */
export function prepareSet(
  args: ProductSetArgs,
  context: ShopContext,
): { product: ProductDoc | null; errors: UserError[] } {
  const errors: UserError[] = [];
  const product = target(args, context, errors);
  if (!product) return { product, errors };
  const input = withCustomId(args, product, errors);
  errors.push(
    ...writeProduct(context, product, input, {
      path: ['input'],
      completeMetafields: true,
      suffixHandle: false,
      codes: { invalid: 'INVALID_PRODUCT', handle: 'HANDLE_NOT_UNIQUE' },
    }),
  );
  writeVariants(context, product, args.input, errors);
  return { product, errors };
}

/** A copy of the product that is meant, or a new one: an unknown handle or custom id means that it shall be made. */
function target(args: ProductSetArgs, context: ShopContext, errors: UserError[]): ProductDoc | null {
  const { identifier, input } = args;
  if (identifier && input.id) {
    errors.push(userError(['input', 'id'], 'The id field is not allowed if identifier is provided.', 'ID_NOT_ALLOWED'));
    return null;
  }
  const wanted: ProductIdentifier | null = identifier ?? (input.id ? { id: input.id } : null);
  if (!wanted) return newProduct(context);
  if (wanted.customId) requireIdDefinition(context.state, 'PRODUCT', wanted.customId);
  const held = findProduct(context, wanted);
  if (held) return structuredClone(held);
  if (wanted.id) {
    errors.push(
      userError(
        identifier ? ['identifier', 'id'] : ['input', 'id'],
        'Product does not exist',
        'PRODUCT_DOES_NOT_EXIST',
      ),
    );
    return null;
  }
  const product = newProduct(context);
  if (wanted.handle && !input.handle) input.handle = wanted.handle;
  return product;
}

/** The custom id of the identifier is written too; a metafield list that says otherwise is refused [D]. */
function withCustomId(args: ProductSetArgs, product: ProductDoc, errors: UserError[]): ProductSetInput {
  const customId = args.identifier?.customId;
  if (!customId) return args.input;
  const namespace = resolveNamespace(customId.namespace);
  const given = args.input.metafields?.find(
    (one) => resolveNamespace(one.namespace) === namespace && one.key === customId.key,
  );
  if (args.input.metafields && given?.value !== customId.value) {
    const message = 'The metafield value does not match the identifier.';
    errors.push(userError(['input', 'metafields'], message, 'METAFIELD_MISMATCH'));
  }
  if (
    args.input.metafields ||
    product.metafields.some((one) => one.namespace === namespace && one.key === customId.key)
  ) {
    return args.input;
  }
  const kept = product.metafields.map(({ namespace: ns, key, type, value }) => ({ namespace: ns, key, type, value }));
  return { ...args.input, metafields: [...kept, { namespace, key: customId.key, value: customId.value }] };
}

function writeVariants(context: ShopContext, product: ProductDoc, input: ProductSetInput, errors: UserError[]): void {
  const { productOptions, variants } = input;
  if (!productOptions && !variants) return;
  if (product.bundles) throw notSimulated('productSet of the variants of a product bundle');
  if (!productOptions) {
    const message = 'Product options input is required when updating variants';
    errors.push(userError(['input', 'productOptions'], message, 'PRODUCT_OPTIONS_INPUT_MISSING'));
    return;
  }
  if (!variants || variants.length === 0) {
    const message = 'Variants input is required when updating product options';
    errors.push(userError(['input', 'variants'], message, 'VARIANTS_INPUT_MISSING'));
    return;
  }
  if (variants.length > VARIANT_LIMIT) {
    const message = `Product cannot have more than ${VARIANT_LIMIT} variants`;
    errors.push(userError(['input', 'variants'], message, 'VARIANTS_OVER_LIMIT'));
    return;
  }
  const held = product.variants;
  product.options = writeOptions(context, product.options, productOptions, ['input', 'productOptions'], errors);
  if (errors.length > 0) return;
  const ordered = variants.map((variant, at) => ({ variant, at, order: variant.position ?? at + 1 }));
  ordered.sort((a, b) => a.order - b.order);
  const written = ordered.map(({ variant, at }) =>
    setVariant(context, product, held, variant, ['input', 'variants', String(at)], errors),
  );
  refuseDoubles(written, errors);
  product.variants = written;
}

/** By id, else by its option values [B: shopify.md 7c], else a new one. */
function setVariant(
  context: ShopContext,
  product: ProductDoc,
  held: VariantDoc[],
  input: VariantInput,
  path: string[],
  errors: UserError[],
): VariantDoc {
  const chosen = chosenValues(
    product,
    input.optionValues ?? [],
    [...path, 'optionValues'],
    'OPTION_DOES_NOT_EXIST',
    errors,
  );
  const values = product.options.map((option, at) => {
    const name = chosen[at] ?? '';
    if (!option.values.some((value) => value.name === name)) {
      const message =
        name === '' ? `Option value for ${option.name} is missing` : `Option value '${name}' does not exist`;
      errors.push(userError([...path, 'optionValues'], message, 'OPTION_VALUE_DOES_NOT_EXIST'));
    }
    return name;
  });
  const id = input.id ? numberOf('ProductVariant', input.id) : null;
  const known = held.find((one) => (input.id ? one.id === id : tupleKey(one.optionValues) === tupleKey(values)));
  if (input.id && !known) {
    errors.push(userError([...path, 'id'], 'Product variant does not exist', 'PRODUCT_VARIANT_DOES_NOT_EXIST'));
  }
  const variant = known ?? newVariant(context, values);
  variant.optionValues = values;
  const writing = {
    context,
    product,
    type: 'ProductVariantSetInput' as const,
    completeMetafields: true,
    codes: { negativePrice: 'INVALID_VARIANT', invalid: 'INVALID_VARIANT' },
  };
  // `published` is for new variants only, whether or not the input names an id.
  const given = known ? { ...input, published: undefined } : input;
  errors.push(...writeVariant(writing, variant, given, path));
  return variant;
}

function refuseDoubles(variants: VariantDoc[], errors: UserError[]): void {
  const seen = new Set<string>();
  variants.forEach((variant, at) => {
    const key = tupleKey(variant.optionValues);
    if (seen.has(key)) {
      const message = `The variant '${variant.optionValues.join(' / ')}' already exists. Please change at least one option value.`;
      errors.push(userError(['input', 'variants', String(at)], message, 'INVALID_VARIANT'));
    }
    seen.add(key);
  });
}

function payload(product: ProductDoc | null, userErrors: UserError[], context: ShopContext): object {
  return { product: product ? productView(product, context) : null, productSetOperation: null, userErrors };
}
