import type { FeedEntry, FeedReader, FeedState } from '../../application/ports/feed-reader.js';
import type { FeedCursor } from '../../domain/feed/feed-cursor.js';
import { entryMark, feedMark } from '../../domain/feed/feed-cursor.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';

interface StateRow {
  feed_id: string | null;
  epoch_id: string | null;
  began_after: string | null;
  epoch_known: boolean;
  followed_after: string | null;
  head: string;
  entry_id: string | null;
}

/**
 * One statement, and so one snapshot: an epoch that begins a moment later is either seen by all of it or by none.
 * $1 the cursor's epoch, $2 its position.
 */
const STATE = `
  with asked as (select number from feed_epoch where id = $1),
    last as (select id, began_after from feed_epoch order by number desc limit 1)
  select (select id from feed_epoch where number = 1) as feed_id,
    (select id from last) as epoch_id, (select began_after from last) as began_after,
    exists (select from asked) as epoch_known,
    case when exists (select from asked)
      then (select e.began_after from feed_epoch e where e.number > (select number from asked) order by e.number limit 1)
      else (select e.began_after from feed_epoch e where e.id > $1 order by e.number limit 1)
    end as followed_after,
    coalesce((select max(position) from feed_position), 0) as head,
    (select entry_id from feed_position where position = $2) as entry_id`;

type EntryRow = Omit<FeedEntry, 'position'> & { position: string };

export class SqlFeedReader implements FeedReader {
  constructor(private readonly sql: Sql) {}

  async state(cursor: FeedCursor): Promise<FeedState> {
    const row = await firstRow<StateRow>(this.sql, STATE, [cursor.epoch, cursor.position]);
    if (!row) throw new Error('a statement without FROM answered no row');
    const { feed_id: feedId, epoch_id: id, began_after: beganAfter } = row;
    const epoch =
      feedId === null || id === null || beganAfter === null ? null : { feedId, id, beganAfter: BigInt(beganAfter) };
    const facts = {
      feed: feedId === null ? null : feedMark(feedId),
      epochKnown: row.epoch_known,
      followedAfter: row.followed_after === null ? null : BigInt(row.followed_after),
      head: BigInt(row.head),
      entry: row.entry_id === null ? null : entryMark(row.entry_id),
    };
    return { epoch, facts };
  }

  async entries(after: bigint, upTo: bigint, limit: number): Promise<FeedEntry[]> {
    // The page first, by its own key alone; then what it stands for.
    const rows = await this.sql.rows<EntryRow>(
      `select p.position, e.id, e.entity, e.key, e.revision, e.at, e.changes
       from (select position, entry_id from feed_position where position > $1 and position <= $2
             order by position limit $3) p
         join feed_entry e on e.id = p.entry_id
       order by p.position`,
      [after, upTo, limit],
    );
    return rows.map((row) => Object.assign(row, { position: BigInt(row.position) }));
  }
}
