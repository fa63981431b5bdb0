import type { LifecycleState } from '../catalog/lifecycle.js';
import type { Sku } from '../catalog/sku.js';
import { isExpectedIn } from '../publishing/projection.js';
import type { FindingDraft, KnownRecord } from './finding.js';
import { identityOf } from './finding.js';

/** The finding of a record that a strong read says is gone. */
export function missing(record: KnownRecord): FindingDraft {
  return {
    identity: identityOf(record.id, 'MISSING', null),
    kind: 'MISSING',
    recordId: record.id,
    productId: record.productId,
    skuId: record.skuId,
    target: record.target,
    field: null,
    expected: 'present',
    found: null,
    lastPublished: record.published,
    severity: 'MEDIUM',
    attribution: null,
  };
}

/**
 * Is a record missed that is gone? What the master itself no longer wants there is not.
 * @param sku of the record; null for a product's. @param states of its product's SKUs that are listed there and not DRAFT.
 */
export function isMissed(
  sku: Pick<Sku, 'state' | 'listedIn'> | null,
  states: readonly LifecycleState[],
  system: string,
): boolean {
  return sku === null ? states.some((state) => state !== 'RETIRED') : isExpectedIn(sku, system);
}
