import type { Connector, LookUp, RecordOutcome, RootReading, WriteCommand } from '../application/ports/connector.js';
import { foldCode } from '../domain/primitives/text.js';
import type { ObservedRecord, RootRef } from '../domain/publishing/system.js';

/** Roots in one call of a connector (its port's limit), and codes in one look-up. */
const ROOTS_A_CALL = 250;
const CODES_A_CALL = 250;
/** Calls of one kind under way at a time: while two are on their way, the next ones gather. */
const CALLS_AT_ONCE = 2;
/**
 * Lanes that ask beside each other; each holds a claim while it waits for its turn. Tryton takes 17 records of 64 lanes in a
 * call, and 59 of 250, in little more than half the time for each (bench/tryton.mjs: 1,000 prices in 25 and in 16 s).
 */
const LANES = 250;

interface Waiting<In, Out> {
  given: In;
  size: number;
  signal: AbortSignal | undefined;
  resolve: (out: Out) => void;
  reject: (error: unknown) => void;
}

/** Lets what is asked in one moment, and while earlier calls are on their way, go out as one call. */
class Gathering<In, Out> {
  private readonly waiting: Waiting<In, Out>[] = [];
  private underWay = 0;
  private isPlanned = false;

  constructor(
    private readonly most: number,
    private readonly call: (given: readonly In[], signal: AbortSignal | undefined) => Promise<readonly Out[]>,
  ) {}

  ask(given: In, size: number, signal: AbortSignal | undefined): Promise<Out> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ given, size, signal, resolve, reject });
      this.plan();
    });
  }

  /** Lanes that were claimed together ask in the same turn of the loop: the call goes out once that turn is over. */
  private plan(): void {
    if (this.isPlanned || this.waiting.length === 0 || this.underWay >= CALLS_AT_ONCE) return;
    this.isPlanned = true;
    setImmediate(() => {
      this.isPlanned = false;
      while (this.waiting.length > 0 && this.underWay < CALLS_AT_ONCE) void this.send(this.taken());
    });
  }

  /** Whose time is over goes out alone, and comes back at once, instead of taking others along. */
  private taken(): Waiting<In, Out>[] {
    let size = 0;
    let count = 0;
    for (const each of this.waiting) {
      if (count > 0 && (size + each.size > this.most || each.signal?.aborted)) break;
      count += 1;
      size += each.size;
      if (each.signal?.aborted) break;
    }
    return this.waiting.splice(0, count);
  }

  private async send(batch: Waiting<In, Out>[]): Promise<void> {
    this.underWay += 1;
    try {
      const signals = batch.flatMap(({ signal }) => signal ?? []);
      const answers = await this.call(
        batch.map(({ given }) => given),
        signals.length > 0 ? AbortSignal.any(signals) : undefined,
      );
      for (const [at, { resolve, reject }] of batch.entries()) {
        const answer = answers[at];
        if (answer === undefined) reject(new Error('a call of several answered fewer'));
        else resolve(answer);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.underWay -= 1;
      this.plan();
    }
  }
}

/**
 * The same connector for callers that know nothing of each other: lanes beside each other read and write one product each,
 * and what they ask at the same time goes out as one call of many products. For systems that declare `productsPerWrite`;
 * a call ends early for all when the lease of one is over, since they were claimed together.
 */
export function gathered(connector: Connector): Connector {
  if (!connector.writeMany) return connector;
  const writeMany = connector.writeMany.bind(connector);
  const reads = new Gathering<RootRef[], RootReading[]>(ROOTS_A_CALL, async (asked, signal) => {
    const readings = await connector.readRoots(asked.flat(), signal);
    return split(
      readings,
      asked.map((roots) => roots.length),
    );
  });
  const looks = new Gathering<LookUp, ObservedRecord[]>(CODES_A_CALL, async (asked, signal) => {
    const codes = [...new Set(asked.flatMap((query) => query.codes))];
    const found = await connector.lookUp({ productId: '', handle: '', codes }, signal);
    return asked.map((query) => {
      const wanted = new Set(query.codes.map(foldCode));
      return found.filter(({ code }) => code !== null && wanted.has(foldCode(code)));
    });
  });
  const writes = new Gathering<WriteCommand, RecordOutcome[]>(
    connector.capabilities.productsPerWrite,
    (commands, signal) => writeMany(commands, signal),
  );
  return {
    capabilities: {
      ...connector.capabilities,
      lanes: Math.min(connector.capabilities.productsPerWrite, LANES),
      gathers: true,
    },
    webhooks: connector.webhooks,
    readRoots: (roots, signal) => reads.ask(roots, roots.length, signal),
    lookUp: (query, signal) => looks.ask(query, query.codes.length, signal),
    write: (command, signal) => writes.ask(command, 1, signal),
    writeMany,
    scan: (signal) => connector.scan(signal),
    ...(connector.stillRunning && { stillRunning: connector.stillRunning.bind(connector) }),
    ...(connector.changesSince && { changesSince: connector.changesSince.bind(connector) }),
    ...(connector.readStock && { readStock: connector.readStock.bind(connector) }),
    ...(connector.diagnose && { diagnose: connector.diagnose.bind(connector) }),
  };
}

function split<T>(all: readonly T[], lengths: readonly number[]): T[][] {
  let from = 0;
  return lengths.map((length) => all.slice(from, (from += length)));
}
