import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import type { Product } from '../../domain/catalog/product.js';
import type { FieldValues } from '../../domain/primitives/json.js';
import { isExpectedIn, isGovernedIn, projectProduct, projectSku } from '../../domain/publishing/projection.js';
import { projectedFields } from '../../domain/quality/quality-issue.js';
import type { GovernedSystem } from '../../domain/publishing/system.js';
import type { LaneRecord } from '../ports/publishing-queue.js';

/**
 * What a record should show, or null when nobody governs it now (its SKU is a DRAFT, or the product has only such).
 * Fields that nobody has decided on are left out, so that they are neither compared nor written (design 4.13).
 */
export function projectRecord(
  record: LaneRecord,
  product: Product,
  states: readonly LifecycleState[],
  system: GovernedSystem,
  masterCurrency: string,
): FieldValues | null {
  const whole = projectWhole(record, product, states, system, masterCurrency);
  if (whole === null || record.undecided.size === 0) return whole;
  const out = leftOut(record, system);
  return Object.fromEntries(Object.entries(whole).filter(([field]) => !out.has(field)));
}

function projectWhole(
  record: LaneRecord,
  product: Product,
  states: readonly LifecycleState[],
  system: GovernedSystem,
  masterCurrency: string,
): FieldValues | null {
  if (record.entity === 'PRODUCT') return states.length > 0 ? projectProduct(product, states) : null;
  if (!record.sku || !isGovernedIn(record.sku)) return null;
  return projectSku(record.sku, system, masterCurrency, record.components);
}

/**
 * What the system shows for fields that nobody has decided on: it counts as published, so that the first decision is
 * news to bring there and no difference that somebody made. Tags stay out: B of tags is what is ours.
 */
export function undecidedValues(
  record: LaneRecord,
  system: GovernedSystem,
  observed: FieldValues,
  canonical: FieldValues,
): FieldValues {
  const out = record.undecided.size === 0 ? new Set<string>() : leftOut(record, system);
  out.delete('product.tags');
  // An amount that nobody has set yet is not in the projection either: its first value is a decision like any other.
  if (record.entity === 'SKU') for (const field of AMOUNTS) if (!(field in canonical)) out.add(field);
  return Object.fromEntries(Object.entries(observed).filter(([field]) => out.has(field)));
}

const AMOUNTS = ['price', 'compareAtPrice', 'cost'] as const;

/** Fields of the projection that are made of undecided ones. */
function leftOut(record: LaneRecord, system: GovernedSystem): Set<string> {
  const own = record.sku?.systemValues.find((each) => each.system === system.code);
  const fields = [...record.undecided].flatMap((field) => projectedFields(record.entity, field) ?? []);
  // What the system has of its own does not come from the master's; its own price says what is struck through, too.
  const isOwn = (field: string): boolean =>
    (field === 'price' && own !== undefined && own.price !== null) || (field === 'compareAtPrice' && own !== undefined);
  return new Set(fields.filter((field) => !isOwn(field)));
}

/** Is this record to be brought into the system, if it is not there? */
export function isWanted(record: LaneRecord, states: readonly LifecycleState[], system: GovernedSystem): boolean {
  if (record.entity === 'PRODUCT') return states.some((state) => state !== 'RETIRED');
  return record.sku !== null && isExpectedIn(record.sku, system.code);
}
