import type { AuditRecord, ChainHead, SealedRecord } from '../../domain/audit/audit-chain.js';

/**
 * A database connection of the sequencer's own. Many processes may hold one; the one that has taken the lock numbers
 * what was committed, the others stand by. Every method rejects once the connection is lost; the lock is gone with it.
 */
export interface SequencerSeat {
  /** Becomes the one that numbers, unless another is: answers at once, and goes on being true until the seat is closed. */
  take(): Promise<boolean>;
  /**
   * Opens a new epoch of the feed where the database server is not the one that was numbered on last, or is a new run of
   * it. Answers whether it did. Must be called between `take` and the first number.
   * @param id of the epoch, should one be needed: UUID version 7.
   */
  openEpochOnNewServer(id: string): Promise<boolean>;
  /** Ids of committed feed entries without a position, in their order, `limit` at a time: each must be numbered before the next is asked for. */
  unnumberedEntries(limit: number): AsyncIterable<string[]>;
  /** Gives entries the next positions, in one transaction. */
  numberEntries(ids: readonly string[]): Promise<void>;
  /** Committed audit events without a seal, as `unnumberedEntries`. */
  unsealedEvents(limit: number): AsyncIterable<Omit<AuditRecord, 'sequence'>[]>;
  /** The last seal; EMPTY_CHAIN before the first. */
  auditHead(): Promise<ChainHead>;
  sealEvents(sealed: readonly SealedRecord[]): Promise<void>;
  /** Looks at every row again next time, not only at those that the last look could not see. */
  lookEverywhere(): void;
  /** Gives up the lock. Never rejects. */
  close(): Promise<void>;
}

export interface SequencerSeats {
  /**
   * Connects.
   * @param onWake called when a process says that it has committed something to number; may be called at any time.
   */
  open(onWake: () => void): Promise<SequencerSeat>;
}
