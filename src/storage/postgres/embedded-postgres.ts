import { createServer } from 'node:net';
import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildProcess } from 'node:child_process';
import { Client } from 'pg';
import {
  clusterDirectory,
  clusterExists,
  type ClusterNote,
  initialiseCluster,
  newNote,
  readNote,
  writeNote,
} from './cluster.js';
import { lockDirectory } from './directory-lock.js';
import { postgresAccount, type PostgresAccount } from './postgres-account.js';
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.js';
import { hasEnded, PostgresStartError, runningPostmaster, startPostmaster, stopPostmaster } from './postmaster.js';
import { type ServerWatch, WatchedServer } from './watched-server.js';

const START_ATTEMPTS = 5;
const RETRY_MS = 500;
/** Backends of a server that was killed notice it one after another, and the last of them lets go of its memory. */
const REVIVE_ATTEMPTS = 40;

/** Connection URLs of a running embedded PostgreSQL. */
export interface EmbeddedUrls {
  /** As `skuward_owner`, who owns the database: migrations. */
  ownerUrl: string;
  /** As `skuward_app`, neither owner nor superuser: everything else. */
  appUrl: string;
}

export interface EmbeddedPostgres extends EmbeddedUrls {
  /** As the superuser, on the database `postgres`. For tests, which make and drop databases. */
  adminUrl: string;
  /** The server's process at the moment: another one once it has died and was started again. */
  readonly pid: number;
  /** Shuts the server down and gives the data directory free. May be called more than once. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  dataDir: string;
  log: (line: string) => void;
  /** False: a crash of the machine may lose the database. Tests only. */
  durable?: boolean;
  /** The server ended, and nobody had asked it to. Told in the log where nobody else is named. */
  watch?: ServerWatch;
}

/**
 * Starts PostgreSQL out of npm on 127.0.0.1, with its data in `<dataDir>/postgres` (created on first use) and its
 * facts in `<dataDir>/postgres.json`. A server left over from a killed process of ours is shut down first.
 * Rejects when another live Skuward process owns the data directory.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  if (process.platform === 'win32') {
    throw new Error('the embedded PostgreSQL runs on Linux and macOS only: set DATABASE_URL');
  }
  await mkdir(options.dataDir, { recursive: true });
  const dataDir = await realpath(options.dataDir);
  const unlock = await lockDirectory(dataDir);
  try {
    return await startLocked({ ...options, dataDir }, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** The URLs of the server that runs on this data directory now, started by whichever process; null when none does. */
export async function findRunningEmbedded(dataDir: string): Promise<EmbeddedUrls | null> {
  const note = await readNote(dataDir);
  if (note?.state !== 'COMPLETE') return null;
  const running = await runningPostmaster(clusterDirectory(note));
  return running?.ready ? urls({ ...note, port: running.port }) : null;
}

async function startLocked(options: EmbeddedOptions, unlockDataDir: () => Promise<void>): Promise<EmbeddedPostgres> {
  const { dataDir } = options;
  const account = await postgresAccount();
  const binaries = await postgresBinaries(account, dataDir);
  let note = await readNote(dataDir);
  if (!note && (await clusterExists(join(dataDir, 'postgres')))) {
    throw new Error(`${dataDir} holds a cluster but no postgres.json with its passwords: restore it, or begin anew`);
  }
  note ??= await newNote(dataDir, account);
  // A copied data directory names the same shared place as its original: only one of the two may run on it.
  const unlockHome = note.home === dataDir ? async () => {} : await lockDirectory(note.home);
  try {
    await stopOrphan(clusterDirectory(note), options.log);
    if (note.state !== 'COMPLETE') {
      await writeNote(dataDir, note);
      await initialiseCluster(note, binaries.initdb, account);
    }
    const { child, port } = await startOnFreePort(options, note, binaries, account);
    const again = (): Promise<ChildProcess> => startOn(port, REVIVE_ATTEMPTS, options, note, binaries, account);
    const gone = (line: string): void => options.log(line);
    const watch = options.watch ?? { died: gone, lost: ({ message }) => gone(message) };
    const server = new WatchedServer(child, again, watch);
    return await handOver({ dataDir, note: { ...note, port }, server }, async () => {
      await unlockHome();
      await unlockDataDir();
    });
  } catch (error) {
    await unlockHome();
    throw error;
  }
}

async function stopOrphan(cluster: string, log: (line: string) => void): Promise<void> {
  const orphan = await runningPostmaster(cluster);
  if (!orphan) return;
  log(`shutting down PostgreSQL (pid ${orphan.pid}), left over from a process that was killed`);
  await stopPostmaster(orphan.pid, cluster);
}

async function startOnFreePort(
  options: EmbeddedOptions,
  note: ClusterNote,
  binaries: PostgresBinaries,
  account: PostgresAccount,
): Promise<{ child: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(attempt === 1 ? note.port : 0);
    try {
      return { child: await startOn(port, 1, options, note, binaries, account), port };
    } catch (error) {
      if (!isPassing(error) || attempt === START_ATTEMPTS) throw error;
      await sleep(RETRY_MS);
    }
  }
}

async function startOn(
  port: number,
  attempts: number,
  { durable = true, log }: EmbeddedOptions,
  note: ClusterNote,
  { postgres: executable }: PostgresBinaries,
  account: PostgresAccount,
): Promise<ChildProcess> {
  const cluster = clusterDirectory(note);
  for (let attempt = 1; ; attempt++) {
    try {
      return await startPostmaster({ executable, cluster, account, port, durable, log });
    } catch (error) {
      if (!isPassing(error) || attempt === attempts) throw error;
      await sleep(RETRY_MS);
    }
  }
}

/** Another process took the port in between; or the killed server's last backend still holds the shared memory. */
function isPassing(error: unknown): boolean {
  return error instanceof PostgresStartError && /could not bind|shared memory block/.test(error.output);
}

async function handOver(
  started: { dataDir: string; note: ClusterNote; server: WatchedServer },
  unlock: () => Promise<void>,
): Promise<EmbeddedPostgres> {
  const { dataDir, server } = started;
  const cluster = clusterDirectory(started.note);
  // Nothing can be awaited when a process exits without stopping first, but the signal alone is enough to shut down.
  const onExit = (): void => void (hasEnded(server.process) || server.process.kill('SIGINT'));
  process.once('exit', onExit);
  const end = async (): Promise<void> => {
    const child = await server.release();
    if (!hasEnded(child)) await stopPostmaster(pidOf(child), cluster);
    process.removeListener('exit', onExit);
  };
  let stopping: Promise<void> | null = null;
  const stop = (): Promise<void> => (stopping ??= end().then(unlock));
  try {
    const note: ClusterNote = { ...started.note, state: 'COMPLETE' };
    if (started.note.state !== 'COMPLETE') await createRolesAndDatabase(note);
    await writeNote(dataDir, note);
    const adminUrl = url('postgres', note.superuserPassword, note.port, 'postgres');
    return {
      ...urls(note),
      adminUrl,
      stop,
      get pid(): number {
        return pidOf(server.process);
      },
    };
  } catch (error) {
    // The caller's own clean-up releases the locks; ours must not leave the server behind.
    await end();
    throw error;
  }
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('PostgreSQL started without a pid');
  return pid;
}

async function createRolesAndDatabase(note: ClusterNote): Promise<void> {
  const admin = new Client(url('postgres', note.superuserPassword, note.port, 'postgres'));
  await admin.connect();
  try {
    // The passwords are hexadecimal and ours, so that they need no quoting beyond the quotes.
    await admin.query(`create role skuward_owner login password '${note.ownerPassword}'`);
    await admin.query(`create role skuward_app login password '${note.appPassword}'`);
    await admin.query('create database skuward owner skuward_owner');
  } finally {
    await admin.end();
  }
}

function urls(note: ClusterNote): EmbeddedUrls {
  return {
    ownerUrl: url('skuward_owner', note.ownerPassword, note.port, 'skuward'),
    appUrl: url('skuward_app', note.appPassword, note.port, 'skuward'),
  };
}

function url(user: string, password: string, port: number, database: string): string {
  return `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;
}

/** A port that nobody listens on: the wanted one if it can be had; 0 wants none. */
async function freePort(wanted: number): Promise<number> {
  const taken = await tryPort(wanted);
  if (taken !== null) return taken;
  const any = await tryPort(0);
  if (any === null) throw new Error('no free port on 127.0.0.1');
  return any;
}

async function tryPort(port: number): Promise<number | null> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(null) : reject(error),
    );
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : null));
    });
  });
}
