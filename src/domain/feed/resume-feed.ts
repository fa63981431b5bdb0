import type { FeedCursor } from './feed-cursor.js';

/** What the database knows about a cursor, read in one snapshot. */
export interface CursorFacts {
  /** Mark of this feed; null while no epoch was ever opened. */
  feed: string | null;
  /** Whether the cursor's epoch is one of this database's. */
  epochKnown: boolean;
  /**
   * The position after which the epoch began that followed the cursor's: the next one by number, or for a cursor of an
   * epoch that this database never had, the first one that was opened after it. Null: there is none.
   */
  followedAfter: bigint | null;
  /** The highest position given so far. */
  head: bigint;
  /** Mark of the entry at the cursor's position; null where no entry has it. */
  entry: string | null;
}

/**
 * Where reading goes on. FROM: after `position`; `restored` when the cursor has seen entries beyond it that this database
 * does not have, because it was restored from a backup, or because a stand-by took over that had not got them yet.
 * WAIT: nothing to read as yet. FOREIGN: the cursor belongs to another installation.
 */
export type Resumption = { kind: 'FROM'; position: bigint; restored: boolean } | { kind: 'WAIT' } | { kind: 'FOREIGN' };

/**
 * Decides where a cursor goes on. Whether its bearer's past is ours is told by the entry at its position alone: the same
 * one, and so is everything before it, because an entry is numbered once and what came before it never changes. Epochs
 * only tell how far to go back where it is not:
 *
 * - One epoch is one run of a database server, so up to where the next one began, what was seen in it is ours.
 * - An epoch that is not known was opened after the backup that this database comes from. What it shares with us ends no
 *   later than where our next epoch began, and no later than where it began itself.
 * - A server can also be set back without a new run (a machine's snapshot with its memory): back to where the epoch began.
 *
 * After several restores in a row that cross each other the place may still be too far on; `restored` is told in any case.
 */
export function resumeFeed(cursor: FeedCursor, facts: CursorFacts): Resumption {
  const { position, beganAfter } = cursor;
  if (position === 0n) return { kind: 'FROM', position, restored: false };
  // Nothing was numbered on this database yet: whose feed it is will be known with the first epoch.
  if (facts.feed === null) return { kind: 'WAIT' };
  if (facts.feed !== cursor.feed) return { kind: 'FOREIGN' };
  if (facts.entry === cursor.entry) return { kind: 'FROM', position, restored: false };
  const epochBegin = least(beganAfter, position);
  if (facts.followedAfter !== null) {
    const isWithin = facts.epochKnown && facts.followedAfter < position;
    return restoredTo(isWithin ? facts.followedAfter : least(epochBegin, facts.followedAfter));
  }
  // Nothing newer is known. Without an entry at its place we are a replica that lags behind, or the sequencer has not seen
  // yet that the database was restored: the cursor is kept, and nothing can slip by.
  return facts.entry === null ? { kind: 'WAIT' } : restoredTo(epochBegin);
}

function restoredTo(position: bigint): Resumption {
  return { kind: 'FROM', position, restored: true };
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
