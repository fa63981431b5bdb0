import { readdir } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { Client } from 'pg';
import { DataSource, type MigrationInterface } from 'typeorm';
import { grantTo } from './grants.js';
import { HEARD } from '../heard-client.js';
import { installQueues } from './queue-schema.js';

/** The table in which TypeORM notes what ran. */
export const MIGRATIONS_TABLE = 'schema_migration';

/** Any constant will do, as long as it is the same for ever: `skuward` in hexadecimal ASCII digits, cut to 53 bits. */
const MIGRATION_LOCK = 0x736b7577617264 % Number.MAX_SAFE_INTEGER;

type MigrationClass = new () => MigrationInterface;

export interface MigrateOptions {
  /** URL of the role that owns the tables. */
  ownerUrl: string;
  /** The role that the application runs as; null when it is the owner itself (development), then nothing is granted. */
  appRole: string | null;
  /** pg-boss queues to create, policy `standard`, without retries (deliveries keep their own). */
  queues: string[];
  log: (line: string) => void;
  /** Another directory than the repository's `migrations/`, for tests. */
  migrationsDirectory?: string;
}

/**
 * Brings the database up to date: our migrations, each in its own transaction; pg-boss's schema and queues; and what
 * the application's role may do. Any number of processes may call this at once: one works, the others wait for it and
 * then find nothing left to do. Resolves with the names of the migrations that this call ran.
 */
export async function migrate(options: MigrateOptions): Promise<{ applied: string[] }> {
  // A session lock on a connection of its own: the migrations run in several transactions on other connections.
  const guard = new Client({ connectionString: options.ownerUrl, application_name: 'skuward migrate' });
  // A connection that is lost while it only holds the lock would end the process without a word; the next statement tells.
  guard.on('error', () => undefined);
  await guard.connect();
  try {
    await guard.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const applied = await runMigrations(options);
    await installQueues(options.ownerUrl, options.queues);
    await guard.query(`comment on table ${MIGRATIONS_TABLE} is 'Which migrations ran, and when they were written.'`);
    if (options.appRole !== null) await grantTo(guard, options.appRole);
    return { applied };
  } finally {
    await guard.end();
  }
}

async function runMigrations(options: MigrateOptions): Promise<string[]> {
  // The same three levels up from src/storage/postgres and from dist/storage/postgres.
  const directory = options.migrationsDirectory ?? fileURLToPath(new URL('../../../migrations', import.meta.url));
  const source = new DataSource({
    type: 'postgres',
    url: options.ownerUrl,
    applicationName: 'skuward migrate',
    migrations: await loadMigrations(directory),
    migrationsTableName: MIGRATIONS_TABLE,
    installExtensions: false,
    poolSize: 2,
    extra: HEARD,
  });
  await source.initialize();
  try {
    const ran = await source.runMigrations({ transaction: 'each' });
    for (const { name } of ran) options.log(`migration ${name} applied`);
    return ran.map(({ name }) => name);
  } finally {
    await source.destroy();
  }
}

/** Migrations are plain TypeScript that node itself can read (types are stripped), so that nothing has to build them. */
async function loadMigrations(directory: string): Promise<MigrationClass[]> {
  const files = (await readdir(directory)).filter((name) => /^\d+.*\.ts$/.test(name)).toSorted();
  const classes: MigrationClass[] = [];
  for (const file of files) {
    const module: object = await import(pathToFileURL(join(directory, file)).href);
    const [found, ...others] = Object.values(module).filter(isMigration);
    if (!found || others.length > 0) throw new Error(`${file} must export exactly one migration`);
    classes.push(found);
  }
  return classes;
}

function isMigration(value: unknown): value is MigrationClass {
  return typeof value === 'function' && typeof value.prototype?.up === 'function';
}
