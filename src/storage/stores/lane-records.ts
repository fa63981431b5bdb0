import type { LaneRecord, Unsettled } from '../../application/ports/publishing-queue.js';
import type { RecordMatch } from '../../application/ports/record-store.js';
import { mapInTurns } from '../../application/ports/turns.js';
import type { Actor } from '../../domain/actor.js';
import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import type { Product } from '../../domain/catalog/product.js';
import type { Sku } from '../../domain/catalog/sku.js';
import type { OpenFinding } from '../../domain/drift/finding.js';
import type { FieldChange, FieldValues, Json } from '../../domain/primitives/json.js';
import { movedFields } from '../../domain/publishing/owed.js';
import type { RecordEntity } from '../../domain/publishing/system.js';
import type { Sql } from '../sql.js';
import type { ProductRow, SkuRow } from './catalog-rows.js';
import { PRODUCT_COLUMNS, productOf, SKU_COLUMNS, skuOf } from './catalog-rows.js';
import type { BundleFacts } from './lane-bundles.js';
import { componentsIn, readBundleFacts, recomposed } from './lane-bundles.js';
import { readUndecided } from './quality-store.js';

export interface RecordRow {
  id: string;
  system: string;
  entity: 'PRODUCT' | 'SKU';
  product_id: string;
  sku_id: string | null;
  external_id: string | null;
  root_id: string | null;
  root_code: string | null;
  match: RecordMatch;
  published: FieldValues | null;
  /** Of one that is claimed, see LaneRecord. */
  spellings?: string[] | null;
  /** As large as all the rest: judging does not ask for it. */
  observed?: FieldValues | null;
}

/** Columns of RecordRow, of `record r`, as far as judging asks for them. */
export const RECORD_COLUMNS =
  'r.id, r.system, r.entity, r.product_id, r.sku_id, r.external_id, r.root_id, r.root_code, r.match, r.published';

const NONE: ReadonlySet<string> = new Set();

export interface LoadedRecords {
  records: LaneRecord[];
  products: Map<string, Product>;
  /** By product id: states of its SKUs that are listed in the system and not DRAFT. */
  states: Map<string, LifecycleState[]>;
  /** By product id: the revisions of all its SKUs, summed. */
  revisions: ReadonlyMap<string, number>;
}

/** What judging records takes, as the database has it: of any number of records, in whichever systems. */
export interface LaneFacts {
  rows: readonly RecordRow[];
  /** Products of the records, by id. */
  products: ReadonlyMap<string, Product>;
  /** All SKUs of those products, by id. */
  skus: ReadonlyMap<string, Sku>;
  findings: ReadonlyMap<string, OpenFinding[]>;
  unsettled: ReadonlyMap<string, LaneRecord['unsettled']>;
  changed: ReadonlyMap<string, ReadonlyMap<string, Date>>;
  undecided: ReadonlyMap<string, ReadonlySet<string>>;
  bundles: BundleFacts;
}

/**
 * Records with all that judging them takes, in nine statements for any number of records; in up to thirteen where there
 * are findings on what bundles are made of.
 */
export async function loadRecords(sql: Sql, system: string, rows: readonly RecordRow[]): Promise<LoadedRecords> {
  return recordsIn(await readLaneFacts(sql, rows), system);
}

/** @param held SKUs beside those that bundles hold now, of which it must be known how they stand in the systems. */
export async function readLaneFacts(
  sql: Sql,
  rows: readonly RecordRow[],
  held: readonly string[] = [],
): Promise<LaneFacts> {
  const productIds = [...new Set(rows.map((row) => row.product_id))];
  const ids = rows.map(({ id }) => id);
  const products = await sql.rows<ProductRow>(`select ${PRODUCT_COLUMNS} from product p where p.id = any($1)`, [
    productIds,
  ]);
  const skus = await sql.rows<SkuRow>(`select ${SKU_COLUMNS} from sku s where s.product_id = any($1)`, [productIds]);
  const findings = await openFindings(sql, ids);
  const unsettled = await unsettledAttempts(sql, ids);
  const changed = await lastChanges(sql, rows, findings);
  await addInnerChanges(sql, rows, findings, changed);
  const skuIds = [...new Set(rows.flatMap((row) => (row.sku_id === null ? [] : [row.sku_id])))];
  const undecided = await readUndecided(sql, skuIds, productIds);
  const asked = new Set(skuIds);
  const bundleIds = skus.flatMap(({ id, kind }) => (kind === 'BUNDLE' && asked.has(id) ? [id] : []));
  const bundles = await readBundleFacts(sql, [...bundleIds, ...held]);
  return {
    rows,
    products: new Map(await mapInTurns(products, (row) => [row.id, productOf(row)])),
    skus: new Map(await mapInTurns(skus, (row) => [row.id, skuOf(row)])),
    findings,
    unsettled,
    changed,
    undecided,
    bundles,
  };
}

/** The records of one system, out of what was read of all. */
export function recordsIn(facts: LaneFacts, system: string): LoadedRecords {
  const { products, skus, findings, unsettled, changed, undecided } = facts;
  const states = new Map<string, LifecycleState[]>();
  const revisions = new Map<string, number>();
  for (const sku of skus.values()) {
    revisions.set(sku.productId, (revisions.get(sku.productId) ?? 0) + sku.revision);
    if (sku.state === 'DRAFT' || !sku.listedIn.includes(system)) continue;
    states.set(sku.productId, [...(states.get(sku.productId) ?? []), sku.state]);
  }
  const rows = facts.rows.filter((row) => row.system === system);
  const bundleIds = rows.flatMap(({ sku_id: id }) => (id !== null && skus.get(id)?.kind === 'BUNDLE' ? [id] : []));
  const components = componentsIn(facts.bundles, system, bundleIds);
  const records = rows.map((row): LaneRecord => {
    const sku = row.sku_id === null ? null : (skus.get(row.sku_id) ?? null);
    const target = sku?.code ?? products.get(row.product_id)?.handle ?? '';
    return {
      id: row.id,
      entity: row.entity,
      productId: row.product_id,
      skuId: row.sku_id,
      target,
      skuState: sku?.state ?? null,
      published: row.published,
      openFindings: findings.get(row.id) ?? [],
      externalId: row.external_id,
      root: row.root_id === null ? null : { externalId: row.root_id, code: row.root_code },
      match: row.match,
      ...(row.spellings && { spellings: row.spellings }),
      sku,
      unsettled: unsettled.get(row.id) ?? [],
      changedAt: changed.get(row.id) ?? new Map(),
      undecided: undecided.get(`${row.entity}:${row.sku_id ?? row.product_id}`) ?? NONE,
      components: sku?.kind === 'BUNDLE' ? (components.get(sku.id) ?? null) : [],
    };
  });
  return { records, products: new Map(products), states, revisions };
}

async function openFindings(sql: Sql, recordIds: readonly string[]): Promise<Map<string, OpenFinding[]>> {
  const rows = await sql.rows<OpenFinding & { record_id: string; found: Json; revertRequestedBy: Actor | null }>(
    `select record_id, id, kind, field, found, opened_at as "openedAt", revert_requested_by as "revertRequestedBy", state, healing
     from finding where record_id = any($1) and state <> 'RESOLVED'`,
    [recordIds],
  );
  return Map.groupBy(rows, (row) => row.record_id);
}

async function unsettledAttempts(sql: Sql, recordIds: readonly string[]): Promise<Map<string, Unsettled[]>> {
  const rows = await sql.rows<Unsettled & { record_id: string }>(
    `select record_id, id as "attemptId", expected, operation, extract(epoch from clock_timestamp() - sent_at)::float8 as "ageSeconds"
     from attempt where record_id = any($1) and settled_at is null order by sent_at`,
    [recordIds],
  );
  return Map.groupBy(rows, (row) => row.record_id);
}

/**
 * When requests last changed the fields that have open findings: such a request wins over an older finding. What changed while
 * nothing was written to the system wins over none (design 4.13).
 */
async function lastChanges(
  sql: Sql,
  rows: readonly RecordRow[],
  findings: ReadonlyMap<string, OpenFinding[]>,
): Promise<Map<string, Map<string, Date>>> {
  const asked = rows.flatMap((row) => {
    const open = findings.get(row.id) ?? [];
    const since = open.map(({ openedAt }) => openedAt).sort((a, b) => Number(a) - Number(b))[0];
    return since
      ? [{ record: row.id, system: row.system, entity: row.entity, product: row.product_id, sku: row.sku_id, since }]
      : [];
  });
  if (asked.length === 0) return new Map();
  const revisions = await sql.rows<{ record: string; entity: RecordEntity; valid_from: Date; changes: FieldChange[] }>(
    `with a as (select t.record, t.entity, t.product, t.sku, greatest(t.since, y.write_since) as since
       from jsonb_to_recordset($1::jsonb) as t(record uuid, system text, entity text, product uuid, sku uuid, since timestamptz)
         join system y on y.code = t.system)
     select a.record, a.entity, r.valid_from, r.changes from a join sku_revision r on a.entity = 'SKU' and r.sku_id = a.sku
       and r.valid_from >= a.since
     union all
     select a.record, a.entity, r.valid_from, r.changes from a join product_revision r on r.product_id = a.product
       and a.entity = 'PRODUCT' and r.valid_from >= a.since
     order by valid_from`,
    [JSON.stringify(asked)],
  );
  const out = new Map<string, Map<string, Date>>();
  for (const { record, entity, valid_from: at, changes } of revisions) {
    const fields = out.get(record) ?? new Map<string, Date>();
    for (const { field } of changes) {
      for (const name of movedFields(entity, field)) fields.set(name, at);
    }
    out.set(record, fields);
  }
  return out;
}

/**
 * Systems show bundles taken apart, so a request that changes a bundle inside another one changes that very field of both:
 * it wins over the older finding on the outer one too, where what is in that one is really other than it was then. As above, none
 * does that was made while nothing was written to the system.
 */
async function addInnerChanges(
  sql: Sql,
  rows: readonly RecordRow[],
  findings: ReadonlyMap<string, OpenFinding[]>,
  changed: Map<string, Map<string, Date>>,
): Promise<void> {
  const found = rows.flatMap((row) => {
    const open = findings.get(row.id)?.find(({ field }) => field === COMPONENTS);
    return open && row.sku_id !== null
      ? [{ record: row.id, system: row.system, finding: open.id, bundle: row.sku_id }]
      : [];
  });
  if (found.length === 0) return;
  const since = await recomposed(sql, found);
  const systems = await sql.rows<{ code: string; since: Date }>(
    `select code, write_since as since from system where code = any($1) and write_since is not null`,
    [[...new Set(found.map(({ system }) => system))]],
  );
  const writtenSince = new Map(systems.map((each) => [each.code, each.since]));
  for (const { record, system, finding } of found) {
    const at = since.get(finding);
    const written = writtenSince.get(system);
    if (at && written && at < written) continue;
    const fields = changed.get(record) ?? new Map<string, Date>();
    const own = fields.get(COMPONENTS);
    if (at && (own === undefined || own < at)) changed.set(record, fields.set(COMPONENTS, at));
  }
}

const COMPONENTS = 'bundle.components';
