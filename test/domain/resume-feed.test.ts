import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FeedCursor } from '../../src/domain/feed/feed-cursor.js';
import type { CursorFacts, Resumption } from '../../src/domain/feed/resume-feed.js';
import { resumeFeed } from '../../src/domain/feed/resume-feed.js';
import { runs } from '../support/runs.js';

interface Epoch {
  id: string;
  beganAfter: number;
}

/** What a database holds: a backup is a copy of it. */
interface State {
  epochs: Epoch[];
  entries: string[];
}

type Act =
  | { do: 'append'; count: number }
  /** Of the database server; or a stand-by takes over that has everything. */
  | { do: 'restart' }
  | { do: 'backup' }
  | { do: 'restore'; which: number }
  | { do: 'read'; upTo: number };

interface Reader {
  cursor: FeedCursor;
  seen: string[];
}

const FEED = 'feedfeed';

/** Databases, backups and readers with old cursors, without PostgreSQL: every rule that resumeFeed relies on is here. */
class Model {
  state: State = { epochs: [], entries: [] };
  readonly readers: Reader[] = [];
  private backups: State[] = [];
  private clock = 0;

  constructor(private readonly abandonedToo: boolean) {
    this.open();
  }

  run(act: Act): void {
    if (act.do === 'append') for (let n = 0; n < act.count; n += 1) this.state.entries.push(this.id());
    else if (act.do === 'restart') this.open();
    else if (act.do === 'backup') this.backups.push(copy(this.state));
    else if (act.do === 'read') this.read(act.upTo);
    else this.restore(act.which);
  }

  facts({ epoch, position }: FeedCursor): CursorFacts {
    const at = this.state.epochs.findIndex(({ id }) => id === epoch);
    const next = at >= 0 ? this.state.epochs[at + 1] : this.state.epochs.find(({ id }) => id > epoch);
    return {
      feed: FEED,
      epochKnown: at >= 0,
      followedAfter: next ? BigInt(next.beganAfter) : null,
      head: BigInt(this.state.entries.length),
      entry: this.state.entries[Number(position) - 1] ?? null,
    };
  }

  private restore(which: number): void {
    const backup = this.backups[which % Math.max(1, this.backups.length)];
    if (!backup) return;
    this.state = copy(backup);
    // Whoever restores for good throws away the backups that were taken of what did not last.
    if (!this.abandonedToo) {
      this.backups = this.backups.filter((each) => each.epochs.every(({ id }, at) => this.state.epochs[at]?.id === id));
      this.backups = this.backups.filter((each) => isPrefix(each.entries, this.state.entries));
    }
    this.open();
  }

  private open(): void {
    this.state.epochs.push({ id: this.id(), beganAfter: this.state.entries.length });
  }

  private read(upTo: number): void {
    const position = upTo % (this.state.entries.length + 1);
    const epoch = this.state.epochs.at(-1);
    if (!epoch || position === 0) return;
    const seen = this.state.entries.slice(0, position);
    const cursor = { feed: FEED, epoch: epoch.id, beganAfter: BigInt(epoch.beganAfter), position: BigInt(position) };
    this.readers.push({ cursor: { ...cursor, entry: seen.at(-1) ?? '' }, seen });
  }

  /** Later ids are greater, as those of UUID version 7 are. */
  private id(): string {
    this.clock += 1;
    return String(this.clock).padStart(8, '0');
  }
}

function copy({ epochs, entries }: State): State {
  return { epochs: [...epochs], entries: [...entries] };
}

function isPrefix(part: readonly string[], whole: readonly string[]): boolean {
  return part.every((each, at) => each === whole[at]);
}

function common(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((each, index) => each !== b[index]);
  return at < 0 ? a.length : at;
}

const acts = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('append' as const), count: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ do: fc.constant('restart' as const) }),
    fc.record({ do: fc.constant('backup' as const) }),
    fc.record({ do: fc.constant('restore' as const), which: fc.nat() }),
    fc.record({ do: fc.constant('read' as const), upTo: fc.nat() }),
  ),
  { minLength: 5, maxLength: 60 },
);

function eachReader(abandonedToo: boolean, test: (answer: Resumption, reader: Reader, state: State) => void): void {
  const property = fc.property(acts, (list) => {
    const model = new Model(abandonedToo);
    for (const act of list) model.run(act);
    for (const reader of model.readers) {
      test(resumeFeed(reader.cursor, model.facts(reader.cursor)), reader, model.state);
    }
  });
  fc.assert(property, { numRuns: runs(1_000) });
}

describe('where a cursor goes on', () => {
  it('is where it stands, without a word, only if its bearer has seen just what is there', () => {
    eachReader(true, (answer, { cursor, seen }, { entries }) => {
      if (answer.kind !== 'FROM' || answer.restored) return;
      expect(answer.position).toBe(cursor.position);
      expect(isPrefix(seen, entries)).toBe(true);
    });
  });

  it('is never called restored if nothing was lost', () => {
    eachReader(true, (answer, { cursor, seen }, { entries }) => {
      const whole = seen.length <= entries.length && isPrefix(seen, entries);
      if (whole) expect(answer).toEqual({ kind: 'FROM', position: cursor.position, restored: false });
    });
  });

  it('misses nothing after a restore, and goes back no further than the epoch began', () => {
    let restores = 0;
    eachReader(false, (answer, { cursor, seen }, { entries }) => {
      if (answer.kind !== 'FROM' || !answer.restored) return;
      restores += 1;
      const shared = common(seen, entries);
      expect(Number(answer.position)).toBeLessThanOrEqual(shared);
      expect(Number(answer.position)).toBeGreaterThanOrEqual(Math.min(Number(cursor.beganAfter), shared));
    });
    expect(restores).toBeGreaterThan(50);
  });

  it('waits for nothing but an epoch: one that follows always settles it', () => {
    eachReader(true, (answer) => expect(answer.kind).toBe('FROM'));
  });
});

describe('a cursor that this database cannot place', () => {
  const cursor: FeedCursor = { feed: FEED, epoch: '00000005', beganAfter: 3n, position: 9n, entry: 'aaaaaaaa' };
  const facts: CursorFacts = { feed: FEED, epochKnown: false, followedAfter: null, head: 7n, entry: null };

  it('waits on a replica that lags behind, and before the first epoch', () => {
    expect(resumeFeed(cursor, facts)).toEqual({ kind: 'WAIT' });
    expect(resumeFeed(cursor, { ...facts, epochKnown: true })).toEqual({ kind: 'WAIT' });
    expect(resumeFeed(cursor, { ...facts, feed: null })).toEqual({ kind: 'WAIT' });
  });

  it('is foreign if another installation made it, unless it stands at the beginning', () => {
    expect(resumeFeed(cursor, { ...facts, feed: 'deadbeef' })).toEqual({ kind: 'FOREIGN' });
    const start = { ...cursor, position: 0n };
    expect(resumeFeed(start, { ...facts, feed: 'deadbeef' })).toEqual({ kind: 'FROM', position: 0n, restored: false });
  });

  it('goes back to where its epoch began if another entry stands in its place', () => {
    // A machine that was set back with its memory: the same run of the server, and its positions were given again.
    const other = { ...facts, epochKnown: true, head: 20n, entry: 'bbbbbbbb' };
    expect(resumeFeed(cursor, other)).toEqual({ kind: 'FROM', position: 3n, restored: true });
    expect(resumeFeed(cursor, { ...other, epochKnown: false })).toEqual({
      kind: 'FROM',
      position: 3n,
      restored: true,
    });
  });
});
