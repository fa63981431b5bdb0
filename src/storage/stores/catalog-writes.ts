import type { WrittenRevision } from '../../application/ports/catalog-store.js';
import { mapInTurns } from '../../application/ports/turns.js';
import { isBundleField } from '../../domain/bundle/timeline.js';
import { gtin14 } from '../../domain/catalog/gtin.js';
import { productSnapshot } from '../../domain/catalog/product.js';
import { attributesByKey } from '../../domain/change/changes-by-key.js';
import { optionKey } from '../../domain/change/check-options.js';
import type { PlannedProduct, PlannedSku } from '../../domain/change/draft.js';
import { plannedSnapshot } from '../../domain/change/draft.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';
import type { InstantStamp } from './catalog-rows-in.js';
import { appendFeed, appendRevisions, writePresent } from './catalog-rows-in.js';

const PRODUCT_COLUMNS = [
  'id',
  'handle',
  'revision',
  'title',
  'vendor',
  'product_type',
  'category',
  'tags',
  'option_names',
  'attributes',
] as const;

const SKU_COLUMNS = [
  'id',
  'code',
  'code_folded',
  'kind',
  'state',
  'product_id',
  'revision',
  'title',
  'option_values',
  'option_key',
  'gtin',
  'gtin14',
  'price',
  'compare_at_price',
  'cost',
  'weight_value',
  'weight_unit',
  'hs_code',
  'country_of_origin',
  'requires_shipping',
  'taxable',
  'tax_code',
  'unit_of_measure',
  'attributes',
  'successor',
  'listed_in',
  'system_values',
] as const;

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
  const rows = planned.map(({ before, after }) => ({
    before: before && productRow(before.revision, before),
    values: productRow(nextOf(before), after),
  }));
  await writePresent(sql, 'product', PRODUCT_COLUMNS, rows, stamp.at);
  const revisions = planned.map(({ before, after, changes }) => ({
    id: after.id,
    revision: nextOf(before),
    changes: attributesByKey(changes),
    snapshot: productSnapshot(after),
  }));
  await appendRevisions(sql, 'product', revisions, stamp);
  const feed = planned.map(({ before, after, changes }) => ({
    id: newId(),
    key: after.handle,
    revision: nextOf(before),
    changes: attributesByKey(changes),
  }));
  await appendFeed(sql, 'PRODUCT', feed, stamp);
  return planned.map(({ before, after, changes, decided = [] }) => ({
    entity: 'PRODUCT',
    productId: after.id,
    skuId: null,
    target: after.handle,
    revision: nextOf(before),
    created: before === null,
    fields: changes.map(({ field }) => field),
    decided,
  }));
}

export async function writeSkus(
  sql: Sql,
  planned: readonly PlannedSku[],
  stamp: InstantStamp,
  newId: () => string,
): Promise<WrittenRevision[]> {
  if (planned.length === 0) return [];
  const rows = await mapInTurns(planned, ({ before, after }) => ({
    before: before && skuRow(before.revision, before),
    values: skuRow(nextOf(before), after),
  }));
  await writePresent(sql, 'sku', SKU_COLUMNS, rows, stamp.at);
  const revisions = await mapInTurns(planned, (each) => ({
    id: each.after.id,
    revision: nextOf(each.before),
    changes: attributesByKey(each.changes),
    snapshot: plannedSnapshot(each),
  }));
  await appendRevisions(sql, 'sku', revisions, stamp);
  // What a bundle is made of is told as an entry of the bundle, once; a revision of nothing else has no other entry.
  const feed = await mapInTurns(planned, ({ before, after, changes }) => {
    const told = attributesByKey(changes.filter(({ field }) => !isBundleField(field)));
    const entry = { id: newId(), key: after.code, revision: nextOf(before), changes: told };
    return told.length === 0 && changes.length > 0 ? [] : [entry];
  });
  await appendFeed(sql, 'SKU', feed.flat(), stamp);
  return planned.map(({ before, after, changes, decided = [] }) => ({
    entity: 'SKU',
    productId: after.productId,
    skuId: after.id,
    target: after.code,
    revision: nextOf(before),
    created: before === null,
    fields: changes.map(({ field }) => field),
    decided,
  }));
}

function nextOf(before: { revision: number } | null): number {
  return (before?.revision ?? 0) + 1;
}

function productRow(
  revision: number,
  after: PlannedProduct['after'] | NonNullable<PlannedProduct['before']>,
): Record<(typeof PRODUCT_COLUMNS)[number], unknown> {
  return {
    id: after.id,
    handle: after.handle,
    revision,
    title: after.title,
    vendor: after.vendor,
    product_type: after.productType,
    category: after.category,
    tags: after.tags,
    option_names: after.optionNames,
    attributes: after.attributes,
  };
}

function skuRow(
  revision: number,
  after: PlannedSku['after'] | NonNullable<PlannedSku['before']>,
): Record<(typeof SKU_COLUMNS)[number], unknown> {
  return {
    id: after.id,
    code: after.code,
    code_folded: foldCode(after.code),
    kind: after.kind,
    state: after.state,
    product_id: after.productId,
    revision,
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
