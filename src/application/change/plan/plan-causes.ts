import type { ChangeSet } from '../../../domain/change/draft.js';
import { movedBy } from '../../../domain/change/plan/moved-by.js';
import { isOwed, movedFields, movesProduct } from '../../../domain/publishing/owed.js';
import type { LaneRecord } from '../../ports/publishing-queue.js';
import type { PlannedLane, PlannedLanes, PlannedRecord } from '../../ports/plan-store.js';

const NOTHING: readonly string[] = [];

/** Which names of a request reach which records, and which fields of theirs it moves itself. */
export class PlanCauses {
  /** Codes and handles by which a record is reached, by `SKU:<id>` and `PRODUCT:<id>`. */
  private readonly names = new Map<string, string[]>();
  /** Canonical fields that the request's own changes of the record's SKU, or product, move; by the same keys. */
  private readonly moved = new Map<string, Set<string>>();

  constructor(set: ChangeSet, composedIn: PlannedLanes['composedIn']) {
    const names = new Map([
      ...set.products.map(({ after }) => [after.id, after.handle] as const),
      ...set.skus.map(({ after }) => [after.id, after.code] as const),
    ]);
    for (const each of movedBy(set)) {
      const key = `${each.entity}:${each.skuId ?? each.productId}`;
      const name = names.get(each.skuId ?? each.productId) ?? '';
      this.addName(key, name);
      this.moved.set(key, new Set(each.fields.flatMap((field) => movedFields(each.entity, field))));
      if (each.entity === 'SKU' && movesProduct(each)) this.addName(`PRODUCT:${each.productId}`, name);
    }
    for (const [bundleId, ids] of composedIn)
      for (const id of ids) this.addName(`SKU:${bundleId}`, names.get(id) ?? '');
  }

  /** Names by which the request reaches a record, and owes it a delivery; none where it does not. */
  becauseOf({ after }: PlannedRecord, lane: PlannedLane): readonly string[] {
    const because = this.names.get(keyOf(after)) ?? NOTHING;
    if (because.length === 0) return NOTHING;
    return isOwed(after, after.sku, lane.after.states, lane.system.code) ? because : NOTHING;
  }

  /** Does the request itself change what is behind this field of the projection? */
  moves(record: LaneRecord, field: string): boolean {
    return this.moved.get(keyOf(record))?.has(field) === true;
  }

  private addName(key: string, name: string): void {
    const known = this.names.get(key);
    if (!known) this.names.set(key, [name]);
    else if (!known.includes(name)) known.splice(sortedPlace(known, name), 0, name);
  }
}

function sortedPlace(sorted: readonly string[], name: string): number {
  const place = sorted.findIndex((each) => each > name);
  return place < 0 ? sorted.length : place;
}

function keyOf({ entity, skuId, productId }: LaneRecord): string {
  return `${entity}:${skuId ?? productId}`;
}
