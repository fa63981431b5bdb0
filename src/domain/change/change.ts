import type { FieldValues, Json } from '../primitives/json.js';

export const CHANGE_OPERATIONS = [
  'PRODUCT_CREATE',
  'PRODUCT_UPDATE',
  'SKU_CREATE',
  'SKU_UPDATE',
  'SKU_TRANSITION',
  'BUNDLE_SET',
] as const;
export type ChangeOperation = (typeof CHANGE_OPERATIONS)[number];

export const CHANGE_REQUEST_STATES = [
  'DRAFT',
  'VALIDATING',
  'IN_REVIEW',
  'SCHEDULED',
  'APPLIED',
  'REJECTED',
  'WITHDRAWN',
  'CONFLICTED',
] as const;
export type ChangeRequestState = (typeof CHANGE_REQUEST_STATES)[number];

/** One proposed change, checked in itself. `patch` holds canonical values of only the fields that it names. */
export interface ProposedChange {
  operation: ChangeOperation;
  /** SKU code or product handle, as the author wrote it. */
  target: string;
  /** The revision that the author looked at; null on creation, and while it is not known yet. */
  baseRevision: number | null;
  patch: FieldValues;
}

/** Is the target a SKU's code, rather than a product's handle? */
export function isOfSku(operation: ChangeOperation): boolean {
  return operation !== 'PRODUCT_CREATE' && operation !== 'PRODUCT_UPDATE';
}

/** The handle of the product that a SKU_CREATE puts its SKU into; empty where the change names none. */
export function productOfPatch(patch: FieldValues): string {
  return typeof patch.product === 'string' ? patch.product : '';
}

/** Two people changed one field: all four facts. */
export interface FieldConflict {
  target: string;
  field: string;
  base: Json;
  current: Json;
  proposed: Json;
  /** Id of the change request that came in between, where one did. */
  changedBy: string | null;
}

/** What may be done to a change request, and in which state it may be done (design 4.3). */
const ACTS = {
  SUBMIT: ['DRAFT'],
  APPROVE: ['IN_REVIEW'],
  REJECT: ['IN_REVIEW', 'SCHEDULED', 'CONFLICTED'],
  WITHDRAW: ['DRAFT', 'VALIDATING', 'IN_REVIEW', 'SCHEDULED', 'CONFLICTED'],
  UPDATE: ['DRAFT', 'IN_REVIEW', 'SCHEDULED', 'CONFLICTED'],
  REBASE: ['DRAFT', 'IN_REVIEW', 'SCHEDULED', 'CONFLICTED'],
  FORCE: ['IN_REVIEW', 'SCHEDULED'],
  REVERT: ['APPLIED'],
} as const satisfies Record<string, readonly ChangeRequestState[]>;
export type ChangeRequestAct = keyof typeof ACTS;

export function mayBeDone(act: ChangeRequestAct, state: ChangeRequestState): boolean {
  return (ACTS[act] as readonly ChangeRequestState[]).includes(state);
}
