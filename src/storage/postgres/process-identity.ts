import { readFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * What tells a process from a later one with the same pid: its start time in clock ticks since boot from `/proc`, or
 * what `ps` says where there is no `/proc`. Null: no such process, or one that is dead and merely not yet reaped
 * (a zombie answers `kill(pid, 0)`, but holds nothing any more).
 */
export async function processStart(pid: number): Promise<string | null> {
  if (process.platform !== 'linux') return await startFromPs(pid);
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in brackets and may itself hold spaces and brackets: count from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const state = fields[0];
    return state === 'Z' || state === 'X' ? null : (fields[19] ?? null);
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ESRCH')) return null;
    throw error;
  }
}

async function startFromPs(pid: number): Promise<string | null> {
  try {
    const { stdout } = await run('ps', ['-p', String(pid), '-o', 'stat=,lstart=']);
    const line = stdout.trim();
    return line === '' || line.startsWith('Z') ? null : line.replace(/^\S+\s+/, '');
  } catch (error) {
    // ps exits with 1 for "no such process"; anything else (no ps at all) must not be read as "dead".
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 1) return null;
    throw error;
  }
}

/** The command line of a live process, arguments separated by single spaces; null when there is none. */
export async function processCommand(pid: number): Promise<string | null> {
  if ((await processStart(pid)) === null) return null;
  if (process.platform === 'linux') {
    try {
      return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
    } catch (error) {
      if (isCode(error, 'ENOENT', 'ESRCH')) return null;
      throw error;
    }
  }
  const { stdout } = await run('ps', ['-p', String(pid), '-o', 'command=']);
  return stdout.trim();
}

/**
 * Whether an error is a system error with one of these codes. Not asked by `instanceof Error`: in Jest's sandbox
 * node's own errors are of another realm's class.
 */
export function isCode(error: unknown, ...codes: string[]): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return typeof error.code === 'string' && codes.includes(error.code);
}
