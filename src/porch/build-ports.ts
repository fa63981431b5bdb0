import { machineClock } from '../application/ports/clock.js';
import type { ConnectorRegistry } from '../application/ports/connector.js';
import { healFindings } from '../application/drift/resolve/heal-findings.js';
import type { Healer } from '../application/ports/finding-store.js';
import type { OwnedValues } from '../application/ports/truth-store.js';
import { takeOver } from '../application/truth/take-over.js';
import { SILENT, type Alerting } from '../application/ports/messenger.js';
import { UNMETERED, type Meter } from '../application/ports/meter.js';
import type { Log } from '../application/ports/ports.js';
import { Ports } from '../application/ports/ports.js';
import { sendIn, wakeupsIn } from '../jobs/boss-wakeups.js';
import { SqlAlertQueue } from '../storage/alert-queue.js';
import { SqlObservationStore } from '../storage/observation-store.js';
import { SqlOnboardingStore } from '../storage/onboarding-store.js';
import { SqlPublishingQueue } from '../storage/publishing-queue.js';
import { SqlAlertReader } from '../storage/readers/alert-reader.js';
import { SqlApiKeyReader } from '../storage/readers/api-key-reader.js';
import { SqlCatalogExport } from '../storage/readers/catalog-export.js';
import { SqlAuditLogReader } from '../storage/readers/audit-log-reader.js';
import { SqlBundleReader } from '../storage/readers/bundle-reader.js';
import { SqlCatalogReader } from '../storage/readers/catalog-reader.js';
import { SqlChangeReader } from '../storage/readers/change-reader.js';
import { SqlCoverageReader } from '../storage/readers/coverage-reader.js';
import { SqlDigestReader } from '../storage/readers/digest-reader.js';
import { SqlDriftAuditReader } from '../storage/readers/drift-audit-reader.js';
import { SqlExplanationReader } from '../storage/readers/explanation-reader.js';
import { SqlFeedReader } from '../storage/readers/feed-reader.js';
import { SqlOperationsReader } from '../storage/readers/operations-reader.js';
import { SqlOwnershipReader } from '../storage/readers/ownership-reader.js';
import { PgSequencerSeats } from '../storage/sequencer/sequencer-seat.js';
import { SqlScanStore } from '../storage/scans/scan-store.js';
import { SqlPlanReader } from '../storage/readers/plan-reader.js';
import { SharedTruthReader } from '../storage/readers/truth-reader.js';
import { SqlQualityReader } from '../storage/readers/quality-reader.js';
import { SqlWaitingJobs } from '../storage/readers/waiting-jobs.js';
import type { Sql } from '../storage/sql.js';
import { sqlOver } from '../storage/sql.js';
import { SqlImportStore } from '../storage/stores/import-store.js';
import { SqlNamingReader } from '../storage/stores/naming-store.js';
import { SqlSettingReader } from '../storage/stores/setting-store.js';
import { SqlStockStore } from '../storage/stores/stock-store.js';
import { SqlTruthStore } from '../storage/stores/truth-store.js';
import { SqlUnitOfWork } from '../storage/unit-of-work.js';
import type { Database } from './open-database.js';
import { pooledIds } from './pooled-ids.js';

/** Binds every port to its implementation; the one place that knows them all. */
export function buildPorts(
  database: Database,
  connectors: ConnectorRegistry,
  masterCurrency: string,
  log: Log,
  { alerting = SILENT, meter = UNMETERED }: { alerting?: Alerting; meter?: Meter } = {},
): Ports {
  const { source, boss, appUrl } = database;
  const sql = sqlOver(source);
  const uuid = pooledIds();
  const wakeups = (tx: Sql): ReturnType<typeof wakeupsIn> => wakeupsIn(boss, tx);
  const inTransaction = <T>(work: (tx: Sql) => Promise<T>): Promise<T> => source.transaction((tx) => work(sqlOver(tx)));
  const send = (tx: Sql, queue: string, data: object): Promise<void> => sendIn(boss, tx, queue, data);
  return new (class extends Ports {
    readonly work = new SqlUnitOfWork(source, wakeups, uuid, masterCurrency);
    readonly catalog = new SqlCatalogReader(source);
    readonly catalogExport = new SqlCatalogExport(source);
    readonly bundles = new SqlBundleReader(sql);
    readonly changes = new SqlChangeReader(sql);
    readonly operations = new SqlOperationsReader(sql);
    readonly alerts = new SqlAlertReader(sql);
    readonly outbox = new SqlAlertQueue(source, uuid);
    readonly digest = new SqlDigestReader(sql);
    readonly alerting = alerting;
    readonly meter = meter;
    readonly driftAudit = new SqlDriftAuditReader(sql);
    readonly feed = new SqlFeedReader(sql);
    readonly auditLog = new SqlAuditLogReader(sql);
    readonly sequencing = new PgSequencerSeats(appUrl);
    readonly apiKeys = new SqlApiKeyReader(sql);
    readonly imports = new SqlImportStore(sql, send, inTransaction);
    readonly stock = new SqlStockStore(sql, inTransaction);
    readonly naming = new SqlNamingReader(sql);
    readonly settings = new SqlSettingReader(sql);
    readonly truth = new SharedTruthReader(new SqlTruthStore(sql, uuid));
    readonly explanations = new SqlExplanationReader(sql);
    readonly owned: OwnedValues = {
      takeOver: (system, values, source, compared = null) => takeOver(this, { system, source }, values, compared),
    };
    readonly healing: Healer = {
      heal: (system) => healFindings(this, system),
    };
    readonly queue = new SqlPublishingQueue(source, wakeups, uuid);
    readonly observations = new SqlObservationStore(source, wakeups, uuid);
    readonly scans = new SqlScanStore(source, wakeups, uuid);
    readonly coverage = new SqlCoverageReader(sql);
    readonly waitingJobs = new SqlWaitingJobs(sql);
    readonly plans = new SqlPlanReader(sql);
    readonly quality = new SqlQualityReader(sql);
    readonly ownership = new SqlOwnershipReader(sql);
    readonly onboarding = new SqlOnboardingStore(source, uuid);
    readonly connectors = connectors;
    readonly clock = machineClock;
    readonly log = log;
    readonly masterCurrency = masterCurrency;
    newId(): string {
      return uuid();
    }
    random(): number {
      return Math.random();
    }
  })();
}
