import type { ChangeOperation } from '../../domain/change/change.js';
import type { Named, RowChange } from '../../domain/imports/import-format.js';

/** A change that an import will propose. */
export interface CollectedChange extends RowChange {
  /** Lines that are proposed together or not at all, its own among them. */
  together: readonly number[];
}

/** Where a file names something first, and what it says of it there. */
export type FirstNamed = Pick<Named, 'entity' | 'key' | 'line' | 'says'>;

/** What somebody wants of the request that an import becomes. */
export interface ProposalWish {
  title: string;
  reason: string | null;
  draft: boolean;
}

/** What an import that proposes came to. */
export interface Proposal {
  /** Null: a dry run, or nothing was left to propose. */
  requestId: string | null;
  counts: ProposalCounts;
  /** Why nothing could be made of it. */
  error: string | null;
}

export type ProposalCounts = Partial<Record<ChangeOperation, number>>;

/** What an import will propose, gathered batch by batch in the transaction of each, so that a crash loses nothing of it. */
export interface ImportProposals {
  /** Which of these an earlier batch has named already. Keys are folded codes, and handles. */
  namedBefore(importId: string, named: readonly FirstNamed[]): Promise<FirstNamed[]>;
  name(importId: string, named: readonly FirstNamed[]): Promise<void>;
  /** Adds changes behind those that are there. */
  collect(importId: string, changes: readonly CollectedChange[]): Promise<void>;
  /** How many there are. */
  count(importId: string): Promise<number>;
  /** The first of them, in the order of the file. */
  collected(importId: string, limit: number): Promise<CollectedChange[]>;
  /**
   * Keeps what a whole file came to.
   * @throws ImportLost where `runner` no longer holds the import, or it is settled already: two requests are never made
   * of one.
   */
  settle(importId: string, runner: string, proposal: Proposal): Promise<void>;
}
