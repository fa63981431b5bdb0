import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { isCode, processStart } from './process-identity.js';

const LOCK_FILE = 'skuward.pid';
const MAX_TAKEOVERS = 10;

/**
 * Makes this process the one owner of a directory, with a lock file that names our pid and start time. A lock left by
 * a process that is gone is taken over, also when its pid has been given to somebody else.
 * Rejects when a live process holds it. Returns the release.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, LOCK_FILE);
  const mine = `${process.pid}\n${await processStart(process.pid)}\n`;
  const draft = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  await writeFile(draft, mine, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < MAX_TAKEOVERS; attempt++) {
      if (await claim(draft, path)) return async () => await release(path, mine);
      await removeIfDead(path, directory);
    }
  } finally {
    await rm(draft, { force: true });
  }
  throw new Error(`could not lock ${directory}: other processes keep taking it`);
}

/** Linking is atomic and never shows a half-written lock, unlike creating the file and then writing into it. */
async function claim(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function removeIfDead(path: string, directory: string): Promise<void> {
  const seen = await readLock(path);
  if (seen === null) return;
  const [pid = '', start = ''] = seen.split('\n');
  if (/^\d+$/.test(pid) && (await processStart(Number(pid))) === start) {
    throw new Error(`Skuward is already running on this data directory (pid ${pid}): ${directory}`);
  }
  // Between reading and removing, another process may have taken over: move aside, look again, and put back if so.
  const aside = `${path}.${process.pid}-stale`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw error;
  }
  if ((await readFile(aside, 'utf8')) !== seen) await claim(aside, path);
  await rm(aside, { force: true });
}

async function release(path: string, mine: string): Promise<void> {
  if ((await readLock(path)) === mine) await rm(path, { force: true });
}

async function readLock(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
}
