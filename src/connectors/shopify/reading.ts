import { Big } from 'big.js';
import { ConnectorError } from '../../application/ports/connector.js';
import { WEIGHT_UNITS, weightInGrams } from '../../domain/catalog/sku.js';
import type { FieldValues, Json } from '../../domain/primitives/json.js';
import type { ObservedRecord, RootRef } from '../../domain/publishing/system.js';
import { faultOf } from '../faults.js';
import type { ProductVariantInventoryPolicy, WeightUnit } from './admin-types.generated.js';

/** A product as the documents select it; `pub0`, `pub1`, ... tell whether it is on each governed publication. */
export interface RawProduct {
  id: string;
  handle: string;
  title: string;
  status: string;
  vendor: string | null;
  productType: string | null;
  tags: string[];
  updatedAt: string;
  category: { id: string } | null;
  [publication: `pub${number}`]: boolean;
}

export interface RawVariant {
  id: string;
  sku: string | null;
  barcode: string | null;
  price: string;
  compareAtPrice: string | null;
  taxable: boolean;
  inventoryPolicy: ProductVariantInventoryPolicy;
  updatedAt: string;
  /** It is sold as what it is made of. */
  requiresComponents: boolean;
  /** What it is made of, read apart; absent where there was nothing to read, or it could not be read whole. */
  components?: RawComponent[];
  selectedOptions: { name: string; value: string }[];
  inventoryItem: {
    requiresShipping: boolean;
    unitCost: { amount: string } | null;
    harmonizedSystemCode: string | null;
    countryCodeOfOrigin: string | null;
    measurement: { weight: { value: number; unit: WeightUnit } | null } | null;
  } | null;
  [publication: `pub${number}`]: boolean;
}

/** One line of what a variant is made of. */
export interface RawComponent {
  id: string;
  quantity: number;
  productVariant: { id: string; sku: string | null };
}

/** A component as Shopify takes it: the variant's id and how many of it. */
export interface Relationship {
  id: string;
  quantity: number;
}

/** How to read a record: how many publications are governed, and which fields of Shopify's were denied. */
export interface ReadingContext {
  publications: number;
  denied: ReadonlySet<string>;
}

/** Status UNLISTED (2025-10 and later) is no state of ours: whoever maps it to ACTIVE sells what was taken down. */
const STATUSES = new Set(['ACTIVE', 'DRAFT', 'ARCHIVED']);
const POLICIES = new Set<string>(['DENY', 'CONTINUE']);

const GRAMS_PER_UNIT = {
  GRAMS: weightInGrams({ value: '1', unit: 'GRAMS' }),
  KILOGRAMS: weightInGrams({ value: '1', unit: 'KILOGRAMS' }),
  OUNCES: weightInGrams({ value: '1', unit: 'OUNCES' }),
  POUNDS: weightInGrams({ value: '1', unit: 'POUNDS' }),
};

/** Canonical fields by the field of Shopify's whose denial makes them unreadable. */
const DENIABLE: Record<string, string[]> = {
  unitCost: ['cost'],
  harmonizedSystemCode: ['hsCode'],
  countryCodeOfOrigin: ['countryOfOrigin'],
  measurement: ['weight'],
  weight: ['weight'],
  requiresShipping: ['requiresShipping'],
  inventoryItem: ['cost', 'hsCode', 'countryOfOrigin', 'weight', 'requiresShipping'],
  category: ['product.category'],
  productVariantComponents: ['bundle.components'],
};

/** Shopify is asked by product id alone; the handle is no part of the root, since a bulk scan may not know it yet. */
export function rootOfProduct(productId: string): RootRef {
  return { externalId: productId, code: null };
}

/** A product in canonical field names. @throws ConnectorError UNKNOWN when it is not shaped as the schema promises. */
export function productRecord(raw: RawProduct, context: ReadingContext): ObservedRecord {
  requireText(raw, ['id', 'handle', 'title', 'status', 'updatedAt']);
  const fields: FieldValues = {
    'product.title': orNull(raw.title),
    'product.handle': orNull(raw.handle),
    'product.vendor': orNull(raw.vendor),
    'product.productType': orNull(raw.productType),
    'product.category': raw.category?.id ?? null,
    'product.tags': raw.tags,
    lifecycle: { status: raw.status },
  };
  const unreadable = [...deniedCanonical(context), ...(STATUSES.has(raw.status) ? [] : ['lifecycle'])];
  return record('PRODUCT', raw.id, rootOfProduct(raw.id), orNull(raw.handle), fields, unreadable, raw.updatedAt);
}

/** A variant in canonical field names. @throws ConnectorError UNKNOWN when it is not shaped as the schema promises. */
export function variantRecord(raw: RawVariant, productId: string, context: ReadingContext): ObservedRecord {
  requireText(raw, ['id', 'price', 'inventoryPolicy', 'updatedAt']);
  const item = raw.inventoryItem;
  const weight = weightOf(item?.measurement?.weight ?? null);
  const fields: FieldValues = {
    price: orNull(raw.price),
    compareAtPrice: orNull(raw.compareAtPrice),
    cost: orNull(item?.unitCost?.amount),
    gtin: orNull(raw.barcode),
    weight: weight ?? null,
    hsCode: orNull(item?.harmonizedSystemCode),
    countryOfOrigin: orNull(item?.countryCodeOfOrigin),
    requiresShipping: item?.requiresShipping ?? null,
    taxable: raw.taxable,
    optionValues: raw.selectedOptions.map(({ name, value }) => ({ name, value })),
    lifecycle: { published: isPublished(raw, context.publications), inventoryPolicy: raw.inventoryPolicy },
    'bundle.components': componentsOf(raw),
  };
  const unreadable = deniedCanonical(context);
  if (weight === undefined) unreadable.push('weight');
  if (raw.requiresComponents && !raw.components) unreadable.push('bundle.components');
  // Where no publication is governed nobody said what "published" means; true of all of none would be a guess.
  if (!POLICIES.has(raw.inventoryPolicy) || context.publications === 0) unreadable.push('lifecycle');
  return record('SKU', raw.id, rootOfProduct(productId), orNull(raw.sku), fields, unreadable, raw.updatedAt);
}

function componentsOf({ requiresComponents, components = [] }: RawVariant): Json {
  if (!requiresComponents) return [];
  return components.map(({ quantity, productVariant }) => ({ code: orNull(productVariant.sku), quantity }));
}

/** On every governed publication. */
export function isPublished(raw: RawProduct | RawVariant, publications: number): boolean {
  let isOnAll = true;
  // To the last of them, whatever the first says: each is to be there.
  for (let at = 0; at < publications; at += 1) isOnAll = flagOf(raw, at) && isOnAll;
  return isOnAll;
}

/** Per governed publication, in the order of the settings: is it there? @throws ConnectorError where the answer is missing. */
export function publicationFlags(raw: RawProduct | RawVariant, publications: number): boolean[] {
  return Array.from({ length: publications }, (_, at) => flagOf(raw, at));
}

function flagOf(raw: RawProduct | RawVariant, at: number): boolean {
  const flag = raw[`pub${at}`];
  if (typeof flag !== 'boolean') throw misshapen(raw.id, `pub${at}`);
  return flag;
}

/** In grams, to the microgram; undefined for a unit that nobody knows. */
function weightOf(weight: { value: number; unit: string } | null): string | null | undefined {
  if (weight === null) return null;
  const unit = WEIGHT_UNITS.find((each) => each === weight.unit);
  if (unit === undefined) return undefined;
  // Most stores weigh in whole grams, and a scan reads millions of them.
  if (unit === 'GRAMS' && Number.isSafeInteger(weight.value)) return String(weight.value);
  return new Big(weight.value).times(GRAMS_PER_UNIT[unit]).round(6).toFixed();
}

function deniedCanonical(context: ReadingContext): string[] {
  return context.denied.size === 0 ? [] : [...context.denied].flatMap((name) => DENIABLE[name] ?? []);
}

function orNull(text: string | null | undefined): string | null {
  return text === undefined || text === null || text === '' ? null : text;
}

function requireText<T extends { id: string }>(raw: T, keys: (keyof T & string)[]): void {
  for (const key of keys) if (typeof raw[key] !== 'string') throw misshapen(raw.id, key);
}

function misshapen(id: string, key: string): ConnectorError {
  return new ConnectorError(faultOf('UNKNOWN', `Shopify answered ${id} without a readable ${key}`));
}

function record(
  entity: ObservedRecord['entity'],
  externalId: string,
  root: RootRef,
  code: string | null,
  values: FieldValues,
  unreadable: string[],
  updatedAt: string,
): ObservedRecord {
  // Shopify names no editor and has no concurrency token on products and variants (shopify.md 1.6, 2.2).
  const seen = { entity, externalId, root, code, updatedAt, attribution: null, token: null };
  if (unreadable.length === 0) return { ...seen, fields: values, unreadable };
  const hidden = new Set(unreadable);
  const fields = Object.fromEntries(Object.entries(values).filter(([field]) => !hidden.has(field)));
  return { ...seen, fields, unreadable: [...hidden].filter((field) => field in values) };
}
