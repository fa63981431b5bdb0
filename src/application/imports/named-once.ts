import type { CsvRow, RowFault } from '../../domain/imports/csv-row.js';
import type { ImportHeader, Named, RowChange } from '../../domain/imports/import-format.js';
import { saidOtherwise } from '../../domain/imports/said-otherwise.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { FirstNamed } from '../ports/import-proposals.js';

/** Rows of a file that go on to be proposed, and why the others do not. */
export interface OnceNamed {
  rows: CsvRow[];
  faults: RowFault[];
  /** Products that an earlier group has spoken for, each with what it said; this one says nothing else. */
  spokenFor: ReadonlyMap<string, string | null>;
}

/**
 * Holds a file to naming every SKU once, and to saying the same of a product wherever it names it: of two rows that
 * disagree, nobody can tell which one is meant.
 */
export class NamedOnce {
  /** What this batch names for the first time. */
  readonly fresh: FirstNamed[] = [];
  private readonly first: Map<string, FirstNamed>;

  constructor(
    before: readonly FirstNamed[],
    private readonly header: ImportHeader,
  ) {
    this.first = new Map(before.map((each) => [placeOf(each), each]));
  }

  /** @param rows of one group, naming these. */
  take(rows: readonly CsvRow[], named: readonly Named[]): OnceNamed {
    const faults: RowFault[] = [];
    const spokenFor = new Map<string, string | null>();
    const lines = new Set(rows.map(({ line }) => line));
    for (const each of named) {
      const key = keyOf(each);
      const mine: FirstNamed = { entity: each.entity, key, line: each.line, says: each.says };
      const earlier = this.first.get(placeOf(mine));
      if (!earlier) {
        this.first.set(placeOf(mine), mine);
        this.fresh.push(mine);
      } else if (each.entity === 'SKU') {
        const message = `the code is in line ${earlier.line} already; a file names a SKU once`;
        faults.push(this.fault(each, 'code', 'CODE_TAKEN', message));
      } else if (lines.has(earlier.line)) {
        // Its own group, which the format holds to one word.
      } else {
        const other = otherThan(earlier, each);
        if (!other) spokenFor.set(key, earlier.says);
        else {
          const message = `line ${earlier.line} says otherwise of product ${key.slice(0, 40)}; its rows must agree`;
          const place = { line: each.line, column: other.column, value: other.value || null };
          faults.push({ ...place, code: 'ROWS_DISAGREE', message, rejected: true, subject: null });
        }
      }
    }
    const refused = new Set(faults.map(({ line }) => line));
    return { rows: rows.filter(({ line }) => !refused.has(line)), faults, spokenFor };
  }

  private fault({ line, entity, key }: Named, field: string, code: RowFault['code'], message: string): RowFault {
    const operation = entity === 'SKU' ? 'SKU_UPDATE' : 'PRODUCT_UPDATE';
    const row = { line, change: { operation, target: key, baseRevision: null, patch: {} } } as const;
    return { ...this.header.placeOf(row, [field]), code, message, rejected: true, subject: null };
  }
}

/** The column in which a later group says something else of its product, or null. */
function otherThan(earlier: FirstNamed, { says }: Named): ReturnType<typeof saidOtherwise> {
  if (earlier.says === says || earlier.says === null || says === null) return null;
  return saidOtherwise(earlier.says, says);
}

/** The same for two spellings of one thing. */
export function keyOf({ entity, key }: Named): string {
  return entity === 'SKU' ? foldCode(key) : key;
}

function placeOf({ entity, key }: FirstNamed): string {
  return `${entity}:${key}`;
}

/** The change by which the catalogue finds out what a row names. */
export function lookUp({ line, entity, key, revision, product }: Named): RowChange {
  const operation = entity === 'SKU' ? 'SKU_CREATE' : 'PRODUCT_UPDATE';
  return { line, change: { operation, target: key, baseRevision: revision, patch: { product } } };
}
