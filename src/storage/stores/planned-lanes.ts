import type { PlannedLane } from '../../application/ports/plan-store.js';
import { Turns } from '../../application/ports/turns.js';
import type { Sku } from '../../domain/catalog/sku.js';
import type { GovernedSystem } from '../../domain/publishing/system.js';
import type { LaneFacts, LoadedRecords, RecordRow } from './lane-records.js';
import { recordsIn } from './lane-records.js';

/** Products of which the records are put together in one go: some milliseconds. */
const PRODUCTS = 100;

/**
 * Every lane that is reached, as it is and as it would be; others have their turns meanwhile.
 * @param planned the same facts, as if what is planned had been written.
 */
export async function plannedLanes(
  systems: readonly GovernedSystem[],
  facts: LaneFacts,
  planned: LaneFacts,
): Promise<PlannedLane[]> {
  const [now, then] = [byProduct(facts), byProduct(planned)];
  const ids = [...then.rows.keys()];
  const lanes: PlannedLane[] = [];
  const turns = new Turns();
  for (const system of systems) {
    for (let from = 0; from < ids.length; from += PRODUCTS) {
      const some = ids.slice(from, from + PRODUCTS);
      lanes.push(...lanesIn(system, partOf(facts, now, some), partOf(planned, then, some)));
      await turns.next();
    }
  }
  return lanes;
}

interface ByProduct {
  rows: Map<string, RecordRow[]>;
  skus: Map<string, [string, Sku][]>;
}

function byProduct({ rows, skus }: LaneFacts): ByProduct {
  return {
    rows: Map.groupBy(rows, (row) => row.product_id),
    skus: Map.groupBy(skus, ([, { productId }]) => productId),
  };
}

/** What is known of some products and all that is in them. */
function partOf(facts: LaneFacts, { rows, skus }: ByProduct, ids: readonly string[]): LaneFacts {
  return {
    ...facts,
    rows: ids.flatMap((id) => rows.get(id) ?? []),
    skus: new Map(ids.flatMap((id) => skus.get(id) ?? [])),
    products: new Map(
      ids.flatMap((id) => {
        const product = facts.products.get(id);
        return product ? [[id, product]] : [];
      }),
    ),
  };
}

function lanesIn(system: GovernedSystem, facts: LaneFacts, planned: LaneFacts): PlannedLane[] {
  const [now, then]: [LoadedRecords, LoadedRecords] = [recordsIn(facts, system.code), recordsIn(planned, system.code)];
  const before = new Map(now.records.map((record) => [record.id, record]));
  const observed = new Map(facts.rows.map(({ id, observed: shown }) => [id, shown]));
  const byProduct = Map.groupBy(then.records, ({ productId }) => productId);
  return [...byProduct].flatMap(([productId, records]): PlannedLane[] => {
    const product = then.products.get(productId);
    if (!product) return [];
    return [
      {
        system,
        before: { product: now.products.get(productId) ?? null, states: now.states.get(productId) ?? [] },
        after: { product, states: then.states.get(productId) ?? [] },
        records: records.map((after) => ({
          before: before.get(after.id) ?? null,
          after,
          observed: observed.get(after.id) ?? null,
        })),
      },
    ];
  });
}
