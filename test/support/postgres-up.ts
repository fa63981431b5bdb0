import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { chmodSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { QUEUE_NAMES } from '../../src/jobs/queues.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/storage/postgres/embedded-postgres.js';
import { migrate } from '../../src/storage/postgres/migrate.js';
import { runningPostmaster, stopPostmaster } from '../../src/storage/postgres/postmaster.js';
import { processStart } from '../../src/storage/postgres/process-identity.js';
import { PROBE_QUEUES, variableOf } from './test-facts.js';

const PREFIX = 'skuward-test-';
const OWNER_FILE = 'owner-pid';
const TEMPLATE = 'skuward_template';

/** What the teardown needs; it runs in the same process. */
declare global {
  var skuwardTestPostgres: { server: EmbeddedPostgres; directory: string } | undefined;
}

/**
 * The work of Jest's globalSetup (postgres-up.mjs): one PostgreSQL for the whole run, in a temp dir, with one migrated template database that
 * `freshDatabase` copies. The workers learn of it from the environment, which they inherit.
 */
export async function postgresUp(): Promise<void> {
  await removeLeftovers();
  const directory = await mkdtemp(join(tmpdir(), PREFIX));
  // mkdtemp makes it ours alone, but root's PostgreSQL runs under another account.
  chmodSync(directory, 0o755);
  await writeFile(join(directory, OWNER_FILE), String(process.pid));
  const lines: string[] = [];
  const server = await startEmbeddedPostgres({ dataDir: directory, durable: false, log: (line) => lines.push(line) });
  globalThis.skuwardTestPostgres = { server, directory };
  stopOnSignals(server, directory);
  try {
    await makeTemplate(server);
  } catch (error) {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
    // Jest prints the message alone, without its cause.
    const why = error instanceof Error ? error.stack : String(error);
    throw new Error(`the template database could not be made: ${why}\n${lines.slice(-20).join('\n')}`, {
      cause: error,
    });
  }
  process.env[variableOf('ADMIN_URL')] = server.adminUrl;
  process.env[variableOf('OWNER_URL')] = server.ownerUrl;
  process.env[variableOf('APP_URL')] = server.appUrl;
  process.env[variableOf('TEMPLATE')] = TEMPLATE;
}

async function makeTemplate(server: EmbeddedPostgres): Promise<void> {
  const admin = new Client(server.adminUrl);
  await admin.connect();
  try {
    await admin.query(`create database ${TEMPLATE} owner skuward_owner`);
    const ownerUrl = new URL(server.ownerUrl);
    ownerUrl.pathname = `/${TEMPLATE}`;
    await migrate({
      ownerUrl: ownerUrl.href,
      appRole: 'skuward_app',
      queues: [...QUEUE_NAMES, ...PROBE_QUEUES],
      log: () => {},
    });
    await admin.query(`alter database ${TEMPLATE} with is_template true allow_connections false`);
  } finally {
    await admin.end();
  }
}

function stopOnSignals(server: EmbeddedPostgres, directory: string): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void server
        .stop()
        .finally(() => rmSync(directory, { recursive: true, force: true }))
        .finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
    });
  }
}

/** A run that was killed outright leaves its server and its directory; the next run clears both away. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const directory = join(tmpdir(), name);
    const owner = await readFile(join(directory, OWNER_FILE), 'utf8').catch(() => null);
    // Without an owner file it may be a run that has just begun.
    if (owner === null || (await processStart(Number(owner))) !== null) continue;
    const cluster = join(directory, 'postgres');
    const running = await runningPostmaster(cluster);
    if (running) await stopPostmaster(running.pid, cluster);
    await rm(directory, { recursive: true, force: true });
  }
}
