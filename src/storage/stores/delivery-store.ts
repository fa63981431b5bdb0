import type { WrittenRevision } from '../../application/ports/catalog-store.js';
import type {
  DeadLetter,
  DeliveryStore,
  NamedDelivery,
  Skipped,
  WhichDeliveries,
} from '../../application/ports/delivery-store.js';
import type { DeliveryQuery } from '../../application/ports/operations-reader.js';
import type { Actor } from '../../domain/actor.js';
import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import type { CanaryRule } from '../../domain/publishing/canary.js';
import { isOwed, owedReach } from '../../domain/publishing/owed.js';
import type { RecordEntity } from '../../domain/publishing/system.js';
import { EVERY_BUNDLE_AROUND } from '../readers/bundle-sql.js';
import { unknownNames } from '../readers/unknown-names.js';
import { movableTo, WAITING } from '../delivery-moves.js';
import { openLanes } from '../open-lanes.js';
import type { Sql } from '../sql.js';
import type { CanaryOf } from './canary-store.js';
import { beginCanaries } from './canary-store.js';
import { countAssigned, lockDead, namedDeliveries, retryDead, skippedDead } from './dead-letters.js';

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

  countAssigned(partyIds: readonly string[]): Promise<number> {
    return countAssigned(this.sql, partyIds);
  }

  lockDead(which: WhichDeliveries): Promise<DeadLetter[]> {
    return lockDead(this.sql, which);
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

  retry(which: WhichDeliveries, by: Actor): Promise<{ ids: string[]; systems: string[] }> {
    return retryDead(this.sql, which, by);
  }

  skipped(which: WhichDeliveries, done: readonly string[], needsRecord: boolean): Promise<Skipped[]> {
    return skippedDead(this.sql, which, done, needsRecord);
  }

  named(ids: readonly string[]): Promise<NamedDelivery[]> {
    return namedDeliveries(this.sql, ids);
  }

  unknownNames(filter: DeliveryQuery): Promise<string[]> {
    return unknownNames(this.sql, filter);
  }

  async setLink(system: string, link: 'LINKED' | 'UNLINKED'): Promise<boolean> {
    const rows = await this.sql.rows<{ code: string }>(
      'update system set link = $2 where code = $1 and link <> $2 returning code',
      [system, link],
    );
    return rows.length > 0;
  }
}
