import type { RecordMatch } from '../../../src/application/ports/record-store.js';
import type { ScanView } from '../../../src/application/ports/operations-reader.js';
import type { ScanHold, StagedRecord } from '../../../src/application/ports/scan-store.js';
import { ScanGone } from '../../../src/application/ports/scan-store.js';
import type { Actor } from '../../../src/domain/actor.js';
import type { Product } from '../../../src/domain/catalog/product.js';
import type { Sku } from '../../../src/domain/catalog/sku.js';
import type {
  DriftResolution,
  DriftState,
  FindingDraft,
  Healing,
  ObservationSource,
} from '../../../src/domain/drift/finding.js';
import type { FieldChange, FieldValues, Json } from '../../../src/domain/primitives/json.js';
import type { DeliveryState } from '../../../src/domain/publishing/delivery-state.js';
import type { HoldKind } from '../../../src/domain/publishing/gate.js';
import type {
  DeliveryFault,
  GovernedSystem,
  ObservedRecord,
  RecordEntity,
  RootRef,
} from '../../../src/domain/publishing/system.js';

/** A record of one system: a SKU, or a product where the system has such. */
export interface RecordRow {
  id: string;
  system: string;
  entity: RecordEntity;
  productId: string;
  skuId: string | null;
  externalId: string | null;
  root: RootRef | null;
  match: RecordMatch;
  waitingSince: number;
  published: FieldValues | null;
  publishedRevision: number | null;
  publishedAt: number | null;
  observed: FieldValues | null;
  observedAt: number | null;
  inSync: boolean | null;
}

export interface LaneRow {
  system: string;
  productId: string;
  dueAt: number | null;
  leaseToken: string | null;
  leaseUntil: number | null;
}

export interface DeliveryRow {
  id: string;
  system: string;
  entity: RecordEntity;
  productId: string;
  skuId: string | null;
  target: string;
  revision: number;
  state: DeliveryState;
  attempts: number;
  conflicts: number;
  notFounds: number;
  unknowns: number;
  lostLeases: number;
  /** Since when it waits because the system asked for that. */
  rateSince: number | null;
  /** Of its age, what it waited so. */
  excusedSeconds: number;
  nextAttemptAt: number | null;
  lastError: DeliveryFault | null;
  createdAt: number;
  retriedAt: number | null;
}

/** What is known of how a system is. */
export interface GateRow {
  failures: number;
  probeAt: number | null;
}

export interface HoldRow {
  system: string;
  kind: HoldKind;
  beganAt: number;
  endedAt: number | null;
}

export interface AttemptRow {
  id: string;
  deliveryId: string;
  recordId: string;
  expected: FieldValues;
  operation: string | null;
  sentAt: number;
  settledAt: number | null;
  outcome: string | null;
}

export interface FindingRow extends Omit<FindingDraft, 'attribution' | 'note' | 'policy' | 'place'> {
  id: string;
  system: string;
  state: DriftState;
  resolution: DriftResolution | null;
  source: ObservationSource;
  openedAt: number;
  recurrences: number;
  /** When it was opened again. */
  reopenedAt: number[];
  resolvedBy: Actor | null;
  healing: Healing | null;
  autoUndone: number;
  fight: string | null;
  note: string | null;
  waivedUntil: number | null;
  revertRequestedBy: Actor | null;
  notOurs: string | null;
  changeRequestId: string | null;
}

/** What a finding held at some time: what it was opened, reopened or refreshed with. */
export interface HeldValue {
  findingId: string;
  found: Json;
}

export interface WebhookRow {
  id: string;
  system: string;
  root: RootRef;
  receivedAt: number;
  handledAt: number | null;
  attempts: number;
  notBefore: number | null;
}

export interface ScanRow {
  view: ScanView;
  startedAt: number;
  token: string | null;
  leaseUntil: number | null;
  losses: number;
  operation: string | null;
  readAt: Date | null;
  stagedRecords: number | null;
  saw: Map<string, ObservedRecord>;
  /** Matched with ours by this scan, and not judged since. */
  paired: ObservedRecord[];
  staged: Map<string, StagedRecord>;
  postponed: Map<string, { root: RootRef; pursued: boolean }>;
}

interface RevisionRow {
  entity: RecordEntity;
  id: string;
  validFrom: number;
  changes: readonly FieldChange[];
}

/** Each step that a delivery took from one state to another. */
export interface Transition {
  deliveryId: string;
  from: DeliveryState | null;
  to: DeliveryState;
}

/** What PostgreSQL says by a unique index: a record has one open delivery at most. */
export class TwoOpen extends Error {}

/** Rows in memory, for the simulated world alone: whoever calls a method of a store here is alone until it returns. */
export class Tables {
  readonly systems = new Map<string, GovernedSystem>();
  readonly products = new Map<string, Product>();
  readonly skus = new Map<string, Sku>();
  readonly revisions: RevisionRow[] = [];
  readonly records = new Map<string, RecordRow>();
  readonly lanes = new Map<string, LaneRow>();
  readonly deliveries = new Map<string, DeliveryRow>();
  readonly gates = new Map<string, GateRow>();
  readonly holds: HoldRow[] = [];
  readonly attempts = new Map<string, AttemptRow>();
  readonly findings = new Map<string, FindingRow>();
  readonly held: HeldValue[] = [];
  readonly webhooks = new Map<string, WebhookRow>();
  readonly scans = new Map<string, ScanRow>();
  readonly transitions: Transition[] = [];

  constructor(
    /** Milliseconds since 1970. */
    readonly now: () => number,
    readonly newId: () => string,
  ) {}

  system(code: string): GovernedSystem {
    const system = this.systems.get(code);
    if (!system) throw new Error(`there is no system ${code}`);
    return system;
  }

  recordOf(of: { system: string; entity: RecordEntity; productId: string; skuId: string | null }): RecordRow | null {
    for (const row of this.records.values()) if (isSameRecord(row, of)) return row;
    return null;
  }

  /** Is the record's SKU (or any SKU of the record's product) to be in the record's system? */
  isWanted({ productId, skuId, system }: RecordRow): boolean {
    return [...this.skus.values()].some(
      (sku) =>
        sku.productId === productId &&
        (skuId === null || sku.id === skuId) &&
        sku.state !== 'DRAFT' &&
        sku.state !== 'RETIRED' &&
        sku.listedIn.includes(system),
    );
  }

  deliveriesOf(record: RecordRow): DeliveryRow[] {
    return [...this.deliveries.values()].filter((each) => isSameRecord(each, record));
  }

  /** The one way in which a delivery changes its state. As in the database, one record has one open delivery at most. */
  move(delivery: DeliveryRow, to: DeliveryState): void {
    if (delivery.state !== to) this.transitions.push({ deliveryId: delivery.id, from: delivery.state, to });
    delivery.state = to;
    this.checkOpen(delivery);
  }

  add(delivery: DeliveryRow): void {
    this.deliveries.set(delivery.id, delivery);
    this.transitions.push({ deliveryId: delivery.id, from: null, to: delivery.state });
    this.checkOpen(delivery);
  }

  private checkOpen(delivery: DeliveryRow): void {
    if (!isWaiting(delivery)) return;
    for (const other of this.deliveries.values()) {
      if (other !== delivery && isWaiting(other) && isSameRecord(other, delivery)) {
        throw new TwoOpen(`two deliveries of ${delivery.target} to ${delivery.system} are open at once`);
      }
    }
  }
}

export function isSameRecord(
  a: { system: string; entity: RecordEntity; productId: string; skuId: string | null },
  b: { system: string; entity: RecordEntity; productId: string; skuId: string | null },
): boolean {
  return a.system === b.system && a.entity === b.entity && a.productId === b.productId && a.skuId === b.skuId;
}

/** It waits for its turn. */
export function isWaiting({ state }: Pick<DeliveryRow, 'state'>): boolean {
  return state === 'PENDING' || state === 'RETRYING';
}

/** It is not settled for good. */
export function isOpen({ state }: Pick<DeliveryRow, 'state'>): boolean {
  return state === 'PENDING' || state === 'RETRYING' || state === 'IN_FLIGHT';
}

/** The scan that this process runs. @throws ScanGone */
export function heldScan(tables: Tables, { id, token }: ScanHold): ScanRow {
  const row = tables.scans.get(id);
  if (row?.view.state !== 'RUNNING' || row.token !== token) throw new ScanGone();
  return row;
}

/** Ids and instants in their order. */
export function byId<T extends { id: string }>(rows: Iterable<T>): T[] {
  return [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
}
