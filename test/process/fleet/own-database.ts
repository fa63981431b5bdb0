import { mkdir, readFile, readdir } from 'node:fs/promises';
import { Client } from 'pg';
import { readNote, writeNote } from '../../../src/storage/postgres/cluster.js';
import type { EmbeddedPostgres } from '../../../src/storage/postgres/embedded-postgres.js';
import { startEmbeddedPostgres } from '../../../src/storage/postgres/embedded-postgres.js';
import { until } from '../site.js';

const GONE_SECONDS = 10;

/** A durable PostgreSQL of a test's own, which may be killed with all its children and recovers from its log. */
export class OwnDatabase {
  private constructor(
    private readonly dataDir: string,
    private server: EmbeddedPostgres,
  ) {}

  /** @param port below the range from which the kernel lends ports: whoever connects again must not take it meanwhile. */
  static async start(dataDir: string, port: number): Promise<OwnDatabase> {
    await mkdir(dataDir, { recursive: true });
    const first = await begin(dataDir);
    await first.stop();
    const note = await readNote(dataDir);
    if (!note) throw new Error('the database left no note of itself');
    await writeNote(dataDir, { ...note, port });
    return new OwnDatabase(dataDir, await begin(dataDir));
  }

  get urls(): { ownerUrl: string; appUrl: string } {
    const { ownerUrl, appUrl } = this.server;
    return { ownerUrl, appUrl };
  }

  /** SIGKILL for the postmaster and everything that it started: nothing is written any more, nobody is told. */
  async kill(): Promise<void> {
    const { pid } = this.server;
    const pids = [pid, ...(await childrenOf(pid))];
    for (const each of pids) signalled(each);
    await until('PostgreSQL to be gone', GONE_SECONDS, async () => {
      const alive = await Promise.all(pids.map(parentOf));
      return alive.every((parent) => parent === null);
    });
  }

  /** Starts it again where it was: at the same address, with its data, by crash recovery. */
  async restart(): Promise<void> {
    const { appUrl } = this.server;
    await this.server.stop();
    this.server = await begin(this.dataDir);
    if (this.server.appUrl !== appUrl) throw new Error('PostgreSQL came back at another address');
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }

  /** Rows of one statement, as the owner of the tables, over a connection of its own. */
  async rows<T extends object>(text: string, values: unknown[] = []): Promise<T[]> {
    const client = new Client({ connectionString: this.server.ownerUrl, connectionTimeoutMillis: 5_000 });
    // Killed in the midst of it; the statement is what fails.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<T>(text, values)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

function begin(dataDir: string): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir, durable: true, log: () => undefined });
}

async function childrenOf(pid: number): Promise<number[]> {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(all.map(parentOf));
  return all.filter((_, at) => parents[at] === pid);
}

/** Null for a process that is gone, or dead and not yet reaped. */
async function parentOf(pid: number): Promise<number | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // The second field is the command in brackets and may itself hold spaces and brackets: count from the last one.
  const [state, parent] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  return parent === undefined || state === 'Z' || state === 'X' ? null : Number(parent);
}

function signalled(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // A child that went down with its parent.
  }
}
