import type { ImportRehearsals } from '../../application/ports/import-rehearsals.js';
import { gtin14 } from '../../domain/catalog/gtin.js';
import { LOOK_ALIKE_LIMIT, skeletonOf } from '../../domain/catalog/look-alike.js';
import type { Product } from '../../domain/catalog/product.js';
import type { Sku } from '../../domain/catalog/sku.js';
import type { ChangeSet, PlannedProduct, PlannedSku } from '../../domain/change/draft.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Sql } from '../sql.js';

/** What is only rehearsed has its first revision, made at no moment. */
const NEVER = new Date(0);
const UNWRITTEN = { revision: 1, createdAt: NEVER, updatedAt: NEVER };

/** What dry runs would have made so far; every statement looks into one import's rows by an index. */
export class SqlImportRehearsals implements ImportRehearsals {
  constructor(private readonly sql: Sql) {}

  async skus(importId: string, foldedCodes: readonly string[]): Promise<Sku[]> {
    const rows = await this.sql.rows<{ content: PlannedSku['after'] }>(
      `select content from import_rehearsal where import_id = $1 and entity = 'SKU' and key = any($2)`,
      [importId, foldedCodes],
    );
    return rows.map(({ content }) => skuOf(content));
  }

  async products(importId: string, handles: readonly string[], ids: readonly string[]): Promise<Product[]> {
    const rows = await this.sql.rows<{ content: PlannedProduct['after'] }>(
      `select content from import_rehearsal
       where import_id = $1 and entity = 'PRODUCT' and (key = any($2) or product_id = any($3))`,
      [importId, handles, ids],
    );
    return rows.map(({ content }) => ({ ...content, ...UNWRITTEN }));
  }

  async around(
    importId: string,
    { productIds, gtins, skeletons }: Parameters<ImportRehearsals['around']>[1],
  ): ReturnType<ImportRehearsals['around']> {
    const siblings = await this.sql.rows<{ content: PlannedSku['after'] }>(
      `select content from import_rehearsal where import_id = $1 and entity = 'SKU' and product_id = any($2)`,
      [importId, productIds],
    );
    const bearers = await this.sql.rows<{ gtin14: string; code: string }>(
      `select gtin14, content->>'code' as code from import_rehearsal where import_id = $1 and gtin14 = any($2)`,
      [importId, gtins],
    );
    const alike = await this.sql.rows<{ skeleton: string; code: string }>(
      `select n.skeleton, r.code from (select distinct unnest($2::text[]) as skeleton) n cross join lateral (
         select content->>'code' as code from import_rehearsal r
         where r.import_id = $1 and r.skeleton = n.skeleton order by r.key limit $3) r`,
      [importId, skeletons, LOOK_ALIKE_LIMIT],
    );
    const bySkeleton = Map.groupBy(alike, ({ skeleton }) => skeleton);
    return {
      siblings: siblings.map(({ content }) => skuOf(content)),
      gtins: new Map(bearers.map(({ gtin14: gtin, code }) => [gtin, code])),
      lookAlikes: new Map([...bySkeleton].map(([skeleton, rows]) => [skeleton, rows.map(({ code }) => code)])),
    };
  }

  async add(importId: string, { products, skus }: ChangeSet, lines: ReadonlyMap<string, number>): Promise<void> {
    const rows = [
      ...products.filter(isNew).map(productRow),
      ...skus.filter(isNew).map((planned) => skuRow(planned, lines)),
    ];
    await this.sql.rows(
      `insert into import_rehearsal (import_id, entity, key, id, line, product_id, gtin14, skeleton, content)
       select $1, n.entity, n.key, n.id, n.line, n.product_id, n.gtin14, n.skeleton, n.content
       from jsonb_to_recordset($2::jsonb) as n(entity text, key text, id uuid, line int, product_id uuid, gtin14 text,
         skeleton text, content jsonb)`,
      [importId, JSON.stringify(rows)],
    );
  }

  takeBackSuccessors(importId: string, limit: number): Promise<{ code: string; successor: string; line: number }[]> {
    return this.sql.rows(
      `update import_rehearsal r set content = jsonb_set(r.content, '{successor}', 'null')
       from (select i.key, i.content->>'successor' as successor from import_rehearsal i
         where i.import_id = $1 and i.entity = 'SKU' and i.content->>'successor' is not null
           and not exists (select 1 from sku where code_folded = fold_code(i.content->>'successor') collate "C")
           and not exists (select 1 from import_rehearsal o where o.import_id = $1 and o.entity = 'SKU'
             and o.key = fold_code(i.content->>'successor') collate "C")
         order by i.key limit $2) m
       where r.import_id = $1 and r.entity = 'SKU' and r.key = m.key
       returning r.content->>'code' as code, m.successor, r.line`,
      [importId, limit],
    );
  }

  async linesOf(importId: string, foldedCodes: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.sql.rows<{ key: string; line: number }>(
      `select key, line from import_rehearsal
       where import_id = $1 and entity = 'SKU' and key = any($2) and line is not null`,
      [importId, foldedCodes],
    );
    return new Map(rows.map(({ key, line }) => [key, line]));
  }
}

/** A baseline only creates; what it does to the master otherwise, no later batch asks for. */
function isNew({ before }: PlannedProduct | PlannedSku): boolean {
  return before === null;
}

function productRow({ after }: PlannedProduct): object {
  return { entity: 'PRODUCT', key: after.handle, id: after.id, product_id: after.id, content: after };
}

function skuRow({ after }: PlannedSku, lines: ReadonlyMap<string, number>): object {
  const { id, code, productId, gtin, state } = after;
  const key = foldCode(code);
  return {
    entity: 'SKU',
    key,
    id,
    line: lines.get(key) ?? null,
    product_id: productId,
    gtin14: gtin === null || state === 'RETIRED' ? null : gtin14(gtin),
    skeleton: skeletonOf(code),
    content: after,
  };
}

function skuOf(content: PlannedSku['after']): Sku {
  return { ...content, ...UNWRITTEN };
}
