import type { Editor } from '../../actor.js';
import { ControlRefusal } from '../../loopback-server.js';
import type { Target } from './control-lookup.js';
import { isMoney } from '../normalise.js';
import type { ProductDoc, ProductStatus, VariantDoc } from '../product-doc.js';
import { ONLINE_STORE } from '../product-doc.js';
import { newProduct, writeProduct } from '../product-input.js';
import type { ShopContext } from '../shop-context.js';
import type { UserError } from '../shop-errors.js';
import { userError } from '../shop-errors.js';
import { writeVariant } from '../variant-input.js';

const PRODUCT_KEYS = ['title', 'vendor', 'productType', 'tags', 'status', 'handle', 'descriptionHtml'];
const VARIANT_KEYS = ['price', 'compareAtPrice', 'barcode', 'sku', 'taxable', 'inventoryPolicy'];
const STATUSES: readonly ProductStatus[] = ['ACTIVE', 'ARCHIVED', 'DRAFT', 'UNLISTED'];
const POLICIES = ['CONTINUE', 'DENY'];
const ITEM_KEYS = ['cost', 'grams', 'hsCode', 'countryOfOrigin', 'requiresShipping'];

/**
 * An edit behind everybody's back: same validation, same normalisation, same webhooks as an API write, no actor. Variant
 * fields need a SKU (or a product with one variant). An order sets nothing: it moves `updatedAt`, as stock does [V].
 */
export function editProduct(
  context: ShopContext,
  target: Target,
  editor: Editor,
  set: Record<string, unknown>,
): ProductDoc {
  const product = structuredClone(target.product);
  const variant = product.variants.find((one) => one.id === target.variant?.id) ?? null;
  const unknown = Object.keys(set).find(
    (key) => ![...PRODUCT_KEYS, ...VARIANT_KEYS, ...ITEM_KEYS, 'published'].includes(key),
  );
  if (unknown !== undefined) throw new ControlRefusal(400, `unknown key in set: ${unknown}`);
  if (editor.kind === 'order' && Object.keys(set).length > 0) throw new ControlRefusal(400, 'an order sets no field');
  if (editor.kind !== 'order' && Object.keys(set).length === 0) throw new ControlRefusal(400, 'set is empty');
  const errors = writeFields(context, product, variant, set);
  if (errors.length > 0) throw new ControlRefusal(400, errors.map((error) => error.message).join('; '));
  context.commit([{ put: 'product', doc: product }]);
  return product;
}

/** A product that staff makes in the admin: the same keys, all of its first variant's too. */
export function newStaffProduct(context: ShopContext, fields: Record<string, unknown>): ProductDoc {
  const product = newProduct(context);
  const unknown = Object.keys(fields).find(
    (key) => ![...PRODUCT_KEYS, ...VARIANT_KEYS, ...ITEM_KEYS, 'published'].includes(key),
  );
  if (unknown !== undefined) throw new ControlRefusal(400, `unknown key: ${unknown}`);
  const { published = true, ...rest } = fields;
  const errors = writeFields(context, product, null, { title: '', ...rest });
  if (errors.length > 0) throw new ControlRefusal(400, errors.map((error) => error.message).join('; '));
  if (published === true) product.publishedOn[ONLINE_STORE.publication] = context.now;
  context.commit([{ put: 'product', doc: product }]);
  return product;
}

function writeFields(
  context: ShopContext,
  product: ProductDoc,
  variant: VariantDoc | null,
  set: Record<string, unknown>,
): UserError[] {
  const errors: UserError[] = [];
  const productInput = pick(set, PRODUCT_KEYS);
  if (Object.keys(productInput).length > 0 || product.handle === '') {
    const writing = {
      path: [],
      completeMetafields: false,
      suffixHandle: false,
      codes: { invalid: null, handle: null },
    };
    errors.push(...writeProduct(context, product, checkedProduct(productInput), writing));
  }
  const variantKeys = Object.keys(set).filter((key) => VARIANT_KEYS.includes(key) || ITEM_KEYS.includes(key));
  if (variantKeys.length > 0) {
    const only = product.variants.length === 1 ? product.variants[0] : undefined;
    const target = variant ?? only;
    if (!target) return [userError(null, `${variantKeys.join(', ')}: name the variant by sku`)];
    errors.push(...writeVariantFields(context, product, target, set));
  }
  if (set['published'] !== undefined) publish(variant ?? product, set['published'], context.now);
  product.updatedAt = context.now;
  return errors;
}

function checkedProduct(input: Record<string, unknown>): { title?: string; status?: ProductStatus; tags?: string[] } {
  for (const [key, value] of Object.entries(input)) {
    const isTags = Array.isArray(value) && value.every((tag) => typeof tag === 'string');
    if (key === 'tags' ? !isTags : typeof value !== 'string') throw new ControlRefusal(400, `${key} has a wrong type`);
  }
  const { status } = input;
  if (status !== undefined && !STATUSES.some((one) => one === status)) {
    throw new ControlRefusal(400, `unknown status: ${JSON.stringify(status)}`);
  }
  return input;
}

function writeVariantFields(
  context: ShopContext,
  product: ProductDoc,
  variant: VariantDoc,
  set: Record<string, unknown>,
): UserError[] {
  for (const key of ['price', 'compareAtPrice', 'cost']) {
    const value = set[key];
    if (value === undefined || (value === null && key !== 'price')) continue;
    if (typeof value !== 'string' || !isMoney(value)) throw new ControlRefusal(400, `${key} must be a decimal as text`);
  }
  for (const key of ['barcode', 'sku', 'hsCode', 'countryOfOrigin']) {
    const value = set[key];
    if (value !== undefined && value !== null && typeof value !== 'string')
      throw new ControlRefusal(400, `${key} must be text`);
  }
  for (const key of ['taxable', 'requiresShipping']) {
    if (set[key] !== undefined && typeof set[key] !== 'boolean')
      throw new ControlRefusal(400, `${key} must be true or false`);
  }
  if (set['inventoryPolicy'] !== undefined && !POLICIES.some((one) => one === set['inventoryPolicy'])) {
    throw new ControlRefusal(400, 'inventoryPolicy must be CONTINUE or DENY');
  }
  const { grams } = set;
  if (grams !== undefined && (typeof grams !== 'number' || grams < 0))
    throw new ControlRefusal(400, 'grams must be a number from 0');
  const writing = {
    context,
    product,
    type: 'ProductVariantSetInput' as const,
    completeMetafields: false,
    codes: { negativePrice: '', invalid: '' },
  };
  const inventoryItem = {
    ...pick(set, ['cost', 'requiresShipping']),
    ...renamed('harmonizedSystemCode', set['hsCode']),
    ...renamed('countryCodeOfOrigin', set['countryOfOrigin']),
    ...(typeof grams === 'number' ? { measurement: { weight: { value: grams, unit: 'GRAMS' as const } } } : {}),
  };
  return writeVariant(writing, variant, { ...pick(set, VARIANT_KEYS), inventoryItem }, []);
}

function publish(resource: { publishedOn: Record<string, string> }, value: unknown, now: string): void {
  if (typeof value !== 'boolean') throw new ControlRefusal(400, 'published must be true or false');
  if (value) resource.publishedOn[ONLINE_STORE.publication] ??= now;
  else delete resource.publishedOn[ONLINE_STORE.publication];
}

function pick(set: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(set).filter(([key]) => keys.includes(key)));
}

function renamed(key: string, value: unknown): Record<string, unknown> {
  return value === undefined ? {} : { [key]: value };
}
