import type { CursorFacts } from '../../domain/feed/resume-feed.js';
import type { FeedCursor } from '../../domain/feed/feed-cursor.js';
import type { FieldChange } from '../../domain/primitives/json.js';

export type FeedEntity = 'SKU' | 'PRODUCT' | 'BUNDLE';

/** One revision that became canonical, with its place. */
export interface FeedEntry {
  position: bigint;
  id: string;
  entity: FeedEntity;
  /** SKU code, or product handle. */
  key: string;
  revision: number;
  /** The instant from which the revision is valid. */
  at: Date;
  changes: FieldChange[];
}

/** The epoch that cursors are made in. */
export interface FeedEpoch {
  /** Of the first epoch: tells this feed from another installation's. */
  feedId: string;
  id: string;
  beganAfter: bigint;
}

/** What one snapshot shows of the feed, before any entry is read. */
export interface FeedState {
  /** Null until a sequencer has run for the first time. */
  epoch: FeedEpoch | null;
  facts: CursorFacts;
}

export interface FeedReader {
  /** Where the feed is, and what is known of a cursor: one statement. */
  state(cursor: FeedCursor): Promise<FeedState>;
  /** Entries with positions after `after`, and not after `upTo`, in order: one statement. */
  entries(after: bigint, upTo: bigint, limit: number): Promise<FeedEntry[]>;
}
