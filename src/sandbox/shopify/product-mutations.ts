import type { CustomId } from './metafield-input.js';
import { ownerByCustomId, requireIdDefinition } from './metafield-input.js';
import type { ShopContext } from './shop-context.js';
import type { UserError } from './shop-errors.js';
import { notSimulated, onlyKnown, userError } from './shop-errors.js';
import type { ProductDoc } from './product-doc.js';
import { numberOf } from './product-doc.js';
import type { ProductFieldsInput } from './product-input.js';
import { newProduct, PRODUCT_INPUT_FIELDS, writeProduct } from './product-input.js';
import { normaliseTags } from './normalise.js';
import { productView } from './product-view.js';

export interface ProductIdentifier {
  id?: string | null;
  handle?: string | null;
  customId?: CustomId | null;
}

/** The product that an identifier means, or null when there is none. */
export function findProduct(context: ShopContext, identifier: ProductIdentifier): ProductDoc | null {
  const { state } = context;
  if (identifier.id) return state.product(numberOf('Product', identifier.id));
  if (identifier.handle) return state.byHandle(identifier.handle);
  if (!identifier.customId) return null;
  requireIdDefinition(state, 'PRODUCT', identifier.customId);
  return state.product(ownerByCustomId(state, 'PRODUCT', identifier.customId));
}

/** One product with its first variant. Unpublished, and ACTIVE unless said otherwise [B]. */
export function productCreate(
  args: { product?: ProductFieldsInput; media?: unknown; input?: unknown },
  context: ShopContext,
): object {
  onlyKnown('productCreate', args, ['product']);
  const input = args.product;
  if (!input) return productPayload(null, [userError(['product'], 'Product is required')], context);
  // `productOptions` of productCreate would invent a first variant of its own; nothing here uses it.
  onlyKnown('ProductCreateInput', input, PRODUCT_INPUT_FIELDS);
  const product = newProduct(context);
  const errors = writeProduct(context, product, input, {
    path: ['product'],
    completeMetafields: false,
    suffixHandle: true,
    codes: { invalid: null, handle: null },
  });
  return finish(product, errors, context);
}

/** Fields of one product; lists that are given (tags) replace what was there, metafields are merged. */
export function productUpdate(
  args: {
    product?: ProductFieldsInput & { id?: string | null };
    identifier?: ProductIdentifier;
    media?: unknown;
    input?: unknown;
  },
  context: ShopContext,
): object {
  onlyKnown('productUpdate', args, ['product', 'identifier']);
  const input = args.product;
  if (!input) return productPayload(null, [userError(['product'], 'Product is required')], context);
  onlyKnown('ProductUpdateInput', input, ['id', ...PRODUCT_INPUT_FIELDS]);
  const held = findProduct(context, args.identifier ?? { id: input.id });
  if (!held) return productPayload(null, [userError(['product', 'id'], 'Product does not exist')], context);
  const product = structuredClone(held);
  const errors = writeProduct(context, product, input, {
    path: ['product'],
    completeMetafields: false,
    suffixHandle: false,
    codes: { invalid: null, handle: null },
  });
  return finish(product, errors, context);
}

function finish(product: ProductDoc, errors: UserError[], context: ShopContext): object {
  if (errors.length > 0) return productPayload(null, errors, context);
  context.commit([{ put: 'product', doc: product }]);
  return productPayload(product, [], context);
}

function productPayload(product: ProductDoc | null, userErrors: UserError[], context: ShopContext): object {
  return { product: product ? productView(product, context) : null, userErrors };
}

/** Adds tags to those that are there, in the normalised way of every write [R]. */
export function tagsAdd(args: { id: string; tags: string[] }, context: ShopContext): object {
  return changeTags(args.id, context, (held) => [...held, ...args.tags.flatMap((one) => one.split(','))]);
}

/** Takes tags away, without regard to case [B]. */
export function tagsRemove(args: { id: string; tags: string[] }, context: ShopContext): object {
  const gone = new Set(args.tags.flatMap((one) => one.split(',')).map((one) => one.trim().toLowerCase()));
  return changeTags(args.id, context, (held) => held.filter((one) => !gone.has(one.toLowerCase())));
}

function changeTags(id: string, context: ShopContext, change: (held: string[]) => string[]): object {
  if (!id.startsWith('gid://shopify/Product/')) throw notSimulated(`tags of ${id}`);
  const product = structuredClone(context.state.product(numberOf('Product', id)));
  if (!product) return { node: null, userErrors: [userError(['id'], 'Product does not exist')] };
  product.tags = normaliseTags(change(product.tags));
  product.updatedAt = context.now;
  context.commit([{ put: 'product', doc: product }]);
  return { node: productView(product, context), userErrors: [] };
}
