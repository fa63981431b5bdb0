import type { Actor } from '../actor.js';
import type { LifecycleState } from '../catalog/lifecycle.js';
import type { FieldValues, Json } from '../primitives/json.js';
import type { Attribution } from '../publishing/system.js';
import type { Severity } from './source-of-truth.js';

export type DriftKind = 'FIELD' | 'MISSING' | 'UNEXPECTED' | 'DUPLICATE' | 'RECODED' | 'LIFECYCLE' | 'BUNDLE';
export type DriftState = 'OPEN' | 'ACKNOWLEDGED' | 'WAIVED' | 'RESOLVED';
export type DriftResolution = 'REVERTED' | 'ADOPTED' | 'WAIVED' | 'SELF_HEALED' | 'SUPERSEDED';
export type ObservationSource = 'WEBHOOK' | 'INCREMENTAL_SCAN' | 'FULL_SCAN' | 'BEFORE_WRITE' | 'VERIFY_AFTER_WRITE';

/** A difference to put on record. Its identity within a system is one finding for ever, however often it is seen. */
export interface FindingDraft {
  identity: string;
  kind: DriftKind;
  recordId: string | null;
  productId: string | null;
  skuId: string | null;
  target: string;
  field: string | null;
  expected: Json;
  found: Json;
  lastPublished: Json;
  severity: Severity;
  attribution: Attribution | null;
  /** What there is to say of it beside its values; left out: nothing. */
  note?: string;
}

/** A finding that is not resolved, as far as judging needs it. */
export interface OpenFinding {
  id: string;
  kind: DriftKind;
  field: string | null;
  found: Json;
  openedAt: Date;
  revertRequestedBy: Actor | null;
  /** Absent where it does not matter. */
  state?: DriftState;
}

/** One record as we remember it. */
export interface KnownRecord {
  id: string;
  productId: string;
  skuId: string | null;
  /** SKU code or product handle. */
  target: string;
  /** Lifecycle state of the SKU; null for a product. */
  skuState: LifecycleState | null;
  /** B: what was last published and acknowledged. */
  published: FieldValues | null;
  openFindings: readonly OpenFinding[];
}

export function identityOf(recordId: string, kind: DriftKind, field: string | null): string {
  return [recordId, kind, field ?? ''].join('|');
}

/** FIELD, or the kind of its own that lifecycle and bundle differences have. */
export function kindOfField(field: string): DriftKind {
  if (field === 'lifecycle') return 'LIFECYCLE';
  return field === 'bundle.components' ? 'BUNDLE' : 'FIELD';
}

/** Something that must not be sold is on sale: nothing is more urgent (design 4.6). */
export function severityOf(base: Severity, field: string, state: LifecycleState | null, found: Json): Severity {
  if (field !== 'lifecycle' || (state !== 'RETIRED' && state !== 'ON_HOLD')) return base;
  const shown = typeof found === 'object' && found !== null && !Array.isArray(found) ? found : {};
  return shown.published === true || shown.salable === true ? 'CRITICAL' : base;
}
