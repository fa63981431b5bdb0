import type { DataSource } from 'typeorm';
import type {
  CatalogReader,
  RevisedEntity,
  Revision,
  SkuOrder,
  SkuQuery,
} from '../../application/ports/catalog-reader.js';
import type { Page, PageRequest } from '../../application/ports/page.js';
import type { Product } from '../../domain/catalog/product.js';
import { searchWords } from '../../domain/catalog/search-words.js';
import type { Sku } from '../../domain/catalog/sku.js';
import type { Party } from '../../domain/ownership/party.js';
import type { OwnershipRule } from '../../domain/ownership/resolve-owner.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Sql } from '../sql.js';
import { sqlOver } from '../sql.js';
import type { ProductRow, SkuRow } from '../stores/catalog-rows.js';
import { readOwnershipRules } from '../stores/ownership-sql.js';
import { readParties } from '../stores/party-store.js';
import { databaseNow } from '../unit-of-work.js';
import { faceOf } from './catalog/face.js';
import type { PastProductRow, PastSkuRow } from './catalog/past-rows.js';
import { readRevisions, readRevisionsByIds } from './catalog/revisions.js';
import { skuConditions } from './catalog/sku-conditions.js';
import { contains } from './catalog/tests.js';
import type { Condition } from './keyset.js';
import { Conditions, readPage } from './keyset.js';

const BY_CODE = [{ column: 's.code_folded', cast: 'text' }];

/** Reads of the catalogue. Lists read their own table alone; what stands beside a row comes in batches by id. */
export class SqlCatalogReader implements CatalogReader {
  private readonly sql: Sql;

  constructor(source: DataSource) {
    this.sql = sqlOver(source);
  }

  async skuByCode(code: string, asOf: Date | null = null): Promise<Sku | null> {
    return (await this.skusByCodes([code], asOf)).get(foldCode(code)) ?? null;
  }

  async skusByIds(ids: readonly string[], asOf: Date | null = null): Promise<Map<string, Sku>> {
    const skus = await this.skusWhere((place) => `s.id = any(${place(ids)}::uuid[])`, asOf);
    return new Map(skus.map((sku) => [sku.id, sku]));
  }

  async skusByCodes(codes: readonly string[], asOf: Date | null = null): Promise<Map<string, Sku>> {
    const skus = await this.skusWhere((place) => `s.code_folded = any(${place(codes.map(foldCode))}::text[])`, asOf);
    return new Map(skus.map((sku) => [foldCode(sku.code), sku]));
  }

  async skus(page: PageRequest, query: SkuQuery, order: SkuOrder, asOf: Date | null = null): Promise<Page<Sku>> {
    const face = faceOf(asOf);
    const byTime = [
      { column: face.sku.updatedAt, cast: 'timestamptz' },
      { column: 's.id', cast: 'uuid' },
    ];
    return this.skuPage(page, await skuConditions(this.sql, face, query), order === 'CODE' ? BY_CODE : byTime, asOf);
  }

  skusOfProduct(productId: string, page: PageRequest, asOf: Date | null = null): Promise<Page<Sku>> {
    const conditions = new Conditions(faceOf(asOf).values).add(productId, (place) => `s.product_id = ${place}`);
    return this.skuPage(page, conditions, BY_CODE, asOf);
  }

  async productByHandle(handle: string, asOf: Date | null = null): Promise<Product | null> {
    const [product] = await this.productsWhere((place) => `p.handle = ${place(handle)}`, asOf);
    return product ?? null;
  }

  async productsByIds(ids: readonly string[], asOf: Date | null = null): Promise<Map<string, Product>> {
    const products = await this.productsWhere((place) => `p.id = any(${place(ids)}::uuid[])`, asOf);
    return new Map(products.map((product) => [product.id, product]));
  }

  async productsByHandles(handles: readonly string[]): Promise<Map<string, Product>> {
    const products = await this.productsWhere((place) => `p.handle = any(${place(handles)}::text[])`, null);
    return new Map(products.map((product) => [product.handle, product]));
  }

  products(page: PageRequest, search: string | null, asOf: Date | null = null): Promise<Page<Product>> {
    const { values, product } = faceOf(asOf);
    const conditions = new Conditions(values);
    for (const word of searchWords(search)) conditions.require(contains(product.search, word));
    const { from, columns } = product;
    const order = [{ column: 'p.handle', cast: 'text' }];
    const query = { from, where: conditions.where, values: conditions.values, columns, order };
    return readPage<ProductRow | PastProductRow, Product>(this.sql, page, query, (row) => product.toNode(row));
  }

  revisionsOf(skuId: string, page: PageRequest, asOf: Date | null = null): Promise<Page<Revision>> {
    return readRevisions(this.sql, 'SKU', skuId, page, asOf);
  }

  productRevisionsOf(productId: string, page: PageRequest, asOf: Date | null = null): Promise<Page<Revision>> {
    return readRevisions(this.sql, 'PRODUCT', productId, page, asOf);
  }

  revisionsByIds(entity: RevisedEntity, ids: readonly string[]): Promise<Map<string, Revision>> {
    return readRevisionsByIds(this.sql, entity, ids);
  }

  parties(): Promise<Party[]> {
    return readParties(this.sql);
  }

  ownershipRules(limit?: number): Promise<OwnershipRule[]> {
    return readOwnershipRules(this.sql, limit);
  }

  now(): Promise<Date> {
    return databaseNow(this.sql);
  }

  private async skusWhere(condition: Condition, asOf: Date | null): Promise<Sku[]> {
    const { values, sku } = faceOf(asOf);
    const conditions = new Conditions(values).require(condition);
    const text = `select ${sku.columns} from ${sku.from} where ${conditions.where}`;
    const rows = await this.sql.rows<SkuRow | PastSkuRow>(text, conditions.values);
    return rows.map((row) => sku.toNode(row));
  }

  private async productsWhere(condition: Condition, asOf: Date | null): Promise<Product[]> {
    const { values, product } = faceOf(asOf);
    const conditions = new Conditions(values).require(condition);
    const text = `select ${product.columns} from ${product.from} where ${conditions.where}`;
    const rows = await this.sql.rows<ProductRow | PastProductRow>(text, conditions.values);
    return rows.map((row) => product.toNode(row));
  }

  private skuPage(
    page: PageRequest,
    { where, values }: Conditions,
    order: readonly { column: string; cast: string }[],
    asOf: Date | null,
  ): Promise<Page<Sku>> {
    const { sku } = faceOf(asOf);
    const query = { from: sku.from, where, values, columns: sku.columns, order };
    return readPage<SkuRow | PastSkuRow, Sku>(this.sql, page, query, (row) => sku.toNode(row));
  }
}
