import type { DataSource } from 'typeorm';
import type {
  CatalogExport,
  CatalogSnapshot,
  ColumnsInUse,
  ExportedSku,
} from '../../application/ports/catalog-export.js';
import type { SkuQuery } from '../../application/ports/catalog-reader.js';
import type { NamingReader } from '../../application/ports/naming-store.js';
import type { BundleLine } from '../../domain/bundle/composition.js';
import type { Sql } from '../sql.js';
import { firstRow, sqlOver } from '../sql.js';
import type { ProductRow, SkuRow } from '../stores/catalog-rows.js';
import { PRODUCT_COLUMNS, productOf, SKU_COLUMNS, skuOf } from '../stores/catalog-rows.js';
import { faceOf } from './catalog/face.js';
import { SqlNamingReader } from '../stores/naming-store.js';
import { skuConditions } from './catalog/sku-conditions.js';

const PAGE_ROWS = 1_000;
/** Longer than any network hiccup; a download that stands still for so long is taken for given up. */
const STALLED_MS = 60_000;

/** Reads of everything, in a transaction of their own: REPEATABLE READ sees one instant from its first statement on. */
export class SqlCatalogExport implements CatalogExport {
  constructor(private readonly source: DataSource) {}

  async *stream<T>(work: (snapshot: CatalogSnapshot) => AsyncGenerator<T>): AsyncGenerator<T> {
    const runner = this.source.createQueryRunner();
    try {
      await runner.startTransaction('REPEATABLE READ');
      await runner.query('set transaction read only');
      await runner.query(`set local idle_in_transaction_session_timeout = ${STALLED_MS}`);
      // The instant is that of the first statement that reads; setting things up reads nothing.
      await runner.query('select 1');
      yield* work(new SqlCatalogSnapshot(sqlOver(runner.manager)));
    } finally {
      // Nothing was written, so there is nothing to commit; a connection that the database has cut cannot say so.
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      await runner.release();
    }
  }
}

class SqlCatalogSnapshot implements CatalogSnapshot {
  readonly naming: NamingReader;

  constructor(private readonly sql: Sql) {
    this.naming = new SqlNamingReader(sql);
  }

  async columnsInUse(): Promise<ColumnsInUse> {
    const row = await firstRow<ColumnsInUse>(
      this.sql,
      `select
         array(select distinct jsonb_object_keys(attributes) from sku where attributes <> '{}') as "skuAttributes",
         array(select distinct jsonb_object_keys(attributes) from product where attributes <> '{}') as "productAttributes",
         coalesce((select jsonb_agg(a) from (
           select v ->> 'system' as system, bool_or(v ->> 'price' is not null) as price,
             bool_or(v ->> 'compareAtPrice' is not null) as "compareAtPrice"
           from sku cross join jsonb_array_elements(system_values) v where system_values <> '[]' group by 1) a), '[]')
           as "systemAmounts"`,
    );
    if (!row) throw new Error('a statement without FROM answered no row');
    return row;
  }

  async *skus(query: SkuQuery): AsyncGenerator<ExportedSku[]> {
    const { where, values } = await skuConditions(this.sql, faceOf(null), query);
    const [handle, code] = [`$${values.length + 1}`, `$${values.length + 2}`];
    for (let after: [string, string] | null = null; ;) {
      const behind =
        after === null ? 'true' : `p.handle >= ${handle} and (p.handle > ${handle} or s.code_folded > ${code})`;
      const rows: (SkuRow & { key_0: string; key_1: string })[] = await this.sql.rows(
        `select ${SKU_COLUMNS}, p.handle as key_0, s.code_folded as key_1 from product p join sku s on s.product_id = p.id
         where ${where} and ${behind} order by p.handle, s.code_folded limit ${PAGE_ROWS}`,
        after === null ? values : [...values, ...after],
      );
      const last = rows.at(-1);
      if (!last) return;
      yield await this.withProducts(rows);
      if (rows.length < PAGE_ROWS) return;
      after = [last.key_0, last.key_1];
    }
  }

  async compositions(bundleIds: readonly string[]): Promise<Map<string, BundleLine[]>> {
    const rows = await this.sql.rows<{ bundle: string } & BundleLine>(
      `select c.bundle_id as bundle, s.code as sku, c.quantity from bundle_component c join sku s on s.id = c.component_id
       where c.bundle_id = any($1::uuid[]) and c.state = 'CURRENT' order by c.bundle_id, c.position`,
      [bundleIds],
    );
    return Map.groupBy(rows, ({ bundle }) => bundle);
  }

  private async withProducts(rows: readonly SkuRow[]): Promise<ExportedSku[]> {
    const ids = [...new Set(rows.map((row) => row.product_id))];
    const found = await this.sql.rows<ProductRow>(
      `select ${PRODUCT_COLUMNS} from product p where id = any($1::uuid[])`,
      [ids],
    );
    const products = new Map(found.map((row) => [row.id, productOf(row)]));
    return rows.flatMap((row) => {
      const product = products.get(row.product_id);
      return product ? [{ sku: skuOf(row), product }] : [];
    });
  }
}
