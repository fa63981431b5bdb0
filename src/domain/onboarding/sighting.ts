import { normaliseAll } from '../drift/normalise.js';
import type { FieldValues, Json } from '../primitives/json.js';
import type { ObservedRecord, RecordEntity } from '../publishing/system.js';

/** What the last complete scan of a system saw of one record: no more than pairing it and setting it against another takes. */
export interface Sighting {
  entity: RecordEntity;
  externalId: string;
  /** The product that a variant lives in; an ERP item is its own root. */
  rootId: string;
  /** As the system holds it: spaces and apostrophes are part of what the match tells. */
  code: string | null;
  fields: FieldValues;
}

/** Fields that a sighting keeps; the others say nothing of which record is which. */
const KEPT = [
  'product.title',
  'title',
  'optionValues',
  'gtin',
  'price',
  'compareAtPrice',
  'cost',
  'weight',
  'hsCode',
  'countryOfOrigin',
  'unitOfMeasure',
  'lifecycle',
] as const;

/** What is kept of an observation until the next complete scan. What could not be read is absent, never a guess. */
export function sightingOf({ entity, externalId, root, code, fields }: ObservedRecord): Sighting {
  const kept: FieldValues = {};
  for (const field of KEPT) {
    const value = fields[field];
    if (value !== undefined) kept[field] = value;
  }
  return { entity, externalId, rootId: root.externalId, code, fields: kept };
}

/** What a product says of all its variants. */
export interface SightedProduct {
  title: string | null;
  /** Shopify's ACTIVE; null where it could not be read. */
  live: boolean | null;
}

export function sightedProduct({ fields }: Sighting): SightedProduct {
  const status = keyOf(fields['lifecycle'], 'status');
  return { title: textOf(fields['product.title']), live: typeof status === 'string' ? status === 'ACTIVE' : null };
}

/**
 * The fields of a SKU record as they are set side by side: normalised, the title with its options as an import would
 * make it, and for lifecycle the one thing that every kind of system can be asked: is it for sale there?
 * @param product of a Shopify variant; null where every SKU is a record of its own.
 */
export function comparableFields(fields: FieldValues, product: SightedProduct | null): FieldValues {
  const { optionValues, lifecycle, title, ...rest } = fields;
  const out = normaliseAll({
    ...rest,
    title: product ? titleWithOptions(product.title, optionValues) : (title ?? null),
  });
  const sellable = isSellable(lifecycle, product);
  return sellable === null ? out : { ...out, sellable };
}

/** "Tee - S / Red", the title that a baseline import gives the SKU of this variant. */
function titleWithOptions(title: string | null, optionValues: Json | undefined): string | null {
  if (title === null) return null;
  const values = (Array.isArray(optionValues) ? optionValues : []).map((each) => textOf(keyOf(each, 'value')) ?? '');
  const told = values.filter((value) => value !== '' && value.toLowerCase() !== 'default title');
  return told.length === 0 ? title : `${title} - ${told.join(' / ')}`;
}

function isSellable(lifecycle: Json | undefined, product: SightedProduct | null): boolean | null {
  if (product) {
    const published = keyOf(lifecycle, 'published');
    return typeof published === 'boolean' && product.live !== null ? published && product.live : null;
  }
  const [active, salable] = [keyOf(lifecycle, 'active'), keyOf(lifecycle, 'salable')];
  return typeof active === 'boolean' && typeof salable === 'boolean' ? active && salable : null;
}

function keyOf(value: Json | undefined, key: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value[key] : undefined;
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
