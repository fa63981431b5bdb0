import type { AlertQueue, AlertReader } from './alert-store.js';
import type { AuditLogReader } from './audit-log-reader.js';
import type { ApiKeyReader } from './party-store.js';
import type { CatalogExport } from './catalog-export.js';
import type { BundleReader } from './bundle-reader.js';
import type { CatalogReader } from './catalog-reader.js';
import type { ChangeReader } from './change-reader.js';
import type { Clock } from './clock.js';
import type { ConnectorRegistry } from './connector.js';
import type { CoverageReader } from './coverage-reader.js';
import type { DigestReader } from './digest-reader.js';
import type { DriftAuditReader } from './drift-audit-reader.js';
import type { ExplanationReader } from './explanation-reader.js';
import type { Healer } from './finding-store.js';
import type { FeedReader } from './feed-reader.js';
import type { ImportStore } from './import-store.js';
import type { Alerting } from './messenger.js';
import type { Meter } from './meter.js';
import type { NamingReader } from './naming-store.js';
import type { InboxSweep, ObservationStore } from './observation-store.js';
import type { OnboardingStore } from './onboarding-store.js';
import type { OperationsReader } from './operations-reader.js';
import type { OwnershipReader } from './ownership-reader.js';
import type { PlanReader } from './plan-store.js';
import type { QualityReader } from './quality-store.js';
import type { LaneSweep, PublishingQueue } from './publishing-queue.js';
import type { ScanStore } from './scan-store.js';
import type { SequencerSeats } from './sequencer-seat.js';
import type { SettingReader } from './setting-store.js';
import type { StockStore } from './stock-store.js';
import type { OwnedValues, TruthReader } from './truth-store.js';
import type { UnitOfWork } from './unit-of-work.js';
import type { WaitingJobs } from './waiting-jobs.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type Log = (level: LogLevel, message: string, detail?: object) => void;

/**
 * Everything that the verbs need of the world outside. A class, so that it can be its own injection token: the porch
 * builds it once, and those who call us are given it.
 */
export abstract class Ports {
  abstract readonly work: UnitOfWork;
  abstract readonly catalog: CatalogReader;
  abstract readonly catalogExport: CatalogExport;
  abstract readonly bundles: BundleReader;
  abstract readonly changes: ChangeReader;
  abstract readonly operations: OperationsReader;
  abstract readonly alerts: AlertReader;
  abstract readonly outbox: AlertQueue;
  abstract readonly digest: DigestReader;
  abstract readonly alerting: Alerting;
  abstract readonly meter: Meter;
  abstract readonly driftAudit: DriftAuditReader;
  abstract readonly feed: FeedReader;
  abstract readonly auditLog: AuditLogReader;
  abstract readonly sequencing: SequencerSeats;
  abstract readonly apiKeys: ApiKeyReader;
  abstract readonly imports: ImportStore;
  abstract readonly naming: NamingReader;
  abstract readonly settings: SettingReader;
  abstract readonly truth: TruthReader;
  abstract readonly explanations: ExplanationReader;
  abstract readonly owned: OwnedValues;
  abstract readonly healing: Healer;
  abstract readonly stock: StockStore;
  abstract readonly queue: PublishingQueue & LaneSweep;
  abstract readonly observations: ObservationStore & InboxSweep;
  abstract readonly scans: ScanStore;
  abstract readonly coverage: CoverageReader;
  abstract readonly waitingJobs: WaitingJobs;
  abstract readonly onboarding: OnboardingStore;
  abstract readonly ownership: OwnershipReader;
  abstract readonly plans: PlanReader;
  abstract readonly quality: QualityReader;
  abstract readonly connectors: ConnectorRegistry;
  abstract readonly clock: Clock;
  abstract readonly log: Log;
  /** ISO 4217 currency of the master's own prices. */
  abstract readonly masterCurrency: string;
  /** A new id, sortable by time (UUID version 7). */
  abstract newId(): string;
  /** Uniform in [0, 1). */
  abstract random(): number;
}

/**
 * All that bringing deliveries out and taking observations in asks for: a dozen methods of the database, beside
 * connectors, clock, log, ids and chance. The simulated world stands behind just these.
 */
export type PublishingPorts = Pick<Ports, 'connectors' | 'clock' | 'log' | 'masterCurrency' | 'newId' | 'random'> & {
  queue: PublishingQueue;
  observations: ObservationStore;
  truth: Pick<TruthReader, 'acting'>;
  owned: OwnedValues;
  healing: Healer;
  /** Where anybody counts. */
  meter?: Meter;
};

/** What a full scan asks for besides. */
export type ScanPorts = PublishingPorts & Pick<Ports, 'scans' | 'stock'>;
