import { PgBoss } from 'pg-boss';
import type { Log } from '../application/ports/ports.js';
import type { Config } from '../config.js';
import { ConfigError } from '../config.js';
import { QUEUE_NAMES } from '../jobs/queues.js';
import type { Source } from '../storage/data-source.js';
import { openSource } from '../storage/data-source.js';
import { HEARD, hearListeners } from '../storage/heard-client.js';
import { findRunningEmbedded, startEmbeddedPostgres } from '../storage/postgres/embedded-postgres.js';
import { migrate } from '../storage/postgres/migrate.js';
import { faultsOfRole } from '../storage/postgres/role-faults.js';
import { QUEUE_SCHEMA } from '../storage/postgres/queue-schema.js';
import { sqlOver } from '../storage/sql.js';

export interface DatabaseUrls {
  ownerUrl: string;
  appUrl: string;
  /** Ours to end: the embedded database that this process started. */
  stop(): Promise<void>;
  embedded: boolean;
}

export interface Database {
  /** For the connections that some parts keep to themselves. */
  appUrl: string;
  source: Source;
  boss: PgBoss;
  close(): Promise<void>;
}

/**
 * Where the database is: DATABASE_URL, or the embedded one, which this process then owns, and starts again where it dies.
 * @param lost told once that cannot be done.
 */
export async function locateDatabase(
  config: Config,
  log: Log,
  lost: (error: Error) => void = () => {},
): Promise<DatabaseUrls> {
  if (config.databaseUrl !== null) {
    const { databaseUrl: appUrl } = config;
    return { ownerUrl: config.migrateDatabaseUrl ?? appUrl, appUrl, stop: () => Promise.resolve(), embedded: false };
  }
  const watch = {
    died: (what: string) => log('error', what),
    lost: (error: Error) => {
      log('error', error.message);
      lost(error);
    },
  };
  const embedded = await startEmbeddedPostgres({ dataDir: config.dataDir, log: (line) => log('debug', line), watch });
  return { ownerUrl: embedded.ownerUrl, appUrl: embedded.appUrl, stop: () => embedded.stop(), embedded: true };
}

/** For a command beside a running service: its database if it runs, else one that is started for the command. */
export async function borrowDatabase(config: Config, log: Log): Promise<DatabaseUrls> {
  const running = config.databaseUrl === null ? await findRunningEmbedded(config.dataDir) : null;
  return running ? { ...running, stop: () => Promise.resolve(), embedded: true } : locateDatabase(config, log);
}

/** Migrations, pg-boss's schema and the application role's rights; safe to call from many processes at once. */
export async function migrateDatabase(urls: DatabaseUrls, log: Log): Promise<string[]> {
  const sameRole = new URL(urls.ownerUrl).username === new URL(urls.appUrl).username;
  const appRole = sameRole ? null : decodeURIComponent(new URL(urls.appUrl).username);
  const { applied } = await migrate({
    ownerUrl: urls.ownerUrl,
    appRole,
    queues: QUEUE_NAMES,
    log: (line) => log('info', line),
  });
  return applied;
}

/**
 * Production refuses to start on a role that could rewrite what happened (design section 5); elsewhere a line in the log
 * says so.
 */
export async function checkRole(source: Source, production: boolean, log: Log): Promise<void> {
  const faults = await faultsOfRole(sqlOver(source));
  if (faults.length === 0) return;
  const hint = 'let MIGRATE_DATABASE_URL own the tables, and DATABASE_URL be another role without rights of its own';
  if (production) throw new ConfigError(`${faults.join('; ')}: ${hint}`);
  log('warn', 'the database role could rewrite history', { faults, hint });
}

/**
 * What pg-boss looks after by itself, in seconds. It is ours to keep work going (the sweep), so its housekeeping can be
 * rare: expiring and counting jobs, its schedule (one job an hour, which may come a minute late), and its flows and
 * background migrations, of which we have none.
 */
const SELDOM = {
  superviseIntervalSeconds: 300,
  monitorIntervalSeconds: 300,
  queueCacheIntervalSeconds: 300,
  cronMonitorIntervalSeconds: 45,
  cronWorkerIntervalSeconds: 45,
  flowIntervalSeconds: 3_600,
  bamIntervalSeconds: 3_600,
};

/** Connections of the application's role. `listens`: this process takes jobs and wants to be woken by NOTIFY. */
export async function openDatabase(appUrl: string, log: Log, listens: boolean): Promise<Database> {
  const source = await openSource(appUrl);
  hearListeners();
  const boss = new PgBoss({
    connectionString: appUrl,
    application_name: 'skuward jobs',
    schema: QUEUE_SCHEMA,
    migrate: false,
    createSchema: false,
    useListenNotify: listens,
    supervise: listens,
    schedule: listens,
    max: 6,
    ...SELDOM,
    ...HEARD,
  });
  boss.on('error', (error: Error) => log('error', 'pg-boss', { error: error.message }));
  await boss.start();
  const close = async (): Promise<void> => {
    await boss.stop({ graceful: true, timeout: 5_000 });
    await source.destroy();
  };
  return { appUrl, source, boss, close };
}
