import type { Actor, Caller } from '../../domain/actor.js';
import type { ProblemCode } from '../../domain/problem.js';
import type { ProposalCounts } from '../ports/import-proposals.js';
import type { ImportMode, ShownImport } from '../ports/import-store.js';
import type { Ports } from '../ports/ports.js';

/** An import without its errors, as callers see it in a list. */
export interface ImportSummary {
  id: string;
  format: string;
  mode: ImportMode;
  /** Name of the key or the person that uploaded it. */
  uploadedBy: string;
  state: 'RUNNING' | 'SUCCEEDED' | 'FAILED';
  createdAt: Date;
  finishedAt: Date | null;
  rowsRead: number;
  /** SKUs that were created; of a dry run, that would have been created. */
  skusCreated: number;
  /** Of a baseline: bundles that were there already and got what is in them; of a dry run, that would have got it. */
  compositionsSet: number;
  /** Rows that were not taken. */
  rejected: number;
  /** Values that did not hold, of SKUs and products that were taken (docs/onboarding.md). */
  qualityIssues: number;
  /** Nothing was made: what would have been is told. */
  dryRun: boolean;
  /** Number of the change request that a proposal became: "CR-1042". */
  changeRequest: string | null;
  /** Of a proposal that has ended: its changes by operation; empty where nothing differs, or nothing was left to propose. */
  proposed: ProposalCounts | null;
  /** Of a proposal that is read and runs: how far its changes are; each is checked, and then planned. */
  proposing: { done: number; total: number } | null;
  /** Headers of columns that were passed over, because they say nothing to the master. */
  ignoredColumns: string[];
  /** Why the whole file failed: a code, a colon, a sentence. */
  error: string | null;
  /** How many errors there are. */
  errorCount: number;
  /** Where all of them are, as CSV: a path of this service. */
  errorsUrl: string;
}

/** An import as callers see it (design 6). */
export interface ImportView extends ImportSummary {
  /**
   * Rows that were not taken, and values that were taken as "not set", in the order of the file: the first 1,000, or
   * fewer where their values are long.
   */
  errors: {
    line: number;
    column: string | null;
    code: ProblemCode;
    message: string;
    value: string | null;
    /** False: the row was taken, only this value was not. */
    rejected: boolean;
  }[];
  /** There are more errors than `errors` shows. */
  moreErrors: boolean;
}

const ERROR_LIMIT = 1_000;

/** Whoever uploaded it, with whichever key of theirs; and every ADMIN. */
export function mayRead({ actor, roles }: Caller, uploader: Actor): boolean {
  const isTheirs = actor.id === uploader.id || (actor.partyId !== null && actor.partyId === uploader.partyId);
  return isTheirs || roles.includes('ADMIN');
}

/** An upload that still comes in counts as running. */
export function summaryOf(job: ShownImport): ImportSummary {
  const { id, format, mode, state, createdAt, finishedAt, rowsRead, skusCreated, rejected, qualityIssues } = job;
  const { compositionsSet, dryRun, changeRequest, proposed, ignoredColumns, error, errorCount, actor } = job;
  return {
    id,
    format,
    mode,
    uploadedBy: actor.name,
    state: state === 'RECEIVING' ? 'RUNNING' : state,
    createdAt,
    finishedAt,
    rowsRead,
    skusCreated,
    compositionsSet,
    rejected,
    qualityIssues,
    dryRun,
    changeRequest,
    proposed,
    proposing: job.proposing,
    ignoredColumns,
    error,
    errorCount,
    errorsUrl: `/imports/${id}/errors.csv`,
  };
}

/** How an import stands, or null when there is none of this id that the caller may see. */
export async function readImport(
  ports: Pick<Ports, 'imports'>,
  id: string,
  caller: Caller,
): Promise<ImportView | null> {
  const job = await ports.imports.byId(id);
  if (!job || !mayRead(caller, job.actor)) return null;
  const errors = await ports.imports.errors(id, 0, ERROR_LIMIT);
  return { ...summaryOf(job), errors, moreErrors: job.errorCount > errors.length };
}
