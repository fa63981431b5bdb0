import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from 'pg';
import { readCatalogFeed } from '../../src/application/feed/read-catalog-feed.js';
import { Sequencer } from '../../src/jobs/sequencer.js';
import type { World } from '../support/world.js';
import { buildWorld, costIsOurs } from '../support/world.js';
import type { Seen } from './feed-checker.js';
import { faultsOfReading } from './feed-checker.js';
import { connect, faultsOfPositions } from './sequencer-kit.js';
import { prepare, productOf, write, WRITERS } from './writers.js';

const ROUNDS = 10;
/** Far less than what transactions are kept open for. */
const READER_PAUSE_MS = 10;

/** Reads the feed as an integrator does, until told that the writers are done and there is nothing more. */
async function readFeed(world: World, first: number, isDone: () => Promise<boolean>): Promise<Seen[]> {
  const got: Seen[] = [];
  let cursor: string | null = null;
  for (;;) {
    const last = await isDone();
    const answer = await readCatalogFeed(world.ports, cursor, first);
    expect(answer.restored).toBe(false);
    got.push(...answer.entries);
    cursor = answer.cursor;
    if (last && !answer.hasMore && answer.entries.length === 0) return got;
    if (!answer.hasMore) await sleep(READER_PAUSE_MS);
  }
}

/**
 * What the feed would be with a number that each entry draws as it is appended. It is here to be caught: a number that was
 * drawn early may be committed late, when the reader is past it.
 */
async function readNaively(url: string, isDone: () => boolean): Promise<Seen[]> {
  const reader = await connect(url);
  const got: Seen[] = [];
  let cursor = '0';
  for (;;) {
    const last = isDone();
    const { rows } = await reader.query<Seen & { naive: string }>(
      'select naive, entity, key, revision from feed_entry where naive > $1 order by naive limit 500',
      [cursor],
    );
    got.push(...rows);
    cursor = rows.at(-1)?.naive ?? cursor;
    await sleep(READER_PAUSE_MS);
    if (!last || rows.length > 0) continue;
    await reader.end();
    return got;
  }
}

describe('two readers beside eight writers', () => {
  let world: World;
  let owner: Client;
  let sequencers: Sequencer[];
  let read: { feed: Seen[][]; naive: Seen[][] };
  let committed: Seen[];

  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    await costIsOurs(world.ports);
    owner = await connect(world.ownerUrl);
    await owner.query('alter table feed_entry add column naive bigint generated always as identity');
    sequencers = [new Sequencer(world.ports), new Sequencer(world.ports)];
    for (const each of sequencers) each.start();
    await prepare(world);
    let written = false;
    const isWhole = async (): Promise<boolean> => written && (await faultsOfPositions(owner)).length === 0;
    const work = Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(world, writer, ROUNDS))).finally(
      () => (written = true),
    );
    const naive = Promise.all([0, 1].map(() => readNaively(world.ownerUrl, () => written)));
    const feed = Promise.all([7, 500].map((first) => readFeed(world, first, isWhole)));
    await Promise.allSettled([work, naive, feed]);
    await work;
    read = { feed: await feed, naive: await naive };
    committed = (await owner.query<Seen>('select entity, key, revision from feed_entry')).rows;
  }, 120_000);
  afterAll(async () => {
    await Promise.all(sequencers.map((each) => each.stop()));
    await owner.end();
    await world.close();
  });

  it('get every entry, once, in order', () => {
    for (const got of read.feed) expect(faultsOfReading(committed, got, productOf)).toEqual([]);
    // Both of them in the same order.
    const [small, large] = read.feed.map((got) => got.map(({ entity, key, revision }) => [entity, key, revision]));
    expect(small).toEqual(large);
  });

  it('get just the revisions that there are, of SKUs that all writers edited and of what each created', async () => {
    const { rows } = await owner.query<Seen>(
      `select 'SKU' as entity, s.code as key, r.revision from sku_revision r join sku s on s.id = r.sku_id
       union all select 'PRODUCT', p.handle, r.revision from product_revision r join product p on p.id = r.product_id`,
    );
    expect(
      faultsOfReading(
        rows,
        committed.toSorted((a, b) => a.revision - b.revision),
        productOf,
      ),
    ).not.toContainEqual(expect.stringMatching(/^missed|never committed/));
    expect(rows.length).toBe(committed.length);
    // The writers did meet, and some of their work was rolled back.
    expect(Math.max(...rows.map(({ revision }) => revision))).toBeGreaterThan(15);
    expect(committed.filter(({ key }) => key.startsWith('w')).length).toBeLessThan(WRITERS * ROUNDS * 4);
    expect(await faultsOfPositions(owner)).toEqual([]);
  });

  it('would miss entries if positions were drawn from a sequence, and this test would tell', () => {
    const faults = read.naive.flatMap((got) => faultsOfReading(committed, got, productOf));
    expect(faults).toContainEqual(expect.stringMatching(/^missed /));
  });
});

describe('the checker of a reading', () => {
  const committed = [1, 2, 3].map((revision) => ({ entity: 'SKU', key: 'a-1', revision }));
  const product = { entity: 'PRODUCT', key: 'a', revision: 1 };
  const [one, two, three] = committed;
  const whole = [product, ...committed];

  it('finds nothing wrong with what is right', () => {
    expect(faultsOfReading(whole, whole, productOf)).toEqual([]);
  });

  it.each([
    ['an entry that is missed', [product, one, three], 'missed SKU a-1 r2'],
    ['an entry that came twice', [product, one, two, two, three], 'got SKU a-1 r2 2 times'],
    [
      'an entry that was rolled back',
      [...whole, { ...product, key: 'b' }],
      'got PRODUCT b r1, which was never committed',
    ],
    ['revisions out of order', [product, one, three, two], 'got SKU a-1 r3 after r1'],
    ['a SKU before its product', [...committed, product], 'got SKU a-1 r1 before PRODUCT a'],
  ])('tells %s', (_, got, fault) => {
    const list = got.flatMap((each) => (each ? [each] : []));
    expect(faultsOfReading(whole, list, productOf)).toContain(fault);
  });
});
