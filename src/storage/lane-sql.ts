import type { ClaimedDelivery } from '../application/ports/publishing-queue.js';
import type { GovernedSystem } from '../domain/publishing/system.js';
import { movableTo, OPEN, WAITING } from './delivery-moves.js';
import type { Sql } from './sql.js';
import { firstRow } from './sql.js';

/** How long a worker may hold a lane (design section 3, rule 4). */
export const LEASE_SECONDS = 90;
/** A write that was sent and not settled may still arrive; until then nobody reads what it might change. */
const SETTLING_SECONDS = 30;

export function systemRow(sql: Sql, code: string): Promise<GovernedSystem | null> {
  return firstRow<GovernedSystem>(
    sql,
    'select code, kind, connector, mode, currency, link from system where code = $1',
    [code],
  );
}

/**
 * Lanes of these products of which an attempt that was sent and not settled may still arrive, and until when. Record by record:
 * those of the last half minute are thousands where much is sent, and nearly all of them are settled.
 */
export async function settlingUntil(
  sql: Sql,
  system: string,
  productIds: readonly string[],
): Promise<Map<string, Date>> {
  const rows = await sql.rows<{ product: string; until: Date }>(
    `select r.product_id as product, max(a.sent_at) + make_interval(secs => ${SETTLING_SECONDS}) as until
     from record r cross join lateral (select a.sent_at from attempt a where a.record_id = r.id and a.settled_at is null
       and a.sent_at > clock_timestamp() - make_interval(secs => ${SETTLING_SECONDS}) offset 0) a
     where r.system = $1 and r.product_id = any($2)
     group by 1`,
    [system, productIds],
  );
  return new Map(rows.map(({ product, until }) => [product, until]));
}

/** Is a SKU of record `r`'s own (or, for a product's record, any of its SKUs) to be in the record's system? */
export const WANTED = `exists (select from sku s where s.product_id = r.product_id and (r.sku_id is null or s.id = r.sku_id)
  and s.state not in ('DRAFT', 'RETIRED') and r.system = any(s.listed_in))`;

/**
 * Does record `r` take anything at all? One that waits for a scan does not, nor one that is gone: its finding is what has to be
 * resolved. One that is gone and that the master does not want there any more has nobody to decide on it: what is owed to it
 * is looked at once more, and done.
 */
export const TAKES_ANYTHING = `(r.match in ('MATCHED', 'TO_CREATE') or r.match = 'MISSING' and not ${WANTED})`;

/** Does record `r` take something now? As long as its product's own record waits for a scan, nothing of the product is brought. */
export const TAKES_NOW = `${TAKES_ANYTHING} and not exists (select from record w where w.system = r.system
  and w.product_id = r.product_id and w.entity = 'PRODUCT' and w.match = 'WAITING')`;

/** Another delivery of the same record waits: it was made later, and will read and bring the same state. */
export const NEWER_WAITS = `exists (select from delivery x where x.system = d.system and x.entity = d.entity
  and x.product_id = d.product_id and x.sku_id is not distinct from d.sku_id and x.state in ${WAITING})`;

/** Delivery `d` is of record `r`. */
export const SAME_RECORD = `r.system = d.system and r.entity = d.entity and r.product_id = d.product_id
  and r.sku_id is not distinct from d.sku_id`;

/**
 * Takes what is due of these products, by product. Of two open deliveries of one record (one was in flight when its worker
 * died, a newer one came after it) only the newest goes on: both would read, and bring, the same state. What waited because
 * the system asked for that has not grown older meanwhile.
 * Its age is reckoned hold by hold (`unheld_seconds`, which costs more than all the rest) only where it is older than the
 * end of the last hold.
 * What somebody else holds is passed by: an apply takes its deliveries first and its lanes after them, and would wait for
 * us as we for it.
 */
export async function takeDeliveries(
  sql: Sql,
  system: string,
  productIds: readonly string[],
): Promise<Map<string, ClaimedDelivery[]>> {
  const taken = await sql.rows<ClaimedDelivery & { product: string }>(
    `with held as materialized (select coalesce(max(coalesce(least(h.ended_at, h.until), 'infinity')), '-infinity') as till
       from system_hold h where h.system = $1),
     due as materialized (
       select d.id, r.id as record_id from delivery d join record r on ${SAME_RECORD} and ${TAKES_NOW}
       where d.system = $1 and d.product_id = any($2)
         and (d.state = 'IN_FLIGHT' or (d.state in ${movableTo('IN_FLIGHT')} and d.next_attempt_at <= clock_timestamp()))
       for update of d skip locked)
     update delivery d set state = 'IN_FLIGHT', attempts = d.attempts + 1,
       lost_leases = d.lost_leases + case d.state when 'IN_FLIGHT' then 1 else 0 end,
       excused_seconds = d.excused_seconds + case when d.rate_since is null then 0
         else coalesce(unheld_seconds(d.system, d.rate_since, clock_timestamp()), 0) end, rate_since = null
     from due where d.id = due.id
     returning d.id, due.record_id as "recordId", d.product_id as product, d.target, d.attempts, d.conflicts, d.not_founds as "notFounds", d.unknowns,
       d.lost_leases as "lostLeases", coalesce(d.retried_at, d.created_at) as "createdAt",
       greatest(0, case when coalesce(d.retried_at, d.created_at) >= (select till from held)
         then extract(epoch from clock_timestamp() - coalesce(d.retried_at, d.created_at))::float8
         else unheld_seconds(d.system, coalesce(d.retried_at, d.created_at), clock_timestamp()) end - d.excused_seconds) / 3600 as "unpausedHours"`,
    [system, productIds],
  );
  const newest = new Map<string, ClaimedDelivery & { product: string }>();
  for (const each of taken.sort((a, b) => (a.id < b.id ? -1 : 1))) newest.set(each.recordId, each);
  const kept = [...newest.values()];
  if (kept.length < taken.length) {
    const older = taken.filter((each) => newest.get(each.recordId) !== each).map(({ id }) => id);
    await sql.rows(
      `update delivery set state = 'SUPERSEDED', next_attempt_at = null where id = any($1) and state in ${movableTo('SUPERSEDED')}`,
      [older],
    );
  }
  const byProduct = new Map<string, ClaimedDelivery[]>();
  for (const { product, ...delivery } of kept) byProduct.set(product, [...(byProduct.get(product) ?? []), delivery]);
  return byProduct;
}

/**
 * Records of these lanes that a claim leaves alone: whose delivery waits for the canary of its request; and for which somebody gave up
 * what was owed last, because a sibling that is brought would take it along all the same. A product is made with its SKU.
 */
export async function heldRecords(sql: Sql, system: string, productIds: readonly string[]): Promise<Set<string>> {
  const rows = await sql.rows<{ id: string }>(
    `select r.id from delivery d join record r on ${SAME_RECORD}
     where d.system = $1 and d.product_id = any($2) and d.state = 'PENDING' and d.next_attempt_at is null
     union all
     select r.id from delivery d join record r on ${SAME_RECORD} and (r.entity = 'SKU' or r.external_id is not null)
     where d.system = $1 and d.product_id = any($2) and d.state = 'DISCARDED' and not exists (
       select from delivery n where n.product_id = d.product_id and n.system = d.system and n.entity = d.entity
         and n.sku_id is not distinct from d.sku_id and n.state not in ('SUPERSEDED', 'DISCARDED')
         and (n.state in ${OPEN} or (n.created_at, n.id) > (d.created_at, d.id)))`,
    [system, productIds],
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
         where d.system = l.system and d.product_id = l.product_id and ${TAKES_NOW}
           and (d.state = 'IN_FLIGHT' or d.state in ${WAITING} and d.next_attempt_at is not null))`,
  );
}

/** A lane that is given back. */
export interface ClosingLane {
  productId: string;
  notBefore: Date | null;
  /** Nothing of it was taken: what is due all the same is in somebody's hands, and is looked at again after a second. */
  isPassedBy?: boolean;
  /** Only while this lease lasts; null: the lane has been claimed in this very transaction. */
  leaseToken: string | null;
}

/**
 * What of a lane is to be closed, locked in everybody's order (`openLanes`). Their ids stand there once more ($3), so that no plan
 * made from old statistics goes through all lanes of the system.
 */
const HELD = `
  with n as materialized (select * from jsonb_to_recordset($2::jsonb) as t(product uuid, not_before timestamptz, passed boolean, token uuid)),
    held as materialized (select l.system, l.product_id, n.not_before, n.passed from lane l join n on l.system = $1 and l.product_id = n.product
      where l.product_id = any($3) and (n.token is null or l.lease_token = n.token and l.lease_until > clock_timestamp())
      order by l.system, l.product_id for update of l)`;

/**
 * Gives lanes back, each due when its next delivery is.
 * @returns products of those whose lease still lasted: whatever else the transaction did for the others must not stand.
 */
export async function closeLanes(sql: Sql, system: string, lanes: readonly ClosingLane[]): Promise<Set<string>> {
  if (lanes.length === 0) return new Set();
  const rows = lanes.map(({ productId, notBefore, isPassedBy = false, leaseToken }) => {
    return { product: productId, not_before: notBefore, passed: isPassedBy, token: leaseToken };
  });
  const values = [system, JSON.stringify(rows), lanes.map(({ productId }) => productId)];
  // Locked by a statement of its own: whoever opens a lane that we wait for (a canary that goes on) has changed deliveries
  // before, which a statement that was begun earlier would not see, and then nobody would ever look at the lane again.
  await sql.rows(`${HELD} select count(*) from held`, values);
  const closed = await sql.rows<{ product: string }>(
    `${HELD}
     update lane l set lease_token = null, lease_until = null, due_at = (
       select greatest(x.due_at, h.not_before, case when h.passed and x.due_at <= clock_timestamp() then clock_timestamp() + interval '1 second' end)
       from (select min(case d.state when 'IN_FLIGHT' then clock_timestamp() else d.next_attempt_at end) as due_at
         from delivery d join record r on ${SAME_RECORD}
         where d.system = l.system and d.product_id = l.product_id and d.state in ${OPEN} and ${TAKES_NOW}) x)
     from held h where l.system = h.system and l.product_id = h.product_id returning l.product_id as product`,
    values,
  );
  return new Set(closed.map(({ product }) => product));
}

/** Renews leases of which enough is left to send something. @returns products of the lanes whose lease is renewed. */
export async function renewLeases(
  sql: Sql,
  system: string,
  lanes: readonly { productId: string; leaseToken: string }[],
  seconds: { lease: number; left: number },
): Promise<Set<string>> {
  const rows = lanes.map(({ productId, leaseToken }) => ({ product: productId, token: leaseToken }));
  const renewed = await sql.rows<{ product: string }>(
    `${HELD}
     update lane l set lease_until = clock_timestamp() + make_interval(secs => $4) from held h
     where l.system = h.system and l.product_id = h.product_id
       and l.lease_until > clock_timestamp() + make_interval(secs => $5) returning l.product_id as product`,
    [system, JSON.stringify(rows), lanes.map(({ productId }) => productId), seconds.lease, seconds.left],
  );
  return new Set(renewed.map(({ product }) => product));
}
