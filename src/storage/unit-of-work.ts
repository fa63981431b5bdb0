import type { DataSource, EntityManager } from 'typeorm';
import type { AuditEntry, Stores, UnitOfWork, Wakeups } from '../application/ports/unit-of-work.js';
import { SqlAppliedRequests } from './stores/applied-requests.js';
import { SqlAlertStore } from './stores/alert-store.js';
import { appendAudit } from './stores/audit.js';
import { SqlBundleStore } from './stores/bundle-store.js';
import { SqlAttributeUsage } from './stores/attribute-usage.js';
import { SqlCanaryStore } from './stores/canary-store.js';
import { SqlCatalogStore } from './stores/catalog-store.js';
import { SqlChangeRequestStore } from './stores/change-request-store.js';
import { SqlDeliveryStore } from './stores/delivery-store.js';
import { SqlFindingStore } from './stores/finding-store.js';
import { SqlGateStore } from './stores/gate-store.js';
import { SqlImportProposals } from './stores/import-proposals.js';
import { SqlImportRehearsals } from './stores/import-rehearsals.js';
import { SqlImportSteps } from './stores/import-steps.js';
import { SqlNamingStore } from './stores/naming-store.js';
import { SqlOwnershipStore } from './stores/ownership-store.js';
import { SqlPartyStore } from './stores/party-store.js';
import { SqlPlanStore } from './stores/plan-store.js';
import { SqlQualityStore } from './stores/quality-store.js';
import { SqlRecordStore } from './stores/record-store.js';
import { SqlRequestValidations } from './stores/request-validations.js';
import { SqlScanDesk } from './stores/scan-desk.js';
import { SqlSettingStore } from './stores/setting-store.js';
import { SqlTruthStore } from './stores/truth-store.js';
import { inTransaction } from './in-transaction.js';
import { tellIn } from './publishing-events.js';
import { SequencerWake } from './sequencer/wake.js';
import type { Sql } from './sql.js';
import { firstRow, sqlOver } from './sql.js';

export class SqlUnitOfWork implements UnitOfWork {
  private readonly sequencer: SequencerWake;

  /** @param wakeupsOf sends jobs in the very transaction that it is given. */
  constructor(
    private readonly source: DataSource,
    private readonly wakeupsOf: (sql: Sql) => Wakeups,
    private readonly newId: () => string,
    private readonly masterCurrency: string,
  ) {
    this.sequencer = new SequencerWake(source);
  }

  async run<T>(work: (stores: Stores) => Promise<T>): Promise<T> {
    let appended = false;
    const onAppend = (): void => void (appended = true);
    const result = await inTransaction(this.source, (tx) => work(this.storesOf(tx, onAppend)));
    if (appended) this.sequencer.now();
    return result;
  }

  look<T>(work: (stores: Stores) => Promise<T>): Promise<T> {
    return this.source.transaction('REPEATABLE READ', async (tx) => {
      await tx.query('set transaction read only');
      return work(this.storesOf(tx, () => {}));
    });
  }

  /** @param onAppend told of audit events, without which nothing changes, the catalogue included. */
  private storesOf(tx: EntityManager, onAppend: () => void): Stores {
    const sql = sqlOver(tx);
    const wake = this.wakeupsOf(sql);
    const { newId } = this;
    const tell = tellIn(sql, newId, onAppend);
    return {
      catalog: new SqlCatalogStore(sql, this.newId, this.masterCurrency),
      bundles: new SqlBundleStore(sql),
      requests: new SqlChangeRequestStore(sql),
      applied: new SqlAppliedRequests(sql),
      validations: new SqlRequestValidations(sql),
      deliveries: new SqlDeliveryStore(sql, this.newId),
      gates: new SqlGateStore({ sql, newId, tell, wake }),
      canaries: new SqlCanaryStore({ sql, newId, tell, wake }),
      records: new SqlRecordStore(sql, this.newId),
      imports: new SqlImportSteps(sql),
      proposals: new SqlImportProposals(sql),
      rehearsals: new SqlImportRehearsals(sql),
      findings: new SqlFindingStore(sql, this.newId),
      scans: new SqlScanDesk(sql),
      naming: new SqlNamingStore(sql),
      plans: new SqlPlanStore(sql),
      quality: new SqlQualityStore(sql, this.newId),
      parties: new SqlPartyStore(sql),
      ownership: new SqlOwnershipStore(sql),
      settings: new SqlSettingStore(sql),
      truth: new SqlTruthStore(sql, this.newId),
      alerts: new SqlAlertStore(sql, this.newId),
      attributes: new SqlAttributeUsage(sql),
      wake,
      now: () => databaseNow(sql),
      audit: (entries: readonly AuditEntry[]) => {
        onAppend();
        return appendAudit(sql, entries, this.newId);
      },
      tentatively: (attempt, isKept) => tentatively(sql, attempt, isKept),
    };
  }
}

async function tentatively<T>(sql: Sql, work: () => Promise<T>, isKept: (value: T) => boolean): Promise<T> {
  await sql.rows('savepoint tentative');
  const value = await work();
  await sql.rows(isKept(value) ? 'release savepoint tentative' : 'rollback to savepoint tentative');
  return value;
}

/** The database's own clock, not that of the transaction's begin. */
export async function databaseNow(sql: Sql): Promise<Date> {
  const row = await firstRow<{ now: Date }>(sql, 'select clock_timestamp() as now');
  if (!row) throw new Error('the database did not tell the time');
  return row.now;
}
