import type { Actor } from '../../domain/actor.js';
import type { AlertStore } from './alert-store.js';
import type { AppliedRequests } from './applied-requests.js';
import type { BundleStore } from './bundle-store.js';
import type { AttributeUsage } from './attribute-usage.js';
import type { CanaryStore } from './canary-store.js';
import type { CatalogStore } from './catalog-store.js';
import type { ChangeRequestStore } from './change-request-store.js';
import type { DeliveryStore } from './delivery-store.js';
import type { FindingStore } from './finding-store.js';
import type { GateStore } from './gate-store.js';
import type { ImportProposals } from './import-proposals.js';
import type { ImportRehearsals } from './import-rehearsals.js';
import type { ImportSteps } from './import-store.js';
import type { NamingStore } from './naming-store.js';
import type { OwnershipStore } from './ownership-store.js';
import type { PartyStore } from './party-store.js';
import type { PlanStore } from './plan-store.js';
import type { QualityStore } from './quality-store.js';
import type { RecordStore } from './record-store.js';
import type { RequestValidations } from './request-validations.js';
import type { ScanDesk } from './scan-store.js';
import type { SettingStore } from './setting-store.js';
import type { TruthStore } from './truth-store.js';

/** Work across processes, sent in the transaction that makes it due: a rollback takes it along. */
export interface Wakeups {
  /** @param at when to look; at once, if left out. */
  deliveriesDue(systems: readonly string[], at?: Date): Promise<void>;
  webhookArrived(system: string): Promise<void>;
  scanDue(scanId: string): Promise<void>;
  /** A version of a bundle is to take effect then. */
  bundleDue(at: Date): Promise<void>;
  /** Scheduled change requests are to be looked at then. */
  requestsDue(at: Date): Promise<void>;
  /** Findings are to be looked after then: a waiver ends, a stranger is to go. At once, if left out. */
  findingsDue(at?: Date): Promise<void>;
  /** A large change request is to be checked and planned. */
  validationDue(): Promise<void>;
}

export interface AuditEntry {
  actor: Actor;
  type: string;
  /** What it was done to: CR-1042, a SKU code, a system's code. */
  subject: string;
  data: object;
}

/** Stores of one transaction. Nothing written through them is seen before the unit of work has ended. */
export interface Stores {
  catalog: CatalogStore;
  bundles: BundleStore;
  requests: ChangeRequestStore;
  applied: AppliedRequests;
  validations: RequestValidations;
  deliveries: DeliveryStore;
  gates: GateStore;
  canaries: CanaryStore;
  records: RecordStore;
  plans: PlanStore;
  findings: FindingStore;
  scans: ScanDesk;
  quality: QualityStore;
  imports: ImportSteps;
  naming: NamingStore;
  proposals: ImportProposals;
  rehearsals: ImportRehearsals;
  parties: PartyStore;
  ownership: OwnershipStore;
  settings: SettingStore;
  truth: TruthStore;
  alerts: AlertStore;
  attributes: AttributeUsage;
  wake: Wakeups;
  /** The database's clock, the only one that instants are compared by across machines. */
  now(): Promise<Date>;
  audit(entries: readonly AuditEntry[]): Promise<void>;
  /** What `work` comes to; nothing that it wrote stays, and no job that it sent, where that is not to be kept. Not one in another. */
  tentatively<T>(work: () => Promise<T>, isKept: (value: T) => boolean): Promise<T>;
}

/**
 * One transaction: all of `work`, or nothing. The whole unit runs again, up to 5 times, when PostgreSQL reports a
 * deadlock, a serialisation failure, or a uniqueness that another transaction took meanwhile; so `work` must have no
 * effect outside its stores.
 */
export interface UnitOfWork {
  run<T>(work: (stores: Stores) => Promise<T>): Promise<T>;
  /** Reads only, all of it as of one moment, waiting for nobody and holding nobody up; whatever would write is refused. */
  look<T>(work: (stores: Stores) => Promise<T>): Promise<T>;
}
