import { compareDecimals } from '../../domain/primitives/decimal.js';
import type { MetafieldInput } from './metafield-input.js';
import { writeMetafields } from './metafield-input.js';
import { isHsCode, isNegative, orNull, shopMoney } from './normalise.js';
import type { InventoryItemDoc, ProductDoc, VariantDoc, WeightDoc } from './product-doc.js';
import { ONLINE_STORE } from './product-doc.js';
import type { ShopContext } from './shop-context.js';
import type { UserError } from './shop-errors.js';
import { onlyKnown, userError } from './shop-errors.js';

export interface ItemInput {
  sku?: string | null;
  tracked?: boolean | null;
  requiresShipping?: boolean | null;
  cost?: string | null;
  harmonizedSystemCode?: string | null;
  countryCodeOfOrigin?: string | null;
  provinceCodeOfOrigin?: string | null;
  measurement?: { weight?: WeightDoc | null } | null;
}

export interface OptionValueInput {
  id?: string | null;
  name?: string | null;
  optionId?: string | null;
  optionName?: string | null;
}

export interface VariantInput {
  id?: string | null;
  optionValues?: OptionValueInput[] | null;
  sku?: string | null;
  barcode?: string | null;
  price?: string | null;
  compareAtPrice?: string | null;
  taxable?: boolean | null;
  inventoryPolicy?: 'CONTINUE' | 'DENY' | null;
  published?: boolean | null;
  position?: number | null;
  inventoryItem?: ItemInput | null;
  metafields?: MetafieldInput[] | null;
}

/** What differs between the mutations that take variants. */
export interface VariantWriting {
  context: ShopContext;
  product: ProductDoc;
  type: 'ProductVariantSetInput' | 'ProductVariantsBulkInput';
  /** The given metafields are the whole list. */
  completeMetafields: boolean;
  codes: { negativePrice: string; invalid: string };
}

const TEXT_LIMIT = 255;
const SHARED_FIELDS = ['id', 'optionValues', 'barcode', 'price', 'compareAtPrice', 'taxable', 'inventoryPolicy'];
const SET_FIELDS = [...SHARED_FIELDS, 'published', 'inventoryItem', 'metafields', 'sku', 'position'];
const BULK_FIELDS = [...SHARED_FIELDS, 'published', 'inventoryItem', 'metafields'];

/** A variant as Shopify makes it when nothing is said about it. */
export function newVariant(context: ShopContext, optionValues: string[]): VariantDoc {
  const at = context.now;
  return {
    id: context.state.newId(),
    sku: null,
    barcode: null,
    price: '0.00',
    compareAtPrice: null,
    taxable: true,
    inventoryPolicy: 'DENY',
    createdAt: at,
    updatedAt: at,
    optionValues,
    publishedOn: { [ONLINE_STORE.publication]: at },
    metafields: [],
    item: {
      id: context.state.newId(),
      tracked: false,
      requiresShipping: true,
      cost: null,
      hsCode: null,
      country: null,
      province: null,
      weight: { value: 0, unit: 'KILOGRAMS' },
      createdAt: at,
      updatedAt: at,
    },
  };
}

/** Writes everything but the option values into `variant`, which must be a copy. Answers what is wrong with the input. */
export function writeVariant(
  writing: VariantWriting,
  variant: VariantDoc,
  input: VariantInput,
  path: string[],
): UserError[] {
  onlyKnown(writing.type, input, writing.type === 'ProductVariantSetInput' ? SET_FIELDS : BULK_FIELDS);
  const errors: UserError[] = [];
  const { context, codes } = writing;
  if (input.price !== undefined) {
    variant.price = shopMoney(input.price ?? '0');
    if (isNegative(variant.price)) {
      errors.push(userError([...path, 'price'], 'Price must be greater than or equal to 0', codes.negativePrice));
    }
  }
  if (input.compareAtPrice !== undefined) {
    variant.compareAtPrice = typeof input.compareAtPrice === 'string' ? shopMoney(input.compareAtPrice) : null;
    if (variant.compareAtPrice !== null && isNegative(variant.compareAtPrice)) {
      const message = 'Compare at price must be greater than or equal to 0';
      errors.push(userError([...path, 'compareAtPrice'], message, codes.invalid));
    }
  }
  if (input.barcode !== undefined) variant.barcode = orNull(input.barcode);
  if (typeof input.taxable === 'boolean') variant.taxable = input.taxable;
  if (input.inventoryPolicy) variant.inventoryPolicy = input.inventoryPolicy;
  // Only a new variant can be made unpublished this way [V: schema text]; later on it is publishableUnpublish.
  if (input.published === false && !input.id) variant.publishedOn = {};
  if (input.sku !== undefined) variant.sku = orNull(input.sku);
  if (input.inventoryItem)
    errors.push(...writeItem(context, variant, input.inventoryItem, [...path, 'inventoryItem'], codes.invalid));
  if ((variant.barcode ?? '').length > TEXT_LIMIT) {
    errors.push(userError([...path, 'barcode'], 'Barcode is too long (maximum is 255 characters)', codes.invalid));
  }
  if (input.metafields) {
    const owner = { type: 'PRODUCTVARIANT' as const, id: variant.id, metafields: variant.metafields };
    const at = [...path, 'metafields'];
    variant.metafields = writeMetafields(context, owner, input.metafields, writing.completeMetafields, at, errors);
  }
  variant.updatedAt = context.now;
  return errors;
}

/** Writes an inventory item, and the SKU that it shares with its variant. */
export function writeItem(
  context: ShopContext,
  variant: VariantDoc,
  input: ItemInput,
  path: string[],
  code: string | null,
): UserError[] {
  onlyKnown('InventoryItemInput', input, [
    'sku',
    'tracked',
    'requiresShipping',
    'cost',
    'harmonizedSystemCode',
    'countryCodeOfOrigin',
    'provinceCodeOfOrigin',
    'measurement',
  ]);
  const errors: UserError[] = [];
  const { item } = variant;
  if (input.sku !== undefined) variant.sku = orNull(input.sku);
  if ((variant.sku ?? '').length > TEXT_LIMIT) {
    errors.push(userError([...path, 'sku'], 'SKU is too long (maximum is 255 characters)', code));
  }
  if (typeof input.tracked === 'boolean') item.tracked = input.tracked;
  if (typeof input.requiresShipping === 'boolean') item.requiresShipping = input.requiresShipping;
  if (input.cost !== undefined) {
    item.cost = typeof input.cost === 'string' ? shopMoney(input.cost) : null;
    if (item.cost !== null && compareDecimals(item.cost, '0') < 0) {
      errors.push(userError([...path, 'cost'], 'Cost must be greater than or equal to 0', code));
    }
  }
  if (input.harmonizedSystemCode !== undefined) {
    item.hsCode = orNull(input.harmonizedSystemCode);
    if (item.hsCode !== null && !isHsCode(item.hsCode)) {
      const message = 'Harmonized system code must be a number between six and thirteen digits';
      errors.push(userError([...path, 'harmonizedSystemCode'], message, code));
    }
  }
  if (input.countryCodeOfOrigin !== undefined) item.country = orNull(input.countryCodeOfOrigin);
  if (input.provinceCodeOfOrigin !== undefined) item.province = orNull(input.provinceCodeOfOrigin);
  errors.push(...writeWeight(item, input, path, code));
  item.updatedAt = context.now;
  return errors;
}

function writeWeight(item: InventoryItemDoc, input: ItemInput, path: string[], code: string | null): UserError[] {
  const { measurement } = input;
  if (!measurement) return [];
  onlyKnown('InventoryItemMeasurementInput', measurement, ['weight']);
  if (!measurement.weight) return [];
  item.weight = { value: measurement.weight.value, unit: measurement.weight.unit };
  if (item.weight.value >= 0) return [];
  return [userError([...path, 'measurement', 'weight'], 'Weight must be greater than or equal to 0', code)];
}
