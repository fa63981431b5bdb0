import { wholeMatrix } from '../../domain/truth/matrix.js';
import { mapInTurns, Turns } from '../../application/ports/turns.js';
import { ALONE } from '../../domain/bundle/bundle-facts.js';
import type { Product } from '../../domain/catalog/product.js';
import type { Sku } from '../../domain/catalog/sku.js';
import { LOOK_ALIKE_LIMIT } from '../../domain/catalog/look-alike.js';
import type { ProposedChange } from '../../domain/change/change.js';
import { changesByKey } from '../../domain/change/changes-by-key.js';
import type { CodeReservation, World } from '../../domain/change/draft.js';
import type { Reach } from '../../domain/change/reach.js';
import { reachOf } from '../../domain/change/reach.js';
import { gateFacts } from '../../domain/gates/gate-facts.js';
import { compilePolicies } from '../../domain/naming/judge-code.js';
import type { Party } from '../../domain/ownership/party.js';
import type { OwnerKeys, RulesInForce } from '../../domain/ownership/resolve-owner.js';
import { ownerKeysOf, ruleOf } from '../../domain/ownership/resolve-owner.js';
import type { FieldChange, FieldValues } from '../../domain/primitives/json.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Sql } from '../sql.js';
import { graphTouchOf, lockGraph, readBundleWorld, withReach } from './bundle-world.js';
import type { ProductRow, SkuRow } from './catalog-rows.js';
import { productOf, skuOf } from './catalog-rows.js';
import { readRulesInForce } from './ownership-sql.js';
import { readParties } from './party-store.js';
import { readUndecided } from './quality-store.js';
import { readSettings } from './setting-store.js';
import { readStock } from './stock-store.js';

/**
 * Everything that changes reach, in a constant number of statements. With `lock`: products by id, then SKUs by id, so
 * that two requests never wait for each other in a circle (design section 3, rule 2).
 */
export async function readWorld(
  sql: Sql,
  changes: readonly ProposedChange[],
  { lock, masterCurrency }: { lock: boolean; masterCurrency: string },
): Promise<World> {
  const reach = reachOf(changes);
  const settings = await readSettings(sql, lock);
  const touch = graphTouchOf(changes);
  if (lock && touch.sets) await lockGraph(sql);
  const products = await readProducts(sql, reach, lock);
  const ids = [...products.values()].map(({ id }) => id);
  const all = await withReach(sql, touch, lock, (around) => readSkus(sql, ids, around, lock));
  const turns = new Turns();
  const asked = new Set(reach.codes);
  const skus = new Map(all.filter(({ code }) => asked.has(foldCode(code))).map((sku) => [foldCode(sku.code), sku]));
  await turns.next();
  const mine = new Set(ids);
  const siblings = Map.groupBy(
    all.filter(({ productId }) => mine.has(productId)),
    ({ productId }) => productId,
  );
  await turns.next();
  const [gtins, bases, systems, gates, stock] = [
    await readGtins(sql, reach.gtins),
    await readBases(sql, reach),
    await sql.rows<{ code: string; kind: string; mode: string; currency: string }>(
      'select code, kind, mode, currency from system order by code',
    ),
    await readAnswerable(sql, ownerKeys(reach, changes, all, products)),
    await readStock(
      sql,
      [...skus.values()].map(({ id }) => id),
    ),
  ];
  const changedBy = await readChangedBy(sql, reach);
  const skuIds = [...skus.values()].map(({ id }) => id);
  const undecided = await readUndecided(sql, skuIds, ids);
  const lookAlikes = await readLookAlikes(sql, reach.skeletons);
  const reservations = await readReservations(sql, reach.newCodes);
  const stores = storesOf(systems, masterCurrency);
  const { parties, inForce } = gates;
  const erps = systems.flatMap(({ code, kind }) => (kind === 'ERP' ? [code] : []));
  const fieldRules = wholeMatrix(settings.sourceOfTruth, erps);
  const policies = compilePolicies(settings.naming);
  const gateWorld = { parties, masterCurrency, settings, policies, stores, fieldRules };
  return {
    products,
    skus,
    siblings,
    gtins,
    successors: await readSuccessors(sql, [...reach.successors, ...successorsOf(skus.values())]),
    lookAlikes,
    reservations,
    bases,
    changedBy,
    undecided: byKey(undecided, skus, products),
    writableSystems: systems.filter(({ mode }) => mode === 'WRITE').map(({ code }) => code),
    systems: systems.map(({ code }) => code),
    stores,
    settings,
    fieldRules,
    factsOf: (sku, product) => {
      const owner = product && ruleOf(inForce, { ...product, code: sku.code });
      return gateFacts(gateWorld, product, owner, stock.get(sku.id) ?? [], ALONE);
    },
    bundles: await readBundleWorld(sql, all, gates.at),
  };
}

function storesOf(
  systems: readonly { code: string; kind: string; currency: string }[],
  masterCurrency: string,
): { code: string; currency: string; digits: number; isMasterCurrency: boolean }[] {
  const stores = systems.filter(({ kind }) => kind === 'SHOPIFY');
  return stores.map(({ code, currency }) => {
    return { code, currency, digits: digitsOf(currency), isMasterCurrency: currency === masterCurrency };
  });
}

/** The same by the keys that changes name their targets by. */
function byKey(
  undecided: ReadonlyMap<string, Set<string>>,
  skus: ReadonlyMap<string, Sku>,
  products: ReadonlyMap<string, Product>,
): Map<string, Set<string>> {
  const keys: [string, string][] = [
    ...[...skus].map(([folded, { id }]): [string, string] => [`SKU:${folded}`, `SKU:${id}`]),
    ...[...products].map(([handle, { id }]): [string, string] => [`PRODUCT:${handle}`, `PRODUCT:${id}`]),
  ];
  return new Map(
    keys.flatMap(([key, id]) => {
      const fields = undecided.get(id);
      return fields ? [[key, fields]] : [];
    }),
  );
}

async function readProducts(sql: Sql, reach: Reach, lock: boolean): Promise<Map<string, Product>> {
  const rows = await sql.rows<ProductRow>(
    `select * from product where handle = any($1) or id in (select product_id from sku where code_folded = any($2))
     order by id ${lock ? 'for no key update' : ''}`,
    [reach.handles, reach.codes],
  );
  return new Map(await mapInTurns(rows, (row) => [row.handle, productOf(row)]));
}

/** All SKUs of these products, for the rule of one option tuple per product, and those around the request's bundles. */
async function readSkus(
  sql: Sql,
  productIds: readonly string[],
  ids: readonly string[],
  lock: boolean,
): Promise<Sku[]> {
  const around = ids.length > 0 ? 'or id = any($2)' : '';
  const rows = await sql.rows<SkuRow>(
    `select * from sku where product_id = any($1) ${around} order by id ${lock ? 'for no key update' : ''}`,
    ids.length > 0 ? [productIds, ids] : [productIds],
  );
  return mapInTurns(rows, skuOf);
}

async function readGtins(sql: Sql, gtins: readonly string[]): Promise<Map<string, string>> {
  const rows = await sql.rows<{ gtin14: string; code: string }>(
    `select gtin14, code from sku where gtin14 = any($1) and state <> 'RETIRED'`,
    [gtins],
  );
  return new Map(rows.map((row) => [row.gtin14, row.code]));
}

function successorsOf(skus: Iterable<Sku>): string[] {
  return [...skus].flatMap(({ successor }) => (successor === null ? [] : [foldCode(successor)]));
}

/** Those of these folded codes that the master has, with the state that each is in. */
async function readSuccessors(sql: Sql, codes: readonly string[]): Promise<Map<string, Sku['state']>> {
  if (codes.length === 0) return new Map();
  const rows = await sql.rows<{ code_folded: string; state: Sku['state'] }>(
    'select code_folded, state from sku where code_folded = any($1)',
    [codes],
  );
  return new Map(rows.map((row) => [row.code_folded, row.state]));
}

/** The first few codes of the master by what they look like, in one statement for all new codes. */
async function readLookAlikes(sql: Sql, skeletons: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await sql.rows<{ skeleton: string; code: string }>(
    `select n.skeleton, s.code from (select distinct unnest($1::text[]) as skeleton) n cross join lateral (
       select code from sku where sku.skeleton = n.skeleton order by code_folded limit $2) s`,
    [skeletons, LOOK_ALIKE_LIMIT],
  );
  return new Map(
    [...Map.groupBy(rows, (row) => row.skeleton)].map(([key, list]) => [key, list.map(({ code }) => code)]),
  );
}

async function readReservations(sql: Sql, codes: readonly string[]): Promise<Map<string, CodeReservation>> {
  const rows = await sql.rows<CodeReservation & { folded: string }>(
    `select code_folded as folded, party_id as "partyId", holder->>'name' as holder, expires_at as "expiresAt"
     from code_reservation where code_folded = any($1) and expires_at > clock_timestamp()`,
    [codes],
  );
  return new Map(rows.map(({ folded, ...held }) => [folded, held]));
}

async function readBases(sql: Sql, reach: Reach): Promise<Map<string, FieldValues>> {
  const rows = await sql.rows<{ entity: string; key: string; revision: number; snapshot: FieldValues }>(
    `with asked as (select * from jsonb_to_recordset($1::jsonb) as t(entity text, key text, revision int))
     select a.entity, a.key, a.revision, r.snapshot from asked a
       join sku s on a.entity = 'SKU' and s.code_folded = a.key and s.revision <> a.revision
       join sku_revision r on r.sku_id = s.id and r.revision = a.revision
     union all
     select a.entity, a.key, a.revision, r.snapshot from asked a
       join product p on a.entity = 'PRODUCT' and p.handle = a.key and p.revision <> a.revision
       join product_revision r on r.product_id = p.id and r.revision = a.revision`,
    [JSON.stringify(reach.bases)],
  );
  return new Map(rows.map((row) => [`${row.entity}:${row.key}:${row.revision}`, row.snapshot]));
}

/** Which request last changed which field after the base: the fourth fact of a conflict. */
async function readChangedBy(sql: Sql, reach: Reach): Promise<Map<string, string>> {
  const rows = await sql.rows<{ entity: string; key: string; change_request_id: string; changes: FieldChange[] }>(
    `with asked as (select * from jsonb_to_recordset($1::jsonb) as t(entity text, key text, revision int))
     select a.entity, a.key, r.revision, r.change_request_id, r.changes from asked a
       join sku s on a.entity = 'SKU' and s.code_folded = a.key
       join sku_revision r on r.sku_id = s.id and r.revision > a.revision and r.change_request_id is not null
     union all
     select a.entity, a.key, r.revision, r.change_request_id, r.changes from asked a
       join product p on a.entity = 'PRODUCT' and p.handle = a.key
       join product_revision r on r.product_id = p.id and r.revision > a.revision and r.change_request_id is not null
     order by 3`,
    [JSON.stringify(reach.bases)],
  );
  const out = new Map<string, string>();
  for (const { entity, key, change_request_id: request, changes } of rows) {
    for (const { field } of changesByKey(changes)) out.set(`${entity}:${key}:${field}`, request);
  }
  return out;
}

/** Decimal places of a currency, as ISO 4217 has them. */
function digitsOf(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** By what rules might name whatever a request reaches, as it is and as it would be. */
function ownerKeys(
  reach: Reach,
  changes: readonly ProposedChange[],
  skus: readonly Sku[],
  products: ReadonlyMap<string, Product>,
): OwnerKeys {
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  const { codes, handles, productTypes, vendors } = ownerKeysOf([
    ...[...products.values()].map((product) => ({ ...product, code: null })),
    ...reach.handles.map((handle) => ({ code: null, handle, productType: null, vendor: null })),
    ...changes.map(({ patch }) => {
      return { code: null, handle: '', productType: text(patch.productType), vendor: text(patch.vendor) };
    }),
  ]);
  return {
    codes: [...codes, ...reach.codes, ...skus.map(({ code }) => foldCode(code))],
    handles,
    productTypes,
    vendors,
  };
}

/** Who owns what the keys name, and who can answer for it, at one instant. */
async function readAnswerable(
  sql: Sql,
  keys: OwnerKeys,
): Promise<{ inForce: RulesInForce; parties: ReadonlyMap<string, Party>; at: Date }> {
  const [clock] = await sql.rows<{ at: Date }>('select clock_timestamp() as at');
  if (!clock) throw new Error('the database did not tell the time');
  const inForce = await readRulesInForce(sql, keys, clock.at);
  const parties = await readParties(sql);
  return { inForce, parties: new Map(parties.map((party) => [party.id, party])), at: clock.at };
}
