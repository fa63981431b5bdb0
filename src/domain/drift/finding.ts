import type { Actor } from '../actor.js';
import type { LifecycleState } from '../catalog/lifecycle.js';
import type { FieldValues, Json } from '../primitives/json.js';
import type { Attribution, RootRef } from '../publishing/system.js';
import type { DriftAction, Severity } from './source-of-truth.js';

export type DriftKind = 'FIELD' | 'MISSING' | 'UNEXPECTED' | 'DUPLICATE' | 'RECODED' | 'LIFECYCLE' | 'BUNDLE';
export type DriftState = 'OPEN' | 'ACKNOWLEDGED' | 'WAIVED' | 'RESOLVED';
export type DriftResolution = 'REVERTED' | 'ADOPTED' | 'WAIVED' | 'SELF_HEALED' | 'SUPERSEDED';
/** What the matrix does about a finding by itself; HELD: an owner's values in such numbers that a person looks first. */
export type Healing = 'AUTO_REVERT' | 'AUTO_ADOPT' | 'HELD';
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
  /** What is to be done about it without asking anybody; left out: it waits for a person (FLAG). */
  policy?: FindingPolicy;
  /** Where a record is that the master does not know. */
  place?: { externalId: string; root: RootRef };
}

/** A rule that acts, and the version of the matrix that it is in. */
export interface FindingPolicy {
  action: Exclude<DriftAction, 'FLAG'> | 'HELD';
  version: number;
}

/** Does the matrix do something about it by itself, once it is on record? */
export function heals({ policy }: FindingDraft): boolean {
  return policy?.action === 'AUTO_REVERT' || policy?.action === 'AUTO_ADOPT';
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
  healing?: Healing | null;
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
