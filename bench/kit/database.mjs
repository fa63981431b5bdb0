import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { QUEUE_NAMES } from '../../dist/jobs/queues.js';
import { startEmbeddedPostgres } from '../../dist/storage/postgres/embedded-postgres.js';
import { migrate } from '../../dist/storage/postgres/migrate.js';

/** Does `work` with an empty directory, which is removed afterwards. */
export async function inDirectory(work) {
  const directory = mkdtempSync(join(tmpdir(), 'skuward-bench-'));
  // Root's PostgreSQL runs under another account.
  chmodSync(directory, 0o755);
  try {
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Does `work` with an embedded database of its own, durable as in use, migrated and empty; stops and removes it afterwards.
 * `owner` and `app` are connections of the role that owns the tables and of the service's. `directory` has room for more.
 */
export async function onDatabase(work) {
  return inDirectory(async (directory) => {
    const server = await startEmbeddedPostgres({ dataDir: directory, log: () => {} });
    const [owner, app] = [new pg.Client(server.ownerUrl), new pg.Client(server.appUrl)];
    try {
      await migrate({ ownerUrl: server.ownerUrl, appRole: 'skuward_app', queues: QUEUE_NAMES, log: () => {} });
      for (const client of [owner, app]) await client.connect();
      return await work({ directory, ownerUrl: server.ownerUrl, appUrl: server.appUrl, owner, app });
    } finally {
      for (const client of [owner, app]) await client.end();
      await server.stop();
    }
  });
}

/** The version of a server. */
export async function versionOf(client) {
  return (await client.query('show server_version')).rows[0].server_version;
}
