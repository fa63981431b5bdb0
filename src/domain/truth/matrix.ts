import type { FieldRule } from '../drift/source-of-truth.js';
import { DEFAULT_RULES } from '../drift/source-of-truth.js';
import type { SystemKind } from '../publishing/system.js';

/** The owner of what is written in the master, and read from nowhere else. */
export const MASTER = 'MASTER';
/** The owner of what nobody governs: neither compared nor written. */
export const NOBODY = 'NONE';

/** Where each field lives beside the master (design 4.6). A field without a place in a kind of system is not compared there. */
export const FIELD_PLACES: Readonly<Record<string, readonly SystemKind[]>> = {
  'product.title': ['SHOPIFY'],
  'product.handle': ['SHOPIFY'],
  'product.vendor': ['SHOPIFY'],
  'product.productType': ['SHOPIFY'],
  'product.category': ['SHOPIFY'],
  'product.tags': ['SHOPIFY'],
  'attributes.*': [],
  title: ['ERP'],
  optionValues: ['SHOPIFY'],
  price: ['SHOPIFY', 'ERP'],
  compareAtPrice: ['SHOPIFY'],
  cost: ['SHOPIFY', 'ERP'],
  gtin: ['SHOPIFY', 'ERP'],
  weight: ['SHOPIFY', 'ERP'],
  hsCode: ['SHOPIFY', 'ERP'],
  countryOfOrigin: ['SHOPIFY', 'ERP'],
  requiresShipping: ['SHOPIFY'],
  taxable: ['SHOPIFY'],
  taxCode: [],
  unitOfMeasure: ['ERP'],
  'bundle.components': ['SHOPIFY', 'ERP'],
  lifecycle: ['SHOPIFY', 'ERP'],
};

/** Fields that hold an exact decimal, so that a difference of theirs has a size. */
export const MEASURED_FIELDS: ReadonlySet<string> = new Set(['price', 'compareAtPrice', 'cost', 'weight']);

/**
 * Fields that are never taken over from a system: its states are not the master's, its option values are what tells
 * variants apart, and its kits are already taken apart. Tags are everybody's.
 */
export const MASTERS_OWN: ReadonlySet<string> = new Set([
  'lifecycle',
  'optionValues',
  'bundle.components',
  'product.handle',
  'product.tags',
]);

/** A field of the matrix, or an attribute by its key. */
export function isGovernable(field: string): boolean {
  return Object.hasOwn(FIELD_PLACES, field) || /^attributes\.[a-z][a-z0-9_]{0,63}$/.test(field);
}

/** Kinds of systems that have a place for a field. */
export function placesOf(field: string): readonly SystemKind[] {
  return FIELD_PLACES[field] ?? [];
}

/**
 * The whole matrix: what the house has set, and for every other field the default of design 4.6. The cost belongs to the
 * ERP where there is exactly one; with none, or with two that could contradict each other, to the master.
 * @param erps codes of the ERPs that are configured.
 */
export function wholeMatrix(set: readonly FieldRule[], erps: readonly string[]): FieldRule[] {
  const own = new Map(set.map((each) => [each.field, each]));
  const known = DEFAULT_RULES.map((each) => own.get(each.field) ?? withOwner(each, erps));
  return [...known, ...set.filter(({ field }) => !DEFAULT_RULES.some((each) => each.field === field))];
}

function withOwner(rule: FieldRule, erps: readonly string[]): FieldRule {
  const [erp, ...others] = erps;
  return rule.field === 'cost' && erp !== undefined && others.length === 0 ? { ...rule, owner: erp } : rule;
}

/** The matrix with some of its rules in the place of those for the same fields. */
export function withRules(matrix: readonly FieldRule[], rules: readonly FieldRule[]): FieldRule[] {
  const next = new Map(matrix.map((each) => [each.field, each]));
  for (const each of rules) next.set(each.field, each);
  return [...next.values()];
}

/** Is a field's value another system's to say? */
export function isOwnedElsewhere(rule: FieldRule | null): boolean {
  return rule !== null && rule.owner !== MASTER && rule.owner !== NOBODY;
}
