import { productOfPatch } from '../../domain/change/change.js';
import type { ProposedChange } from '../../domain/change/change.js';
import type { RowFault } from '../../domain/imports/csv-row.js';
import type { ImportHeader } from '../../domain/imports/import-format.js';
import type { Problem } from '../../domain/problem.js';
import type { CollectedChange } from '../ports/import-proposals.js';
import { Refusals } from './refusals.js';

/** What is still to be proposed of a file, and why the rest is not. */
export class ProposalRows {
  readonly faults: RowFault[] = [];

  constructor(
    public left: readonly CollectedChange[],
    private readonly header: ImportHeader,
  ) {}

  get changes(): ProposedChange[] {
    return this.left.map(({ change }) => change);
  }

  /** Tells problems that nothing is left out for. @param problems point into `changes`. */
  note(problems: readonly Problem[]): void {
    for (const each of problems) {
      const { row, path } = this.rowOf(each);
      if (!row) continue;
      const place = this.header.placeOf(row, path);
      const entity = row.change.operation.startsWith('PRODUCT') ? 'PRODUCT' : 'SKU';
      const subject = { entity, key: row.change.target, field: path[0] ?? 'code' } as const;
      const message = `${each.message}; the draft has it all the same`;
      this.faults.push({ ...place, code: each.code, message, rejected: false, subject });
    }
  }

  /**
   * Takes out what the problems are about, and tells them.
   * @param problems point into `changes`.
   * @returns a problem that no row is to blame for, where nothing can be left out.
   */
  leaveOut(problems: readonly Problem[]): Problem | null {
    const refused = new Refusals<CollectedChange>();
    for (const each of problems) {
      const { row, path } = this.rowOf(each);
      if (row) refused.add(row, { ...each, field: path });
    }
    if (refused.size === 0) return problems[0] ?? null;
    this.addSkusOf(refused);
    refused.addHolders(this.left);
    for (const fault of refused.faults(this.header)) this.faults.push(fault);
    this.left = withoutEmptyProducts(this.left.filter((row) => !refused.reaches(row)));
    return null;
  }

  /** A SKU is not created without its product. */
  private addSkusOf(refused: Refusals<CollectedChange>): void {
    const problemOf = new Map<string, Problem>();
    for (const [{ change }, [first]] of refused.all()) {
      if (change.operation === 'PRODUCT_CREATE' && first) problemOf.set(change.target, first);
    }
    for (const row of this.left) {
      const isNew = row.change.operation === 'SKU_CREATE' && !refused.has(row);
      const each = isNew ? problemOf.get(productOfPatch(row.change.patch)) : undefined;
      if (each) refused.add(row, { ...each, field: ['product'] });
    }
  }

  private rowOf({ field }: Problem): { row: CollectedChange | undefined; path: string[] } {
    const [root, index, , ...path] = field ?? [];
    const row = root === 'changes' && index !== undefined ? this.left[Number(index)] : undefined;
    return { row, path: path[0] === 'fields' ? path.slice(1) : path };
  }
}

/** A new product is proposed for the SKUs that it is to hold. */
function withoutEmptyProducts(rows: readonly CollectedChange[]): CollectedChange[] {
  const filled = new Set(
    rows.flatMap(({ change }) => (change.operation === 'SKU_CREATE' ? [productOfPatch(change.patch)] : [])),
  );
  return rows.filter(({ change }) => change.operation !== 'PRODUCT_CREATE' || filled.has(change.target));
}
