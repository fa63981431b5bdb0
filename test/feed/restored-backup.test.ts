import { chmod, mkdtemp, rename, rm } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuid } from 'uuid';
import { readCatalogFeed } from '../../src/application/feed/read-catalog-feed.js';
import type { Ports } from '../../src/application/ports/ports.js';
import { BadCursor } from '../../src/application/ports/page.js';
import { openSource, type Source } from '../../src/storage/data-source.js';
import type { EmbeddedPostgres } from '../../src/storage/postgres/embedded-postgres.js';
import { startEmbeddedPostgres } from '../../src/storage/postgres/embedded-postgres.js';
import { migrate } from '../../src/storage/postgres/migrate.js';
import { SqlFeedReader } from '../../src/storage/readers/feed-reader.js';
import { PgSequencerSeats } from '../../src/storage/sequencer/sequencer-seat.js';
import { sqlOver } from '../../src/storage/sql.js';
import { freshDatabase } from '../support/fresh-database.js';
import { testFact } from '../support/test-facts.js';
import { appendEntries, connect, numberOnce, readAll } from './sequencer-kit.js';

/** What reads and numbers a feed: the rest of the service is not needed, and would hold connections. */
type FeedPorts = Pick<Ports, 'feed' | 'sequencing' | 'newId' | 'log'>;

class Site {
  private constructor(
    readonly ports: FeedPorts,
    private readonly source: Source,
    private readonly ownerUrl: string,
  ) {}

  static async open(appUrl: string, ownerUrl: string): Promise<Site> {
    const source = await openSource(appUrl);
    const feed = new SqlFeedReader(sqlOver(source));
    const ports = { feed, sequencing: new PgSequencerSeats(appUrl), newId: uuid, log: () => undefined };
    return new Site(ports, source, ownerUrl);
  }

  /** Appends and numbers; answers the cursor of the end. */
  async grow(key: string, count: number): Promise<string> {
    const client = await connect(this.ownerUrl);
    await appendEntries(client, key, count);
    await client.end();
    await numberOnce(this.ports);
    return (await readAll(this.ports)).cursor;
  }

  close(): Promise<void> {
    return this.source.destroy();
  }
}

const keysAfter = async (site: Site, cursor: string | null): Promise<{ keys: string[]; restored: boolean }> => {
  const { entries, restored } = await readAll(site.ports, cursor, 3);
  return { keys: entries.map(({ key, revision }) => `${key}${revision}`), restored };
};

describe('a feed that was copied into another database, as a dump is restored', () => {
  const copy = `test_copy_${uuid().replaceAll('-', '').slice(-12)}`;
  let original: Awaited<ReturnType<typeof freshDatabase>>;
  let site: Site;
  let restored: Site;
  let cursors: { early: string; late: string };

  beforeAll(async () => {
    original = await freshDatabase();
    let before = await Site.open(original.appUrl, original.ownerUrl);
    const early = await before.grow('a', 10);
    await before.close();
    await admin(`create database ${copy} template ${new URL(original.ownerUrl).pathname.slice(1)} owner skuward_owner`);
    before = await Site.open(original.appUrl, original.ownerUrl);
    const late = await before.grow('lost', 5);
    cursors = { early, late };
    site = before;
    const at = (url: string): string => Object.assign(new URL(url), { pathname: `/${copy}` }).href;
    restored = await Site.open(at(original.appUrl), at(original.ownerUrl));
  });
  afterAll(async () => {
    await site.close();
    await restored.close();
    await admin(`drop database ${copy}`);
    await original.drop();
  });

  it('keeps a cursor that is ahead of it until the sequencer has looked, and answers nothing', async () => {
    const answer = await readCatalogFeed(restored.ports, cursors.late, 10);
    expect(answer).toEqual({ entries: [], cursor: cursors.late, hasMore: false, restored: false });
  });

  it('says once that it was restored, even if nothing came since, and goes on from there', async () => {
    await numberOnce(restored.ports);
    const answer = await readCatalogFeed(restored.ports, cursors.late, 10);
    expect(answer).toMatchObject({ entries: [], hasMore: false, restored: true });
    expect(await readCatalogFeed(restored.ports, answer.cursor, 10)).toMatchObject({ entries: [], restored: false });
    await restored.grow('b', 7);
    const expected = { keys: ['b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'b7'], restored: false };
    expect(await keysAfter(restored, answer.cursor)).toEqual(expected);
    // Whoever comes only now, when position 15 is another entry's: the same, with the word.
    expect(await keysAfter(restored, cursors.late)).toEqual({ ...expected, restored: true });
  });

  it('takes a cursor from before the backup without a word, in both databases', async () => {
    expect(await keysAfter(restored, cursors.early)).toMatchObject({
      keys: expect.arrayContaining(['b7']),
      restored: false,
    });
    const { keys, restored: told } = await keysAfter(site, cursors.early);
    expect({ keys, told }).toEqual({ keys: ['lost1', 'lost2', 'lost3', 'lost4', 'lost5'], told: false });
  });

  it('opens no epoch for the same run of the same database', async () => {
    const { epoch } = await site.ports.feed.state({ feed: '', epoch: uuid(), beganAfter: 0n, position: 0n, entry: '' });
    await site.grow('c', 1);
    const again = await site.ports.feed.state({ feed: '', epoch: uuid(), beganAfter: 0n, position: 0n, entry: '' });
    expect(again.epoch).toEqual(epoch);
  });

  it('refuses the cursor of another installation', async () => {
    const stranger = await freshDatabase();
    const other = await Site.open(stranger.appUrl, stranger.ownerUrl);
    try {
      // Before its first epoch it cannot know; nothing is answered then.
      expect(await readCatalogFeed(other.ports, cursors.late, 10)).toMatchObject({ entries: [], cursor: cursors.late });
      await other.grow('d', 20);
      await expect(readCatalogFeed(other.ports, cursors.late, 10)).rejects.toThrow(BadCursor);
    } finally {
      await other.close();
      await stranger.drop();
    }
  });
});

describe('a data directory that was put back as it had been, with the server of the same identity and timeline', () => {
  let home: string;
  let server: EmbeddedPostgres | null = null;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'skuward-restore-'));
    await chmod(home, 0o755);
  });
  afterAll(async () => {
    await server?.stop();
    await rm(home, { recursive: true, force: true });
  });

  const start = async (): Promise<Site> => {
    server = await startEmbeddedPostgres({ dataDir: join(home, 'data'), durable: false, log: () => undefined });
    await migrate({ ownerUrl: server.ownerUrl, appRole: 'skuward_app', queues: [], log: () => undefined });
    return Site.open(server.appUrl, server.ownerUrl);
  };
  const end = async (site: Site): Promise<void> => {
    await site.close();
    await server?.stop();
    server = null;
  };

  it('is told, although every position is given again; a restart that lost nothing is not', async () => {
    let site = await start();
    const first = await site.grow('a', 4);
    await end(site);
    // With owners and modes: PostgreSQL runs under an account of its own where the tests run as root.
    await promisify(execFile)('cp', ['-a', join(home, 'data'), join(home, 'backup')]);
    site = await start();
    const second = await site.grow('lost', 3);
    expect(await keysAfter(site, first)).toEqual({ keys: ['lost1', 'lost2', 'lost3'], restored: false });
    await end(site);
    await rm(join(home, 'data'), { recursive: true });
    await rename(join(home, 'backup'), join(home, 'data'));
    site = await start();
    await site.grow('b', 5);
    expect(await keysAfter(site, first)).toEqual({ keys: ['b1', 'b2', 'b3', 'b4', 'b5'], restored: false });
    expect(await keysAfter(site, second)).toEqual({ keys: ['b1', 'b2', 'b3', 'b4', 'b5'], restored: true });
    await end(site);
  }, 120_000);
});

async function admin(text: string): Promise<void> {
  const client = await connect(testFact('ADMIN_URL'));
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
