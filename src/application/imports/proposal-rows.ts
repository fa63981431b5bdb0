import { productOfPatch } from '../../domain/change/change.js';
import type { ProposedChange } from '../../domain/change/change.js';
import type { RowFault } from '../../domain/imports/csv-row.js';
import type { ImportHeader } from '../../domain/imports/import-format.js';
import type { Problem } from '../../domain/problem.js';
import type { CollectedChange } from '../ports/import-proposals.js';

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
    const refused = new Map<CollectedChange, Problem>();
    for (const each of problems) {
      const { row, path } = this.rowOf(each);
      if (row && !refused.has(row)) refused.set(row, { ...each, field: path });
    }
    if (refused.size === 0) return problems[0] ?? null;
    for (const [row, each] of Array.from(refused)) {
      if (row.change.operation !== 'PRODUCT_CREATE') continue;
      for (const sku of this.left) {
        const isIn = sku.change.operation === 'SKU_CREATE' && productOfPatch(sku.change.patch) === row.change.target;
        if (isIn && !refused.has(sku)) refused.set(sku, { ...each, field: ['product'] });
      }
    }
    const lines = new Set([...refused.keys()].flatMap(({ line, together }) => [line, ...together]));
    for (const [row, { code, message, field }] of refused) {
      this.faults.push({
        ...this.header.placeOf(row, field ?? ['code']),
        code,
        message,
        rejected: true,
        subject: null,
      });
    }
    this.tellTogether(refused);
    this.left = this.left.filter((row) => !refused.has(row) && !row.together.some((line) => lines.has(line)));
    this.left = withoutEmptyProducts(this.left);
    return null;
  }

  /** Lines that fall with others, as those of one bundle do. */
  private tellTogether(refused: ReadonlyMap<CollectedChange, Problem>): void {
    const told = new Set([...refused.keys()].map(({ line }) => line));
    for (const [{ line: first, together }, { code }] of refused) {
      for (const line of together) {
        if (told.has(line)) continue;
        told.add(line);
        const message = `not taken, because line ${first} was not: they belong together`;
        this.faults.push({ line, column: null, code, message, value: null, rejected: true, subject: null });
      }
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
