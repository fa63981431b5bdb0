import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FeedCursor } from '../../src/domain/feed/feed-cursor.js';
import { FEED_START, feedCursorText, readFeedCursor } from '../../src/domain/feed/feed-cursor.js';

const MOST = 2n ** 63n - 1n;
const hex = (digits: number): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.integer({ min: 0, max: 15 }).map((digit) => digit.toString(16)),
    minLength: digits,
    maxLength: digits,
  });
const cursors: fc.Arbitrary<FeedCursor> = fc.record({
  feed: hex(8),
  epoch: fc.uuid(),
  beganAfter: fc.bigInt(0n, MOST),
  position: fc.bigInt(0n, MOST),
  entry: hex(8),
});

describe('a cursor of the feed', () => {
  it('reads back as it was written, whatever it holds', () => {
    fc.assert(fc.property(cursors, (cursor) => expect(readFeedCursor(feedCursorText(cursor))).toEqual(cursor)));
    expect(readFeedCursor(feedCursorText(FEED_START))).toEqual(FEED_START);
  });

  it('is ASCII that needs no escaping in a URL, and always of one length', () => {
    fc.assert(fc.property(cursors, (cursor) => expect(feedCursorText(cursor)).toMatch(/^[\w-]{64}$/)));
  });

  it('is null once anything of it was changed', () => {
    const letter = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split(''));
    const damage = fc.uniqueArray(fc.tuple(fc.nat(63), letter), { minLength: 1, maxLength: 4, selector: ([at]) => at });
    fc.assert(
      fc.property(cursors, damage, (cursor, changes) => {
        const good = feedCursorText(cursor);
        const letters = good.split('');
        for (const [at, other] of changes) letters[at] = other;
        const damaged = letters.join('');
        expect(readFeedCursor(damaged)).toEqual(damaged === good ? cursor : null);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is null for anything else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.base64String()), (text) => {
        expect(readFeedCursor(text)).toBeNull();
      }),
    );
    const good = feedCursorText({ ...FEED_START, position: 7n, entry: '0badf00d' });
    const [version, rest] = [good.slice(0, 1), good.slice(1)];
    for (const bad of [
      '',
      good.slice(0, -1),
      `${good}A`,
      `${good}=`,
      ` ${good.slice(1)}`,
      `B${rest}`,
      `${version}${'/'.repeat(63)}`,
      '_'.repeat(64),
      // The same bytes to a forgiving decoder, and a byte that is not used.
      `${good.slice(0, 20)}/${good.slice(21)}`.replaceAll('_', '/'),
      `AQE${good.slice(3)}`,
    ]) {
      expect([bad, readFeedCursor(bad)]).toEqual([bad, null]);
    }
  });
});
