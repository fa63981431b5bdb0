import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Run, Site } from '../site.js';
import { until } from '../site.js';
import type { OwnDatabase } from './own-database.js';

const STAND_INS = fileURLToPath(new URL('stand-ins.mjs', import.meta.url));
const SUPERVISE_MS = 100;
const READY_SECONDS = 240;

/** Makes whoever shows it an ADMIN. */
export const ADMIN_KEY = 'fleet-bootstrap-key-0123456789abcdef';

interface Slot {
  name: string;
  port: number;
  env: Record<string, string>;
  run: Run;
  isReady: boolean;
}

/**
 * One API process, three workers and the stand-ins, each a process of its own, over a database that others may kill. As a
 * supervisor does, it starts again whatever has ended.
 */
export class Fleet {
  /** Processes that ended although nobody killed them, with their last words. */
  readonly endedAlone: string[] = [];
  /** How often a process that had just been started found no database, said so and ended. */
  startedInVain = 0;
  private readonly killed = new Set<number>();
  private readonly slots: Slot[] = [];
  private supervising = true;
  private supervisor: Promise<void> = Promise.resolve();

  private constructor(private readonly site: Site) {}

  static async start(site: Site, database: OwnDatabase, workers: number): Promise<Fleet> {
    const fleet = new Fleet(site);
    const dataDir = join(site.dataDir, 'stand-ins');
    const standIns = site.run([dataDir, String(site.port + 10), String(site.port + 20)], {}, STAND_INS);
    await until('the stand-ins', READY_SECONDS, () => standIns.stdout().includes('\n'));
    const env = await environment(site, database, standIns.stdout());
    fleet.begin('api', site.port, { ...env, ROLE: 'api' });
    await fleet.untilReady(1);
    for (let number = 1; number <= workers; number += 1) {
      fleet.begin(`worker ${number}`, site.port + number, { ...env, ROLE: 'worker' });
    }
    fleet.supervisor = fleet.supervise();
    await fleet.untilReady(1 + workers);
    return fleet;
  }

  /** Kills one of the workers that are up; answers which. */
  killWorker(pick: (names: readonly string[]) => string): string {
    const name = pick(this.readyWorkers());
    for (const slot of this.slots) if (slot.name === name) this.kill(slot);
    return name;
  }

  /** All workers at once, and none is started again before `meanwhile` is done. */
  async killAllWorkers(meanwhile: () => Promise<void>): Promise<number> {
    this.supervising = false;
    await this.supervisor;
    const workers = this.slots.filter(({ name, run }) => name !== 'api' && run.outcome() === null);
    for (const slot of workers) this.kill(slot);
    for (const { run } of workers) await run.ended();
    await meanwhile();
    this.supervising = true;
    this.supervisor = this.supervise();
    return workers.length;
  }

  readyWorkers(): string[] {
    return this.slots.flatMap(({ name, isReady, run }) =>
      name !== 'api' && isReady && run.outcome() === null ? [name] : [],
    );
  }

  async untilReady(count: number): Promise<void> {
    const ready = (): number => this.slots.filter(({ isReady }) => isReady).length;
    await until(`${count} processes to be ready`, READY_SECONDS, async () => {
      await this.lookAll();
      return ready() >= count;
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${this.slots.map(({ name, run }) => `${name} ${run.stderr()}`).join('\n')}`);
    });
  }

  async close(): Promise<void> {
    this.supervising = false;
    await this.supervisor;
  }

  private begin(name: string, port: number, env: Record<string, string>): void {
    const run = this.site.run([], { ...env, PORT: String(port) });
    this.slots.push({ name, port, env, run, isReady: false });
  }

  private kill(slot: Slot): void {
    this.killed.add(slot.run.pid);
    slot.isReady = false;
    slot.run.signal('SIGKILL');
  }

  private async supervise(): Promise<void> {
    while (this.supervising) {
      for (const slot of this.slots) if (slot.run.outcome() !== null) this.startAgain(slot);
      await this.lookAll();
      await new Promise((resolve) => setTimeout(resolve, SUPERVISE_MS));
    }
  }

  private startAgain(slot: Slot): void {
    const { name, port, env, run } = slot;
    if (!this.killed.has(run.pid)) {
      if (!slot.isReady && run.stderr().includes('the database does not answer')) this.startedInVain += 1;
      else this.endedAlone.push(`${name} ended with ${run.outcome()}: ${run.stderr().slice(-2_000)}`);
    }
    slot.run = this.site.run([], { ...env, PORT: String(port) });
    slot.isReady = false;
  }

  /** Once ready, it stays so: a database that is gone makes a process unready, and is not what is asked here. */
  private async lookAll(): Promise<void> {
    const starting = this.slots.filter(({ isReady, run }) => !isReady && run.outcome() === null);
    await Promise.all(
      starting.map(async (slot) => {
        const { run } = slot;
        const answer = await fetch(`http://127.0.0.1:${slot.port}/health/ready`).catch(() => null);
        if (answer?.ok && slot.run === run && run.outcome() === null && !this.killed.has(run.pid)) slot.isReady = true;
      }),
    );
  }
}

async function environment(site: Site, database: OwnDatabase, told: string): Promise<Record<string, string>> {
  const { shopify, erp } = JSON.parse(told) as {
    shopify: { url: string; shopDomain: string; accessToken: string; clientSecret: string };
    erp: { url: string; token: string };
  };
  const shared = { mode: 'WRITE', currency: 'USD', concurrency: 4 };
  const systems = [
    {
      ...shared,
      code: 'shopify',
      kind: 'SHOPIFY',
      connector: 'shopify',
      baseUrl: shopify.url,
      storeDomain: shopify.shopDomain,
      accessToken: { env: 'SHOPIFY_TOKEN' },
      clientSecret: { env: 'SHOPIFY_SECRET' },
    },
    { ...shared, code: 'erp', kind: 'ERP', connector: 'http', baseUrl: erp.url, token: { env: 'ERP_TOKEN' } },
  ];
  const file = join(site.dataDir, 'systems.json');
  await writeFile(file, JSON.stringify({ systems }));
  return {
    DATABASE_URL: database.urls.appUrl,
    MIGRATE_DATABASE_URL: database.urls.ownerUrl,
    SYSTEMS_FILE: file,
    SHOPIFY_TOKEN: shopify.accessToken,
    SHOPIFY_SECRET: shopify.clientSecret,
    ERP_TOKEN: erp.token,
    BOOTSTRAP_API_KEY: ADMIN_KEY,
    PUBLIC_URL: site.url,
  };
}
