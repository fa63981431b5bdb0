import { crc32 } from 'node:zlib';

/**
 * A place in the feed, good for ever. The position alone would not be: a database that is restored from a backup gives
 * the same positions again, to other entries. So a cursor also knows whose feed it is, in which epoch (one run of the
 * database server) it was made, and a piece of the entry that it stands on.
 */
export interface FeedCursor {
  /** The first epoch's id, shortened: tells this feed from that of another installation. */
  feed: string;
  /** The newest epoch when it was made: a UUID of version 7, so that epochs compare by age. */
  epoch: string;
  /** The position after which that epoch began. */
  beganAfter: bigint;
  /** Of the last entry seen; 0 before the first. */
  position: bigint;
  /** The last 8 hexadecimal digits of that entry's id, which are random; zeros at position 0. */
  entry: string;
}

/** Where everybody begins, and what an empty feed answers before its first epoch. */
export const FEED_START: FeedCursor = {
  feed: '00000000',
  epoch: '00000000-0000-0000-0000-000000000000',
  beganAfter: 0n,
  position: 0n,
  entry: '00000000',
};

const VERSION = 2;
/** What all cursors of one page share: version, a spare byte, feed, epoch, beganAfter. A multiple of 3, as base64 needs. */
const HEAD_BYTES = 1 + 1 + 4 + 16 + 8;
/** Position, entry, check sum, two spare bytes. */
const TAIL_BYTES = 8 + 4 + 4 + 2;
const TAIL_TEXT = (TAIL_BYTES * 4) / 3;
/** Length of every cursor's text. */
const TEXT = ((HEAD_BYTES + TAIL_BYTES) * 4) / 3;
/** PostgreSQL's bigint. */
const MOST = 2n ** 63n - 1n;

/** The opaque text of a cursor; ASCII, always of one length. */
export function feedCursorText(cursor: FeedCursor): string {
  const [text] = feedCursorTexts(cursor, [cursor]);
  if (text === undefined) throw new Error('one place makes one text');
  return text;
}

/** Cursors of one page, which differ in their places alone: encoded together, many times as fast as one by one. */
export function feedCursorTexts(
  { feed, epoch, beganAfter }: Omit<FeedCursor, 'position' | 'entry'>,
  places: readonly Pick<FeedCursor, 'position' | 'entry'>[],
): string[] {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt8(VERSION, 0);
  head.write(feed, 2, 4, 'hex');
  head.write(epoch.replaceAll('-', ''), 6, 16, 'hex');
  head.writeBigUInt64BE(beganAfter, 22);
  const tails = Buffer.alloc(TAIL_BYTES * places.length);
  // Over everything before it: a cursor that was damaged on the way would else stand for another place or another epoch.
  const headSum = crc32(head);
  for (const [index, { position, entry }] of places.entries()) {
    const at = index * TAIL_BYTES;
    tails.writeBigUInt64BE(position, at);
    tails.writeUInt32BE(Number.parseInt(entry, 16), at + 8);
    tails.writeUInt32BE(crc32(tails.subarray(at, at + 12), headSum), at + 12);
  }
  const start = head.toString('base64url');
  const text = tails.toString('base64url');
  return places.map((_, index) => start + text.slice(index * TAIL_TEXT, (index + 1) * TAIL_TEXT));
}

/** The cursor of a text; null for any text that `feedCursorText` did not make. */
export function readFeedCursor(text: string): FeedCursor | null {
  if (text.length !== TEXT) return null;
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== HEAD_BYTES + TAIL_BYTES || bytes.readUInt8(0) !== VERSION) return null;
  const hex = bytes.toString('hex');
  const epoch = hex.slice(12, 44);
  const cursor = {
    feed: hex.slice(4, 12),
    epoch: [epoch.slice(0, 8), epoch.slice(8, 12), epoch.slice(12, 16), epoch.slice(16, 20), epoch.slice(20)].join('-'),
    beganAfter: bytes.readBigUInt64BE(22),
    position: bytes.readBigUInt64BE(HEAD_BYTES),
    entry: hex.slice(76, 84),
  };
  if (cursor.beganAfter > MOST || cursor.position > MOST) return null;
  // Compares the check sum too; and decoders of base64 forgive much: another text for the same bytes is not one of ours.
  return feedCursorText(cursor) === text ? cursor : null;
}

/** The part of an entry's id that a cursor keeps. */
export function entryMark(entryId: string): string {
  return entryId.slice(-8);
}

/** The part of the first epoch's id that tells feeds apart: its last digits, which are random. */
export function feedMark(firstEpochId: string): string {
  return firstEpochId.slice(-8);
}
