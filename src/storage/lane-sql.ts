import type { ClaimedDelivery } from '../application/ports/publishing-queue.js';
import type { GovernedSystem } from '../domain/publishing/system.js';
import { movableTo, OPEN, WAITING } from './delivery-moves.js';
import type { Sql } from './sql.js';
import { firstRow } from './sql.js';

/** A write that was sent and not settled may still arrive; until then nobody reads what it might change. */
const SETTLING_SECONDS = 30;

export function systemRow(sql: Sql, code: string): Promise<GovernedSystem | null> {
  return firstRow<GovernedSystem>(
    sql,
    'select code, kind, connector, mode, currency, link from system where code = $1',
    [code],
  );
}

/** Until when an attempt of this lane that was sent and not settled may still arrive; null when there is none such. */
export async function settlingUntil(sql: Sql, system: string, productId: string): Promise<Date | null> {
  const row = await firstRow<{ until: Date | null }>(
    sql,
    `select max(a.sent_at) + make_interval(secs => ${SETTLING_SECONDS}) as until from attempt a join record r on r.id = a.record_id
     where r.system = $1 and r.product_id = $2 and a.settled_at is null
       and a.sent_at > clock_timestamp() - make_interval(secs => ${SETTLING_SECONDS})`,
    [system, productId],
  );
  return row?.until ?? null;
}

/** Records that wait for a scan, or that are gone, take nothing; nor does a product whose own record waits. */
const TAKES = `r.match in ('MATCHED', 'TO_CREATE') and not exists (select from record w where w.system = r.system
  and w.product_id = r.product_id and w.entity = 'PRODUCT' and w.match = 'WAITING')`;

/** Another delivery of the same record waits: it was made later, and will read and bring the same state. */
export const NEWER_WAITS = `exists (select from delivery x where x.system = d.system and x.entity = d.entity
  and x.product_id = d.product_id and x.sku_id is not distinct from d.sku_id and x.state in ${WAITING})`;

const SAME_RECORD = `r.system = d.system and r.entity = d.entity and r.product_id = d.product_id
  and r.sku_id is not distinct from d.sku_id`;

/**
 * Takes what is due. Of two open deliveries of one record (one was in flight when its worker died, a newer one came
 * after it) only the newest goes on: both would read, and bring, the same state. What waited because the system asked for
 * that has not grown older meanwhile.
 */
export async function takeDeliveries(sql: Sql, system: string, productId: string): Promise<ClaimedDelivery[]> {
  const taken = await sql.rows<ClaimedDelivery>(
    `update delivery d set state = 'IN_FLIGHT', attempts = d.attempts + 1,
       lost_leases = d.lost_leases + case d.state when 'IN_FLIGHT' then 1 else 0 end,
       excused_seconds = d.excused_seconds + coalesce(unheld_seconds(d.system, d.rate_since, clock_timestamp()), 0), rate_since = null
     from record r where d.system = $1 and d.product_id = $2 and ${SAME_RECORD} and ${TAKES}
       and (d.state = 'IN_FLIGHT' or (d.state in ${movableTo('IN_FLIGHT')} and d.next_attempt_at <= clock_timestamp()))
     returning d.id, r.id as "recordId", d.target, d.attempts, d.conflicts, d.not_founds as "notFounds", d.unknowns,
       d.lost_leases as "lostLeases", coalesce(d.retried_at, d.created_at) as "createdAt", greatest(0, unheld_seconds(d.system, coalesce(d.retried_at, d.created_at), clock_timestamp())
         - d.excused_seconds) / 3600 as "unpausedHours"`,
    [system, productId],
  );
  const newest = new Map<string, ClaimedDelivery>();
  for (const each of taken.sort((a, b) => (a.id < b.id ? -1 : 1))) newest.set(each.recordId, each);
  const kept = [...newest.values()];
  if (kept.length < taken.length) {
    const older = taken.filter((each) => !kept.includes(each)).map(({ id }) => id);
    await sql.rows(
      `update delivery set state = 'SUPERSEDED', next_attempt_at = null where id = any($1) and state in ${movableTo('SUPERSEDED')}`,
      [older],
    );
  }
  return kept;
}

/** Records of a lane whose delivery waits for the canary of its request. */
export async function heldRecords(sql: Sql, system: string, productId: string): Promise<Set<string>> {
  const rows = await sql.rows<{ id: string }>(
    `select r.id from delivery d join record r on ${SAME_RECORD}
     where d.system = $1 and d.product_id = $2 and d.state = 'PENDING' and d.next_attempt_at is null`,
    [system, productId],
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * Puts claimed deliveries back in line, as if they had not been taken; one that a newer delivery of its record waits
 * behind has nothing left to do.
 */
export async function putBack(sql: Sql, deliveries: readonly ClaimedDelivery[]): Promise<void> {
  await sql.rows(
    `update delivery d set attempts = d.attempts - 1,
       state = case when ${NEWER_WAITS} then 'SUPERSEDED' else 'RETRYING' end,
       next_attempt_at = case when ${NEWER_WAITS} then null else clock_timestamp() end
     where d.id = any($1) and d.state in ${movableTo('RETRYING')}`,
    [deliveries.map(({ id }) => id)],
  );
}

/**
 * Lanes that nobody would look at again although they have something to do: a record that waited, or was missing, has
 * been matched since its delivery was made.
 */
export async function reopenLanes(sql: Sql): Promise<void> {
  await sql.rows(
    `update lane l set due_at = clock_timestamp() where l.due_at is null
       and (l.lease_until is null or l.lease_until < clock_timestamp())
       and exists (select from delivery d join record r on ${SAME_RECORD}
         where d.system = l.system and d.product_id = l.product_id and ${TAKES}
           and (d.state = 'IN_FLIGHT' or d.state in ${WAITING} and d.next_attempt_at is not null))`,
  );
}

/**
 * Gives a lane back, due when its next delivery is.
 * @param leaseToken only while this lease lasts; null: the lane has been claimed in this very transaction.
 * @returns false where the lease is lost: whatever else the transaction did must not stand then.
 */
export async function closeLane(
  sql: Sql,
  system: string,
  productId: string,
  notBefore: Date | null,
  leaseToken: string | null,
): Promise<boolean> {
  const closed = await sql.rows(
    `update lane set lease_token = null, lease_until = null, due_at = (
       select greatest(min(case d.state when 'IN_FLIGHT' then clock_timestamp() else d.next_attempt_at end), $3::timestamptz)
       from delivery d join record r on ${SAME_RECORD}
       where d.system = $1 and d.product_id = $2 and d.state in ${OPEN} and ${TAKES})
     where system = $1 and product_id = $2
       and ($4::uuid is null or lease_token = $4 and lease_until > clock_timestamp()) returning 1`,
    [system, productId, notBefore, leaseToken],
  );
  return closed.length > 0;
}
