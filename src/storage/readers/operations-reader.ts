import type {
  CanaryView,
  DeadLetterGroup,
  DeliveryQuery,
  DeliveryView,
  FindingQuery,
  FindingView,
  OperationsReader,
  ScanView,
  SystemRecordView,
  SystemView,
} from '../../application/ports/operations-reader.js';
import type { Page, PageRequest } from '../../application/ports/page.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Sql } from '../sql.js';
import { readCanaries } from './canary-rows.js';
import { readDeadLetterGroups } from './dead-letter-groups.js';
import { COMPARED_AT } from './coverage-reader.js';
import { deliveryWhere } from './delivery-where.js';
import { Conditions, readPage } from './keyset.js';
import { DELIVERY_COLUMNS, deliveryOf, FINDING_COLUMNS, findingOf, systemOf } from './operations-rows.js';
import type { DeliveryRow, SystemRow } from './operations-rows.js';
import { scanOf, SCAN_COLUMNS, type ScanRow } from './scan-rows.js';

/** Reads of what goes on between the master and the systems. */
export class SqlOperationsReader implements OperationsReader {
  constructor(private readonly sql: Sql) {}

  async systems(): Promise<SystemView[]> {
    const rows = await this.sql.rows<SystemRow>(
      `select y.code, y.kind, y.connector, y.mode, y.currency, y.link, y.health,
         (select id from scan c where c.system = y.code and c.mode = 'FULL' and c.state = 'SUCCEEDED' order by started_at desc limit 1)
           as "lastFullScanId",
         (select count(*)::int from delivery d where d.system = y.code and d.state in ('PENDING', 'RETRYING', 'IN_FLIGHT'))
           as "pendingDeliveries",
         (select count(*)::int from delivery d where d.system = y.code and d.state = 'DEAD_LETTERED') as "deadLetters",
         (select count(*)::int from finding f where f.system = y.code and f.state in ('OPEN', 'ACKNOWLEDGED')) as "openFindings",
         (select coalesce(jsonb_agg(jsonb_build_object('kind', h.kind, 'reason', h.reason, 'beganAt', h.began_at, 'beganBy', h.began_by,
             'until', h.until, 'nextProbeAt', case when h.kind <> 'PAUSE' then greatest(y.probe_at, clock_timestamp()) end) order by h.began_at), '[]')
           from system_hold h where h.system = y.code and h.ended_at is null and (h.until is null or h.until > clock_timestamp())) as holds
       from system y order by y.code`,
    );
    return rows.map(systemOf);
  }

  deliveries(page: PageRequest, query: DeliveryQuery): Promise<Page<DeliveryView>> {
    const { text, values } = deliveryWhere(query, 1);
    const order = [
      { column: 'd.created_at', cast: 'timestamptz' },
      { column: 'd.id', cast: 'uuid' },
    ];
    const keyset = { from: 'delivery d', where: text, values, columns: DELIVERY_COLUMNS, order, descending: true };
    return readPage<DeliveryRow, DeliveryView>(this.sql, page, keyset, deliveryOf);
  }

  async deliveriesByIds(ids: readonly string[]): Promise<DeliveryView[]> {
    const rows = await this.sql.rows<DeliveryRow>(
      `select ${DELIVERY_COLUMNS} from delivery d where d.id = any($1::uuid[]) order by d.created_at, d.id`,
      [ids],
    );
    return rows.map(deliveryOf);
  }

  async deliveriesOfRequests(requestIds: readonly string[]): Promise<Map<string, DeliveryView[]>> {
    const rows = await this.sql.rows<DeliveryRow>(
      `select ${DELIVERY_COLUMNS} from delivery d where d.change_request_id = any($1::uuid[]) order by d.system, d.target, d.id`,
      [requestIds],
    );
    return Map.groupBy(rows.map(deliveryOf), (row) => row.changeRequestId ?? '');
  }

  deadLetterGroups(page: PageRequest, query: DeliveryQuery): Promise<Page<DeadLetterGroup>> {
    return readDeadLetterGroups(this.sql, page, query);
  }

  canariesByIds(ids: readonly string[]): Promise<CanaryView[]> {
    return readCanaries(this.sql, 'c.id = any($1::uuid[])', [ids]);
  }

  async canariesOfRequests(requestIds: readonly string[]): Promise<Map<string, CanaryView[]>> {
    const rows = await readCanaries(this.sql, 'c.change_request_id = any($1::uuid[])', [requestIds]);
    return Map.groupBy(rows, (row) => row.changeRequestId);
  }

  async openCanaries(systems: readonly string[]): Promise<Map<string, CanaryView[]>> {
    const rows = await readCanaries(this.sql, `c.system = any($1) and c.state not in ('GIVEN_UP', 'FINISHED')`, [
      systems,
    ]);
    return Map.groupBy(rows, (row) => row.system);
  }

  movingCanaries(system: string | null): Promise<{ id: string }[]> {
    return this.sql.rows<{ id: string }>(
      `select id from canary where ($1::text is null or system = $1) and state in ('FIRST', 'REST', 'STOPPED', 'CONTINUED') order by created_at, id`,
      [system],
    );
  }

  async recordsOfSkus(skuIds: readonly string[]): Promise<Map<string, SystemRecordView[]>> {
    const rows = await this.sql.rows<SystemRecordView>(
      `select r.sku_id as "skuId", r.system, r.external_id as "externalId", r.published_revision as "publishedRevision",
         r.published_at as "publishedAt", r.observed_at as "observedAt", case when s.state <> 'DRAFT' then ${COMPARED_AT} end as "comparedAt", r.published, r.observed,
         case when exists (select from finding f where f.record_id = r.id and f.state in ('OPEN', 'ACKNOWLEDGED')) then 'DRIFTED'
           when exists (select from delivery d where d.system = r.system and d.entity = 'SKU' and d.sku_id = r.sku_id
             and d.state in ('PENDING', 'RETRYING', 'IN_FLIGHT')) then 'PENDING'
           when exists (select from delivery d where d.system = r.system and d.entity = 'SKU' and d.sku_id = r.sku_id
             and d.state = 'DEAD_LETTERED') then 'DEAD_LETTERED'
           when r.external_id is null or (r.match = 'MISSING' and s.state in ('DRAFT', 'RETIRED')) then 'ABSENT'
           when s.state = 'DRAFT' then 'NOT_COMPARED'
           when r.in_sync then 'IN_SYNC' else 'PENDING' end as state
       from record r join sku s on s.id = r.sku_id left join scan_piece k on k.id = r.piece_id where r.entity = 'SKU' and r.sku_id = any($1::uuid[]) order by r.system`,
      [skuIds],
    );
    return Map.groupBy(rows, (row) => row.skuId);
  }

  findings(page: PageRequest, query: FindingQuery): Promise<Page<FindingView>> {
    const conditions = findingConditions(query);
    const order = [
      { column: 'f.opened_at', cast: 'timestamptz' },
      { column: 'f.id', cast: 'uuid' },
    ];
    const { where, values } = conditions;
    const keyset = { from: 'finding f', where, values, columns: FINDING_COLUMNS, order, descending: true };
    return readPage<FindingView, FindingView>(this.sql, page, keyset, findingOf);
  }

  async findingsByIds(ids: readonly string[]): Promise<FindingView[]> {
    const rows = await this.sql.rows<FindingView>(
      `select ${FINDING_COLUMNS} from finding f where f.id = any($1::uuid[]) order by array_position($1::uuid[], f.id)`,
      [ids],
    );
    return rows.map(findingOf);
  }

  async openFindingsOfSkus(skuIds: readonly string[]): Promise<Map<string, FindingView[]>> {
    const rows = await this.sql.rows<FindingView>(
      `select ${FINDING_COLUMNS} from finding f where f.sku_id = any($1::uuid[]) and f.state in ('OPEN', 'ACKNOWLEDGED')
       order by f.opened_at desc, f.id`,
      [skuIds],
    );
    return Map.groupBy(rows.map(findingOf), (row) => row.skuId ?? '');
  }

  async scansByIds(ids: readonly string[]): Promise<Map<string, ScanView>> {
    const rows = await this.sql.rows<ScanRow>(`select ${SCAN_COLUMNS} from scan where id = any($1::uuid[])`, [ids]);
    return new Map(rows.map((row) => [row.id, scanOf(row)]));
  }

  scans(page: PageRequest, system: string | null): Promise<Page<ScanView>> {
    const { where, values } = new Conditions().add(system, (place) => `c.system = ${place}`);
    const order = [
      { column: 'c.started_at', cast: 'timestamptz' },
      { column: 'c.id', cast: 'uuid' },
    ];
    const keyset = { from: 'scan c', where, values, columns: SCAN_COLUMNS, order, descending: true };
    return readPage<ScanRow, ScanView>(this.sql, page, keyset, scanOf);
  }
}

function findingConditions(query: FindingQuery): Conditions {
  return new Conditions()
    .add(query.system, (place) => `f.system = ${place}`)
    .add(query.states, (place) => `f.state = any(${place}::text[])`)
    .add(query.kinds, (place) => `f.kind = any(${place}::text[])`)
    .add(query.severities, (place) => `f.severity = any(${place}::text[])`)
    .add(query.field, (place) => `f.field = ${place}`)
    .add(query.target ? foldCode(query.target) : null, (place) => `f.target_folded = ${place}`)
    .add(
      query.owner ? foldCode(query.owner) : null,
      (place) => `f.owner_id = (select id from party where code_folded = ${place})`,
    )
    .add(query.app, (place) => `f.app = ${place}`)
    .add(query.seenAfter, (place) => `f.last_seen_at > ${place}`)
    .require(() => overdueText(query.overdue ?? null));
}

/** In words that the index of what is due knows. */
function overdueText(overdue: boolean | null): string {
  if (overdue === null) return 'true';
  return overdue
    ? `f.state <> 'RESOLVED' and f.due_at < now()`
    : `(f.state = 'RESOLVED' or f.due_at is null or f.due_at >= now())`;
}
