import type { Actor } from '../../domain/actor.js';
import type { ProblemCode } from '../../domain/problem.js';

/** What is done with a file: taken into the master as it is, at once. */
export type ImportMode = 'baseline';

export interface ImportJob {
  id: string;
  format: string;
  mode: ImportMode;
  state: 'RECEIVING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED';
  actor: Actor;
  bytes: number;
  rowsRead: number;
  skusCreated: number;
  rejected: number;
  error: string | null;
  changeRequestId: string | null;
  createdAt: Date;
  finishedAt: Date | null;
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

/** Uploads and their progress. Outside any unit of work: progress must be seen while the import runs. */
export interface ImportStore {
  begin(job: { id: string; format: string; mode: ImportMode; actor: Actor }): Promise<void>;
  addChunk(id: string, position: number, bytes: Buffer): Promise<void>;
  /** The upload is complete: RUNNING, and a job is sent that will take it, in one transaction. */
  received(id: string, bytes: number): Promise<void>;
  /** The uploaded bytes in order; a cursor, never the whole file. */
  chunks(id: string): AsyncIterable<Buffer>;
  /**
   * Makes `runner` the only one who takes this import, for 120 s; `hold` and `progress` extend that.
   * Null when it is not RUNNING or another runner's claim has not run out.
   */
  claim(id: string, runner: string): Promise<ImportJob | null>;
  /** @throws ImportLost */
  hold(id: string, runner: string): Promise<void>;
  /** @throws ImportLost */
  progress(
    id: string,
    runner: string,
    counts: { rowsRead: number; skusCreated: number; rejected: number },
  ): Promise<void>;
  addErrors(id: string, firstPosition: number, errors: readonly ImportError[]): Promise<void>;
  /**
   * Ends an import that `runner` claims (null: one whose upload is not complete) and drops the uploaded bytes.
   * @returns false, and nothing is changed, when it is somebody else's or has ended
   */
  finish(id: string, runner: string | null, state: 'SUCCEEDED' | 'FAILED', error: string | null): Promise<boolean>;
  /**
   * Imports that have not ended, that nobody claims and that have not moved for so long, oldest first; they count as
   * moved from now on. With 0, where no other process can be at work, claims are the dead's: they are dropped.
   */
  unfinished(idleSeconds: number): Promise<ImportJob[]>;
  /** Sends the job of a RUNNING import once more. */
  sendAgain(id: string): Promise<void>;
  byId(id: string): Promise<ImportJob | null>;
  errors(id: string, limit: number): Promise<ImportError[]>;
}
