import type { DriftAudit } from '../domain/audit/drift-audit.js';
import { driftAuditPath } from '../domain/audit/drift-audit.js';

/** The shape's version: raised when a name goes or changes its meaning, not when one is added. */
const FORMAT = 'skuward.drift-audit/1';

/**
 * The audit for machines, with the names that the API uses: UTC instants as RFC 3339, shares from 0 to 1, hours as
 * numbers. Indented, keys always in the same order, so that two reports can be told apart by a diff.
 */
export function renderDriftAuditJson(audit: DriftAudit): string {
  const document = {
    format: FORMAT,
    self: driftAuditPath(audit.quarter, 'JSON'),
    ...audit,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
