import { handleWebhooks } from '../../src/application/drift/handle-webhooks.js';
import { receiveWebhook } from '../../src/application/drift/receive-webhook.js';
import { runScan } from '../../src/application/drift/scan/run-scan.js';
import type { Connector } from '../../src/application/ports/connector.js';
import { registryOf } from '../../src/application/ports/connector.js';
import type { Healer } from '../../src/application/ports/finding-store.js';
import type { ObservationStore } from '../../src/application/ports/observation-store.js';
import type { ScanPorts } from '../../src/application/ports/ports.js';
import type { Claim, ClaimedDelivery } from '../../src/application/ports/publishing-queue.js';
import { LeaseLost } from '../../src/application/ports/publishing-queue.js';
import type { OwnedValues, TruthReader } from '../../src/application/ports/truth-store.js';
import { publishLane } from '../../src/application/publishing/publish-lane.js';
import type { FieldRule } from '../../src/domain/drift/source-of-truth.js';
import { DEFAULT_RULES } from '../../src/domain/drift/source-of-truth.js';
import type { Backend } from './backend.js';
import type { Dice } from './dice.js';
import type { Answer, Process, Scheduler } from './scheduler.js';

/** What the processes of a world stand in. */
export interface Ground {
  backend: Backend;
  scheduler: Scheduler;
  dice: Dice;
  /** @param reads what the process reads, and when, is noted here. */
  connector(system: string, process: Process, reads: Map<string, number>): Connector;
  /** Records that a look at a system found to lag, and that got a delivery. */
  owed(recordIds: readonly string[]): void;
  /** A store threw what no store should. */
  broken(error: unknown): void;
  tell(line: string): void;
  /** The matrix that is signed. */
  rules: readonly FieldRule[];
  /** What the matrix does by itself about a system's findings. */
  healing: Healer;
}

/** The matrix before anybody has changed it: everything is the master's. */
export const MASTERS: Pick<TruthReader, 'acting'> = { acting: async () => ({ version: 0, rules: DEFAULT_RULES }) };

/** So nothing is ever taken over. */
export const NOTHING_OWNED: OwnedValues = {
  takeOver: (system) => Promise.reject(new Error(`${system} owns nothing, and something of it was taken over`)),
};

/** Nor does anything heal by itself. */
export const NOTHING_HEALS: Healer = {
  heal: (system) => Promise.reject(new Error(`nothing heals by itself, and something of ${system} was to`)),
};

/** The revision that a claimed delivery is going to bring. */
export function revisionIn(
  { records, product }: Pick<Claim, 'records' | 'product'>,
  { recordId }: ClaimedDelivery,
): number {
  return records.find(({ id }) => id === recordId)?.sku?.revision ?? product.revision;
}

/** The ports of one process: the real verbs stand behind them, and stop at every call until they are let go on. */
export function portsOf(ground: Ground, process: Process): ScanPorts {
  const { backend, scheduler, dice } = ground;
  const reads = new Map<string, number>();
  const connectors = new Map<string, Connector>();
  return {
    queue: stepped(ground, process, backend.queue, {
      claim: async (system) => {
        reads.clear();
        const claim = await asked(ground, process, 'claim', () => backend.queue.claim(system));
        if (claim) {
          const targets = claim.deliveries.map((each) => `${each.target} r${revisionIn(claim, each)}`);
          ground.tell(`${process.name} claimed ${targets.join(', ')} for ${system}`);
        }
        return claim;
      },
    }),
    observations: stepped(ground, process, backend.observations, { judge: judging(ground, process) }),
    scans: stepped(ground, process, backend.scans),
    truth: stepped(ground, process, { acting: async () => ({ version: 1, rules: ground.rules }) }),
    owned: stepped(ground, process, NOTHING_OWNED),
    healing: stepped(ground, process, ground.healing),
    stock: {
      levelsOfSkus: () => Promise.resolve(new Map()),
      take: () => Promise.resolve({ strangers: 0 }),
      forgetUnnamed: () => Promise.resolve(),
    },
    connectors: registryOf((system) => {
      const known = connectors.get(system) ?? ground.connector(system, process, reads);
      connectors.set(system, known);
      return known;
    }),
    clock: {
      now: () => new Date(scheduler.now),
      wait: (milliseconds) => process.sleep(scheduler.now + milliseconds),
      deadline: (milliseconds) => {
        const abort = new AbortController();
        scheduler.at(scheduler.now + milliseconds, async () => abort.abort(), { waitedFor: false });
        return abort.signal;
      },
    },
    log: () => {},
    masterCurrency: 'USD',
    newId: () => backend.newId(),
    random: () => dice.next(),
  };
}

/** Counts what a look found owed, once it is stored. */
function judging(ground: Ground, process: Process): ObservationStore['judge'] {
  return async (system, lookFor, readAt, judge, source, mark) => {
    let owed: string[] = [];
    return asked(ground, process, 'judge', async () => {
      const counts = await ground.backend.observations.judge(
        system,
        lookFor,
        readAt,
        (records) => {
          const verdicts = judge(records);
          owed = verdicts.owed;
          return verdicts;
        },
        source,
        mark,
      );
      ground.owed(owed);
      if (counts.opened > 0) ground.tell(`${process.name} opened ${counts.opened} findings in ${system.code}`);
      return counts;
    });
  };
}

type Method = (...args: unknown[]) => Promise<unknown>;

/** The same store, at each call of which the process stops before and after; with methods of its own in place of some. */
function stepped<T extends object>(ground: Ground, process: Process, store: T, own: Partial<T> = {}): T {
  return new Proxy(store, {
    get: (_, name) => Reflect.get(own, name) ?? wrapped(ground, process, store, String(name)),
  });
}

function wrapped(ground: Ground, process: Process, store: object, name: string): Method {
  const method: unknown = Reflect.get(store, name);
  if (typeof method !== 'function') throw new Error(`there is no ${name}`);
  return (...args) => asked(ground, process, name, () => Reflect.apply(method, store, args) as Promise<unknown>);
}

function asked<T>(ground: Ground, process: Process, name: string, work: () => Promise<T>): Promise<T> {
  return process.call(name, async (): Promise<Answer<T>> => {
    try {
      return { outcome: { ok: true, value: await work() } };
    } catch (error) {
      // Given-up scans and lost leases are answers too; anything else is a rule of the store that was broken.
      const isAnswer = error instanceof LeaseLost || (error instanceof Error && error.message.startsWith('the scan'));
      if (!isAnswer) ground.broken(error);
      return { outcome: { ok: false, error } };
    }
  });
}

export async function publishing(ground: Ground, process: Process, system: string): Promise<void> {
  const ports = portsOf(ground, process);
  while (await publishLane(ports, system));
}

/** @param again told that something had to be put off, because a delivery was at work. */
export async function takingInbox(ground: Ground, process: Process, system: string, again: () => void): Promise<void> {
  if (await handleWebhooks(portsOf(ground, process), system)) again();
}

export async function scanning(ground: Ground, process: Process, scanId: string): Promise<void> {
  await runScan(portsOf(ground, process), scanId);
}

/** Scans of machines that are gone, each on from where it stands. */
export async function takeUpScans(ground: Ground, machine: number): Promise<void> {
  const { scans } = ground.backend;
  await scans.releaseScans();
  for (const id of await scans.unheldScans()) {
    await ground.scheduler.spawn(machine, 'a scan taken up', (process) => scanning(ground, process, id));
  }
}

export async function receiving(ground: Ground, process: Process, system: string, rootId: string): Promise<void> {
  const headers = { 'x-shopify-topic': 'products/update' };
  await receiveWebhook(portsOf(ground, process), { system, headers, rawBody: Buffer.from(rootId) });
}
