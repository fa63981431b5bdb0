import type { FieldValues, Json } from '../primitives/json.js';

export type SystemKind = 'SHOPIFY' | 'ERP';
export type SystemMode = 'READ_ONLY' | 'WRITE';
export type SystemLink = 'UNLINKED' | 'LINKED';

/** A Shopify store or the ERP, as far as the rules of the domain need to know it. */
export interface GovernedSystem {
  code: string;
  kind: SystemKind;
  connector: string;
  mode: SystemMode;
  /** ISO 4217; prices are only comparable with the master's where the currencies agree. */
  currency: string;
  link: SystemLink;
}

/** A record is a SKU, or (in Shopify) a product, as one system holds it. */
export type RecordEntity = 'PRODUCT' | 'SKU';

/**
 * One record as a system showed it, told in canonical field names. Values are as the system holds them; normalising
 * is the domain's. A field that the system has no place for is absent from `fields`; one that could not be read
 * (scope missing, unknown enum value, partial page) is named in `unreadable` and never guessed.
 */
export interface ObservedRecord extends Authorship {
  entity: RecordEntity;
  /** The system's own id of this record. */
  externalId: string;
  /** What a strong read takes to read this record again: the product in Shopify, the item in an ERP. */
  root: RootRef;
  /** SKU code or product handle as the system holds it; null where it has none. */
  code: string | null;
  fields: FieldValues;
  unreadable: string[];
  /** When the system says that it last changed; RFC 3339. A hint, never proof of an edit. */
  updatedAt: string | null;
  /** The system's concurrency token (ETag), where it has one. */
  token: string | null;
}

/** A root by the system's own id, and by the code it last bore for systems that can only be asked by code. */
export interface RootRef {
  externalId: string;
  code: string | null;
}

/** By whom a record is as it is. */
export interface Authorship {
  /** Of the record's last change. */
  attribution: Attribution | null;
  /** By field, for those that the system keeps apart from each other; `attribution` stands for all others. */
  authors?: Readonly<Record<string, Attribution | null>>;
}

/** Who wrote a field last: somebody else, us perhaps, may have written another one of the record since. */
export function authorOf({ attribution, authors = {} }: Authorship, field: string): Attribution | null {
  return authors[field] === undefined ? attribution : authors[field];
}

/** Who wrote it there, as far as the system tells; unknown stays null. */
export interface Attribution {
  actor: string | null;
  app: string | null;
  at: string | null;
  /** How sure that is; left out, or null: the system names nobody. */
  confidence?: AttributionConfidence | null;
}

/**
 * CERTAIN: the system names the author of just this state of the field. LIKELY: of the record's last change, which may have
 * been one of another field.
 */
export type AttributionConfidence = 'CERTAIN' | 'LIKELY';

export const ERROR_CLASSES = [
  'RATE_LIMITED',
  'TRANSIENT',
  'VALIDATION',
  'CONFLICT',
  'AUTH',
  'NOT_FOUND',
  'UNKNOWN',
] as const;
export type ErrorClass = (typeof ERROR_CLASSES)[number];

/** Why a system did not take something. The class decides what happens next (design 4.9); it is never guessed from text by the publisher. */
export interface DeliveryFault {
  class: ErrorClass;
  /** The system's own code, where it gave one. */
  code: string | null;
  message: string;
  /** Seconds the system asked us to wait. */
  retryAfterSeconds: number | null;
  /** True when the write may have happened all the same (timeout, reset, 5xx after sending). */
  ambiguous: boolean;
  /** The system's own answer, secrets removed. */
  raw: Json;
  /** The canonical field that belongs to somebody else in that system, so that no write of ours can ever change it. */
  notOurs?: string;
}
