import type { Actor } from '../../domain/actor.js';
import type { ProposedChange } from '../../domain/change/change.js';
import type { World } from '../../domain/change/draft.js';
import { planChanges } from '../../domain/change/plan-changes.js';
import type { RowFault } from '../../domain/imports/csv-row.js';
import type { ProductReading, RowChange } from '../../domain/imports/read-shopify-product.js';
import { columnOfField } from '../../domain/imports/read-shopify-sku.js';
import type { ShopifyHeader } from '../../domain/imports/shopify-columns.js';
import type { Json } from '../../domain/primitives/json.js';
import type { Problem } from '../../domain/problem.js';
import { writeChangeSet } from '../change/write-change-set.js';
import type { Stores } from '../ports/unit-of-work.js';

export interface Taking {
  importId: string;
  actor: Actor;
  header: ShopifyHeader;
  newId: () => string;
}

export interface BatchResult {
  skusCreated: number;
  faults: RowFault[];
}

/** The reason that every revision of a baseline bears: by it an import that is taken up again knows its own work. */
export function reasonOf(importId: string): string {
  return `Baseline import ${importId}`;
}

/**
 * Creates one batch of products and SKUs in the caller's transaction, as they are, without gates. Rows that the master
 * cannot take (a code or an option tuple that is taken) are left out and named; the others are in.
 * Has no effect outside `stores`, so that the unit of work may run it again.
 */
export async function takeBatch(stores: Stores, readings: readonly ProductReading[], by: Taking): Promise<BatchResult> {
  const batch = new Batch(readings, by.header);
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
      by.newId,
      { baseline: true },
    );
    if (set.problems.length > 0) {
      batch.leaveOut(set.problems, rows);
      continue;
    }
    const stamp = { actor: by.actor, reason: reasonOf(by.importId), changeRequestId: null };
    const written = await writeChangeSet(stores, set, stamp, 'BASELINE');
    const created = written.filter(({ entity }) => entity === 'SKU').length;
    await stores.audit([
      {
        actor: by.actor,
        type: 'IMPORT_TAKEN',
        subject: by.importId,
        data: { skus: created, products: written.length - created },
      },
    ]);
    return { skusCreated: created, faults: batch.faults };
  }
}

/** What of a batch is still to be taken, and why the rest is not. */
class Batch {
  readonly faults: RowFault[] = [];
  private products: ProductReading[];
  private world: World | null = null;

  constructor(
    readings: readonly ProductReading[],
    private readonly header: ShopifyHeader,
  ) {
    this.products = [...readings];
  }

  /** A product without a SKU is not created: there was nothing of it to take. One that is known is only joined. */
  changes(): RowChange[] {
    const known = new Set(this.world?.products.keys());
    const rows: RowChange[] = [];
    for (const { handle, product, skus } of this.products) {
      if (skus.length === 0) continue;
      if (!known.has(handle)) rows.push(product);
      known.add(handle);
      for (const sku of skus) rows.push(sku);
    }
    return rows;
  }

  /** Compares with the master: a SKU may join a product only under the product's own options. */
  meet(world: World): void {
    this.world = world;
    this.keep((row, { handle, product }) => {
      const present = world.products.get(handle);
      if (!present || sameNames(present.optionNames, product.change.patch.optionNames)) return true;
      const options = present.optionNames.join(', ') || 'none';
      this.reject(
        row,
        'optionNames',
        'OPTIONS_TAKEN',
        `product ${handle} is known already, with the options: ${options}`,
      );
      return false;
    });
  }

  leaveOut(problems: readonly Problem[], rows: readonly RowChange[]): void {
    const refused = new Set<RowChange>();
    const withoutGtin = new Set<RowChange>();
    const refuse = (row: RowChange, field: string, code: Problem['code'], message: string): void => {
      if (!refused.has(row)) this.reject(row, field, code, message);
      refused.add(row);
    };
    for (const { code, message, field } of problems) {
      const row = field?.[0] === 'changes' && field[1] !== undefined ? rows[Number(field[1])] : undefined;
      const product = this.products.find((each) => each.product === row);
      if (!row) for (const each of this.excess()) refuse(each, 'handle', code, message);
      else if (product) for (const each of product.skus) refuse(each, 'handle', code, message);
      else if (code === 'GTIN_TAKEN') {
        if (!withoutGtin.has(row)) this.note(row, 'gtin', code, `${message}; left unset`);
        withoutGtin.add(row);
      } else if (code === 'CODE_TAKEN') {
        refuse(row, 'code', code, 'the master knows this code already; a code is never used twice');
      } else refuse(row, field?.at(-1) ?? 'code', code, message);
    }
    // Going on with nothing left out would go on for ever.
    if (refused.size + withoutGtin.size === 0) throw new Error(`a batch cannot be planned: ${problems[0]?.message}`);
    this.products = this.products.map((each) => ({
      ...each,
      skus: each.skus
        .filter((row) => !refused.has(row))
        .map((row) => (withoutGtin.has(row) ? withoutGtinOf(row) : row)),
    }));
  }

  /** SKUs of products that would have more variants than a product may have: the last ones are too many. */
  private excess(): RowChange[] {
    const limit = 2_048;
    return this.products.flatMap(({ handle, skus }) => {
      const present = this.world?.products.get(handle);
      const siblings = present ? (this.world?.siblings.get(present.id)?.length ?? 0) : 0;
      return siblings + skus.length > limit ? skus.slice(Math.max(0, limit - siblings)) : [];
    });
  }

  private keep(test: (row: RowChange, of: ProductReading) => boolean): void {
    this.products = this.products.map((each) => ({ ...each, skus: each.skus.filter((row) => test(row, each)) }));
  }

  private reject(row: RowChange, field: string, code: Problem['code'], message: string): void {
    this.faults.push({ ...this.place(row, field), code, message, rejected: true });
  }

  private note(row: RowChange, field: string, code: Problem['code'], message: string): void {
    this.faults.push({ ...this.place(row, field), code, message, rejected: false });
  }

  private place({ line, change }: RowChange, field: string): Pick<RowFault, 'line' | 'column' | 'value'> {
    const column = columnOfField(field);
    return { line, column: column && this.header.nameOf(column), value: valueOf(change, field) };
  }
}

function valueOf({ target, patch }: ProposedChange, field: string): string | null {
  if (field === 'code' || field === 'handle') return target;
  const value: Json = patch[field] ?? null;
  if (value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function withoutGtinOf({ line, change }: RowChange): RowChange {
  return { line, change: { ...change, patch: { ...change.patch, gtin: null } } };
}

function sameNames(present: readonly string[], proposed: Json | undefined): boolean {
  return folded(present) === folded(Array.isArray(proposed) ? proposed : []);
}

function folded(names: readonly Json[]): string {
  return JSON.stringify(names).toLowerCase();
}
