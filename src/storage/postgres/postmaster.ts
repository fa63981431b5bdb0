import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isCode, processCommand } from './process-identity.js';
import type { PostgresAccount } from './postgres-account.js';

const POLL_MS = 20;
const READY_SECONDS = 60;
const FAST_STOP_SECONDS = 10;
const IMMEDIATE_STOP_SECONDS = 10;
const KEPT_LOG_LINES = 20;

/** What `postmaster.pid` says about the server that runs, or ran, on a cluster. */
export interface Postmaster {
  pid: number;
  port: number;
  ready: boolean;
}

/**
 * The server that really runs on this cluster now; null when the file is absent, or its pid belongs to nobody or to
 * something else. The layout of `postmaster.pid`: pid, directory, start time, port, socket directory, listen address,
 * shared memory key, status (PostgreSQL's miscadmin.h, LOCK_FILE_LINE_*).
 */
export async function runningPostmaster(cluster: string): Promise<Postmaster | null> {
  let text: string;
  try {
    text = await readFile(join(cluster, 'postmaster.pid'), 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  const command = await processCommand(pid);
  if (command === null || !command.includes(`-D ${cluster} `)) return null;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

/** A failure to start, with the last lines that PostgreSQL said. */
export class PostgresStartError extends Error {
  readonly output: string;
  constructor(message: string, output: string) {
    super(`${message}\n${output}`);
    this.output = output;
  }
}

export interface StartOptions {
  executable: string;
  cluster: string;
  account: PostgresAccount;
  port: number;
  durable: boolean;
  log: (line: string) => void;
}

/**
 * Starts the server and waits until it takes connections; rejects with PostgresStartError when it ends before that.
 * It runs in a session of its own, because Ctrl-C in a terminal reaches the whole process group, and the database must
 * outlive the work that we finish first.
 */
export async function startPostmaster(options: StartOptions): Promise<ChildProcess> {
  const child = spawn(options.executable, serverArguments(options), {
    ...options.account,
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
  });
  const lastLines: string[] = [];
  let failure: Error | null = null;
  const hear = (chunk: Buffer): void => {
    for (const line of chunk.toString('utf8').split('\n')) {
      if (line.trim() === '') continue;
      lastLines.push(line);
      if (lastLines.length > KEPT_LOG_LINES) lastLines.shift();
      options.log(line);
    }
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  child.on('error', (error) => (failure = error));
  const deadline = performance.now() + READY_SECONDS * 1000;
  while (performance.now() < deadline) {
    if (failure) throw failure;
    if (hasEnded(child)) throw new PostgresStartError('PostgreSQL did not start', lastLines.join('\n'));
    const running = await runningPostmaster(options.cluster);
    if (running?.ready && running.pid === child.pid) return child;
    await sleep(POLL_MS);
  }
  if (child.pid !== undefined) await stopPostmaster(child.pid, options.cluster);
  throw new PostgresStartError(`PostgreSQL was not ready within ${READY_SECONDS} s`, lastLines.join('\n'));
}

function serverArguments(options: StartOptions): string[] {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(options.port),
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    max_connections: '150',
    shared_buffers: '256MB',
    max_wal_size: '2GB',
    checkpoint_timeout: '15min',
    jit: 'off',
  };
  if (!options.durable) Object.assign(settings, { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' });
  return ['-D', options.cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** Whether a child has ended, by itself or by a signal. */
export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/**
 * Shuts a server down: fast (open transactions roll back, a checkpoint is written), and when that takes over 10 s,
 * immediately (the next start recovers from the log; nothing committed is lost). Resolves when it is gone.
 */
export async function stopPostmaster(pid: number, cluster: string): Promise<void> {
  for (const [signal, seconds] of [
    ['SIGINT', FAST_STOP_SECONDS],
    ['SIGQUIT', IMMEDIATE_STOP_SECONDS],
    ['SIGKILL', IMMEDIATE_STOP_SECONDS],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (isCode(error, 'ESRCH')) return;
      throw error;
    }
    const deadline = performance.now() + seconds * 1000;
    while (performance.now() < deadline) {
      if ((await processCommand(pid)) === null) return;
      await sleep(POLL_MS);
    }
  }
  throw new Error(`PostgreSQL (pid ${pid}) on ${cluster} does not end`);
}
