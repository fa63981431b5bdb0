import { rm } from 'node:fs/promises';

/** Jest globalTeardown: stops the PostgreSQL of postgres-up.ts and removes its directory. */
export default async function postgresDown(): Promise<void> {
  const started = globalThis.skuwardTestPostgres;
  if (!started) return;
  globalThis.skuwardTestPostgres = undefined;
  await started.server.stop();
  await rm(started.directory, { recursive: true, force: true });
}

// The shape of the global is declared beside its set-up; this import brings the declaration, and nothing at run time.
export type { EmbeddedPostgres } from '../../src/storage/postgres/embedded-postgres.js';
