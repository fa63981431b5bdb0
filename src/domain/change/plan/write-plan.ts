import type { FieldChange, FieldValues, Json } from '../../primitives/json.js';
import type { RecordEntity, SystemKind } from '../../publishing/system.js';
import type { Commitments } from './commitments.js';

/** What happens to a record, seen by its lifecycle; UPDATE where that does not move. */
export const WRITE_ACTIONS = ['CREATE', 'UPDATE', 'PUBLISH', 'UNPUBLISH', 'ARCHIVE'] as const;
export type WriteAction = (typeof WRITE_ACTIONS)[number];

/** One record of one system: a SKU by its code, or a product by its handle. */
export interface PlannedRecordRef {
  system: string;
  entity: RecordEntity;
  target: string;
}

/** What would be written to one record, in the system's canonical terms. */
export interface PlannedWrite extends PlannedRecordRef {
  action: WriteAction;
  /** From what the system last showed, to what it is to show. */
  fields: FieldChange[];
  /** Names of those fields that earlier requests owe already; this one does not change them. */
  owed: string[];
  /** Codes and handles that the request names, and by which it reaches this record. */
  because: string[];
  /** Components that have to be there first, and are on their way. */
  waitsFor: string[];
}

/** Why something that the request changes is not written there. */
export const OMISSION_REASONS = [
  'HELD',
  'WAIVED',
  'IGNORED',
  'FOREIGN',
  'NOT_SHOWN',
  'NOT_MATCHED',
  'GONE',
  'PRICE_MISSING',
  'COMPONENT_NOT_LISTED',
] as const;
export type OmissionReason = (typeof OMISSION_REASONS)[number];

export interface PlanOmission extends PlannedRecordRef {
  /** Null where it is the whole record. */
  field: string | null;
  reason: OmissionReason;
  /** What the master wants there. */
  expected: Json;
  /** What the system last showed. */
  found: Json;
  /** The finding that holds it. */
  findingId: string | null;
}

/** A difference that somebody made there, and that the request writes over: it was made before, so the request wins. */
export interface PlanSupersession extends PlannedRecordRef {
  field: string;
  findingId: string;
  found: Json;
  to: Json;
  because: string[];
}

/** A system that gets nothing, though the request changes what it is to show. */
export interface SilentSystem {
  system: string;
  reason: 'READ_ONLY' | 'UNLINKED';
  /** How many of its records the request would write else. */
  records: number;
}

/** All that a request does to systems. Every list is in one order, whatever the order of the request. */
export interface WritePlan {
  writes: PlannedWrite[];
  omissions: PlanOmission[];
  supersedes: PlanSupersession[];
  silent: SilentSystem[];
  /** What an approval binds to. */
  commitments: Commitments;
}

export const NO_WRITES: WritePlan = { writes: [], omissions: [], supersedes: [], silent: [], commitments: {} };

/** The order of a plan: by system, then by name, a product before a SKU of that name. */
export function recordOrder(a: PlannedRecordRef, b: PlannedRecordRef): number {
  return compare(a.system, b.system) || compare(a.target, b.target) || compare(a.entity, b.entity);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What a write comes to for whoever shops, or sells, there: read off the projection of the lifecycle (design 4.2). */
export function writeActionOf(kind: SystemKind, action: 'CREATE' | 'UPDATE', values: FieldValues): WriteAction {
  if (action === 'CREATE') return 'CREATE';
  const { lifecycle } = values;
  if (typeof lifecycle !== 'object' || lifecycle === null || Array.isArray(lifecycle)) return 'UPDATE';
  const { status, published, active, salable } = lifecycle;
  if (status === 'ARCHIVED' || (kind === 'ERP' && active === false)) return 'ARCHIVE';
  if (status === 'ACTIVE' || published === true || salable === true) return 'PUBLISH';
  return status === 'DRAFT' || published === false || salable === false ? 'UNPUBLISH' : 'UPDATE';
}
