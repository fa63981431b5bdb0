import { Turns } from '../../application/ports/turns.js';
import { BUNDLE_FIELD } from '../../domain/bundle/timeline.js';
import type { Edge } from '../../domain/bundle/explode.js';
import type { Product } from '../../domain/catalog/product.js';
import type { Sku } from '../../domain/catalog/sku.js';
import type { ChangeSet, PlannedProduct, PlannedSku } from '../../domain/change/draft.js';
import type { FieldChange } from '../../domain/primitives/json.js';
import { foldCode } from '../../domain/primitives/text.js';
import { hasRecordsOf, movedFields } from '../../domain/publishing/owed.js';
import type { GovernedSystem, RecordEntity } from '../../domain/publishing/system.js';
import type { BundleFacts, Part } from './lane-bundles.js';
import type { LaneFacts, RecordRow } from './lane-records.js';

/** A change that is only planned comes after everything that has ever been seen. */
const AFTER_ALL = new Date(8_640_000_000_000_000);
const UNWRITTEN = { createdAt: AFTER_ALL, updatedAt: AFTER_ALL };

/**
 * The same facts as they would be if a change set had been written: what of the publisher's reading changes by it, and
 * nothing else. So what judges records judges planned ones, too.
 * @param ids of component SKUs, by folded code.
 */
export async function asIf(
  facts: LaneFacts,
  set: ChangeSet,
  systems: readonly GovernedSystem[],
  ids: ReadonlyMap<string, string>,
): Promise<LaneFacts> {
  const turns = new Turns();
  const products = new Map(facts.products);
  for (const each of set.products) products.set(each.after.id, productAfter(each));
  const skus = new Map(facts.skus);
  for (const each of set.skus) {
    skus.set(each.after.id, skuAfter(each));
    if (turns.isUsed) await turns.next();
  }
  const undecided = new Map(facts.undecided);
  const decide = (key: string, fields: readonly string[] = []): void => {
    const open = undecided.get(key);
    if (open && fields.length > 0) undecided.set(key, new Set([...open].filter((field) => !fields.includes(field))));
  };
  for (const { after, decided } of set.products) decide(`PRODUCT:${after.id}`, decided);
  for (const { after, decided } of set.skus) decide(`SKU:${after.id}`, decided);
  await turns.next();
  const rows = [...facts.rows, ...newRows(set, systems)];
  const changed = changedAsIf(facts, set);
  await turns.next();
  const bundles = bundlesAsIf(facts.bundles, set, ids);
  await turns.next();
  return {
    ...facts,
    rows,
    products,
    skus,
    undecided,
    changed,
    bundles,
  };
}

function productAfter({ before, after }: PlannedProduct): Product {
  return { ...UNWRITTEN, ...before, ...after, revision: (before?.revision ?? 0) + 1 };
}

function skuAfter({ before, after }: PlannedSku): Sku {
  return { ...UNWRITTEN, ...before, ...after, revision: (before?.revision ?? 0) + 1 };
}

/** Records that come to be with what the set creates; each in every system that has such records. */
function newRows({ products, skus }: ChangeSet, systems: readonly GovernedSystem[]): RecordRow[] {
  const row = (system: string, entity: RecordEntity, productId: string, skuId: string | null): RecordRow => ({
    id: newRecordId(system, skuId ?? productId),
    system,
    entity,
    product_id: productId,
    sku_id: skuId,
    external_id: null,
    root_id: null,
    root_code: null,
    match: 'TO_CREATE',
    published: null,
    observed: null,
  });
  const created = <T extends { before: unknown }>(list: readonly T[]): T[] =>
    list.filter(({ before }) => before === null);
  return systems.flatMap(({ code, kind }) => [
    ...(hasRecordsOf(kind, 'PRODUCT')
      ? created(products).map(({ after }) => row(code, 'PRODUCT', after.id, null))
      : []),
    ...created(skus).map(({ after }) => row(code, 'SKU', after.productId, after.id)),
  ]);
}

function newRecordId(system: string, id: string): string {
  return `${system}:${id}`;
}

function changedAsIf(facts: LaneFacts, set: ChangeSet): LaneFacts['changed'] {
  const moved = new Map<string, readonly FieldChange[]>([
    ...set.products.map(({ after, changes }) => [`PRODUCT:${after.id}`, changes] as const),
    ...set.skus.map(({ after, changes }) => [`SKU:${after.id}`, changes] as const),
  ]);
  const out = new Map(facts.changed);
  for (const { id, entity, product_id: productId, sku_id: skuId } of facts.rows) {
    const changes = moved.get(`${entity}:${skuId ?? productId}`);
    // Only where something is open does it matter when a field was changed.
    if (!changes || !facts.findings.has(id)) continue;
    const fields = changes.flatMap(({ field }) => movedFields(entity, field));
    out.set(id, new Map([...(out.get(id) ?? []), ...fields.map((field) => [field, AFTER_ALL] as const)]));
  }
  return out;
}

function bundlesAsIf(facts: BundleFacts, { skus }: ChangeSet, ids: ReadonlyMap<string, string>): BundleFacts {
  const edges = new Map<string, readonly Edge[]>(facts.edges);
  const parts = new Map<string, Part>(facts.parts);
  const idOf = new Map([...ids, ...skus.map(({ after }) => [foldCode(after.code), after.id] as const)]);
  for (const { after, bundle, changes } of skus) {
    const { id, code, kind, state, listedIn } = after;
    parts.set(id, { id, code, kind, state, listedIn, externalIds: parts.get(id)?.externalIds ?? null });
    if (!bundle || !changes.some(({ field }) => field === BUNDLE_FIELD)) continue;
    const lines = (bundle.current ?? []).flatMap(({ sku, quantity }): Edge[] => {
      const key = idOf.get(foldCode(sku));
      return key === undefined ? [] : [{ key, quantity }];
    });
    edges.set(id, lines);
  }
  return { edges, parts };
}

/** Which of some SKUs are in which bundles, at whatever level, now or as they would be; each list in one order. */
export function holdersOf(
  composedIds: readonly string[],
  bundleIds: readonly string[],
  graphs: readonly BundleFacts[],
): Map<string, string[]> {
  const wanted = new Set(composedIds);
  const inside = (root: string, found: Set<string>): Set<string> => {
    for (const { edges } of graphs) {
      for (const { key } of edges.get(root) ?? []) {
        if (found.has(key)) continue;
        found.add(key);
        inside(key, found);
      }
    }
    return found;
  };
  return new Map(
    bundleIds.map((id) => [id, [...inside(id, new Set())].filter((key) => wanted.has(key)).sort()] as const),
  );
}
