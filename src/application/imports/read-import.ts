import type { Actor, Caller } from '../../domain/actor.js';
import type { ProblemCode } from '../../domain/problem.js';
import type { ProposalCounts } from '../ports/import-proposals.js';
import type { Ports } from '../ports/ports.js';

/** An import as callers see it (design 6). */
export interface ImportView {
  id: string;
  state: 'RUNNING' | 'SUCCEEDED' | 'FAILED';
  rowsRead: number;
  skusCreated: number;
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
  /** Headers of columns that were passed over, because they say nothing to the master. */
  ignoredColumns: string[];
  /** Why the whole file failed: a code, a colon, a sentence. */
  error: string | null;
  /** Rows that were not taken, and values that were taken as "not set"; the first 1,000, in the order of lines. */
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

/** How an import stands, or null when there is none of this id that the caller may see. An upload that still comes in counts as running. */
export async function readImport(ports: Ports, id: string, caller: Caller): Promise<ImportView | null> {
  const job = await ports.imports.byId(id);
  if (!job || !mayRead(caller, job.actor)) return null;
  const request = job.changeRequestId === null ? null : await ports.changes.requestById(job.changeRequestId);
  const errors = await ports.imports.errors(id, 0, ERROR_LIMIT);
  return {
    id,
    state: job.state === 'RECEIVING' ? 'RUNNING' : job.state,
    rowsRead: job.rowsRead,
    skusCreated: job.skusCreated,
    rejected: job.rejected,
    qualityIssues: await ports.quality.countOfImport(id),
    dryRun: job.dryRun,
    changeRequest: request?.number ?? null,
    proposed: job.proposed,
    ignoredColumns: job.ignoredColumns,
    error: job.error,
    errors,
    moreErrors: job.errorCount > errors.length,
  };
}
