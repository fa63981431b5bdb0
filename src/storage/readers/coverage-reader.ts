import type {
  CoverageReader,
  RecordCoverage,
  SystemCoverage,
  UngovernedRecord,
} from '../../application/ports/coverage-reader.js';
import type { Page, PageRequest } from '../../application/ports/page.js';
import type { RecordEntity } from '../../domain/publishing/system.js';
import type { Sql } from '../sql.js';
import { Conditions, readPage } from './keyset.js';

/** Of record r and its piece k, which may be gone: told again just as it had been compared, it has been compared again. */
export const COMPARED_AT = 'greatest(r.compared_at, k.compared_at)';

/** Of record r: what is in service there. A DRAFT that is there all the same is looked at, and compared with nothing. */
const IN_SERVICE = `exists (select from sku o where o.state <> 'DRAFT'
  and (o.id = r.sku_id or r.entity = 'PRODUCT' and o.product_id = r.product_id and r.system = any(o.listed_in)))`;

/** The same for all records at once, apart: one condition over both kinds would be asked row by row. */
const OUT_OF_SERVICE = `
  select r.id, r.system from sku s join record r on r.sku_id = s.id where s.state = 'DRAFT' and r.external_id is not null
  union all
  select r.id, r.system from record r where r.entity = 'PRODUCT' and r.external_id is not null and not exists (
    select from sku o where o.product_id = r.product_id and o.state <> 'DRAFT' and r.system = any(o.listed_in))`;

/** What has been looked at, and what has not. */
export class SqlCoverageReader implements CoverageReader {
  constructor(private readonly sql: Sql) {}

  coverage(withinHours: number): Promise<SystemCoverage[]> {
    return this.sql.rows<SystemCoverage>(
      `with resting as (${OUT_OF_SERVICE}),
       idle as (select system, count(*)::int as records from resting group by system),
       seen as (
         select r.system, count(*)::int as records, count(*) filter (where ${COMPARED_AT} is null)::int as never,
           count(*) filter (where ${COMPARED_AT} >= clock_timestamp() - make_interval(hours => $1))::int as recently,
           min(${COMPARED_AT}) as oldest
         from record r left join scan_piece k on k.id = r.piece_id where r.external_id is not null
           and not exists (select from resting w where w.id = r.id) group by r.system),
       unmatched as (
         select r.system, count(*)::int as records from record r join sku s on s.id = r.sku_id
         where r.external_id is null and s.state not in ('DRAFT', 'RETIRED') and r.system = any(s.listed_in) group by r.system),
       strangers as (select system, count(*)::int as records from ungoverned_record group by system),
       blind as (
         select system, jsonb_agg(jsonb_build_object('field', field, 'reason', reason, 'records', records) order by field, reason) as fields from (
           select r.system, n.field, n.reason, count(*)::int as records from record r,
             jsonb_to_recordset(r.not_covered) as n(field text, reason text) where r.not_covered is not null group by 1, 2, 3) b group by system)
       select y.code as system, coalesce(s.records, 0) as records, coalesce(s.recently, 0) as "comparedRecently",
         coalesce(s.never, 0) as "neverCompared", s.oldest as "oldestComparedAt", coalesce(u.records, 0) as unmatched,
         coalesce(g.records, 0) as ungoverned, coalesce(i.records, 0) as "notInService", coalesce(b.fields, '[]') as "notCovered", c.moved_at as "changesComparedAt"
       from system y left join seen s on s.system = y.code left join unmatched u on u.system = y.code
         left join idle i on i.system = y.code left join strangers g on g.system = y.code left join blind b on b.system = y.code
         left join scan_cursor c on c.system = y.code order by y.code`,
      [withinHours],
    );
  }

  compared(page: PageRequest, query: { system: string; before: Date | null }): Promise<Page<RecordCoverage>> {
    const { where, values } = new Conditions()
      .add(query.system, (place) => `r.system = ${place} and r.external_id is not null`)
      .add(query.before, (place) => `(coalesce(${COMPARED_AT} < ${place}, true) or not ${IN_SERVICE})`);
    return readPage<RecordCoverage, RecordCoverage>(
      this.sql,
      page,
      {
        from: 'record r left join scan_piece k on k.id = r.piece_id',
        where,
        values,
        columns: `r.id, r.entity, r.external_id as "externalId", r.sku_id as "skuId", r.product_id as "productId",
          case when ${IN_SERVICE} then ${COMPARED_AT} end as "comparedAt", coalesce(r.not_covered, '[]') as "notCovered"`,
        order: [{ column: 'r.id', cast: 'uuid' }],
      },
      (row) => row,
    );
  }

  ungoverned(
    page: PageRequest,
    query: { system: string; entity: RecordEntity | null; hasCode: boolean | null },
  ): Promise<Page<UngovernedRecord>> {
    const { where, values } = new Conditions()
      .add(query.system, (place) => `u.system = ${place}`)
      .add(query.entity, (place) => `u.entity = ${place}`)
      .add(query.hasCode, (place) => `(u.code is not null) = ${place}`);
    return readPage<UngovernedRecord, UngovernedRecord>(
      this.sql,
      page,
      {
        from: 'ungoverned_record u join scan_piece k on k.id = u.piece_id',
        where,
        values,
        columns: `u.entity, u.external_id as "externalId", u.root_id as "rootId", u.code, u.first_seen_at as "firstSeenAt",
          greatest(k.compared_at, u.first_seen_at) as "lastSeenAt", u.observed->'fields' as fields`,
        order: [
          { column: 'u.entity', cast: 'text' },
          { column: 'u.external_id', cast: 'text' },
        ],
      },
      (row) => row,
    );
  }
}
