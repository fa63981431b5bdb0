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
