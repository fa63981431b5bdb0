import type { MetafieldInput } from './metafield-input.js';
import { writeMetafields } from './metafield-input.js';
import { freeHandle, normaliseTags, slug } from './normalise.js';
import { defaultOptions } from './option-input.js';
import type { ProductDoc, ProductStatus } from './product-doc.js';
import { DEFAULT_TITLE } from './product-doc.js';
import type { ShopContext } from './shop-context.js';
import type { UserError } from './shop-errors.js';
import { userError } from './shop-errors.js';
import { newVariant } from './variant-input.js';

/** Fields that productCreate, productUpdate and productSet have in common. */
export interface ProductFieldsInput {
  title?: string | null;
  handle?: string | null;
  status?: ProductStatus | null;
  vendor?: string | null;
  productType?: string | null;
  tags?: string[] | null;
  descriptionHtml?: string | null;
  templateSuffix?: string | null;
  category?: string | null;
  metafields?: MetafieldInput[] | null;
}

export const PRODUCT_INPUT_FIELDS = [
  'title',
  'handle',
  'status',
  'vendor',
  'productType',
  'tags',
  'descriptionHtml',
  'templateSuffix',
  'category',
  'metafields',
];

export interface ProductWriting {
  /** Path of the input in the mutation, for `field` of user errors. */
  path: string[];
  completeMetafields: boolean;
  /** A taken handle gets a suffix instead of an error, as productCreate does [R]. */
  suffixHandle: boolean;
  codes: { invalid: string | null; handle: string | null };
}

const TEXT_LIMIT = 255;

/** A product as Shopify makes it: one standalone variant, not published anywhere. */
export function newProduct(context: ShopContext): ProductDoc {
  const at = context.now;
  return {
    id: context.state.newId(),
    handle: '',
    title: '',
    status: 'ACTIVE',
    vendor: '',
    productType: '',
    tags: [],
    descriptionHtml: '',
    templateSuffix: null,
    category: null,
    createdAt: at,
    updatedAt: at,
    publishedOn: {},
    options: defaultOptions(context),
    variants: [newVariant(context, [DEFAULT_TITLE])],
    metafields: [],
  };
}

/** Writes the given fields into `product`, which must be a copy. Answers what is wrong with the input. */
export function writeProduct(
  context: ShopContext,
  product: ProductDoc,
  input: ProductFieldsInput,
  writing: ProductWriting,
): UserError[] {
  const errors: UserError[] = [];
  const isNew = product.handle === '';
  if (typeof input.title === 'string') product.title = input.title.trim();
  if (product.title === '' || (input.title === null && input.title !== undefined)) {
    errors.push(userError([...writing.path, 'title'], "Title can't be blank", writing.codes.invalid));
  }
  if (product.title.length > TEXT_LIMIT) {
    const message = 'Title is too long (maximum is 255 characters)';
    errors.push(userError([...writing.path, 'title'], message, writing.codes.invalid));
  }
  if (input.status) product.status = input.status;
  if (input.vendor !== undefined) product.vendor = input.vendor?.trim() ?? '';
  if (input.productType !== undefined) product.productType = input.productType?.trim() ?? '';
  if (input.tags !== undefined) product.tags = normaliseTags(input.tags ?? []);
  if (input.descriptionHtml !== undefined) product.descriptionHtml = input.descriptionHtml ?? '';
  if (input.templateSuffix !== undefined) product.templateSuffix = input.templateSuffix;
  if (input.category !== undefined) product.category = input.category;
  if (input.handle || isNew) errors.push(...writeHandle(context, product, input.handle ?? null, writing));
  if (input.metafields) {
    const owner = { type: 'PRODUCT' as const, id: product.id, metafields: product.metafields };
    const path = [...writing.path, 'metafields'];
    product.metafields = writeMetafields(context, owner, input.metafields, writing.completeMetafields, path, errors);
  }
  product.updatedAt = context.now;
  return errors;
}

function writeHandle(
  context: ShopContext,
  product: ProductDoc,
  wanted: string | null,
  writing: ProductWriting,
): UserError[] {
  const isTaken = (handle: string): boolean => (context.state.byHandle(handle)?.id ?? product.id) !== product.id;
  if (wanted === null || writing.suffixHandle) {
    product.handle = freeHandle(wanted ?? product.title, isTaken);
    return [];
  }
  product.handle = slug(wanted);
  if (!isTaken(product.handle)) return [];
  const message = `Handle '${product.handle}' already in use. Please provide a new handle.`;
  return [userError([...writing.path, 'handle'], message, writing.codes.handle)];
}
