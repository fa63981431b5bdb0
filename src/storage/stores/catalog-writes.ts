import type { Stamp, WrittenRevision } from '../../application/ports/catalog-store.js';
import { gtin14 } from '../../domain/catalog/gtin.js';
import { productSnapshot } from '../../domain/catalog/product.js';
import { skuSnapshot } from '../../domain/catalog/sku.js';
import { optionKey } from '../../domain/change/check-together.js';
import type { PlannedProduct, PlannedSku } from '../../domain/change/draft.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';

// Rows go in as one JSON document a statement: a constant number of statements whatever the number of SKUs.

/** A stamp with the one instant that present rows, revisions and feed entries of a write bear. */
export interface InstantStamp extends Stamp {
  /** As PostgreSQL writes it, with its microseconds, which a Date would lose. */
  at: string;
}

/**
 * The instant of a write: taken after the locks, and after every revision that it follows (design section 3, rule 2),
 * whatever the clock has done since. One instant for all of a write, so that no moment shows half of it; and after the
 * products of its SKUs too, so that whoever sorts by instant meets a product before its SKUs.
 */
export async function instantOf(
  sql: Sql,
  products: readonly PlannedProduct[],
  skus: readonly PlannedSku[],
): Promise<string> {
  const productIds = [...products.map(({ after }) => after.id), ...skus.map(({ after }) => after.productId)];
  const known = skus.flatMap(({ before }) => (before ? [before.id] : []));
  const row = await firstRow<{ at: string }>(
    sql,
    `select greatest(clock_timestamp(), max(updated_at) + interval '1 microsecond')::text as at
     from (select updated_at from product where id = any($1) union all select updated_at from sku where id = any($2)) t`,
    [[...new Set(productIds)], known],
  );
  if (!row) throw new Error('the database did not tell the time');
  return row.at;
}

export async function writeProducts(
  sql: Sql,
  planned: readonly PlannedProduct[],
  stamp: InstantStamp,
  newId: () => string,
): Promise<WrittenRevision[]> {
  if (planned.length === 0) return [];
  const rows = planned.map(({ before, after, changes }) => ({
    id: after.id,
    handle: after.handle,
    revision: (before?.revision ?? 0) + 1,
    title: after.title,
    vendor: after.vendor,
    product_type: after.productType,
    category: after.category,
    tags: after.tags,
    option_names: after.optionNames,
    attributes: after.attributes,
    changes,
    snapshot: productSnapshot(after),
  }));
  await sql.rows(
    `insert into product as t (id, handle, revision, title, vendor, product_type, category, tags, option_names, attributes,
       created_at, updated_at)
     select id, handle, revision, title, vendor, product_type, category, tags, option_names, attributes,
       $2, $2
     from jsonb_to_recordset($1::jsonb) as n(id uuid, handle text, revision int, title text, vendor text,
       product_type text, category text, tags text[], option_names text[], attributes jsonb)
     on conflict (id) do update set revision = excluded.revision, title = excluded.title, vendor = excluded.vendor,
       product_type = excluded.product_type, category = excluded.category, tags = excluded.tags,
       option_names = excluded.option_names, attributes = excluded.attributes, updated_at = excluded.updated_at`,
    [JSON.stringify(rows), stamp.at],
  );
  const revisions = rows.map(({ id, revision, changes, snapshot }) => ({ id, revision, changes, snapshot }));
  await sql.rows(
    `insert into product_revision (product_id, revision, valid_from, actor, reason, change_request_id, changes, snapshot)
     select id, revision, $5, $2, $3, $4, changes, snapshot
     from jsonb_to_recordset($1::jsonb) as n(id uuid, revision int, changes jsonb, snapshot jsonb)`,
    [JSON.stringify(revisions), JSON.stringify(stamp.actor), stamp.reason, stamp.changeRequestId, stamp.at],
  );
  const written = planned.map(({ before, after, changes }) => ({
    entity: 'PRODUCT' as const,
    productId: after.id,
    skuId: null,
    target: after.handle,
    revision: (before?.revision ?? 0) + 1,
    created: before === null,
    fields: changes.map(({ field }) => field),
  }));
  await appendFeed(
    sql,
    'PRODUCT',
    rows.map(({ handle, revision, changes }) => ({ id: newId(), key: handle, revision, changes })),
    stamp,
  );
  return written;
}

export async function writeSkus(
  sql: Sql,
  planned: readonly PlannedSku[],
  stamp: InstantStamp,
  newId: () => string,
): Promise<WrittenRevision[]> {
  if (planned.length === 0) return [];
  const rows = planned.map(rowOf);
  await sql.rows(
    `insert into sku as t (id, code, code_folded, kind, state, product_id, revision, title, option_values, option_key, gtin,
       gtin14, price, compare_at_price, cost, weight_value, weight_unit, hs_code, country_of_origin, requires_shipping,
       taxable, tax_code, unit_of_measure, attributes, successor, listed_in, system_values, created_at, updated_at)
     select id, code, code_folded, kind, state, product_id, revision, title, option_values, option_key, gtin,
       gtin14, price, compare_at_price, cost, weight_value, weight_unit, hs_code, country_of_origin, requires_shipping,
       taxable, tax_code, unit_of_measure, attributes, successor, listed_in, system_values, $2, $2
     from jsonb_populate_recordset(null::sku, $1::jsonb)
     on conflict (id) do update set state = excluded.state, product_id = excluded.product_id, revision = excluded.revision,
       title = excluded.title, option_values = excluded.option_values, option_key = excluded.option_key,
       gtin = excluded.gtin, gtin14 = excluded.gtin14, price = excluded.price, compare_at_price = excluded.compare_at_price,
       cost = excluded.cost, weight_value = excluded.weight_value, weight_unit = excluded.weight_unit,
       hs_code = excluded.hs_code, country_of_origin = excluded.country_of_origin,
       requires_shipping = excluded.requires_shipping, taxable = excluded.taxable, tax_code = excluded.tax_code,
       unit_of_measure = excluded.unit_of_measure, attributes = excluded.attributes, successor = excluded.successor,
       listed_in = excluded.listed_in, system_values = excluded.system_values, updated_at = excluded.updated_at`,
    [JSON.stringify(rows), stamp.at],
  );
  const revisions = planned.map(({ after, changes }, index) => ({
    id: after.id,
    revision: rows[index]?.revision ?? 1,
    changes,
    snapshot: skuSnapshot(after),
  }));
  await sql.rows(
    `insert into sku_revision (sku_id, revision, valid_from, actor, reason, change_request_id, changes, snapshot)
     select id, revision, $5, $2, $3, $4, changes, snapshot
     from jsonb_to_recordset($1::jsonb) as n(id uuid, revision int, changes jsonb, snapshot jsonb)`,
    [JSON.stringify(revisions), JSON.stringify(stamp.actor), stamp.reason, stamp.changeRequestId, stamp.at],
  );
  const feed = planned.map(({ after, changes }, index) => ({
    id: newId(),
    key: after.code,
    revision: rows[index]?.revision ?? 1,
    changes,
  }));
  await appendFeed(sql, 'SKU', feed, stamp);
  return planned.map(({ before, after, changes }, index) => ({
    entity: 'SKU',
    productId: after.productId,
    skuId: after.id,
    target: after.code,
    revision: rows[index]?.revision ?? 1,
    created: before === null,
    fields: changes.map(({ field }) => field),
  }));
}

function rowOf({ before, after }: PlannedSku): Record<string, unknown> & { revision: number } {
  return {
    id: after.id,
    code: after.code,
    code_folded: foldCode(after.code),
    kind: after.kind,
    state: after.state,
    product_id: after.productId,
    revision: (before?.revision ?? 0) + 1,
    title: after.title,
    option_values: after.optionValues,
    option_key: optionKey(after.optionValues),
    gtin: after.gtin,
    gtin14: after.gtin === null ? null : gtin14(after.gtin),
    price: after.price,
    compare_at_price: after.compareAtPrice,
    cost: after.cost,
    weight_value: after.weight?.value ?? null,
    weight_unit: after.weight?.unit ?? null,
    hs_code: after.hsCode,
    country_of_origin: after.countryOfOrigin,
    requires_shipping: after.requiresShipping,
    taxable: after.taxable,
    tax_code: after.taxCode,
    unit_of_measure: after.unitOfMeasure,
    attributes: after.attributes,
    successor: after.successor,
    listed_in: after.listedIn,
    system_values: after.systemValues,
  };
}

async function appendFeed(
  sql: Sql,
  entity: 'SKU' | 'PRODUCT',
  entries: readonly { id: string; key: string; revision: number; changes: unknown }[],
  stamp: InstantStamp,
): Promise<void> {
  await sql.rows(
    `insert into feed_entry (id, entity, key, revision, at, changes, change_request_id)
     select id, $2, key, revision, $4, changes, $3
     from jsonb_to_recordset($1::jsonb) as n(id uuid, key text, revision int, changes jsonb)`,
    [JSON.stringify(entries), entity, stamp.changeRequestId, stamp.at],
  );
}
