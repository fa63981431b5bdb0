import type { DataSource } from 'typeorm';
import type { Claim, LaneSweep, PublishingQueue, Settlement } from '../application/ports/publishing-queue.js';
import { LeaseLost } from '../application/ports/publishing-queue.js';
import { systemPaused } from '../domain/alerts/occasions.js';
import type { FindingDraft } from '../domain/drift/finding.js';
import type { FieldValues } from '../domain/primitives/json.js';
import { closeLane, reopenLanes, settlingUntil, systemRow, takeDeliveries } from './lane-sql.js';
import { settleClaim, unmovedRecords } from './settle-claim.js';
import { inTransaction } from './in-transaction.js';
import type { Sql } from './sql.js';
import { firstRow, sqlOver } from './sql.js';
import type { RecordRow } from './stores/lane-records.js';
import { SqlAlertStore } from './stores/alert-store.js';
import { SqlFindingStore } from './stores/finding-store.js';
import { loadRecords } from './stores/lane-records.js';

/** How long a worker may hold a lane, and how much of that must be left when something is sent (design section 3, rule 4). */
const LEASE_SECONDS = 90;
const SEND_MARGIN_SECONDS = 30;
/** Lanes that turn out to have nothing to do are closed on the way; this many before giving up. */
const EMPTY_LANES = 1_000;

interface LaneRow {
  product_id: string;
}

/** Claims and settles over PostgreSQL; every method is one short transaction. */
export class SqlPublishingQueue implements PublishingQueue, LaneSweep {
  constructor(
    private readonly source: DataSource,
    private readonly newId: () => string,
  ) {}

  async claim(system: string): Promise<Claim | null> {
    for (let round = 0; round < EMPTY_LANES; round += 1) {
      const claimed = await inTransaction(this.source, (tx) => this.claimOnce(sqlOver(tx), system));
      if (claimed !== 'EMPTY') return claimed;
    }
    return null;
  }

  private async claimOnce(sql: Sql, code: string): Promise<Claim | null | 'EMPTY'> {
    const leaseToken = this.newId();
    const lane = await firstRow<LaneRow>(
      sql,
      `update lane set lease_token = $2, lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
       where (system, product_id) = (
         select l.system, l.product_id from lane l join system y on y.code = l.system
         where l.system = $1 and l.due_at <= clock_timestamp() and (l.lease_until is null or l.lease_until < clock_timestamp())
           and y.link = 'LINKED' and y.mode = 'WRITE'
         order by l.due_at limit 1 for update of l skip locked)
       returning product_id`,
      [code, leaseToken],
    );
    if (!lane) return null;
    const wait = await settlingUntil(sql, code, lane.product_id);
    const deliveries = wait ? [] : await takeDeliveries(sql, code, lane.product_id);
    if (deliveries.length === 0) {
      await closeLane(sql, code, lane.product_id, wait, null);
      return 'EMPTY';
    }
    const rows = await sql.rows<RecordRow>('select * from record where system = $1 and product_id = $2 order by id', [
      code,
      lane.product_id,
    ]);
    const { records, products, states } = await loadRecords(sql, code, rows);
    const system = await systemRow(sql, code);
    const product = products.get(lane.product_id);
    if (!system || !product) throw new Error(`lane of an unknown system or product: ${code}`);
    return { system, leaseToken, product, states: states.get(product.id) ?? [], records, deliveries };
  }

  async willSend(
    claim: Claim,
    attempts: readonly { attemptId: string; deliveryId: string; recordId: string; expected: FieldValues }[],
    findings: readonly FindingDraft[],
  ): Promise<{ sendWithinMs: number } | null> {
    return inTransaction(this.source, async (tx) => {
      const sql = sqlOver(tx);
      // What will be overwritten is on record before anything is sent, so that no crash can take it along.
      const unmoved = await unmovedRecords(sql, claim);
      if (attempts.some(({ recordId }) => !unmoved.has(recordId))) {
        const open = await closeLane(sql, claim.system.code, claim.product.id, null, claim.leaseToken);
        if (!open) throw new LeaseLost(claim.system.code, claim.product.handle);
        return null;
      }
      const drafts = findings.filter(({ recordId }) => recordId !== null && unmoved.has(recordId));
      await new SqlFindingStore(sql, this.newId).record(claim.system.code, drafts, 'BEFORE_WRITE');
      await sql.rows(
        `insert into attempt (id, delivery_id, system, record_id, expected, sent_at)
         select id, delivery_id, $2, record_id, expected, clock_timestamp()
         from jsonb_to_recordset($1::jsonb) as n(id uuid, delivery_id uuid, record_id uuid, expected jsonb)`,
        [
          JSON.stringify(
            attempts.map((each) => ({
              id: each.attemptId,
              delivery_id: each.deliveryId,
              record_id: each.recordId,
              expected: each.expected,
            })),
          ),
          claim.system.code,
        ],
      );
      // The lane last, as `settleClaim` takes it; without the lease nothing of this stands.
      const held = await firstRow(
        sql,
        `update lane set lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
         where system = $1 and product_id = $2 and lease_token = $3
           and lease_until > clock_timestamp() + make_interval(secs => ${SEND_MARGIN_SECONDS}) returning 1`,
        [claim.system.code, claim.product.id, claim.leaseToken],
      );
      if (!held) throw new LeaseLost(claim.system.code, claim.product.handle);
      return { sendWithinMs: (LEASE_SECONDS - SEND_MARGIN_SECONDS) * 1000 };
    });
  }

  async begun(attemptIds: readonly string[], operation: string): Promise<void> {
    await sqlOver(this.source).rows('update attempt set operation = $2 where id = any($1)', [attemptIds, operation]);
  }

  async settle(claim: Claim, settlement: Settlement): Promise<void> {
    await inTransaction(this.source, (tx) => settleClaim(sqlOver(tx), this.newId, claim, settlement));
  }

  async systemsWithDue(): Promise<string[]> {
    await reopenLanes(sqlOver(this.source));
    const rows = await sqlOver(this.source).rows<{ code: string }>(
      `select y.code from system y where y.link = 'LINKED' and y.mode = 'WRITE' and exists (
         select from lane l where l.system = y.code and l.due_at <= clock_timestamp()
           and (l.lease_until is null or l.lease_until < clock_timestamp()))`,
    );
    return rows.map(({ code }) => code);
  }

  async releaseAllLeases(): Promise<number> {
    const rows = await sqlOver(this.source).rows(
      `update lane set lease_until = null, lease_token = null, due_at = coalesce(due_at, clock_timestamp())
       where lease_until is not null returning 1`,
    );
    return rows.length;
  }

  async reportHealth(system: string, health: 'UP' | 'DEGRADED' | 'DOWN', paused: string | null = null): Promise<void> {
    await inTransaction(this.source, async (tx) => {
      const sql = sqlOver(tx);
      const moved = await sql.rows('update system set health = $2 where code = $1 and health <> $2 returning 1', [
        system,
        health,
      ]);
      // Only who moves it says so: of many workers that meet the same refusal, one.
      if (paused === null || moved.length === 0) return;
      await new SqlAlertStore(sql, this.newId).raise([systemPaused(system, this.newId(), paused, null)]);
    });
  }
}
