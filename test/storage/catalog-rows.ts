import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { LifecycleState } from '../../src/domain/catalog/lifecycle.js';
import { foldCode } from '../../src/domain/primitives/text.js';

const ACTOR = JSON.stringify({ kind: 'SYSTEM', id: 'system:test', name: 'test', partyId: null });

/** A product with all its states, oldest first; `at` is RFC 3339 text, to the microsecond. It is now as the last says. */
export interface ProductHistory {
  handle: string;
  states: { at: string; vendor: string | null; productType: string | null }[];
}

export interface SkuHistory {
  code: string;
  /** Handle of a product that was added before. */
  product: string;
  states: { at: string; state: LifecycleState; title: string; gtin: string | null }[];
}

/** Products with their histories, written as the owner of the tables in two statements. */
export async function addProducts(owner: DataSource, products: readonly ProductHistory[]): Promise<void> {
  const rows = products.map(({ handle, states }) => ({ id: randomUUID(), handle, states, ...ends(states) }));
  await owner.query(
    `insert into product (id, handle, revision, title, vendor, product_type, tags, option_names, attributes, created_at, updated_at)
     select id, handle, revision, handle, vendor, "productType", '{}', '{}', '{}', "createdAt", "updatedAt"
     from jsonb_to_recordset($1::jsonb) as n(id uuid, handle text, revision int, vendor text, "productType" text,
       "createdAt" timestamptz, "updatedAt" timestamptz)`,
    [JSON.stringify(rows)],
  );
  const plain = { category: null, tags: [], optionNames: [], attributes: {} };
  const revisions = rows.flatMap(({ id, handle, states }) =>
    states.map(({ at, vendor, productType }, index) => ({
      id,
      at,
      revision: index + 1,
      snapshot: { handle, title: handle, vendor, productType, ...plain },
    })),
  );
  await addRevisions(owner, 'product', revisions);
}

/** SKUs with their histories, as `addProducts`. */
export async function addSkus(owner: DataSource, skus: readonly SkuHistory[]): Promise<void> {
  const products: { id: string; handle: string }[] = await owner.query('select id, handle from product');
  const productIds = new Map(products.map(({ id, handle }) => [handle, id]));
  const rows = skus.map(({ code, product, states }) => ({
    id: randomUUID(),
    code,
    folded: foldCode(code),
    productId: productIds.get(product),
    states,
    ...ends(states),
  }));
  await owner.query(
    `insert into sku (id, code, code_folded, kind, state, product_id, revision, title, option_values, option_key, gtin, gtin14,
       requires_shipping, taxable, attributes, listed_in, system_values, created_at, updated_at)
     select id, code, folded, 'SIMPLE', state, "productId", revision, title, '[]', code, gtin, lpad(gtin, 14, '0'),
       true, true, '{}', '{}', '[]', "createdAt", "updatedAt"
     from jsonb_to_recordset($1::jsonb) as n(id uuid, code text, folded text, "productId" uuid, revision int, state text,
       title text, gtin text, "createdAt" timestamptz, "updatedAt" timestamptz)`,
    [JSON.stringify(rows)],
  );
  const plain = { hsCode: null, countryOfOrigin: null, taxCode: null, unitOfMeasure: null, successor: null };
  const money = { price: null, compareAtPrice: null, cost: null, weight: null, requiresShipping: true, taxable: true };
  const lists = { optionValues: [], attributes: {}, listedIn: [], systemValues: [] };
  const revisions = rows.flatMap(({ id, code, productId, states }) =>
    states.map(({ at, state, title, gtin }, index) => ({
      id,
      at,
      revision: index + 1,
      snapshot: { code, kind: 'SIMPLE', productId, state, title, gtin, ...plain, ...money, ...lists },
    })),
  );
  await addRevisions(owner, 'sku', revisions);
}

/** What the present row says of a history. */
function ends<State extends { at: string }>(states: readonly State[]): object {
  const last = states.at(-1);
  return { ...last, revision: states.length, createdAt: states[0]?.at, updatedAt: last?.at };
}

async function addRevisions(owner: DataSource, entity: 'sku' | 'product', revisions: readonly object[]): Promise<void> {
  await owner.query(
    `insert into ${entity}_revision (${entity}_id, revision, valid_from, actor, changes, snapshot)
     select id, revision, at, $2, '[]', snapshot
     from jsonb_to_recordset($1::jsonb) as n(id uuid, revision int, at timestamptz, snapshot jsonb)`,
    [JSON.stringify(revisions), ACTOR],
  );
}
