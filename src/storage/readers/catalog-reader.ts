import type { DataSource } from 'typeorm';
import type { CatalogReader, SkuFilter, SkuOrder, SkuRevision } from '../../application/ports/catalog-reader.js';
import type { Page, PageRequest } from '../../application/ports/page.js';
import { gtin14 } from '../../domain/catalog/gtin.js';
import type { Product } from '../../domain/catalog/product.js';
import type { Sku } from '../../domain/catalog/sku.js';
import type { OwnershipRule, Party } from '../../domain/ownership/resolve-owner.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Sql } from '../sql.js';
import { sqlOver } from '../sql.js';
import type { ProductRow, SkuRow } from '../stores/catalog-rows.js';
import { productOf, skuOf } from '../stores/catalog-rows.js';
import { readOwnershipRules } from '../stores/ownership-rules.js';
import { readParties } from '../stores/party-store.js';
import { Conditions, readPage } from './keyset.js';

/** Reads of the catalogue. Lists read their own table alone; what stands beside a row comes in batches by id. */
export class SqlCatalogReader implements CatalogReader {
  private readonly sql: Sql;

  constructor(private readonly source: DataSource) {
    this.sql = sqlOver(source);
  }

  async skuByCode(code: string): Promise<Sku | null> {
    return (await this.skusByCodes([code])).get(foldCode(code)) ?? null;
  }

  async skusByIds(ids: readonly string[]): Promise<Map<string, Sku>> {
    const rows = await this.sql.rows<SkuRow>('select * from sku where id = any($1::uuid[])', [ids]);
    return new Map(rows.map((row) => [row.id, skuOf(row)]));
  }

  async skusByCodes(codes: readonly string[]): Promise<Map<string, Sku>> {
    const rows = await this.sql.rows<SkuRow>('select * from sku where code_folded = any($1)', [codes.map(foldCode)]);
    return new Map(rows.map((row) => [foldCode(row.code), skuOf(row)]));
  }

  skus(page: PageRequest, filter: SkuFilter, order: SkuOrder): Promise<Page<Sku>> {
    const conditions = conditionsOf(filter);
    const byCode = [{ column: 's.code_folded', cast: 'text' }];
    const byTime = [
      { column: 's.updated_at', cast: 'timestamptz' },
      { column: 's.id', cast: 'uuid' },
    ];
    const query = {
      from: 'sku s',
      where: conditions.where,
      values: conditions.values,
      columns: 's.*',
      order: order === 'CODE' ? byCode : byTime,
    };
    return readPage<SkuRow, Sku>(this.sql, page, query, skuOf);
  }

  skusOfProduct(productId: string, page: PageRequest): Promise<Page<Sku>> {
    const order = [{ column: 's.code_folded', cast: 'text' }];
    const query = { from: 'sku s', where: 's.product_id = $1', values: [productId], columns: 's.*', order };
    return readPage<SkuRow, Sku>(this.sql, page, query, skuOf);
  }

  async productByHandle(handle: string): Promise<Product | null> {
    const [row] = await this.sql.rows<ProductRow>('select * from product where handle = $1', [handle]);
    return row ? productOf(row) : null;
  }

  async productsByIds(ids: readonly string[]): Promise<Map<string, Product>> {
    const rows = await this.sql.rows<ProductRow>('select * from product where id = any($1::uuid[])', [ids]);
    return new Map(rows.map((row) => [row.id, productOf(row)]));
  }

  async productsByHandles(handles: readonly string[]): Promise<Map<string, Product>> {
    const rows = await this.sql.rows<ProductRow>('select * from product where handle = any($1)', [handles]);
    return new Map(rows.map((row) => [row.handle, productOf(row)]));
  }

  products(page: PageRequest, search: string | null): Promise<Page<Product>> {
    const conditions = new Conditions();
    for (const word of words(search)) {
      conditions.add(
        like(word),
        (place) => `(p.handle ilike ${place} or p.title ilike ${place} or p.vendor ilike ${place})`,
      );
    }
    const order = [{ column: 'p.handle', cast: 'text' }];
    const query = { from: 'product p', where: conditions.where, values: conditions.values, columns: 'p.*', order };
    return readPage<ProductRow, Product>(this.sql, page, query, productOf);
  }

  revisionsOf(skuId: string, page: PageRequest): Promise<Page<SkuRevision>> {
    const query = {
      from: 'sku_revision r',
      where: 'r.sku_id = $1',
      values: [skuId],
      columns: `r.sku_id as "skuId", r.revision, r.valid_from as "appliedAt", r.actor, r.reason,
        r.change_request_id as "changeRequestId", r.changes, r.snapshot`,
      order: [{ column: 'r.revision', cast: 'int' }],
      descending: true,
    };
    return readPage<Omit<SkuRevision, 'id'>, SkuRevision>(this.sql, page, query, (row) => ({
      id: `${row.skuId}.${row.revision}`,
      skuId: row.skuId,
      revision: row.revision,
      appliedAt: row.appliedAt,
      actor: row.actor,
      reason: row.reason,
      changeRequestId: row.changeRequestId,
      changes: row.changes,
      snapshot: row.snapshot,
    }));
  }

  parties(): Promise<Party[]> {
    return readParties(this.source.manager);
  }

  ownershipRules(): Promise<OwnershipRule[]> {
    return readOwnershipRules(this.sql);
  }
}

/** The conditions of a filter over `sku s`. */
export function conditionsOf(filter: SkuFilter): Conditions {
  const inProduct = (test: string): string => `s.product_id in (select p.id from product p where ${test})`;
  const conditions = new Conditions()
    .add(filter.codes?.map(foldCode), (place) => `s.code_folded = any(${place})`)
    .add(filter.states, (place) => `s.state = any(${place}::text[])`)
    .add(filter.vendor?.toLowerCase(), (place) => inProduct(`lower(p.vendor) = ${place}`))
    .add(filter.productType?.toLowerCase(), (place) => inProduct(`lower(p.product_type) = ${place}`))
    .add(filter.productHandle, (place) => inProduct(`p.handle = ${place}`))
    .add(filter.gtin ? gtin14(filter.gtin) : null, (place) => `s.gtin14 = ${place}`)
    .add(filter.updatedAfter, (place) => `s.updated_at > ${place}`)
    .add(
      filter.hasOpenDrift,
      (place) =>
        `exists (select from finding f where f.sku_id = s.id and f.state in ('OPEN', 'ACKNOWLEDGED')) = ${place}`,
    );
  for (const word of words(filter.search)) {
    conditions.add(
      like(word),
      (place) =>
        `(s.code ilike ${place} or s.title ilike ${place} or s.gtin ilike ${place} or ${inProduct(`p.vendor ilike ${place}`)})`,
    );
  }
  return conditions;
}

const WORDS_LIMIT = 10;

function words(search: string | null | undefined): string[] {
  return (search ?? '')
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, WORDS_LIMIT);
}

/** Contains the word, whatever LIKE would make of its characters. */
function like(word: string): string {
  return `%${word.replace(/[\\%_]/g, (special) => `\\${special}`)}%`;
}
