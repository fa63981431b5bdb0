import type { DataSource } from 'typeorm';
import type {
  InboxSweep,
  ObservableRecord,
  ObservationStore,
  Verdicts,
  WaitingRoot,
} from '../application/ports/observation-store.js';
import type { ScanMark } from '../application/ports/scan-store.js';
import type { Wakeups } from '../application/ports/unit-of-work.js';
import { subscriptionLost } from '../domain/alerts/occasions.js';
import type { ObservationSource } from '../domain/drift/finding.js';
import type { GovernedSystem, RootRef } from '../domain/publishing/system.js';
import { systemRow } from './lane-sql.js';
import { lockObservable, storeVerdicts } from './judge-sql.js';
import { inTransaction } from './in-transaction.js';
import { lockHeld } from './scans/scan-hold.js';
import { keepMark, piecesOfRecords } from './scans/scan-mark.js';
import type { Sql } from './sql.js';
import { firstRow, sqlOver } from './sql.js';
import { SqlAlertStore } from './stores/alert-store.js';
import { databaseNow } from './unit-of-work.js';

/** What observing takes of PostgreSQL; each method is a transaction of its own. */
export class SqlObservationStore implements ObservationStore, InboxSweep {
  constructor(
    private readonly source: DataSource,
    private readonly wakeupsOf: (sql: Sql) => Wakeups,
    private readonly newId: () => string,
  ) {}

  systemByCode(code: string): Promise<GovernedSystem | null> {
    return systemRow(sqlOver(this.source), code);
  }

  now(): Promise<Date> {
    return databaseNow(sqlOver(this.source));
  }

  judge(
    system: GovernedSystem,
    lookFor: { externalIds: readonly string[]; rootIds: readonly string[] },
    readAt: Date,
    judge: (records: ObservableRecord[]) => Omit<Verdicts, 'system' | 'source'>,
    source: ObservationSource,
    mark?: ScanMark,
  ): Promise<{ opened: number; closed: number; busy: number; compared: number }> {
    return inTransaction(this.source, async (tx) => {
      const sql = sqlOver(tx);
      if (mark) await lockHeld(sql, mark.hold, 'share');
      const records = await lockObservable(sql, system.code, lookFor, readAt);
      const verdicts = judge(records);
      const busy = records.filter((each) => each.busy).length;
      const skus = new Set(records.flatMap(({ record }) => (record.entity === 'SKU' ? [record.id] : [])));
      const { opened, closed, owed } = await storeVerdicts(sql, this.newId, {
        ...verdicts,
        system: system.code,
        source,
        ...(mark && { pieceOf: piecesOfRecords(records, mark) }),
      });
      if (mark) await keepMark(sql, mark, records, verdicts.staged ?? []);
      if (owed) await this.wakeupsOf(sql).deliveriesDue([system.code]);
      return { opened, closed, busy, compared: verdicts.records.filter(({ recordId }) => skus.has(recordId)).length };
    });
  }

  subscribed(system: string, url: string, topics: readonly string[], made: readonly string[]): Promise<boolean> {
    return inTransaction(this.source, async (tx) => {
      const sql = sqlOver(tx);
      const before = await firstRow<{ at: Date | null; url: string | null; topics: string[] }>(
        sql,
        'select subscribed_at as at, subscribed_url as url, subscribed_topics as topics from system where code = $1 for no key update',
        [system],
      );
      // One that was there before and could not be made again is still to be missed when it is.
      await sql.rows(
        'update system set subscribed_at = clock_timestamp(), subscribed_url = $2, subscribed_topics = $3 where code = $1',
        [system, url, [...new Set([...(before?.url === url ? before.topics : []), ...topics])]],
      );
      // The first ones, those of an address that moved, and topics of a later release were never there to be lost.
      const lost = made.filter((topic) => before?.topics.includes(topic));
      if (lost.length === 0 || !before?.at || before.url !== url) return false;
      await new SqlAlertStore(sql, this.newId).raise([subscriptionLost(system, before.at.toISOString(), lost)]);
      return true;
    });
  }

  async storeWebhook(hook: {
    id: string;
    system: string;
    topic: string;
    root: RootRef;
    body: Buffer;
    headers: Record<string, string | undefined>;
  }): Promise<void> {
    await inTransaction(this.source, async (tx) => {
      const sql = sqlOver(tx);
      await sql.rows(
        `insert into webhook (id, system, topic, root_id, root_code, delivery_id, event_id, triggered_at, body)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [
          hook.id,
          hook.system,
          hook.topic,
          hook.root.externalId,
          hook.root.code,
          hook.headers['x-shopify-webhook-id'] ?? null,
          hook.headers['x-shopify-event-id'] ?? null,
          hook.headers['x-shopify-triggered-at'] ?? null,
          hook.body,
        ],
      );
      await this.wakeupsOf(sql).webhookArrived(hook.system);
    });
  }

  async waitingRoots(system: string, limit: number, except: readonly string[]): Promise<WaitingRoot[]> {
    const rows = await sqlOver(this.source).rows<{
      root_id: string;
      root_code: string | null;
      ids: string[];
      attempts: number;
    }>(
      `select root_id, min(root_code) as root_code, array_agg(id) as ids, max(attempts) as attempts from webhook
       where system = $1 and handled_at is null and root_id <> all($3::text[])
       group by root_id having coalesce(max(not_before) <= clock_timestamp(), true)
       order by min(received_at) limit $2`,
      [system, limit, except],
    );
    return rows.map(({ root_id: externalId, root_code: code, ids, attempts }) => ({
      root: { externalId, code },
      webhookIds: ids,
      attempts,
    }));
  }

  async systemsWithWebhooks(): Promise<string[]> {
    const rows = await sqlOver(this.source).rows<{ system: string }>(
      'select distinct system from webhook where handled_at is null order by 1',
    );
    return rows.map(({ system }) => system);
  }

  async webhooksHandled(ids: readonly string[], result: string): Promise<void> {
    await sqlOver(this.source).rows(
      'update webhook set handled_at = clock_timestamp(), result = $2 where id = any($1)',
      [ids, result],
    );
  }

  async webhooksPutOff(ids: readonly string[], attempts: number, seconds: number): Promise<void> {
    await sqlOver(this.source).rows(
      `update webhook set attempts = $2, not_before = clock_timestamp() + make_interval(secs => $3) where id = any($1)`,
      [ids, attempts, seconds],
    );
  }
}
