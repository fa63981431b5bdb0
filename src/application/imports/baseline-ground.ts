import type { ProposedChange } from '../../domain/change/change.js';
import type { ChangeSet, World } from '../../domain/change/draft.js';
import type { RowFault } from '../../domain/imports/csv-row.js';
import type { ImportHeader, RowChange } from '../../domain/imports/import-format.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import type { FileEnd, Taken } from './taker.js';

/** What a baseline made of a batch. */
export type Made = Pick<Taken, 'skusCreated' | 'compositionsSet' | 'qualityIssues'>;

/** Where a baseline puts what it takes: the master, or, of a dry run, a list of what the master would have by now. */
export interface BaselineGround {
  /** What these changes reach, the earlier batches of the file included. */
  world(stores: Stores, changes: readonly ProposedChange[]): Promise<World>;
  /**
   * @param rows what was planned; `set` is the plan of it.
   * @param faults of the whole batch: values among them that do not hold are its quality issues.
   */
  write(stores: Stores, set: ChangeSet, rows: readonly RowChange[], faults: readonly RowFault[]): Promise<Made>;
  /** Of SKUs by folded code: the line of this very file that made them. Those of other origin are left out. */
  linesOf(stores: Stores, foldedCodes: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /**
   * Takes back the successors of this import's SKUs that are no SKU now that the file has been read to where it ends.
   * @param header says where the file names them.
   * @returns what is to be told of them, at most `limit`; fewer mean that there are no more.
   */
  takeBackSuccessors(stores: Stores, header: ImportHeader, limit: number): Promise<RowFault[]>;
  /** What is due once the file has ended. */
  settle(ports: Ports, end: FileEnd): Promise<void>;
}
