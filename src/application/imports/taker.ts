import type { Actor } from '../../domain/actor.js';
import type { CsvRow, RowFault } from '../../domain/imports/csv-row.js';
import type { GroupReading, ImportHeader } from '../../domain/imports/import-format.js';
import type { ImportJob } from '../ports/import-store.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';

/** Groups of a file that follow one another, as the run hands them over. */
export interface ReadingBatch {
  header: ImportHeader;
  readings: readonly ReadGroup[];
}

/** A reading, and the rows that it is of. */
export interface ReadGroup extends GroupReading {
  rows: readonly CsvRow[];
}

/** What came of a batch, beyond the faults that its readings bear already. */
export interface Taken {
  skusCreated: number;
  /** Bundles that were there and got what is in them. */
  compositionsSet: number;
  qualityIssues: number;
  faults: RowFault[];
}

/** How the file ended. */
export interface FileEnd {
  /** Read to its end; else it stopped being CSV somewhere, and what stood before that was taken. */
  isComplete: boolean;
  skusCreated: number;
  /** Null only where the file ended before its header was understood. */
  header: ImportHeader | null;
  /** Line up to which the file is taken. */
  line: number;
}

/**
 * What is done with the readings of one import. The run does the rest: reading, grouping, faults, progress, claim, and
 * going on after a crash behind the last batch that was committed.
 */
export interface Taker {
  /** Reads one group, knowing nothing of the master: beside the database's work, and ahead of it. */
  read(header: ImportHeader, rows: readonly CsvRow[]): GroupReading;
  /**
   * Takes one batch in the transaction of `stores`; faults and progress are kept in the same one. Batches come one at a
   * time, in the file's order, each once. Must have no effect outside `stores`: the unit of work may run it again, and a
   * crash may come before it ends.
   */
  take(stores: Stores, batch: ReadingBatch): Promise<Taken>;
  /**
   * What is due once the file has ended, before the import is told to have. After a crash it may be asked again.
   * @returns why the import FAILED after all: a code, a colon, a sentence; else null.
   */
  settle(ports: Ports, end: FileEnd): Promise<string | null>;
}

/** Whose import it is, for a taker. */
export interface Taking {
  importId: string;
  actor: Actor;
  job: ImportJob;
  runner: string;
  newId: () => string;
}
