import type { FeedCursor } from '../../domain/feed/feed-cursor.js';
import {
  entryMark,
  FEED_START,
  feedCursorText,
  feedCursorTexts,
  feedMark,
  readFeedCursor,
} from '../../domain/feed/feed-cursor.js';
import { resumeFeed } from '../../domain/feed/resume-feed.js';
import type { FeedEntry, FeedEpoch } from '../ports/feed-reader.js';
import { BadCursor } from '../ports/page.js';
import type { Ports } from '../ports/ports.js';

/** No caller may ask for more entries at once. */
export const FEED_LIMIT = 500;

/** An entry and the cursor that stands on it. */
export type PlacedEntry = FeedEntry & { cursor: string };

export interface CatalogFeed {
  entries: PlacedEntry[];
  /** What to ask with next time, whether or not there was an entry. */
  cursor: string;
  hasMore: boolean;
  /** The cursor had seen entries that a restored database does not have: reading went back to where both agree. */
  restored: boolean;
}

/**
 * The next entries after a cursor, oldest first; from the very beginning without one. Two statements, whatever `first`.
 * @throws BadCursor for text that is no cursor, or one of another installation.
 */
export async function readCatalogFeed(
  ports: Pick<Ports, 'feed'>,
  after: string | null,
  first: number,
): Promise<CatalogFeed> {
  const cursor = after === null ? FEED_START : readFeedCursor(after);
  if (!cursor) throw new BadCursor();
  const { epoch, facts } = await ports.feed.state(cursor);
  const resumption = resumeFeed(cursor, facts);
  if (resumption.kind === 'FOREIGN') throw new BadCursor();
  if (resumption.kind === 'WAIT' || !epoch) {
    // The same cursor, so that nothing can slip by until the database knows it.
    return { entries: [], cursor: feedCursorText(cursor), hasMore: false, restored: false };
  }
  const { position, restored } = resumption;
  const limit = Math.min(first, FEED_LIMIT);
  // After a restore the entry at the place itself is read too: a cursor that stands there must know it.
  const from = restored && position > 0n ? position - 1n : position;
  const asked = limit + 1 + Number(position - from);
  // Not beyond the head of the first statement: a later entry could be of an epoch that has begun in between.
  const rows = from < facts.head ? await ports.feed.entries(from, facts.head, asked) : [];
  const before = from < position ? rows.shift() : undefined;
  const mark = before ? entryMark(before.id) : restored ? FEED_START.entry : cursor.entry;
  const hasMore = rows.length > limit;
  const entries = placed(epoch, hasMore ? rows.slice(0, limit) : rows);
  const standing = (): string => feedCursorText({ ...madeIn(epoch), position, entry: mark });
  return { entries, cursor: entries.at(-1)?.cursor ?? standing(), hasMore, restored };
}

function placed(epoch: FeedEpoch, entries: readonly FeedEntry[]): PlacedEntry[] {
  const places = entries.map(({ position, id }) => ({ position, entry: entryMark(id) }));
  const cursors = feedCursorTexts(madeIn(epoch), places);
  return entries.map((entry, index) => Object.assign(entry, { cursor: cursors[index] ?? '' }));
}

function madeIn({ feedId, id, beganAfter }: FeedEpoch): Pick<FeedCursor, 'feed' | 'epoch' | 'beganAfter'> {
  return { feed: feedMark(feedId), epoch: id, beganAfter };
}
