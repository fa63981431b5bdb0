import type { ChangeSet } from '../../src/domain/change/draft.js';
import { hasRecordsOf, isOwed, owedReach } from '../../src/domain/publishing/owed.js';
import type { GovernedSystem } from '../../src/domain/publishing/system.js';
import type { Present, SeenRecord } from './backend.js';
import { statesOf } from './master-log.js';

/** How many deliveries each record must have had, counted beside the master and without asking it. */
export class Ledger {
  private readonly counts = new Map<string, number>();

  /** A revert, or a look that found a record to lag. */
  owed(recordIds: readonly string[]): void {
    for (const id of recordIds) this.counts.set(id, this.countOf(id) + 1);
  }

  /** What an applied change owes to whom. */
  applied(set: ChangeSet, seen: Present, systems: readonly GovernedSystem[]): void {
    const moved = [
      ...set.products.map(({ before, after, changes }) => ({
        entity: 'PRODUCT' as const,
        productId: after.id,
        skuId: null,
        created: before === null,
        fields: changes.map(({ field }) => field),
      })),
      ...set.skus.map(({ before, after, changes }) => ({
        entity: 'SKU' as const,
        productId: after.productId,
        skuId: after.id,
        created: before === null,
        fields: changes.map(({ field }) => field),
      })),
    ];
    const { skuIds, productIds } = owedReach(moved);
    for (const record of seen.records) {
      const system = systems.find(({ code }) => code === record.system);
      const isReached =
        record.entity === 'SKU' ? skuIds.includes(record.skuId ?? '') : productIds.includes(record.productId);
      if (system && isReached && hasRecordsOf(system.kind, record.entity) && this.isDue(record, seen, system)) {
        this.owed([record.id]);
      }
    }
  }

  private isDue(record: SeenRecord, { products, skus }: Present, system: GovernedSystem): boolean {
    const product = products.find(({ id }) => id === record.productId);
    const sku = skus.find(({ id }) => id === record.skuId) ?? null;
    return product !== undefined && isOwed(record, sku, statesOf(product, skus, system), system.code);
  }

  countOf(recordId: string): number {
    return this.counts.get(recordId) ?? 0;
  }
}
