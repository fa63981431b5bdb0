import { planChanges } from '../../domain/change/plan-changes.js';
import { writeChangeSet } from '../change/write-change-set.js';
import type { Stores } from '../ports/unit-of-work.js';
import { BaselineBatch } from './baseline-batch.js';
import type { ReadingBatch, Taken, Taker, Taking } from './taker.js';

/** The reason that every revision of a baseline bears: by it an import that is taken up again knows its own work. */
export function reasonOf(importId: string): string {
  return `Baseline import ${importId}`;
}

/**
 * Creates products and SKUs as they are, without gates (design 4.13). Changes that the master cannot take (a code or an
 * option tuple that is taken) are left out and named; the others are in.
 */
export class BaselineTaker implements Taker {
  constructor(private readonly by: Taking) {}

  async take(stores: Stores, { header, readings }: ReadingBatch): Promise<Taken> {
    const { importId, actor, newId } = this.by;
    const batch = new BaselineBatch(readings, header);
    const world = await stores.catalog.world(
      batch.changes().map(({ change }) => change),
      { lock: true },
    );
    batch.meet(world);
    // Every round that is not the last leaves something out, so there are at most as many rounds as changes.
    for (;;) {
      const rows = batch.changes();
      if (rows.length === 0) return { skusCreated: 0, faults: batch.faults };
      const set = planChanges(
        world,
        rows.map(({ change }) => change),
        newId,
        { baseline: true },
      );
      if (set.problems.length > 0) {
        batch.leaveOut(set.problems, rows);
        continue;
      }
      const stamp = { actor, reason: reasonOf(importId), changeRequestId: null };
      const written = await writeChangeSet(stores, set, stamp, 'BASELINE');
      batch.note(set.warnings, rows);
      const created = written.filter(({ entity }) => entity === 'SKU').length;
      const data = { skus: created, products: written.length - created };
      await stores.audit([{ actor, type: 'IMPORT_TAKEN', subject: importId, data }]);
      return { skusCreated: created, faults: batch.faults };
    }
  }
}
