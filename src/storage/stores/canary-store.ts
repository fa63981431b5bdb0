import type { CanaryStore, LockedCanary } from '../../application/ports/canary-store.js';
import type { PublishingEventType } from '../../application/ports/publishing-event.js';
import type { Actor } from '../../domain/actor.js';
import { systemActor } from '../../domain/actor.js';
import type { AlertDraft } from '../../domain/alerts/alert.js';
import { canaryStopped } from '../../domain/alerts/occasions.js';
import type { CanaryCounts, CanaryRule, CanaryState } from '../../domain/publishing/canary.js';
import { firstProducts, spreadProducts } from '../../domain/publishing/canary.js';
import { movableTo, OPEN } from '../delivery-moves.js';
import type { GateTools } from '../gate-sql.js';
import { SAME_RECORD, TAKES_NOW } from '../lane-sql.js';
import { openLanes } from '../open-lanes.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';

const PUBLISHER = systemActor('publisher');

/** Requests that go to a few records of a system first, in one transaction. */
export class SqlCanaryStore implements CanaryStore {
  constructor(private readonly tools: GateTools) {}

  async lock(id: string): Promise<LockedCanary | null> {
    const { sql } = this.tools;
    const row = await firstRow<Omit<LockedCanary, 'first' | 'all'>>(
      sql,
      `select c.id, c.system, c.change_request_id as "changeRequestId", 'CR-' || r.number as request, c.state, c.stop_percent as "stopPercent",
         c.first_records as "firstRecords"
       from canary c join change_request r on r.id = c.change_request_id where c.id = $1 for update of c`,
      [id],
    );
    if (!row) return null;
    const counts = await sql.rows<{ first: boolean } & CanaryCounts>(
      `select d.canary_first as first, count(*) filter (where d.state in ${OPEN} and ${TAKES_NOW})::int as waiting,
         count(*) filter (where d.state in ${OPEN} and not (${TAKES_NOW}))::int as "putOff",
         count(*) filter (where d.state = 'DELIVERED')::int as delivered,
         count(*) filter (where d.canary_first and d.state = 'DELIVERED' and not exists (
           select from finding f where f.record_id = r.id and f.state <> 'RESOLVED'))::int as told, count(*) filter (where d.state = 'DEAD_LETTERED')::int as dead
       from delivery d join record r on ${SAME_RECORD} where d.canary_id = $1 group by 1`,
      [id],
    );
    const none = { waiting: 0, putOff: 0, delivered: 0, told: 0, dead: 0 };
    const first = counts.find((each) => each.first) ?? none;
    const rest = counts.find((each) => !each.first) ?? none;
    const all = {
      waiting: first.waiting + rest.waiting,
      putOff: first.putOff + rest.putOff,
      delivered: first.delivered + rest.delivered,
      told: first.told + rest.told,
      dead: first.dead + rest.dead,
    };
    return { ...row, first, all };
  }

  async release(canary: LockedCanary, by: { actor: Actor; reason: string } | null): Promise<void> {
    const { sql, wake } = this.tools;
    const released = await sql.rows<{ system: string; product_id: string }>(
      `update delivery set next_attempt_at = clock_timestamp() where canary_id = $1 and state = 'PENDING' and next_attempt_at is null
       returning system, product_id`,
      [canary.id],
    );
    await this.turn(canary, by ? 'CONTINUED' : 'REST', by);
    if (by) await this.say('CANARY_CONTINUED', canary, by.actor, { reason: by.reason, released: released.length });
    const systems = await openLanes(sql, released);
    await wake.deliveriesDue(systems);
  }

  async redraw(canary: LockedCanary): Promise<void> {
    const { sql, wake } = this.tools;
    const held = await sql.rows<{ product: string }>(
      `select d.product_id as product from delivery d join record r on ${SAME_RECORD} and ${TAKES_NOW}
       where d.canary_id = $1 and d.state = 'PENDING' and d.next_attempt_at is null`,
      [canary.id],
    );
    const ids = held.map(({ product }) => product);
    const lacking = await lackingProducts(sql, ids, [canary.system]);
    const products = spreadProducts(ids, canary.firstRecords, lacking.get(canary.system));
    // Whatever is open of the first is put off, and is no longer waited for.
    await sql.rows(
      `update delivery set canary_first = false where canary_id = $1 and canary_first and state in ${OPEN}`,
      [canary.id],
    );
    const ahead = await sql.rows<{ system: string; product_id: string }>(
      `update delivery set canary_first = true, next_attempt_at = clock_timestamp()
       where canary_id = $1 and state = 'PENDING' and next_attempt_at is null and product_id = any($2) returning system, product_id`,
      [canary.id, [...products]],
    );
    await sql.rows(`update canary set first_records = $2 where id = $1`, [canary.id, ahead.length]);
    await wake.deliveriesDue(await openLanes(sql, ahead));
  }

  async stop(canary: LockedCanary): Promise<void> {
    const held = await this.tools.sql.rows(
      `update delivery set next_attempt_at = null where canary_id = $1 and state = 'PENDING' returning 1`,
      [canary.id],
    );
    await this.turn(canary, 'STOPPED', null);
    const { delivered, dead } = canary.all;
    const { changeRequestId, request: number, system } = canary;
    const alert = canaryStopped({ id: changeRequestId, number }, system, dead, delivered + dead);
    const facts = { phase: canary.state, delivered, dead, held: held.length };
    await this.say('CANARY_STOPPED', canary, PUBLISHER, facts, alert);
  }

  finish(canary: LockedCanary): Promise<void> {
    return this.turn(canary, 'FINISHED', null);
  }

  async giveUp(canary: LockedCanary, by: { actor: Actor; reason: string }): Promise<void> {
    const given = await this.tools.sql.rows(
      `update delivery set state = 'DISCARDED', note = $2, settled_by = $3, resolved_at = clock_timestamp()
       where canary_id = $1 and state = 'PENDING' and state in ${movableTo('DISCARDED')} and next_attempt_at is null returning 1`,
      [canary.id, by.reason, JSON.stringify(by.actor)],
    );
    await this.turn(canary, 'GIVEN_UP', by);
    await this.say('CANARY_GIVEN_UP', canary, by.actor, { reason: by.reason, discarded: given.length });
  }

  private async turn(
    canary: LockedCanary,
    state: CanaryState,
    by: { actor: Actor; reason: string } | null,
  ): Promise<void> {
    await this.tools.sql.rows(
      `update canary set state = $2, decided_by = coalesce($3, decided_by), reason = coalesce($4, reason),
         stopped_at = case when $2 = 'STOPPED' then clock_timestamp() else stopped_at end,
         ended_at = case when $2 in ('FINISHED', 'GIVEN_UP') then clock_timestamp() end where id = $1`,
      [canary.id, state, by && JSON.stringify(by.actor), by?.reason ?? null],
    );
  }

  private say(
    type: PublishingEventType,
    { system, request }: LockedCanary,
    by: Actor,
    facts: object,
    alert?: AlertDraft,
  ): Promise<void> {
    return this.tools.tell([{ type, system, by, facts: { request, ...facts }, ...(alert && { alert }) }]);
  }
}

/** A record that a request reaches. */
interface Reached {
  id: string;
  system: string;
  productId: string;
}

/** Which canary a record's delivery belongs to, and whether it goes first. */
export type CanaryOf = ReadonlyMap<string, { canary: string; first: boolean }>;

/** Makes the canaries of a request that touches more records than it may at once; nothing for a smaller one. */
export async function beginCanaries(
  sql: Sql,
  newId: () => string,
  changeRequestId: string | null,
  reached: readonly Reached[],
  rule: CanaryRule,
): Promise<CanaryOf> {
  const of = new Map<string, { canary: string; first: boolean }>();
  if (changeRequestId === null || reached.length <= rule.above) return of;
  const written = await sql.rows<{ code: string }>(`select code from system where mode = 'WRITE'`);
  const systems = new Set(written.map(({ code }) => code));
  const sent = reached.filter(({ system }) => systems.has(system));
  if (sent.length <= rule.above) return of;
  const bySystem = Map.groupBy(sent, ({ system }) => system);
  const lacking = await lackingProducts(
    sql,
    sent.map(({ productId }) => productId),
    [...bySystem.keys()],
  );
  const rows = [...bySystem].map(([system, records]) => {
    const first = firstProducts(
      records.map(({ productId }) => productId),
      rule,
      lacking.get(system),
    );
    const id = newId();
    for (const each of records) of.set(each.id, { canary: id, first: first.has(each.productId) });
    const ahead = records.filter(({ productId }) => first.has(productId)).length;
    return { id, system, records: records.length, first_records: ahead };
  });
  await sql.rows(
    `insert into canary (id, change_request_id, system, state, records, first_records, stop_percent)
     select id, $2, system, 'FIRST', records, first_records, $3
     from jsonb_to_recordset($1::jsonb) as n(id uuid, system text, records int, first_records int)`,
    [JSON.stringify(rows), changeRequestId, rule.stopPercent],
  );
  return of;
}

/**
 * By system, which of these products hold a bundle that lacks a component there. Such a one cannot be tried, and what it lacks may be
 * held until it was: neither would ever move.
 */
async function lackingProducts(
  sql: Sql,
  productIds: readonly string[],
  systems: readonly string[],
): Promise<Map<string, ReadonlySet<string>>> {
  const rows = await sql.rows<{ system: string; product: string }>(
    `with recursive inside as (
       select b.product_id, c.component_id from sku b join bundle_component c on c.bundle_id = b.id and c.state = 'CURRENT'
         where b.kind = 'BUNDLE' and b.product_id = any($1)
       union
       select i.product_id, c.component_id from inside i join bundle_component c on c.bundle_id = i.component_id and c.state = 'CURRENT')
     select distinct r.system, i.product_id as product from inside i join sku s on s.id = i.component_id and s.kind <> 'BUNDLE'
       join record r on r.entity = 'SKU' and r.sku_id = s.id and r.external_id is null and r.system = any($2)`,
    [[...new Set(productIds)], systems],
  );
  const bySystem = Map.groupBy(rows, ({ system }) => system);
  return new Map([...bySystem].map(([system, of]) => [system, new Set(of.map(({ product }) => product))]));
}
