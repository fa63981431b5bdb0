import type { Actor } from '../../domain/actor.js';
import type { RowFault } from '../../domain/imports/csv-row.js';
import type { ProblemCode } from '../../domain/problem.js';
import type { ProposalCounts, ProposalWish } from './import-proposals.js';
import type { Page, PageRequest } from './page.js';

/** What is done with a file: taken into the master as it is, at once; or made a change request that others review. */
export type ImportMode = 'baseline' | 'propose';

export interface ImportJob {
  id: string;
  format: string;
  mode: ImportMode;
  /** Everything is read, checked against the master and told, and nothing is made. */
  dryRun: boolean;
  state: 'RECEIVING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED';
  actor: Actor;
  bytes: number;
  /** Everything up to this line is taken, told and counted; 0 before the first batch. */
  takenLine: number;
  rowsRead: number;
  skusCreated: number;
  /** Of a baseline: bundles that were there and got what is in them; of a dry run, that would have got it. */
  compositionsSet: number;
  rejected: number;
  /** Values that did not hold, of SKUs and products that were made; of a dry run, that would have been. */
  qualityIssues: number;
  errorCount: number;
  error: string | null;
  changeRequestId: string | null;
  /** Headers of columns that say nothing to the master. */
  ignoredColumns: string[];
  /** Of an import that proposes: what is wanted of its request. */
  request: ProposalWish | null;
  /** Of an import that proposes, once it has ended: its changes. */
  proposed: ProposalCounts | null;
  /** Of an import that proposes, once its file is read: how far its changes are; each is checked, and then planned. */
  proposing: { done: number; total: number } | null;
  createdAt: Date;
  finishedAt: Date | null;
}

/** An import as it is shown. */
export interface ShownImport extends ImportJob {
  /** Number of the change request that it became: "CR-1042". */
  changeRequest: string | null;
}

/** One row that was not taken (`rejected`), or one value that was taken as null. Lines count from 1, the header included. */
export interface ImportError {
  line: number;
  column: string | null;
  code: ProblemCode;
  message: string;
  value: string | null;
  rejected: boolean;
}

/** Another runner has claimed this import, or it has ended: whoever gets this leaves it alone. */
export class ImportLost extends Error {
  override readonly name = 'ImportLost';

  constructor(id: string) {
    super(`import ${id} is no longer this runner's`);
  }
}

/** What one batch of an import came to, to be added to what is there. */
export interface ImportStep {
  /** Line of the last row that it holds. */
  line: number;
  rowsRead: number;
  skusCreated: number;
  compositionsSet: number;
  rejected: number;
  qualityIssues: number;
  faults: readonly RowFault[];
  /** Headers of columns that the file's format passes over. */
  ignored: readonly string[];
}

/**
 * How far an import is, kept in the transaction of what it did: after a crash it stands exactly where the master does.
 * Every method asks that `runner` still holds the import, so that one that stood still commits nothing.
 */
export interface ImportSteps {
  /** Extends the claim too. @throws ImportLost */
  advance(id: string, runner: string, step: ImportStep): Promise<void>;
  /** Tells how far the changes are that it proposes, and that the runner is alive: extends the claim too. Nothing where it is lost. */
  proposing(id: string, runner: string, progress: { done: number; total: number }): Promise<void>;
  /** Ends the import, puts its errors into the order of the file, and drops the uploaded bytes. @throws ImportLost */
  finish(id: string, runner: string, state: 'SUCCEEDED' | 'FAILED', error: string | null): Promise<void>;
}

/** Uploads and what became of them; every method is a transaction of its own. */
export interface ImportStore {
  begin(job: Pick<ImportJob, 'id' | 'format' | 'mode' | 'dryRun' | 'actor' | 'request'>): Promise<void>;
  addChunk(id: string, position: number, bytes: Buffer): Promise<void>;
  /** The upload is complete: RUNNING, and a job is sent that will take it, in one transaction. */
  received(id: string, bytes: number): Promise<void>;
  /** The upload will not be complete: FAILED, and its bytes are dropped. Nothing where it is complete already. */
  abandon(id: string, error: string): Promise<void>;
  /** The uploaded bytes in order; a cursor, never the whole file. */
  chunks(id: string): AsyncIterable<Buffer>;
  /**
   * Makes `runner` the only one who takes this import, for 120 s from its last step.
   * Null when it is not RUNNING or another runner's claim has not run out.
   */
  claim(id: string, runner: string): Promise<ImportJob | null>;
  /**
   * Imports that have not ended, that nobody claims and that have not moved for so long, oldest first; they count as
   * moved from now on. With 0, where no other process can be at work, claims are the dead's: they are dropped.
   */
  unfinished(idleSeconds: number): Promise<ImportJob[]>;
  /** Sends the job of a RUNNING import once more. */
  sendAgain(id: string): Promise<void>;
  byId(id: string): Promise<ShownImport | null>;
  /** Newest first: all of them, or with `of` those that this caller has uploaded, with whichever key of theirs. */
  list(page: PageRequest, of: Actor | null): Promise<Page<ShownImport>>;
  /**
   * In the order of the file, and of an import that still runs in that in which they were found; at most `limit`, and fewer where their values are long, but one at least if there is one.
   * @param after how many to pass over: errors are numbered without a gap.
   */
  errors(id: string, after: number, limit: number): Promise<ImportError[]>;
}
