import type { WrittenRevision } from '../../application/ports/catalog-store.js';
import type { NotedIssue, QualityStore } from '../../application/ports/quality-store.js';
import type { IssueEntity } from '../../domain/quality/quality-issue.js';
import type { Sql } from '../sql.js';

const COLUMNS = [
  'id',
  'entity',
  'product_id',
  'sku_id',
  'target',
  'field',
  'raw_value',
  'code',
  'severity',
  'message',
  'import_id',
  'line',
] as const;

/** Quality issues of one transaction. */
export class SqlQualityStore implements QualityStore {
  constructor(
    private readonly sql: Sql,
    private readonly newId: () => string,
  ) {}

  async note(importId: string, issues: readonly NotedIssue[]): Promise<void> {
    const rows = issues.map((each) => [
      this.newId(),
      each.entity,
      each.productId,
      each.entity === 'SKU' ? each.skuId : null,
      each.target,
      each.field,
      each.rawValue,
      each.code,
      each.severity,
      // A message that quotes the start of a cell may cut a surrogate pair in two, which PostgreSQL refuses.
      each.message.toWellFormed(),
      importId,
      each.line,
    ]);
    await this.sql.copy('quality_issue', COLUMNS, rows);
  }

  async settle(written: readonly WrittenRevision[], changeRequestId: string | null): Promise<void> {
    const decisions = written
      .filter(({ decided }) => decided.length > 0)
      .map(({ entity, productId, skuId, revision, decided }) => ({
        entity,
        id: entity === 'SKU' ? skuId : productId,
        revision,
        fields: decided,
      }));
    if (decisions.length === 0) return;
    await this.sql.rows(
      `update quality_issue q set resolved_at = clock_timestamp(), resolved_revision = n.revision, change_request_id = $2
       from jsonb_to_recordset($1::jsonb) as n(entity text, id uuid, revision int, fields text[])
       where q.resolved_at is null and q.entity = n.entity and q.field = any(n.fields)
         and case n.entity when 'SKU' then q.sku_id else q.product_id end = n.id`,
      [JSON.stringify(decisions), changeRequestId],
    );
  }
}

/** Fields of these SKUs and products that nobody has decided on yet, by `SKU:<id>` and `PRODUCT:<id>`. */
export async function readUndecided(
  sql: Sql,
  skuIds: readonly string[],
  productIds: readonly string[],
): Promise<Map<string, Set<string>>> {
  if (skuIds.length + productIds.length === 0) return new Map();
  const rows = await sql.rows<{ entity: IssueEntity; id: string; field: string }>(
    `select entity, sku_id as id, field from quality_issue
     where entity = 'SKU' and resolved_at is null and sku_id = any($1::uuid[])
     union all
     select entity, product_id, field from quality_issue
     where entity = 'PRODUCT' and resolved_at is null and product_id = any($2::uuid[])`,
    [skuIds, productIds],
  );
  const out = new Map<string, Set<string>>();
  for (const { entity, id, field } of rows) {
    const key = `${entity}:${id}`;
    out.set(key, (out.get(key) ?? new Set()).add(field));
  }
  return out;
}
