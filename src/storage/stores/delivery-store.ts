import type { WrittenRevision } from '../../application/ports/catalog-store.js';
import type { DeadLetter, DeliveryStore, WhichDeliveries } from '../../application/ports/delivery-store.js';
import type { Actor } from '../../domain/actor.js';
import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import type { CanaryRule } from '../../domain/publishing/canary.js';
import { isOwed, owedReach } from '../../domain/publishing/owed.js';
import type { RecordEntity } from '../../domain/publishing/system.js';
import { EVERY_BUNDLE_AROUND } from '../readers/bundle-sql.js';
import { deliveryWhere } from '../readers/delivery-where.js';
import { movableTo, WAITING } from '../delivery-moves.js';
import { openLanes } from '../open-lanes.js';
import type { Sql } from '../sql.js';
import type { CanaryOf } from './canary-store.js';
import { beginCanaries } from './canary-store.js';

interface ReachedRow {
  id: string;
  system: string;
  entity: RecordEntity;
  productId: string;
  externalId: string | null;
  /** Of the SKU; null for a product. */
  state: LifecycleState | null;
  listedIn: string[] | null;
  /** Of the product's SKUs that are to be there; nothing for a SKU. */
  states: LifecycleState[];
}

/** What one call may move; more are reached by calling again. */
const DEAD_LIMIT = 10_000;

interface Retried {
  id: string;
  system: string;
  product_id: string;
  /** One text for the record that it is about. */
  record: string;
}

/** Deliveries of one transaction: the outbox rows. */
export class SqlDeliveryStore implements DeliveryStore {
  constructor(
    private readonly sql: Sql,
    private readonly newId: () => string,
  ) {}

  async enqueue(
    written: readonly WrittenRevision[],
    changeRequestId: string | null,
    rule: CanaryRule,
  ): Promise<string[]> {
    if (written.length === 0) return [];
    const { skuIds, productIds, composedIds } = owedReach(written);
    const outer = composedIds.length === 0 ? [] : await this.bundlesAround(composedIds);
    const reached = await this.sql.rows<ReachedRow>(
      `select r.id, r.system, r.entity, r.product_id as "productId", r.external_id as "externalId", s.state, s.listed_in as "listedIn", '{}'::text[] as states
       from record r join sku s on s.id = r.sku_id where r.entity = 'SKU' and r.sku_id = any($1)
       union all
       select r.id, r.system, r.entity, r.product_id, r.external_id, null, null, array(select s.state from sku s
         where s.product_id = r.product_id and s.state <> 'DRAFT' and r.system = any(s.listed_in))
       from record r where r.entity = 'PRODUCT' and r.product_id = any($2)`,
      [[...new Set([...skuIds, ...outer])], productIds],
    );
    const records = reached.filter((each) => {
      const { state, listedIn, states, system } = each;
      return isOwed(each, state && listedIn && { state, listedIn }, states, system);
    });
    const canaries = await beginCanaries(this.sql, this.newId, changeRequestId, records, rule);
    return this.enqueueRecords(
      records.map(({ id }) => id),
      changeRequestId,
      canaries,
    );
  }

  async holding({ skuIds, composedIds, productIds }: Parameters<DeliveryStore['holding']>[0]): Promise<string[]> {
    const outer = composedIds.length === 0 ? [] : await this.bundlesAround(composedIds);
    const rows = await this.sql.rows<{ system: string }>(
      `select r.system from record r join sku s on s.id = r.sku_id where r.entity = 'SKU' and r.sku_id = any($1)
         and s.state <> 'DRAFT' and (r.system = any(s.listed_in) or r.external_id is not null)
       union
       select unnest(s.listed_in) from sku s where s.id = any($2) and s.state <> 'DRAFT'
       union
       select r.system from record r where r.entity = 'PRODUCT' and r.product_id = any($3) and r.external_id is not null`,
      [[...skuIds, ...outer], outer, productIds],
    );
    return rows.map(({ system }) => system);
  }

  async composedFor(bundleIds: readonly string[], systems: readonly string[]): Promise<string[]> {
    const rows = await this.sql.rows<{ inner: string }>(
      `with recursive around (inner_id, id) as (
         select id, id from unnest($1::uuid[]) id
         union
         select a.inner_id, k.bundle_id from around a cross join lateral (
           select c.bundle_id from bundle_component c where c.component_id = a.id and c.state = 'CURRENT' offset 0) k)
       select distinct a.inner_id as "inner" from around a join sku s on s.id = a.id
         join system y on y.mode = 'WRITE' and y.code = any($2)
       where s.state <> 'DRAFT' and (y.code = any(s.listed_in) or exists (
         select from record r
         where r.entity = 'SKU' and r.sku_id = s.id and r.system = y.code and r.external_id is not null))`,
      [bundleIds, systems],
    );
    return rows.map((row) => row.inner);
  }

  /** Systems show bundles taken apart, so that what is in one is seen in every bundle around it. */
  private async bundlesAround(skuIds: readonly string[]): Promise<string[]> {
    const rows = await this.sql.rows<{ bundle_id: string }>(EVERY_BUNDLE_AROUND, [skuIds]);
    return rows.map((row) => row.bundle_id);
  }

  async enqueueRecords(
    recordIds: readonly string[],
    changeRequestId: string | null = null,
    canaries: CanaryOf = new Map(),
  ): Promise<string[]> {
    if (recordIds.length === 0) return [];
    await this.supersede(recordIds);
    const of = recordIds.map((record) => canaries.get(record));
    // As arrays, of which the planner knows how long they are: of JSON it expects a hundred rows, and looks each up alone.
    const columns = [
      recordIds,
      recordIds.map(() => this.newId()),
      of.map((each) => each?.canary ?? null),
      of.map((each) => each?.first ?? false),
    ];
    const rows = await this.sql.rows<{ system: string; product_id: string; due: boolean }>(
      `insert into delivery (id, system, entity, product_id, sku_id, target, revision, state, next_attempt_at, change_request_id,
         canary_id, canary_first)
       select n.id, r.system, r.entity, r.product_id, r.sku_id, coalesce(s.code, p.handle), coalesce(s.revision, p.revision),
              'PENDING', case when n.canary is null or n.first then clock_timestamp() end, $1, n.canary, n.first
       from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::boolean[]) as n(record, id, canary, first)
         join record r on r.id = n.record
         join system y on y.code = r.system and y.mode = 'WRITE'
         join product p on p.id = r.product_id
         left join sku s on s.id = r.sku_id
       returning system, product_id, next_attempt_at is not null as due`,
      [changeRequestId, ...columns],
    );
    return openLanes(
      this.sql,
      rows.filter(({ due }) => due),
    );
  }

  /**
   * What waits for these records makes room. Record by record through the index of what is open, whatever the statistics
   * say: they are older than a queue that fills and drains in seconds, and a planner that believes them was seen to take a
   * minute for 20,000 records, where this takes one second.
   */
  private async supersede(recordIds: readonly string[]): Promise<void> {
    const waiting = (entity: RecordEntity, key: string): string => `select o.id from record r cross join lateral (
           select d.id from delivery d where d.system = r.system and d.${key} = r.${key} and d.entity = '${entity}'
             and d.state in ${WAITING} offset 0) o
         where r.id = any($1) and r.entity = '${entity}'`;
    await this.sql.rows(
      `with gone as materialized (${waiting('SKU', 'sku_id')} union all ${waiting('PRODUCT', 'product_id')})
       update delivery set state = 'SUPERSEDED', next_attempt_at = null
       where id = any(array(select id from gone)) and state in ${WAITING}`,
      [recordIds],
    );
  }

  async lockDead({ ids, filter }: WhichDeliveries): Promise<DeadLetter[]> {
    const where = filter ? deliveryWhere(filter, 2) : { text: 'true', values: [] };
    return this.sql.rows<DeadLetter>(
      `select d.id, d.system, d.target from delivery d where d.state = 'DEAD_LETTERED'
         and ($1::uuid[] is null or d.id = any($1)) and ${where.text} order by d.id limit ${DEAD_LIMIT} for update of d`,
      [ids, ...where.values],
    );
  }

  async discard(ids: readonly string[], reason: string, by: Actor): Promise<void> {
    await this.sql.rows(
      `update delivery set state = 'DISCARDED', next_attempt_at = null, due_at = null, resolved_at = clock_timestamp(),
         note = $2, settled_by = $3 where id = any($1) and state in ${movableTo('DISCARDED')}`,
      [ids, reason, JSON.stringify(by)],
    );
  }

  async assign(ids: readonly string[], partyId: string | null): Promise<void> {
    await this.sql.rows('update delivery set assignee_id = $2 where id = any($1)', [ids, partyId]);
  }

  async retry(which: WhichDeliveries, by: Actor): Promise<{ ids: string[]; systems: string[] }> {
    const where = which.filter ? deliveryWhere(which.filter, 2) : { text: 'true', values: [] };
    const asked = which.ids === null ? null : [...new Set(which.ids)];
    // A record that is gone, or was never matched, takes nothing: its finding is what has to be resolved.
    const dead = await this.sql.rows<Retried>(
      `select d.id, d.system, d.product_id, concat_ws('|', d.system, d.entity, d.product_id, d.sku_id) as record
       from delivery d join record r on r.system = d.system and r.entity = d.entity and r.product_id = d.product_id
         and r.sku_id is not distinct from d.sku_id and r.match in ('MATCHED', 'TO_CREATE')
       where d.state = 'DEAD_LETTERED' and ($1::uuid[] is null or d.id = any($1)) and ${where.text}
       order by d.created_at, d.id limit ${DEAD_LIMIT} for update of d`,
      [asked, ...where.values],
    );
    // Asked for by id, it is all of them or none: the caller is told which cannot be retried.
    if (asked !== null && dead.length < asked.length) return { ids: dead.map(({ id }) => id), systems: [] };
    const newest = [...new Map(dead.map((each) => [each.record, each.id])).values()];
    await this.sql.rows(
      `update delivery d set state = case when not d.id = any($2) or exists (select from delivery n where n.system = d.system
           and n.entity = d.entity and n.product_id = d.product_id and n.sku_id is not distinct from d.sku_id
           and n.state in ${WAITING})
         then 'SUPERSEDED' else 'PENDING' end,
         next_attempt_at = clock_timestamp(), retried_at = clock_timestamp(), attempts = 0, conflicts = 0, not_founds = 0,
         unknowns = 0, lost_leases = 0, excused_seconds = 0, rate_since = null, cause = null, cause_shape = null, finding_id = null,
         died_at = null, due_at = null, resolved_at = clock_timestamp(), settled_by = $3
       where id = any($1) and state in ${movableTo('PENDING')}`,
      [dead.map(({ id }) => id), newest, JSON.stringify(by)],
    );
    return { ids: dead.map(({ id }) => id), systems: await openLanes(this.sql, dead) };
  }

  async setLink(system: string, link: 'LINKED' | 'UNLINKED'): Promise<boolean> {
    const rows = await this.sql.rows<{ code: string }>(
      'update system set link = $2 where code = $1 and link <> $2 returning code',
      [system, link],
    );
    return rows.length > 0;
  }
}
