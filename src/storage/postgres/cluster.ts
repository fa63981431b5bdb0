import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { canReach, type PostgresAccount } from './postgres-account.js';
import { sharedHome } from './postgres-binaries.js';
import { isCode } from './process-identity.js';

const run = promisify(execFile);
const NOTE = 'postgres.json';

/**
 * What `<dataDir>/postgres.json` keeps about the cluster (mode 0600). It is written before the cluster is, in state
 * CREATING: a cluster found in that state is half made and is made again.
 */
export interface ClusterNote {
  state: 'CREATING' | 'COMPLETE';
  /** The directory that holds `postgres/`: the data directory itself, or a shared place when it cannot be reached. */
  home: string;
  port: number;
  superuserPassword: string;
  ownerPassword: string;
  appPassword: string;
}

/** The PostgreSQL data directory of a note. */
export function clusterDirectory(note: ClusterNote): string {
  return join(note.home, 'postgres');
}

/** Reads the note; null when there is none. Rejects when it is unreadable, rather than take it for absent. */
export async function readNote(dataDir: string): Promise<ClusterNote | null> {
  const path = join(dataDir, NOTE);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
  const note: unknown = JSON.parse(text);
  if (!isNote(note)) {
    throw new Error(`${path} is damaged: restore it, or remove the whole data directory to begin anew`);
  }
  // A data directory may be moved, its cluster with it.
  return { ...note, home: note.home === '.' ? await realpath(dataDir) : note.home };
}

function isNote(value: unknown): value is ClusterNote {
  if (typeof value !== 'object' || value === null || !('state' in value) || !('port' in value)) return false;
  const words: Record<string, unknown> = { ...value };
  return (
    (value.state === 'CREATING' || value.state === 'COMPLETE') &&
    typeof value.port === 'number' &&
    ['home', 'superuserPassword', 'ownerPassword', 'appPassword'].every((key) => typeof words[key] === 'string')
  );
}

/** Writes the note so that a crash leaves either the old one or the new one. */
export async function writeNote(dataDir: string, note: ClusterNote): Promise<void> {
  const path = join(dataDir, NOTE);
  const home = note.home === (await realpath(dataDir)) ? '.' : note.home;
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify({ ...note, home }, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, path);
}

function newPassword(): string {
  return randomBytes(24).toString('hex');
}

/** Decides where a new cluster lives and what its passwords are. */
export async function newNote(dataDir: string, account: PostgresAccount): Promise<ClusterNote> {
  const real = await realpath(dataDir);
  const home = (await canReach(account, real)) ? real : await sharedClusterHome(real);
  return {
    state: 'CREATING',
    home,
    port: 0,
    superuserPassword: newPassword(),
    ownerPassword: newPassword(),
    appPassword: newPassword(),
  };
}

async function sharedClusterHome(dataDir: string): Promise<string> {
  const key = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  const home = join(await sharedHome(), 'clusters', key);
  await mkdir(home, { recursive: true, mode: 0o755 });
  return home;
}

/** Runs initdb into the note's cluster directory, after wiping what a crash in the middle of creation left there. */
export async function initialiseCluster(note: ClusterNote, initdb: string, account: PostgresAccount): Promise<void> {
  const cluster = clusterDirectory(note);
  await rm(cluster, { recursive: true, force: true });
  await mkdir(cluster, { mode: 0o700 });
  const passwordFile = join(note.home, `superuser-password.${process.pid}`);
  await writeFile(passwordFile, note.superuserPassword, { mode: 0o600 });
  try {
    if (account) {
      await chown(cluster, account.uid, account.gid);
      await chown(passwordFile, account.uid, account.gid);
    }
    const flags = [
      `--pgdata=${cluster}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // Built into PostgreSQL, so that order and case are the same whatever the machine's own locales are.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-sync',
      '--no-instructions',
    ];
    await run(initdb, flags, { ...account, cwd: '/', env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' } });
  } finally {
    await rm(passwordFile, { force: true });
  }
  await chmod(cluster, 0o700);
}

/** Whether a cluster directory holds anything at all. */
export async function clusterExists(directory: string): Promise<boolean> {
  return await stat(join(directory, 'PG_VERSION')).then(
    () => true,
    (error: unknown) => (isCode(error, 'ENOENT') ? false : Promise.reject(error)),
  );
}
