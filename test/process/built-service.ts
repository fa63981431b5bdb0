import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { processStart } from '../../src/storage/postgres/process-identity.js';

/** Where package.json is. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NEST = join(ROOT, 'node_modules/@nestjs/cli/bin/nest.js');
const LOCK = join(ROOT, 'node_modules/.skuward-test-build');
const POLL_MS = 100;
const PATIENCE_SECONDS = 90;

/** The program as a user runs it: `node MAIN`. */
export const MAIN = join(ROOT, 'dist/main.js');

/**
 * Makes sure that `dist` is there and as new as `src`. Two files of tests run beside each other, and a build empties
 * `dist` first: a lock directory lets one build and the other wait.
 */
export async function ensureBuilt(): Promise<void> {
  const deadline = performance.now() + PATIENCE_SECONDS * 1000;
  while (!(await lock())) {
    if (performance.now() > deadline) throw new Error(`somebody has been building for ${PATIENCE_SECONDS} s: ${LOCK}`);
    await sleep(POLL_MS);
  }
  try {
    if (!(await isFresh())) await promisify(execFile)(process.execPath, [NEST, 'build'], { cwd: ROOT });
  } finally {
    await rm(LOCK, { recursive: true, force: true });
  }
}

/** Making a directory succeeds for one process only. */
async function lock(): Promise<boolean> {
  const owner = join(LOCK, 'pid');
  try {
    await mkdir(LOCK);
    await writeFile(owner, String(process.pid));
    return true;
  } catch {
    const pid = await readFile(owner, 'utf8').catch(() => null);
    // A run that was killed while it built leaves its lock behind. Without a pid it has just been taken.
    if (pid && (await processStart(Number(pid))) === null) await rm(LOCK, { recursive: true, force: true });
    return false;
  }
}

async function isFresh(): Promise<boolean> {
  const built = await stat(MAIN).catch(() => null);
  if (!built) return false;
  const names = await readdir(join(ROOT, 'src'), { recursive: true });
  const times = await Promise.all(names.map(async (name) => (await stat(join(ROOT, 'src', name))).mtimeMs));
  return times.every((time) => time <= built.mtimeMs);
}
