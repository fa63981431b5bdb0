import type { Page, PageRequest } from '../../application/ports/page.js';
import type {
  QualityCount,
  QualityIssueView,
  QualityQuery,
  QualityReader,
} from '../../application/ports/quality-store.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Sql } from '../sql.js';
import { faceOf } from './catalog/face.js';
import { ownerTests } from './catalog/owner-conditions.js';
import { conditionOf } from './catalog/tests.js';
import type { Condition } from './keyset.js';
import { Conditions, readPage } from './keyset.js';

const COLUMNS = `q.id, q.entity, q.product_id as "productId", q.sku_id as "skuId", q.target, q.field, q.raw_value as "rawValue",
  q.code, q.severity, q.message, q.import_id as "importId", q.line, q.found_at as "foundAt", q.resolved_at as "resolvedAt",
  q.resolved_revision as "resolvedRevision", q.change_request_id as "changeRequestId"`;

/** Issues that are read at a time for a file. */
const ROWS = 1_000;

type Row = QualityIssueView & { handle: string };

/** Reads of quality issues: lists read their own table alone. */
export class SqlQualityReader implements QualityReader {
  constructor(private readonly sql: Sql) {}

  async issues(page: PageRequest, query: QualityQuery): Promise<Page<QualityIssueView>> {
    const { where, values } = await this.conditionsOf(query);
    const order = [
      { column: 'q.found_at', cast: 'timestamptz' },
      { column: 'q.id', cast: 'uuid' },
    ];
    const keyset = { from: 'quality_issue q', where, values, columns: COLUMNS, order, descending: true };
    return readPage<QualityIssueView, QualityIssueView>(this.sql, page, keyset, issueOf);
  }

  async counts(query: QualityQuery): Promise<QualityCount[]> {
    const { where, values } = await this.conditionsOf(query);
    return this.sql.rows<QualityCount>(
      `select q.entity, q.field, q.code, count(*) filter (where q.resolved_at is null)::int as open,
         count(*) filter (where q.resolved_at is not null)::int as resolved
       from quality_issue q where ${where} group by q.entity, q.field, q.code order by open desc, q.entity, q.field, q.code`,
      values,
    );
  }

  async issuesByIds(ids: readonly string[]): Promise<Map<string, QualityIssueView>> {
    const rows = await this.sql.rows<QualityIssueView>(
      `select ${COLUMNS} from quality_issue q where q.id = any($1::uuid[])`,
      [ids],
    );
    return new Map(rows.map((row) => [row.id, issueOf(row)]));
  }

  async openOfSkus(skuIds: readonly string[]): Promise<Map<string, QualityIssueView[]>> {
    const rows = await this.sql.rows<QualityIssueView>(
      `select ${COLUMNS} from quality_issue q
       where q.entity = 'SKU' and q.resolved_at is null and q.sku_id = any($1::uuid[]) order by q.field`,
      [skuIds],
    );
    return Map.groupBy(rows.map(issueOf), ({ skuId }) => skuId ?? '');
  }

  async openOfProducts(productIds: readonly string[]): Promise<Map<string, QualityIssueView[]>> {
    const rows = await this.sql.rows<QualityIssueView>(
      `select ${COLUMNS} from quality_issue q
       where q.entity = 'PRODUCT' and q.resolved_at is null and q.product_id = any($1::uuid[]) order by q.field`,
      [productIds],
    );
    return Map.groupBy(rows.map(issueOf), ({ productId }) => productId);
  }

  async *all(query: QualityQuery): AsyncGenerator<Row[]> {
    const { where, values } = await this.conditionsOf(query);
    const [at, id] = [values.length + 1, values.length + 2];
    for (let after: Row | null = null; ;) {
      const rows: Row[] = await this.sql.rows(
        `with page as materialized (
           select q.* from quality_issue q
           where ${where} and ($${at}::timestamptz is null or (q.found_at, q.id) > ($${at}, $${id}::uuid))
           order by q.found_at, q.id limit ${ROWS})
         select ${COLUMNS}, p.handle from page q join product p on p.id = q.product_id order by q.found_at, q.id`,
        [...values, after?.foundAt ?? null, after?.id ?? null],
      );
      const last = rows.at(-1);
      if (!last) return;
      after = last;
      yield rows.map((row) => ({ ...issueOf(row), handle: row.handle }));
    }
  }

  private async conditionsOf(query: QualityQuery): Promise<Conditions> {
    const conditions = new Conditions()
      .add(query.entity, (place) => `q.entity = ${place}`)
      .add(query.field, (place) => `q.field = ${place}`)
      .add(query.code, (place) => `q.code = ${place}`)
      .add(query.severity, (place) => `q.severity = ${place}`)
      .add(query.importId, (place) => `q.import_id = ${place}::uuid`)
      .add(query.resolved, (place) => `(q.resolved_at is not null) = ${place}`)
      .add(
        query.sku ? foldCode(query.sku) : null,
        (place) => `q.sku_id = (select id from sku where code_folded = ${place})`,
      )
      .add(query.product, (place) => `q.product_id = (select id from product where handle = ${place})`);
    if (query.owner) conditions.require(await this.ownedBy(query.owner));
    return conditions;
  }

  /** By whom an issue's SKU is owned; an issue of a product, by whom the product is. The same conditions as lists of SKUs have. */
  private async ownedBy(code: string): Promise<Condition> {
    const face = faceOf(null);
    const parties = await this.sql.rows<{ id: string }>('select id from party where code_folded = $1', [
      foldCode(code),
    ]);
    const answer = { ownerIds: parties.map(({ id }) => id), unowned: false };
    const tests = await ownerTests(this.sql, face, answer, null);
    const [sku, product] = [conditionOf(tests.sku), conditionOf(tests.product)];
    return (place) => `(q.sku_id in (select s.id from ${face.sku.from} where ${sku(place)})
        or q.sku_id is null and q.product_id in (select p.id from ${face.product.from} where ${product(place)}))`;
  }
}

/** Without the sort key that a page's rows bear. */
function issueOf(row: QualityIssueView): QualityIssueView {
  const { id, entity, productId, skuId, target, field, rawValue, code, severity, message, importId, line } = row;
  const { foundAt, resolvedAt, resolvedRevision, changeRequestId } = row;
  const what = { id, entity, productId, skuId, target, field, rawValue, code, severity, message, importId, line };
  return { ...what, foundAt, resolvedAt, resolvedRevision, changeRequestId };
}
