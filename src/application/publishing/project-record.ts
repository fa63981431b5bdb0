import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import type { Product } from '../../domain/catalog/product.js';
import type { FieldValues } from '../../domain/primitives/json.js';
import { isExpectedIn, isGovernedIn, projectProduct, projectSku } from '../../domain/publishing/projection.js';
import type { GovernedSystem } from '../../domain/publishing/system.js';
import type { LaneRecord } from '../ports/publishing-queue.js';

/** What a record should show, or null when nobody governs it now (its SKU is a DRAFT, or the product has only such). */
export function projectRecord(
  record: LaneRecord,
  product: Product,
  states: readonly LifecycleState[],
  system: GovernedSystem,
  masterCurrency: string,
): FieldValues | null {
  if (record.entity === 'PRODUCT') return states.length > 0 ? projectProduct(product, states) : null;
  if (!record.sku || !isGovernedIn(record.sku)) return null;
  return projectSku(record.sku, system, masterCurrency);
}

/** Is this record to be brought into the system, if it is not there? */
export function isWanted(record: LaneRecord, states: readonly LifecycleState[], system: GovernedSystem): boolean {
  if (record.entity === 'PRODUCT') return states.some((state) => state !== 'RETIRED');
  return record.sku !== null && isExpectedIn(record.sku, system.code);
}
