import type { DataSource } from 'typeorm';
import type { Claim, LaneSweep, PublishingQueue, Settlement } from '../application/ports/publishing-queue.js';
import { LeaseLost } from '../application/ports/publishing-queue.js';
import type { Wakeups } from '../application/ports/unit-of-work.js';
import { systemActor } from '../domain/actor.js';
import type { FindingDraft } from '../domain/drift/finding.js';
import type { FieldValues } from '../domain/primitives/json.js';
import type { Contact } from '../domain/publishing/gate.js';
import { admission } from '../domain/publishing/gate.js';
import type { GateTools } from './gate-sql.js';
import { endHolds, gatesOfDue, readGate, recordContact, takeProbe } from './gate-sql.js';
import { closeLane, heldRecords, putBack, reopenLanes, settlingUntil, takeDeliveries } from './lane-sql.js';
import { tellIn } from './publishing-events.js';
import { settleClaim, unmovedRecords } from './settle-claim.js';
import { inTransaction } from './in-transaction.js';
import type { Sql } from './sql.js';
import { firstRow, sqlOver } from './sql.js';
import type { RecordRow } from './stores/lane-records.js';
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

/** Another process took the one probe that was due: what was claimed for it is rolled back. */
class ProbeTaken extends Error {}

/** Claims and settles over PostgreSQL; every method is one short transaction. */
export class SqlPublishingQueue implements PublishingQueue, LaneSweep {
  constructor(
    private readonly source: DataSource,
    private readonly wakeupsOf: (sql: Sql) => Wakeups,
    private readonly newId: () => string,
  ) {}

  async claim(system: string): Promise<Claim | null> {
    try {
      for (let round = 0; round < EMPTY_LANES; round += 1) {
        const claimed = await this.transaction((tools) => this.claimOnce(tools, system));
        if (claimed !== 'EMPTY') return claimed;
      }
    } catch (error) {
      if (!(error instanceof ProbeTaken)) throw error;
    }
    return null;
  }

  private transaction<T>(work: (tools: GateTools) => Promise<T>): Promise<T> {
    return inTransaction(this.source, (tx) => {
      const sql = sqlOver(tx);
      return work({ sql, newId: this.newId, tell: tellIn(sql, this.newId), wake: this.wakeupsOf(sql) });
    });
  }

  private async claimOnce(tools: GateTools, code: string): Promise<Claim | null | 'EMPTY'> {
    const { sql } = tools;
    const gated = await readGate(sql, code);
    if (gated?.system.link !== 'LINKED' || gated.system.mode !== 'WRITE') return null;
    const admitted = admission(gated.gate, gated.now);
    if (admitted === 'SHUT') return null;
    const leaseToken = this.newId();
    const due = await firstRow<LaneRow>(
      sql,
      `update lane set lease_token = $2, lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
       where (system, product_id) = (
         select l.system, l.product_id from lane l
         where l.system = $1 and l.due_at <= clock_timestamp() and (l.lease_until is null or l.lease_until < clock_timestamp())
         order by l.due_at limit 1 for update of l skip locked)
       returning product_id`,
      [code, leaseToken],
    );
    if (!due) return null;
    const wait = await settlingUntil(sql, code, due.product_id);
    const deliveries = wait ? [] : await takeDeliveries(sql, code, due.product_id);
    if (deliveries.length === 0) {
      await closeLane(sql, code, due.product_id, wait, null);
      return 'EMPTY';
    }
    // After the lane, as everybody takes the two; and only once there is something to try.
    if (admitted === 'PROBE' && !(await takeProbe(tools, gated))) throw new ProbeTaken();
    const rows = await sql.rows<RecordRow>('select * from record where system = $1 and product_id = $2 order by id', [
      code,
      due.product_id,
    ]);
    const { records, products, states } = await loadRecords(sql, code, rows);
    const product = products.get(due.product_id);
    if (!product) throw new Error(`lane of an unknown product: ${code}`);
    const { system, now: claimedAt } = gated;
    const heldRecordIds = await heldRecords(sql, code, product.id);
    const lane = { product, states: states.get(product.id) ?? [], records, heldRecordIds, deliveries };
    return { system, leaseToken, claimedAt, ...lane };
  }

  async willSend(
    claim: Claim,
    attempts: readonly { attemptId: string; deliveryId: string; recordId: string; expected: FieldValues }[],
    findings: readonly FindingDraft[],
  ): Promise<{ sendWithinMs: number } | null> {
    return this.transaction(async ({ sql }) => {
      // What will be overwritten is on record before anything is sent, so that no crash can take it along.
      const unmoved = await unmovedRecords(sql, claim);
      if (attempts.some(({ recordId }) => !unmoved.has(recordId)) || (await isPaused(sql, claim.system.code))) {
        await putBack(sql, claim.deliveries);
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
    await this.transaction((tools) => settleClaim(tools, claim, settlement));
  }

  async heard(system: string, contact: Contact, since: Date): Promise<void> {
    await this.transaction((tools) => recordContact(tools, system, contact, since));
  }

  async owedLanes(system: string, most: number): Promise<number> {
    const [row] = await sqlOver(this.source).rows<{ lanes: number }>(
      `select count(*)::int as lanes from (
         select 1 from lane where system = $1 and due_at <= clock_timestamp()
           and (lease_until is null or lease_until < clock_timestamp()) limit $2) l`,
      [system, most],
    );
    return row?.lanes ?? 0;
  }

  async systemsWithDue(): Promise<string[]> {
    const sql = sqlOver(this.source);
    await reopenLanes(sql);
    const due = await gatesOfDue(sql);
    return due.flatMap(({ system, gate, now }) => (admission(gate, now) === 'SHUT' ? [] : [system.code]));
  }

  async endPauses(): Promise<void> {
    const over = await sqlOver(this.source).rows<{ system: string }>(
      `select distinct system from system_hold where kind = 'PAUSE' and ended_at is null and until <= clock_timestamp()`,
    );
    for (const { system } of over) {
      await this.transaction(async (tools) => {
        await tools.sql.rows('select 1 from system where code = $1 for no key update', [system]);
        // Somebody may have set another one in its place since.
        const still = await tools.sql.rows(
          `select 1 from system_hold where system = $1 and kind = 'PAUSE' and ended_at is null and until <= clock_timestamp()`,
          [system],
        );
        if (still.length > 0) await endHolds(tools, system, ['PAUSE'], systemActor('clock'));
      });
    }
  }

  async releaseAllLeases(): Promise<number> {
    const rows = await sqlOver(this.source).rows(
      `update lane set lease_until = null, lease_token = null, due_at = coalesce(due_at, clock_timestamp())
       where lease_until is not null returning 1`,
    );
    return rows.length;
  }
}

/** A pause holds from when it is set: what was claimed before and is not sent yet stays unsent. */
async function isPaused(sql: Sql, system: string): Promise<boolean> {
  const rows = await sql.rows(
    `select 1 from system_hold where system = $1 and kind = 'PAUSE' and ended_at is null and until > clock_timestamp()`,
    [system],
  );
  return rows.length > 0;
}
