import type { Actor } from '../../domain/actor.js';
import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import type { Product } from '../../domain/catalog/product.js';
import type { ObservationSource } from '../../domain/drift/finding.js';
import type { FieldValues, Json } from '../../domain/primitives/json.js';
import type { Attribution } from '../../domain/publishing/system.js';
import type { MasterPlace } from '../../domain/truth/explanation.js';
import type { LaneRecord } from './publishing-queue.js';

/** The revision that brought a value, of a SKU or of its product. */
export interface ValueOrigin {
  /** Of the SKU or product that was asked about. */
  ofId: string;
  /** As of the instant that was asked about. */
  value: Json;
  revision: number;
  actor: Actor;
  at: Date;
  reason: string | null;
  /** Null: a baseline import brought it. */
  changeRequestId: string | null;
}

/** What a system showed, and a request took into the master. */
export interface ValueObservation {
  ofId: string;
  changeRequestId: string;
  system: string;
  source: ObservationSource;
  found: Json;
  at: Date;
  /** Null where nobody is named, or where the finding tells of a later edit by now. */
  attribution: Attribution | null;
  findingId: string | null;
  /** Version of the matrix that took it over; null where people, or AUTO_ADOPT, adopted it. */
  policyVersion: number | null;
}

/** One field of one record: what judging it takes, and what is on record of it. */
export interface FieldRecord {
  system: string;
  record: LaneRecord;
  product: Product;
  states: readonly LifecycleState[];
  observed: FieldValues | null;
  unreadable: readonly string[];
  comparedAt: Date | null;
  /** The newest write of ours that arrived and carried the field. */
  brought: { deliveryId: string; at: Date; value: Json } | null;
  /** The finding on the field that is not resolved. */
  findingId: string | null;
}

/** Reads of why fields are as they are, for any number of SKUs in a constant number of statements. */
export interface ExplanationReader {
  /** @param ids of SKUs or of products, as the place says. */
  origins(ids: readonly string[], place: MasterPlace, asOf: Date | null): Promise<ValueOrigin[]>;
  /** Where values that requests brought had been seen. @param of what each request brought the value of. */
  observations(
    of: readonly { ofId: string; changeRequestId: string }[],
    field: string,
    entity: MasterPlace['entity'],
  ): Promise<ValueObservation[]>;
  records(ids: readonly string[], field: string, entity: MasterPlace['entity']): Promise<FieldRecord[]>;
}
