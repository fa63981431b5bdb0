import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, chmodSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe } from '@jest/globals';
import { ensureBuilt, MAIN, ROOT } from './built-service.js';

const POLL_MS = 50;
/** Patience with a start, the first one with its database included. */
export const START_SECONDS = 60;
const END_SECONDS = 30;
/** Below the range from which the kernel lends ports to clients, so that nobody's connection takes one of ours. */
const LEAST_PORT = 12_000;
const MOST_PORT = 30_000;

/** The last line of the welcome, at the first start and at any other. */
const WELCOMED = /^( {2}ADMIN .*|Keys were printed .*)\n/m;

/** These tests find processes through `/proc`. */
export const describeOnLinux = process.platform === 'linux' ? describe : describe.skip;

/** One process of the product, with everything that it has said so far. */
export interface Run {
  pid: number;
  stdout(): string;
  stderr(): string;
  /** Null while it runs; the exit code, or the name of the signal that ended it. */
  outcome(): number | string | null;
  signal(name: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): void;
  /** Resolves with the outcome. Rejects when the process is still there after `seconds`. */
  ended(seconds?: number): Promise<number | string>;
}

/** Waits until `probe` answers something; fails with what it was waiting for. */
export async function until<T>(
  what: string,
  seconds: number,
  probe: () => Promise<T | null | undefined | false> | T | null | undefined | false,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (performance.now() > end) throw new Error(`waited ${seconds} s in vain for ${what}`);
    await sleep(POLL_MS);
  }
}

/** A data directory and ports of a test's own, and every process that was started there. */
export class Site {
  readonly dataDir: string;
  readonly port: number;
  private readonly runs: Run[] = [];

  private constructor(dataDir: string, port: number) {
    this.dataDir = dataDir;
    this.port = port;
  }

  static async open(): Promise<Site> {
    await ensureBuilt();
    const dataDir = mkdtempSync(join(tmpdir(), 'skuward-process-'));
    // mkdtemp makes it ours alone, but root's PostgreSQL runs under another account.
    chmodSync(dataDir, 0o755);
    return new Site(dataDir, await freeBasePort());
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /**
   * Starts `skuward ARGS`; `env` comes on top of DATA_DIR and PORT, and nothing else of ours is inherited.
   * @param main another program than the service.
   */
  run(args: string[] = [], env: Record<string, string> = {}, main = MAIN): Run {
    return this.spawn(process.execPath, [main, ...args], env);
  }

  /** A script of package.json, in a shell of its own, as npm starts it; with the node that runs the tests. */
  async runScript(name: string): Promise<Run> {
    const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const PATH = `${dirname(process.execPath)}:${process.env.PATH ?? ''}`;
    return this.spawn('sh', ['-c', scripts[name] ?? ''], { PATH });
  }

  private spawn(command: string, args: string[], env: Record<string, string>): Run {
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH, HOME, DATA_DIR: this.dataDir, PORT: String(this.port), LOG_LEVEL: 'warn', ...env },
    });
    const run = watch(child);
    this.runs.push(run);
    return run;
  }

  /** Starts the service and waits until it is ready and has said where it is. */
  async start(run = this.run()): Promise<Run> {
    await until('the service to be ready', START_SECONDS, async () => {
      if (run.outcome() !== null) throw new Error(`the service ended with ${run.outcome()}: ${run.stderr()}`);
      return WELCOMED.test(run.stdout()) && (await this.isReady());
    });
    return run;
  }

  async isReady(): Promise<boolean> {
    return fetch(`${this.url}/health/ready`).then(
      (answer) => answer.ok,
      () => false,
    );
  }

  /** Every live process that has this data directory in its command line or its environment. */
  async processes(): Promise<{ pid: number; parent: number; command: string }[]> {
    const all = await Promise.all((await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(describeProcess));
    return all
      .flatMap((each) => (each && each.pid !== process.pid && each.words.includes(this.dataDir) ? [each] : []))
      .map(({ pid, parent, command }) => ({ pid, parent, command }));
  }

  /** Resolves when nothing runs here any more; fails with what does. */
  async untilQuiet(seconds: number): Promise<void> {
    await until('all processes to be gone', seconds, async () => (await this.processes()).length === 0).catch(
      async (error: unknown) => {
        throw new Error(`${String(error)}: ${JSON.stringify(await this.processes())}`);
      },
    );
  }

  /** Ends whatever is left, also after a test that failed, and removes the data. */
  async close(): Promise<void> {
    for (const run of this.runs) if (run.outcome() === null) run.signal('SIGKILL');
    const end = performance.now() + END_SECONDS * 1000;
    for (let left = await this.processes(); left.length > 0; left = await this.processes()) {
      if (performance.now() > end) throw new Error(`does not end: ${JSON.stringify(left)}`);
      // SIGQUIT ends PostgreSQL at once with all its children, where SIGKILL would leave them to find out.
      for (const { pid, command } of left) signalIfThere(pid, command.includes('bin/postgres') ? 'SIGQUIT' : 'SIGKILL');
      await sleep(POLL_MS);
    }
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

function watch(child: ChildProcess): Run {
  const said = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const outcome = (): number | string | null => child.exitCode ?? child.signalCode;
  // Not `exit`: what it said last may arrive after that.
  let closed = false;
  child.once('close', () => (closed = true));
  return {
    pid: child.pid ?? 0,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    outcome,
    signal: (name) => void child.kill(name),
    ended: async (seconds = END_SECONDS) => {
      // A grandchild that inherited the pipes may keep them open for longer than the process itself.
      await until(`process ${child.pid} to end`, seconds, () => closed || outcome() !== null);
      if (!closed) await Promise.race([once(child, 'close'), sleep(1_000)]);
      return outcome() ?? 'no outcome';
    },
  };
}

interface Described {
  pid: number;
  parent: number;
  command: string;
  words: string;
}

/** Null for a process that is gone, is dead and not yet reaped, or belongs to somebody else. */
async function describeProcess(name: string): Promise<Described | null> {
  try {
    const [stat, command] = await Promise.all(
      ['stat', 'cmdline'].map((file) => readFile(`/proc/${name}/${file}`, 'utf8')),
    );
    const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
    // The second field is the command in brackets and may itself hold spaces and brackets: count from the last one.
    const [state, parent] = (stat ?? '').slice((stat ?? '').lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return null;
    const line = (command ?? '').replaceAll('\0', ' ').trim();
    return { pid: Number(name), parent: Number(parent), command: line, words: `${line} ${environment}` };
  } catch {
    return null;
  }
}

function signalIfThere(pid: number, name: 'SIGQUIT' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself in between.
  }
}

/** A port with +10 and +20 free as well, where the sandbox listens. */
async function freeBasePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = LEAST_PORT + Math.floor(Math.random() * (MOST_PORT - LEAST_PORT));
    const free = await Promise.all([port, port + 10, port + 20].map(isFree));
    if (free.every(Boolean)) return port;
  }
  throw new Error('no three free ports');
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
