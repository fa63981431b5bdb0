import type { SkuQuery } from '../../../application/ports/catalog-reader.js';
import { gtin14 } from '../../../domain/catalog/gtin.js';
import { searchWords } from '../../../domain/catalog/search-words.js';
import { foldCode } from '../../../domain/primitives/text.js';
import type { Sql } from '../../sql.js';
import { Conditions } from '../keyset.js';
import type { Face } from './face.js';
import { ownerTests } from './owner-conditions.js';
import { inProducts, namedProducts } from './product-conditions.js';
import { both, conditionOf, contains, either } from './tests.js';

const OPEN_DRIFT = `exists (select from finding f where f.sku_id = s.id and f.state in ('OPEN', 'ACKNOWLEDGED'))`;

/**
 * The conditions of a list of SKUs. At most three statements are asked before the list itself, however long it is: for
 * the products that a search finds by vendor, for what the rules say to a question about owners, and for the products of
 * an owner who has rules for single SKUs too.
 */
export async function skuConditions(sql: Sql, face: Face, query: SkuQuery): Promise<Conditions> {
  const { sku, product } = face;
  const conditions = new Conditions(face.values)
    .add(query.codes?.map(foldCode), (place) => `s.code_folded = any(${place}::text[])`)
    .add(query.productHandle, (place) => `s.product_id = (select p.id from product p where p.handle = ${place})`)
    .add(query.gtin && gtin14(query.gtin.trim()), (place) => sku.hasGtin(place))
    .add(query.updatedAfter, (place) => `${sku.updatedAt} > ${place}::timestamptz`);
  for (const [column, text] of [
    [product.vendor, query.vendor],
    [product.type, query.productType],
  ] as const) {
    if (typeof text === 'string')
      conditions.require(inProducts(face, (place) => `${column} = ${place(foldCode(text))}`));
  }
  requireStates(conditions, face, query.states);
  // Written out, so that the planner sees that the partial index fits.
  if (query.kind) conditions.require(() => (query.kind === 'BUNDLE' ? `s.kind = 'BUNDLE'` : `s.kind = 'SIMPLE'`));
  if (query.hasOpenDrift !== null && query.hasOpenDrift !== undefined) {
    conditions.require(() => (query.hasOpenDrift ? OPEN_DRIFT : `not ${OPEN_DRIFT}`));
  }
  if (query.owners) {
    const { answer, at } = query.owners;
    conditions.require(conditionOf((await ownerTests(sql, face, answer, at)).sku));
  }
  await requireWords(sql, conditions, face, searchWords(query.search));
  return conditions;
}

function requireStates(conditions: Conditions, { sku }: Face, states: SkuQuery['states']): void {
  if (!states) return;
  const [state, ...more] = states;
  // One state by `=`: then the index on state and code answers in order.
  if (state !== undefined && more.length === 0) conditions.add(state, (place) => `${sku.state} = ${place}`);
  else conditions.add(states, (place) => `${sku.state} = any(${place}::text[])`);
}

/** Each word is in code, title or GTIN of the SKU, or in its product's vendor. */
async function requireWords(sql: Sql, conditions: Conditions, face: Face, words: readonly string[]): Promise<void> {
  const { search, vendor } = face.product;
  // The vendor is in what products are searched by, and that has the index.
  const byVendor = words.map((word) => conditionOf(both(contains(search, word), contains(vendor, word))));
  const products = await namedProducts(sql, face, byVendor);
  words.forEach((word, index) => {
    conditions.require(conditionOf(either(contains(face.sku.search, word), products[index] ?? false)));
  });
}
