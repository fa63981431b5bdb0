import type { FindingDraft } from '../../domain/drift/finding.js';
import { ownerKeysOf, ruleOf } from '../../domain/ownership/resolve-owner.js';
import type { Sql } from '../sql.js';
import { readRulesInForce } from './ownership-sql.js';

interface Thing {
  product_id: string;
  sku_id: string | null;
  code: string | null;
  handle: string;
  vendor: string | null;
  productType: string | null;
}

/** Who is accountable for each finding, by its identity; in two statements for any number of findings. */
export async function ownersOf(
  sql: Sql,
  drafts: readonly Pick<FindingDraft, 'identity' | 'skuId' | 'productId'>[],
): Promise<Map<string, string>> {
  const skuIds = drafts.flatMap(({ skuId }) => (skuId ? [skuId] : []));
  const productIds = drafts.flatMap(({ skuId, productId }) => (!skuId && productId ? [productId] : []));
  const things = await sql.rows<Thing>(
    `select s.product_id, s.id as sku_id, s.code, p.handle, p.vendor, p.product_type as "productType" from sku s join product p on p.id = s.product_id
     where s.id = any($1)
     union all
     select p.id, null, null, p.handle, p.vendor, p.product_type from product p where p.id = any($2)`,
    [skuIds, productIds],
  );
  const inForce = await readRulesInForce(sql, ownerKeysOf(things), null);
  const byId = new Map(things.map((thing) => [thing.sku_id ?? thing.product_id, thing]));
  const owners = new Map<string, string>();
  for (const { identity, skuId, productId } of drafts) {
    const thing = byId.get(skuId ?? productId ?? '');
    const rule = thing && ruleOf(inForce, thing);
    if (rule) owners.set(identity, rule.ownerId);
  }
  return owners;
}
