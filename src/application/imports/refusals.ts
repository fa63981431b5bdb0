import { linesOf } from '../../domain/bundle/composition.js';
import { BUNDLE_FIELD } from '../../domain/bundle/timeline.js';
import type { RowFault } from '../../domain/imports/csv-row.js';
import type { ImportHeader, RowChange } from '../../domain/imports/import-format.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Problem } from '../../domain/problem.js';

/** Changes of a file that cannot be taken, and why; and what falls with them. */
export class Refusals<R extends RowChange> {
  private readonly problems = new Map<R, Problem[]>();
  /** Lines that are taken together with a refused one. */
  private readonly lines = new Set<number>();

  get size(): number {
    return this.problems.size;
  }

  /** @param problem its path is that of a field inside of the change. Of a single row, the first problem is told. */
  add(row: R, problem: Problem): void {
    const before = this.problems.get(row);
    if (!before) this.problems.set(row, [problem]);
    else if (row.together) before.push(problem);
    for (const line of row.together ?? []) this.lines.add(line);
  }

  has(row: R): boolean {
    return this.problems.has(row);
  }

  /** Is it refused, or taken only together with what is? */
  reaches(row: R): boolean {
    return this.has(row) || row.together?.some((line) => this.lines.has(line)) === true;
  }

  all(): Iterable<[R, readonly Problem[]]> {
    return this.problems;
  }

  /**
   * Refuses every bundle that would hold a SKU which is not created, at whatever depth. The planner would find them
   * too, but one level a round, and a file may nest its bundles thousands of levels deep.
   * @param rows all that was planned.
   */
  addHolders(rows: readonly R[]): void {
    const pending = [...this.problems.keys()].filter((row) => this.isNotCreated(row));
    if (pending.length === 0) return;
    const holders = holdersOf(rows);
    // What has a problem of its own is not told of those that come of it: a bundle in a circle holds itself.
    const before = new Set(this.problems.keys());
    for (let row = pending.pop(); row; row = pending.pop()) {
      for (const { holder, index } of holders.get(foldCode(row.change.target)) ?? []) {
        if (before.has(holder)) continue;
        const wasRefused = this.has(holder);
        const message = `${row.change.target} is not there, because line ${row.line} was not taken`;
        this.add(holder, { code: 'NOT_FOUND', message, field: [BUNDLE_FIELD, String(index), 'sku'] });
        if (!wasRefused && this.isNotCreated(holder)) pending.push(holder);
      }
    }
  }

  /** Tells each at the cell that is to blame, and then the lines that fall with it. @param isTold left out: it is told elsewhere. */
  faults(header: ImportHeader, isTold: (row: R, problem: Problem) => boolean = () => false): RowFault[] {
    const faults: RowFault[] = [];
    const fallen: { because: number; code: Problem['code']; together: readonly number[] }[] = [];
    for (const [row, problems] of this.problems) {
      for (const each of problems) {
        const place = header.placeOf(row, each.field ?? ['code']);
        if (!isTold(row, each)) faults.push(rejection({ ...place, code: each.code, message: each.message }));
        fallen.push({ because: place.line, code: each.code, together: row.together ?? [] });
      }
    }
    const told = new Set(faults.map(({ line }) => line));
    for (const { because, code, together } of fallen) {
      for (const line of together) {
        if (line === because || told.has(line)) continue;
        told.add(line);
        faults.push(rejection({ line, column: null, value: null, code, message: togetherWith(because) }));
      }
    }
    return faults;
  }

  /** A code that is taken is there to be held, whoever has it. */
  private isNotCreated(row: R): boolean {
    const isTaken = this.problems.get(row)?.some(({ code }) => code === 'CODE_TAKEN') === true;
    return row.change.operation === 'SKU_CREATE' && !isTaken;
  }
}

/** Why a line is not taken that has nothing wrong itself. */
export function togetherWith(line: number): string {
  return `not taken, because line ${line} was not: they belong together`;
}

function rejection(fault: Pick<RowFault, 'line' | 'column' | 'code' | 'message' | 'value'>): RowFault {
  return { ...fault, rejected: true, subject: null };
}

/** By folded code: the changes that put the SKU into a bundle, each with its place in the list. */
function holdersOf<R extends RowChange>(rows: readonly R[]): Map<string, { holder: R; index: number }[]> {
  const lines = rows.flatMap((holder) =>
    linesOf(holder.change.patch[BUNDLE_FIELD]).map(({ sku }, index) => ({ key: foldCode(sku), holder, index })),
  );
  return Map.groupBy(lines, ({ key }) => key);
}
