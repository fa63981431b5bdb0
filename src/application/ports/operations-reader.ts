import type { Actor } from '../../domain/actor.js';
import type { Json } from '../../domain/primitives/json.js';
import type { DriftKind, DriftResolution, DriftState, Healing, ObservationSource } from '../../domain/drift/finding.js';
import type { HoldKind } from '../../domain/publishing/gate.js';
import type { CanaryState } from '../../domain/publishing/canary.js';
import type { DeliveryState } from '../../domain/publishing/delivery-state.js';
import type { Severity } from '../../domain/drift/source-of-truth.js';
import type { Attribution, ErrorClass, GovernedSystem } from '../../domain/publishing/system.js';
import type { Page, PageRequest } from './page.js';

/**
 * ABSENT: not to be there, and not there. NOT_COMPARED: it is there, and its SKU is DRAFT, which the master neither compares nor writes
 * anywhere: whether the two agree nobody knows (`isGovernedIn`).
 */
export type SyncState = 'ABSENT' | 'NOT_COMPARED' | 'PENDING' | 'IN_SYNC' | 'DRIFTED' | 'DEAD_LETTERED';
export type ScanState = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'HELD';

/**
 * READING: the system is read, and what moves nothing is judged at once. SETTLING: the rest is judged, then presence.
 * CONFIRMING: a person let a held scan go on, and what it had staged is read again.
 */
export type ScanPhase = 'READING' | 'SETTLING' | 'CONFIRMING';

/** Why nothing is sent to a system at the moment. */
export interface HoldView {
  kind: HoldKind;
  reason: string;
  beganAt: Date;
  beganBy: Actor;
  /** When a PAUSE ends by itself; null for the others. */
  until: Date | null;
  /** When it is tried next whether the system takes something again; null for a PAUSE. */
  nextProbeAt: Date | null;
}

export interface SystemView extends GovernedSystem {
  health: 'UP' | 'DEGRADED' | 'DOWN' | 'UNKNOWN';
  lastFullScanId: string | null;
  pendingDeliveries: number;
  deadLetters: number;
  openFindings: number;
  holds: HoldView[];
}

export interface DeliveryError {
  class: ErrorClass;
  code: string | null;
  message: string;
  at: Date;
  raw: Json;
}

export interface DeliveryView {
  id: string;
  system: string;
  target: string;
  revision: number;
  state: DeliveryState;
  attempts: number;
  /**
   * Not before its product is looked at again: after a write of which nobody knows the outcome, that is half a minute.
   * Null when nothing is due: it is settled or under way, or waits for its record to be matched, a MISSING finding to be resolved,
   * or its canary.
   */
  nextAttemptAt: Date | null;
  lastError: DeliveryError | null;
  dueAt: Date | null;
  overdue: boolean;
  changeRequestId: string | null;
  createdAt: Date;
  deliveredAt: Date | null;
  /** Key of the group of dead letters that it belongs to; null where it is none. */
  group: string | null;
  diedAt: Date | null;
  assigneeId: string | null;
  /** The finding that tells the rest of why it died. */
  findingId: string | null;
  /** Who retried it last, or gave it up, and why. */
  settledBy: Actor | null;
  note: string | null;
  resolvedAt: Date | null;
}

/** All dead letters of one system that died of one cause. */
export interface DeadLetterGroup {
  /** `<system>:<fingerprint of the cause>`. */
  key: string;
  system: string;
  errorClass: ErrorClass;
  code: string | null;
  /** The message without ids, numbers and quoted parts. */
  shape: string;
  /** The message of the one that died last. */
  message: string;
  count: number;
  overdue: number;
  unassigned: number;
  oldestAt: Date;
  newestAt: Date;
  /** When the first of them has to be resolved. */
  dueAt: Date;
  assigneeIds: string[];
}

export interface SystemRecordView {
  skuId: string;
  system: string;
  externalId: string | null;
  state: SyncState;
  publishedRevision: number | null;
  publishedAt: Date | null;
  observedAt: Date | null;
  comparedAt: Date | null;
  published: Json;
  observed: Json;
}

export interface FindingView {
  id: string;
  system: string;
  kind: DriftKind;
  target: string;
  skuId: string | null;
  field: string | null;
  expected: Json;
  found: Json;
  lastPublished: Json;
  severity: Severity;
  state: DriftState;
  resolution: DriftResolution | null;
  source: ObservationSource;
  attribution: Attribution | null;
  ownerId: string | null;
  firstSeenAt: Date;
  lastSeenAt: Date;
  recurrences: number;
  dueAt: Date | null;
  resolvedAt: Date | null;
  resolvedBy: Actor | null;
  waivedUntil: Date | null;
  /** Why the system takes no correction of it from us. */
  notOurs: string | null;
  note: string | null;
  /** What the matrix does about it by itself; null: it waits for a person. */
  healing: Healing | null;
  /** Which two writers change it in turns. */
  fight: string | null;
  revertRequestedBy: Actor | null;
  changeRequestId: string | null;
}

export interface ScanView {
  id: string;
  system: string;
  mode: 'FULL' | 'INCREMENTAL';
  state: ScanState;
  startedAt: Date;
  finishedAt: Date | null;
  recordsRead: number;
  skusCompared: number;
  findingsOpened: number;
  findingsResolved: number;
  error: string | null;
  startedBy: Actor;
  phase: ScanPhase;
  /** As many records as the last complete scan read, or as many of ours as are linked there; null: nobody knows. */
  recordsExpected: number | null;
  /** Of the records read, those told just as they had been compared before. */
  recordsUnchanged: number;
  /** Values of linked records that could not be read. */
  valuesNotCovered: number;
  /** Of a scan that was stopped by bulk safety: records linked then, and of these, those that it would open findings on. */
  linkedRecords: number | null;
  findingsHeld: number | null;
  /** Who confirmed or cancelled it, when and why. */
  decidedBy: Actor | null;
  decidedAt: Date | null;
  reason: string | null;
}

/** How far a large request has come in one system. */
export interface CanaryView {
  id: string;
  changeRequestId: string;
  system: string;
  state: CanaryState;
  /** Records that the request touches in the system, and those that went first. */
  records: number;
  firstRecords: number;
  stopPercent: number;
  waiting: number;
  delivered: number;
  dead: number;
  createdAt: Date;
  stoppedAt: Date | null;
  endedAt: Date | null;
  /** Who continued it or gave it up, and why. */
  decidedBy: Actor | null;
  reason: string | null;
}

export interface DeliveryQuery {
  system?: string | null;
  states?: DeliveryState[] | null;
  target?: string | null;
  errorClass?: ErrorClass | null;
  overdue?: boolean | null;
  /** Id or number of a change request. */
  changeRequest?: string | null;
  /** Key of a group of dead letters. */
  group?: string | null;
  /** Party code. */
  assignee?: string | null;
}

export interface FindingQuery {
  system?: string | null;
  states?: DriftState[] | null;
  kinds?: DriftKind[] | null;
  severities?: Severity[] | null;
  field?: string | null;
  target?: string | null;
  /** Party code. */
  owner?: string | null;
  app?: string | null;
  seenAfter?: Date | null;
  overdue?: boolean | null;
}

/** Reads of what goes on between the master and the systems. */
export interface OperationsReader {
  systems(): Promise<SystemView[]>;
  deliveries(page: PageRequest, query: DeliveryQuery): Promise<Page<DeliveryView>>;
  deliveriesByIds(ids: readonly string[]): Promise<DeliveryView[]>;
  deliveriesOfRequests(requestIds: readonly string[]): Promise<Map<string, DeliveryView[]>>;
  /** Dead letters by cause, the one that has lain longest first. */
  deadLetterGroups(page: PageRequest, query: DeliveryQuery): Promise<Page<DeadLetterGroup>>;
  canariesByIds(ids: readonly string[]): Promise<CanaryView[]>;
  canariesOfRequests(requestIds: readonly string[]): Promise<Map<string, CanaryView[]>>;
  /** Of each system, those that have not ended, the ones that stopped among them. */
  openCanaries(systems: readonly string[]): Promise<Map<string, CanaryView[]>>;
  /** Those that may take their next step by themselves: of one system, or of all. */
  movingCanaries(system: string | null): Promise<{ id: string }[]>;
  recordsOfSkus(skuIds: readonly string[]): Promise<Map<string, SystemRecordView[]>>;
  findings(page: PageRequest, query: FindingQuery): Promise<Page<FindingView>>;
  findingsByIds(ids: readonly string[]): Promise<FindingView[]>;
  openFindingsOfSkus(skuIds: readonly string[]): Promise<Map<string, FindingView[]>>;
  scansByIds(ids: readonly string[]): Promise<Map<string, ScanView>>;
  scans(page: PageRequest, system: string | null): Promise<Page<ScanView>>;
}
