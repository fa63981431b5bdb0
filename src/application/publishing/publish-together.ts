import type { Connector, RecordOutcome, RootReading, WriteCommand } from '../ports/connector.js';
import { registryOf } from '../ports/connector.js';
import type { Ports } from '../ports/ports.js';
import type { RootRef } from '../../domain/publishing/system.js';
import { publishLane } from './publish-lane.js';

/** With more products owed to a system than this, those go together that it takes in one call. */
const ABOVE = 500;
/** Roots in one call of a connector (its port's limit). */
const ROOTS = 250;
/** Nobody waits longer for the others: a lane that hangs must not take the leases of all with it. */
const LONGEST_WAIT_MS = 10_000;

/**
 * Brings many products at a time, where a system takes many in one call and a backlog is owed to it: each lane is claimed,
 * judged and settled by itself as ever, and only what they ask of the system goes out together.
 * @returns false when there is no such backlog, or the system takes one product a call: then lanes go one by one.
 */
export async function publishTogether(ports: Ports, system: string): Promise<boolean> {
  const connector = ports.connectors.of(system);
  const { productsPerWrite: most, gathers = false } = connector.capabilities;
  // One that gathers what lanes ask needs no leader.
  if (most <= 1 || gathers || !connector.writeMany) return false;
  if ((await ports.queue.owedLanes(system, ABOVE + 1)) <= ABOVE) return false;
  const meeting = new Meeting(connector, most);
  const together: Ports = Object.create(ports, { connectors: { value: registryOf(() => meeting.connector) } });
  const lane = async (): Promise<void> => {
    try {
      await publishLane(together, system);
    } finally {
      meeting.left();
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: most }, lane));
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
  return true;
}

interface Waiting<Asked, Answer> {
  asked: Asked;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

/** Where lanes wait for each other: when all that are still at work have asked for something, it goes out in one call. */
class Meeting {
  /** The system's connector, but for reads and writes, which wait here. */
  readonly connector: Connector;
  private reads: Waiting<RootRef[], RootReading[]>[] = [];
  private writes: Waiting<{ command: WriteCommand; signal: AbortSignal | undefined }, RecordOutcome[]>[] = [];
  private readonly running = new Map<string, Promise<string[]>>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly system: Connector,
    private lanes: number,
  ) {
    const stillRunning = (operations: readonly string[]): Promise<string[]> => this.stillRunning(operations);
    this.connector = Object.create(system, {
      readRoots: { value: (roots: RootRef[]) => this.wait(this.reads, roots) },
      write: {
        value: (command: WriteCommand, signal?: AbortSignal) => this.wait(this.writes, { command, signal }),
      },
      stillRunning: { value: system.stillRunning && stillRunning },
    });
  }

  /** A lane is through: the others wait for it no longer. */
  left(): void {
    this.lanes -= 1;
    this.goIfAllWait();
  }

  private wait<Asked, Answer>(queue: Waiting<Asked, Answer>[], asked: Asked): Promise<Answer> {
    return new Promise((resolve, reject) => {
      queue.push({ asked, resolve, reject });
      this.timer ??= setTimeout(() => this.go(), LONGEST_WAIT_MS);
      this.goIfAllWait();
    });
  }

  private goIfAllWait(): void {
    const waiting = this.reads.length + this.writes.length;
    if (waiting > 0 && waiting >= this.lanes) this.go();
  }

  private go(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const reads = this.reads.splice(0);
    const writes = this.writes.splice(0);
    void settleAll(reads, () => this.readAll(reads.map(({ asked }) => asked)));
    void settleAll(writes, () => {
      const commands = writes.map(({ asked }) => asked.command);
      return this.system.writeMany?.(commands, writes[0]?.asked.signal) ?? Promise.resolve([]);
    });
  }

  private async readAll(asked: RootRef[][]): Promise<RootReading[][]> {
    const roots = [...new Map(asked.flat().map((root) => [root.externalId, root])).values()];
    const read = new Map<string, RootReading>();
    for (let from = 0; from < roots.length; from += ROOTS) {
      const readings = await this.system.readRoots(roots.slice(from, from + ROOTS));
      for (const reading of readings) read.set(reading.root.externalId, reading);
    }
    return asked.map((of) => of.flatMap((root) => read.get(root.externalId) ?? []));
  }

  /** Lanes of one earlier call ask after the same work: it is asked for once. */
  private async stillRunning(operations: readonly string[]): Promise<string[]> {
    const key = operations.join(' ');
    const asked = this.running.get(key) ?? this.system.stillRunning?.(operations) ?? Promise.resolve([]);
    this.running.set(key, asked);
    return asked;
  }
}

/** Answers everybody who waited by their place, or tells all of them what went wrong. */
async function settleAll<Asked, Answer>(
  waiting: readonly Waiting<Asked, Answer>[],
  work: () => Promise<Answer[]>,
): Promise<void> {
  if (waiting.length === 0) return;
  try {
    const answers = await work();
    waiting.forEach(({ resolve, reject }, at) => {
      const answer = answers[at];
      if (answer === undefined) reject(new Error('the connector answered fewer commands than it was given'));
      else resolve(answer);
    });
  } catch (error) {
    for (const { reject } of waiting) reject(error);
  }
}
