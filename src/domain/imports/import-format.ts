import type { Definitions } from '../attributes/read-attribute-list.js';
import type { ProposedChange } from '../change/change.js';
import type { Outcome, ProblemCode } from '../problem.js';
import type { CsvRow, RowFault } from './csv-row.js';
import type { Held } from './held.js';

/** A change beside the row that asks for it. */
export interface RowChange {
  line: number;
  change: ProposedChange;
  /**
   * Lines that are taken together or not at all, this one among them: one change of them that is refused refuses all of
   * them. Of a change that sets a list, the lines of its elements, in their order. Left out: the change stands for itself.
   */
  together?: readonly number[];
}

/** What the rows of one group come to. Nothing of it knows the master yet. */
export interface GroupReading {
  /** In the order in which they are to be made: a product before the SKUs that it holds. */
  changes: RowChange[];
  faults: RowFault[];
  /**
   * There where the rows do not say what their product is called and what its options are, so that they may be the rest of
   * one that is there: what they come to beside that one, or beside none. Until then `changes` only name what they are about.
   */
  joining?: (there: ProductThere | null) => GroupReading;
}

/** What of a product that is there its rows may leave unsaid. */
export interface ProductThere {
  title: string;
  optionNames: readonly string[];
}

/** Where a report points to: the cell behind a field of a change. */
export interface FaultPlace {
  line: number;
  /** Header of the column as the file writes it; null where no single column says it. */
  column: string | null;
  /** What the file says there. */
  value: string | null;
}

/** Something of the master that rows are about. */
export interface Named {
  line: number;
  entity: 'SKU' | 'PRODUCT';
  /** SKU code or product handle, as the file writes it. */
  key: string;
  /** The revision that the author looked at; null where the row says none. */
  revision: number | null;
  /** Of a SKU: handle of the product that the row puts it into; empty where it says none. */
  product: string;
  /** Of a product: what its rows say of it, by header (`saidText`), where every row must say the same; null: nothing. */
  says: string | null;
}

/** What a reader knows of the house beside the file itself. */
export interface Known {
  /** Codes of the systems that there are. */
  systems: readonly string[];
  /** The attributes that are defined. */
  attributes: Definitions;
}

/** How long a file may be that is taken as one. */
export interface FileLimits {
  rows: number;
  /** Characters of all cells together. */
  characters: number;
}

/** The header line of one file, understood: how its rows are read. Keeps no state between groups. */
export interface ImportHeader {
  /** Cells of the header line. */
  readonly width: number;
  /** Rows of one group at most; more are rejected as TOO_MANY. `noun` is what a group is, `column` what it is named by. */
  readonly group: { rows: number; noun: string; column: string | null };
  /**
   * There where rows that belong together may stand anywhere: the whole file is one group then, taken in one transaction
   * once it is read to its end, and rows come as they are, whatever their width. A longer file FAILS.
   */
  readonly atOnce?: FileLimits;
  /** Headers of columns that say nothing to the master, and are passed over. */
  readonly ignored: readonly string[];
  /** Header of a column by its place from 0, as the file writes it. */
  nameAt(place: number): string | null;
  /** Rows that follow one another under one key are read together. An empty key joins no other row. */
  groupKey(cells: readonly string[]): string;
  /** Does the row name what the file is about? A file without any such row FAILS with the format's `nothing`. */
  isNamed(cells: readonly string[]): boolean;
  /** @param rows at least one, at most `group.rows`, all as wide as the header, of one key. */
  read(rows: readonly CsvRow[]): GroupReading;
  /** There where a baseline has to know the master too: instead of `read`, and as `reach` and `propose` for a proposal. */
  adopt?(rows: readonly CsvRow[], held: Held): GroupReading;
  /** What the rows are about: what of the master to look up before `propose`. Rows that name nothing sound are left out. */
  reach(rows: readonly CsvRow[]): Named[];
  /**
   * What the rows ask for against what the master holds: unknown codes are created, of known ones only what differs. A
   * row with anything wrong is rejected whole.
   * @param before what earlier rows of the file said of products, by handle (`saidText`): that need not be said again.
   */
  propose(rows: readonly CsvRow[], held: Held, before?: ReadonlyMap<string, string | null>): GroupReading;
  /** @param field path of the field inside of the change, canonical names: `["gtin"]`, `["components", "2", "code"]`. */
  placeOf(row: RowChange, field: readonly string[]): FaultPlace;
}

/** A kind of file that an import takes. Stateless: one value for every file. */
export interface ImportFormat {
  /** As callers name it, e.g. `shopify-csv`. */
  readonly code: string;
  /** Why a file of which no row is named is of no use. */
  readonly nothing: { code: ProblemCode; message: string };
  /** Header of an empty file to fill in, or null where the files come from somewhere else. */
  template(known: Known): readonly string[] | null;
  /** Understands a header line, or says everything that is wrong with it; `field` is the header that is at fault. */
  readHeader(names: readonly string[], known: Known): Outcome<ImportHeader>;
}
