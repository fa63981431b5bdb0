import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { numberCommitted, takeSeat } from '../../src/application/feed/number-committed.js';
import type { PlacedEntry } from '../../src/application/feed/read-catalog-feed.js';
import { readCatalogFeed } from '../../src/application/feed/read-catalog-feed.js';
import type { Ports } from '../../src/application/ports/ports.js';
import type { SequencerSeat } from '../../src/application/ports/sequencer-seat.js';
import { testFact } from '../support/test-facts.js';

/** A connection of its own, ended by the test. */
export async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  // A test that ends a connection by force must not end the process.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Appends `count` entries, as one transaction that is left open. */
export async function appendEntries(client: Client, key: string, count: number): Promise<void> {
  await client.query(
    `insert into feed_entry (id, entity, key, revision, at, changes)
     select gen_random_uuid(), 'SKU', $1, n, clock_timestamp() + n * interval '1 microsecond', '[]'
     from generate_series(1, $2::int) n`,
    [key, count],
  );
}

/** Numbers once, on a seat of its own, as the sequencer does at its start; answers how many entries that were. */
export async function numberOnce(ports: Pick<Ports, 'sequencing' | 'newId' | 'log'>): Promise<number> {
  const seat = await ports.sequencing.open(() => undefined);
  try {
    while (!(await takeSeat(ports, seat))) await sleep(20);
    return (await numberCommitted(seat)).entries;
  } finally {
    await seat.close();
  }
}

export async function openSeat(ports: Ports): Promise<SequencerSeat> {
  return ports.sequencing.open(() => undefined);
}

export interface Read {
  entries: PlacedEntry[];
  cursor: string;
  restored: boolean;
}

/** Everything after a cursor, page by page. */
export async function readAll(ports: Pick<Ports, 'feed'>, after: string | null = null, page = 500): Promise<Read> {
  const entries: PlacedEntry[] = [];
  let cursor = after;
  let restored = false;
  for (;;) {
    const answer = await readCatalogFeed(ports, cursor, page);
    entries.push(...answer.entries);
    restored ||= answer.restored;
    cursor = answer.cursor;
    if (!answer.hasMore) return { entries, cursor, restored };
  }
}

/** What is wrong with the positions themselves: a hole, a doubled or an unknown entry, or one that has none. */
export async function faultsOfPositions(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ count: string; highest: string; orphans: string; left: string }>(
    `select (select count(*) from feed_position) as count,
       (select coalesce(max(position), 0) from feed_position) as highest,
       (select count(*) from feed_position p where not exists (select from feed_entry e where e.id = p.entry_id)) as orphans,
       (select count(*) from feed_entry e where not exists (select from feed_position p where p.entry_id = e.id)) as left`,
  );
  const [row] = rows;
  if (!row) return ['no answer'];
  const faults: string[] = [];
  if (row.count !== row.highest) faults.push(`${row.count} positions, the highest is ${row.highest}`);
  if (row.orphans !== '0') faults.push(`${row.orphans} positions without an entry`);
  if (row.left !== '0') faults.push(`${row.left} entries without a position`);
  return faults;
}

/** Ends the connections of the sequencers on a database, as a crash of theirs does; answers how many. */
export async function killSequencers(database: string): Promise<number> {
  // Only a superuser may end what another role runs.
  const admin = await connect(testFact('ADMIN_URL'));
  try {
    const { rowCount } = await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'skuward sequencer' and datname = $1`,
      [database],
    );
    return rowCount ?? 0;
  } finally {
    await admin.end();
  }
}
