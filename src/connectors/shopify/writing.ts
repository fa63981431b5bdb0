import { ConnectorError } from '../../application/ports/connector.js';
import type { RecordWrite } from '../../application/ports/connector.js';
import { isPlainDecimal } from '../../domain/primitives/decimal.js';
import type { Json } from '../../domain/primitives/json.js';
import { sameJson } from '../../domain/primitives/json.js';
import { faultOf } from '../faults.js';
import type {
  InventoryItemInput,
  ProductSetInput,
  ProductUpdateInput,
  ProductVariantSetInput,
  ProductVariantsBulkInput,
  WeightInput,
} from './admin-types.generated.js';

/** ProductVariantsBulkInput and ProductVariantSetInput, as far as both have the same fields and they are ours to set. */
export interface VariantInput extends Pick<
  ProductVariantsBulkInput & ProductVariantSetInput,
  'price' | 'compareAtPrice' | 'barcode' | 'taxable' | 'inventoryPolicy'
> {
  id?: string;
  published?: boolean;
  optionValues?: { optionName: string; name: string }[];
  inventoryItem?: InventoryItemInput;
}

/** ProductUpdateInput and ProductSetInput, as far as both have the same fields and they are ours to set. */
export type ProductInput = Pick<
  ProductUpdateInput & ProductSetInput,
  'title' | 'handle' | 'vendor' | 'productType' | 'category' | 'tags' | 'status'
>;

/** A variant's part of the lifecycle, as Shopify takes it. */
interface VariantLifecycle {
  published: boolean | null;
  inventoryPolicy: 'DENY' | 'CONTINUE' | null;
}

/** Shopify's name for the only variant of a product that has no options. */
export const NO_OPTIONS = [{ optionName: 'Title', name: 'Default Title' }];

const PRODUCT_KEYS: Record<string, 'title' | 'handle' | 'vendor' | 'productType' | 'category'> = {
  'product.title': 'title',
  'product.handle': 'handle',
  'product.vendor': 'vendor',
  'product.productType': 'productType',
  'product.category': 'category',
};
const VARIANT_KEYS: Record<string, 'price' | 'compareAtPrice' | 'barcode'> = {
  price: 'price',
  compareAtPrice: 'compareAtPrice',
  gtin: 'barcode',
};
const ITEM_KEYS: Record<string, 'sku' | 'cost' | 'harmonizedSystemCode' | 'countryCodeOfOrigin'> = {
  code: 'sku',
  cost: 'cost',
  hsCode: 'harmonizedSystemCode',
  countryOfOrigin: 'countryCodeOfOrigin',
};

/**
 * The product's values as Shopify takes them; on CREATE what is not set is left out.
 * @throws ConnectorError VALIDATION for a field or status that Shopify has no place for: nothing is dropped in silence.
 */
export function productInput(write: RecordWrite): ProductInput {
  const input: ProductInput = {};
  for (const [field, value] of givenValues(write)) {
    const key = PRODUCT_KEYS[field];
    if (field === 'lifecycle') input.status = productStatus(value);
    else if (field === 'product.tags') input.tags = tagsOf(value);
    else if (key === undefined) throw refused(`Shopify has no place for ${field} on a product`);
    // Texts that are not nullable in Shopify are cleared by an empty one.
    else input[key] = textOf(field, value) ?? (key === 'category' ? null : '');
  }
  if (write.action === 'CREATE') input.handle ??= write.code;
  return input;
}

/**
 * Which tags to add to what the product showed, and which to take away, by Shopify's own measure, without case; null where the
 * write says nothing of tags, or nobody knows what was there.
 */
export function tagChanges({ values, seen }: RecordWrite): { added: string[]; removed: string[] } | null {
  const before = seen?.['product.tags'];
  if (!('product.tags' in values) || !Array.isArray(before)) return null;
  const [wanted, there] = [tagsOf(values['product.tags'] ?? null), tagsOf(before)];
  const lacking = (tags: string[], of: string[]): string[] => {
    const folded = new Set(tags.map((tag) => tag.toLowerCase()));
    return of.filter((tag) => !folded.has(tag.toLowerCase()));
  };
  return { added: lacking(there, wanted), removed: lacking(wanted, there) };
}

/**
 * The variant's values as Shopify takes them. `published` is in it on CREATE only: for a variant that exists, Shopify
 * has other mutations.
 * @throws ConnectorError VALIDATION for a value that Shopify has no place for.
 */
export function variantInput(write: RecordWrite): VariantInput {
  const input: VariantInput = {};
  const item: InventoryItemInput = write.action === 'CREATE' ? { sku: write.code } : {};
  for (const [field, value] of givenValues(write)) {
    const key = VARIANT_KEYS[field];
    const itemKey = ITEM_KEYS[field];
    if (key !== undefined) input[key] = textOf(field, value);
    else if (itemKey !== undefined) item[itemKey] = textOf(field, value);
    else if (field === 'taxable') input.taxable = flagOf(field, value);
    else if (field === 'requiresShipping') item.requiresShipping = flagOf(field, value);
    else if (field === 'weight') item.measurement = { weight: gramsInput(value) };
    else if (field === 'optionValues') input.optionValues = optionInput(value);
    else if (field === 'lifecycle') applyLifecycle(input, variantLifecycle(write), write.action);
    // A mutation of its own does that, once the variant is there.
    else if (field === 'bundle.components') continue;
    else throw refused(`Shopify has no place for ${field} on a variant`);
  }
  if (write.action === 'CREATE') input.optionValues ??= NO_OPTIONS;
  // Until it is made of something, nobody must be able to buy it.
  if (input.published === true && holdsComponents(write)) input.published = false;
  if (Object.keys(item).length > 0) input.inventoryItem = item;
  return input;
}

/** Whether the variant is to be sellable; null when the write does not say. @throws ConnectorError VALIDATION */
export function wantedPublished(write: RecordWrite): boolean | null {
  return write.entity === 'SKU' && write.values['lifecycle'] !== undefined ? variantLifecycle(write).published : null;
}

/** The options of a product that is made of these variants, in the order in which they name them. */
export function optionsOf(variants: VariantInput[]): { name: string; values: { name: string }[] }[] {
  const options = new Map<string, Set<string>>();
  for (const { optionName, name } of variants.flatMap((each) => each.optionValues ?? [])) {
    options.set(optionName, (options.get(optionName) ?? new Set()).add(name));
  }
  return [...options].map(([name, values]) => ({ name, values: [...values].map((value) => ({ name: value })) }));
}

/** The names of a variant's options as one text: variants of one product must agree in it. */
export function optionNames(variant: VariantInput): string {
  return JSON.stringify((variant.optionValues ?? []).map(({ optionName }) => optionName).sort());
}

function givenValues(write: RecordWrite): [string, Json][] {
  const entries = Object.entries(write.values);
  return write.action === 'CREATE' ? entries.filter(([, value]) => value !== null) : entries;
}

/** Is it to be made of something? */
export function holdsComponents({ values }: RecordWrite): boolean {
  const lines = values['bundle.components'];
  return Array.isArray(lines) && lines.length > 0;
}

/** Is it the one variant of a product that has nothing to choose? */
export function hasNoOptions({ values }: RecordWrite): boolean {
  const options = values['optionValues'] ?? [];
  return sameJson(options, []) || sameJson(options, [{ name: 'Title', value: 'Default Title' }]);
}

function applyLifecycle(input: VariantInput, lifecycle: VariantLifecycle, action: RecordWrite['action']): void {
  if (lifecycle.inventoryPolicy !== null) input.inventoryPolicy = lifecycle.inventoryPolicy;
  if (lifecycle.published !== null && action === 'CREATE') input.published = lifecycle.published;
}

function variantLifecycle(write: RecordWrite): VariantLifecycle {
  const value = objectOf(write.values['lifecycle'] ?? null, 'lifecycle');
  const { published = null, inventoryPolicy = null, ...others } = value;
  const rest = Object.keys(others);
  if (rest.length > 0) throw refused(`Shopify has no place for lifecycle.${rest[0]} on a variant`);
  if (published !== null && typeof published !== 'boolean') throw refused('lifecycle.published is not a boolean');
  if (inventoryPolicy !== null && inventoryPolicy !== 'DENY' && inventoryPolicy !== 'CONTINUE') {
    throw refused('lifecycle.inventoryPolicy is neither DENY nor CONTINUE');
  }
  return { published, inventoryPolicy };
}

function productStatus(value: Json): 'ACTIVE' | 'DRAFT' | 'ARCHIVED' {
  const { status } = objectOf(value, 'lifecycle');
  if (status !== 'ACTIVE' && status !== 'DRAFT' && status !== 'ARCHIVED') {
    throw refused('lifecycle.status is none of ACTIVE, DRAFT, ARCHIVED');
  }
  return status;
}

function textOf(field: string, value: Json): string | null {
  if (value !== null && typeof value !== 'string') throw refused(`${field} is no text`);
  return value;
}

function flagOf(field: string, value: Json): boolean | null {
  if (value !== null && typeof value !== 'boolean') throw refused(`${field} is neither true nor false`);
  return value;
}

function tagsOf(value: Json): string[] {
  const tags = value ?? [];
  if (!Array.isArray(tags)) throw refused('product.tags is no list');
  return tags.map((tag) => textOf('product.tags', tag) ?? '');
}

/** Shopify takes weights as floats; up to 15 digits that is exact enough for grams. */
function gramsInput(value: Json): WeightInput | null {
  if (value === null) return null;
  if (typeof value !== 'string' || !isPlainDecimal(value)) throw refused('weight is no plain decimal of grams');
  return { value: Number(value), unit: 'GRAMS' };
}

function optionInput(value: Json): { optionName: string; name: string }[] {
  if (!Array.isArray(value)) throw refused('optionValues is not a list');
  const options = value.map((each) => {
    const { name, value: choice } = objectOf(each, 'optionValues');
    if (typeof name !== 'string' || typeof choice !== 'string') throw refused('optionValues takes {name, value}');
    return { optionName: name, name: choice };
  });
  return options.length > 0 ? options : NO_OPTIONS;
}

function objectOf(value: Json, field: string): { [key: string]: Json } {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw refused(`${field} is not an object`);
  return value;
}

function refused(message: string): ConnectorError {
  return new ConnectorError(faultOf('VALIDATION', message));
}
