import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import { testFact } from './test-facts.js';

const BUSY = '55006';
const COPY_ATTEMPTS = 100;
const CLOSE_WAIT_MS = 2000;

export interface FreshDatabase {
  ownerUrl: string;
  appUrl: string;
  /** Drops the database. Rejects, after dropping, when connections to it were still open: the test leaks them. */
  drop(): Promise<void>;
}

/** A migrated, empty database of the caller's own: a copy of the run's template. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(async (admin) => await copyTemplate(admin, name));
  return {
    ownerUrl: urlOf(testFact('OWNER_URL'), name),
    appUrl: urlOf(testFact('APP_URL'), name),
    drop: async () => await asAdmin(async (admin) => await dropDatabase(admin, name)),
  };
}

async function copyTemplate(admin: Client, name: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      // Half of what PostgreSQL's own choice takes, which is to log each page.
      await admin.query(
        `create database ${name} template ${testFact('TEMPLATE')} owner skuward_owner strategy file_copy`,
      );
      return;
    } catch (error) {
      // Autovacuum, or another worker's copy, may be looking into the template at this moment.
      const busy = error instanceof DatabaseError && error.code === BUSY;
      if (!busy || attempt === COPY_ATTEMPTS) throw error;
      await sleep(50);
    }
  }
}

async function dropDatabase(admin: Client, name: string): Promise<void> {
  // A closed socket takes the server a moment to notice; what is open after that is a leak.
  const deadline = performance.now() + CLOSE_WAIT_MS;
  let open = await openConnections(admin, name);
  while (open.length > 0 && performance.now() < deadline) {
    await sleep(20);
    open = await openConnections(admin, name);
  }
  await admin.query(`drop database ${name} with (force)`);
  if (open.length > 0) throw new Error(`connections left open at the end of the test:\n${open.join('\n')}`);
}

async function openConnections(admin: Client, name: string): Promise<string[]> {
  const { rows } = await admin.query<{ line: string }>(
    `select format('%s %s: %s', usename, application_name, query) as line from pg_stat_activity
      where datname = $1 and backend_type = 'client backend'`,
    [name],
  );
  return rows.map(({ line }) => line);
}

async function asAdmin<T>(work: (admin: Client) => Promise<T>): Promise<T> {
  const admin = new Client(testFact('ADMIN_URL'));
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

function urlOf(url: string, database: string): string {
  const copy = new URL(url);
  copy.pathname = `/${database}`;
  return copy.href;
}
