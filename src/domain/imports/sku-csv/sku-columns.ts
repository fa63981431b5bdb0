import { unknownAttribute } from '../../attributes/read-attribute-list.js';
import type { Outcome, Problem } from '../../problem.js';
import { accepted, problem, refused } from '../../problem.js';
import { unguardCell } from '../cell-guard.js';
import type { Known } from '../import-format.js';
import type { SkuColumn } from './sku-column.js';
import { columnNamed, fieldOf, NAMED_COLUMNS } from './sku-column.js';

/** A column of one file: what it says, where it stands, and what the file calls it. */
export interface PlacedColumn<C extends SkuColumn = SkuColumn> {
  column: C;
  place: number;
  name: string;
}

export type PlacedSkuColumn = PlacedColumn<SkuColumn & { of: 'SKU' }>;
export type PlacedProductColumn = PlacedColumn<SkuColumn & { of: 'PRODUCT' }>;

/** The columns of one sku-csv file. A file may leave out any but `code`; what it leaves out, it says nothing about. */
export class SkuColumns {
  readonly ofSku: readonly PlacedSkuColumn[];
  readonly ofProduct: readonly PlacedProductColumn[];
  private readonly places: ReadonlyMap<string, number>;

  constructor(
    private readonly names: readonly string[],
    columns: readonly PlacedColumn[],
  ) {
    this.ofSku = columns.filter((each): each is PlacedSkuColumn => each.column.of === 'SKU');
    this.ofProduct = columns.filter((each): each is PlacedProductColumn => each.column.of === 'PRODUCT');
    this.places = new Map(columns.map(({ column, place }) => [keyOf(column), place]));
  }

  get width(): number {
    return this.names.length;
  }

  nameAt(place: number): string | null {
    return this.names[place]?.trim() ?? null;
  }

  /** What the file calls a column, or null where the file lacks it. `usual` is a name of `NAMED_COLUMNS`. */
  nameOf(usual: string): string | null {
    const place = this.placeOf(usual);
    return place === null ? null : this.nameAt(place);
  }

  has(usual: string): boolean {
    return this.placeOf(usual) !== null;
  }

  /** What the row says under a column: without spaces around it and without the guard; empty where the file lacks it. */
  cell(cells: readonly string[], usual: string): string {
    const place = this.placeOf(usual);
    return place === null ? '' : this.at(cells, place);
  }

  /** The cell as it stands there, its guard included. */
  raw(cells: readonly string[], usual: string): string {
    const place = this.placeOf(usual);
    return place === null ? '' : (cells[place] ?? '').trim();
  }

  at(cells: readonly string[], place: number): string {
    return unguardCell((cells[place] ?? '').trim());
  }

  private placeOf(usual: string): number | null {
    const column = NAMED_COLUMNS.get(usual);
    return (column && this.places.get(keyOf(column))) ?? null;
  }
}

/**
 * Reads a header line. A name that is none is refused rather than passed over, or a slip of the pen would drop a whole
 * column unseen.
 */
export function readSkuColumns(names: readonly string[], known: Known): Outcome<SkuColumns> {
  const problems: Problem[] = [];
  const columns: PlacedColumn[] = [];
  const seen = new Map<string, string>();
  for (const [place, written] of names.entries()) {
    const name = written.trim();
    const column = columnNamed(name);
    if (!column) {
      const told = name === '' ? `column ${place + 1} has no name` : `there is no column "${clip(name)}"`;
      problems.push(problem('COLUMN_UNKNOWN', `${told}; see docs/sku-csv.md`, [name]));
      continue;
    }
    if (column.kind === 'systemAmount' && !known.systems.includes(column.system)) {
      problems.push(problem('SYSTEM_UNKNOWN', `"${clip(name)}": no such system`, [name]));
    }
    if (column.kind === 'attribute' && !known.attributes.has(column.key)) {
      problems.push({ ...unknownAttribute(column.key, known.attributes), field: [name] });
    }
    const earlier = seen.get(keyOf(column));
    if (earlier === undefined) columns.push({ column, place, name });
    else problems.push(problem('COLUMN_DUPLICATE', `"${earlier}" and "${clip(name)}" are the same column`, [name]));
    seen.set(keyOf(column), name);
  }
  problems.push(...togetherFaults(new Set(columns.map(({ name }) => name.toLowerCase()))));
  return problems.length > 0 ? refused(...problems) : accepted(new SkuColumns(names, columns));
}

/** Columns that are nothing without another. */
function togetherFaults(names: ReadonlySet<string>): Problem[] {
  const problems: Problem[] = [];
  if (!names.has('code'))
    problems.push(problem('REQUIRED', 'the column "code" says which SKU a row is about', ['code']));
  if (names.has('weight') !== names.has('weightunit')) {
    const missing = names.has('weight') ? 'weightUnit' : 'weight';
    problems.push(problem('REQUIRED', `"weight" and "weightUnit" come together; "${missing}" is missing`, [missing]));
  }
  const ofProduct = [...names].find((name) => name.startsWith('product.') && name !== 'product.handle');
  if (ofProduct !== undefined && !names.has('product.handle')) {
    const message = `"${clip(ofProduct)}" needs "product.handle", which says whose it is`;
    problems.push(problem('REQUIRED', message, ['product.handle']));
  }
  return problems;
}

/** The same for two headers that mean one column. */
function keyOf(column: SkuColumn): string {
  const { of, kind } = column;
  switch (kind) {
    case 'attribute':
      return `${of}:attribute:${column.key}`;
    case 'systemAmount':
      return `${column.field}@${column.system}`;
    case 'optionName':
    case 'optionValue':
      return `${of}:${kind}:${column.index}`;
    default:
      return `${of}:${kind}:${fieldOf(column)}`;
  }
}

function clip(text: string): string {
  return text.slice(0, 40);
}
