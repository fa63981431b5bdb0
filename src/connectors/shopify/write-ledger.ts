import { ConnectorError } from '../../application/ports/connector.js';
import type { RecordOutcome, RecordWrite, WriteCommand } from '../../application/ports/connector.js';
import type { DeliveryFault, ObservedRecord } from '../../domain/publishing/system.js';
import { faultOf } from '../faults.js';
import { inRuns } from '../map-limited.js';
import { ShopifyRefusal } from './calling/shopify-errors.js';

/** A record to be written, with what is sent for it. */
export interface Planned<T> {
  write: RecordWrite;
  input: T;
}

/** Variants a call: 30 points of the bucket, and well under Shopify's limit of 250 entries a list. */
const VARIANTS_A_CALL = 100;

/** After one of these the next call would fare no better; the records behind it wait for their next delivery. */
const HOPELESS = new Set(['AUTH', 'RATE_LIMITED', 'TRANSIENT']);

/** Keeps, per record of one write command, what went wrong and which id it got; makes the outcomes out of that. */
export class WriteLedger {
  private readonly faults = new Map<string, DeliveryFault>();
  private readonly ids = new Map<string, string>();
  /** The failure after which nothing more is sent; null while all is well. */
  private stop: DeliveryFault | null = null;

  private readonly writes: RecordWrite[];

  constructor(private readonly command: Pick<WriteCommand, 'writes' | 'begun'>) {
    this.writes = command.writes;
    for (const write of this.writes) if (write.externalId !== null) this.ids.set(keyOf(write), write.externalId);
  }

  /** Those still without a fault. */
  sound(): RecordWrite[] {
    return this.writes.filter((write) => !this.faults.has(keyOf(write)));
  }

  idOf(write: RecordWrite): string | null {
    return this.ids.get(keyOf(write)) ?? null;
  }

  named(write: RecordWrite, externalId: string): void {
    this.ids.set(keyOf(write), externalId);
  }

  /** Shopify goes on with what these records asked for after its answer, under this id. */
  begun(operation: string, writes: readonly RecordWrite[]): Promise<void> {
    return this.command.begun(operation, writes);
  }

  /** The first fault of a record stays: it is the cause of what follows. */
  failed(write: RecordWrite, fault: DeliveryFault): void {
    if (!this.faults.has(keyOf(write))) this.faults.set(keyOf(write), fault);
  }

  faultOf(write: RecordWrite): DeliveryFault | null {
    return this.faults.get(keyOf(write)) ?? null;
  }

  /** What is to be sent per record; a record whose values Shopify cannot take gets its fault here and is left out. */
  plan<T>(writes: RecordWrite[], inputOf: (write: RecordWrite) => T): Planned<T>[] {
    const planned: Planned<T>[] = [];
    for (const write of writes) {
      if (this.faultOf(write) !== null) continue;
      try {
        planned.push({ write, input: inputOf(write) });
      } catch (error) {
        this.failed(write, faultFrom(error));
      }
    }
    return planned;
  }

  /** Sends what concerns these records together. A failure is theirs, and is answered as false. */
  async attempt(writes: RecordWrite[], send: () => Promise<void>): Promise<boolean> {
    if (writes.length === 0) return false;
    if (this.stop !== null) {
      for (const write of writes) this.failed(write, unsent(this.stop));
      return false;
    }
    try {
      await send();
      return true;
    } catch (error) {
      const fault = faultFrom(error);
      if (HOPELESS.has(fault.class)) this.stop = fault;
      for (const write of writes) this.failed(write, fault);
      return false;
    }
  }

  /**
   * Sends variants in runs. Shopify takes all of a call or none: the ones that it names as bad get their own fault, and
   * the others are sent again without them. Every round leaves at least one behind, so it ends.
   */
  async attemptRuns<T>(planned: Planned<T>[], send: (run: Planned<T>[]) => Promise<void>): Promise<void> {
    for (const run of inRuns(planned, VARIANTS_A_CALL)) await this.attemptHalved(run, send);
  }

  /** A call that is too dear for the store was not executed: its halves are sent in its stead. */
  private async attemptHalved<T>(run: Planned<T>[], send: (run: Planned<T>[]) => Promise<void>): Promise<void> {
    let isTooDear = false;
    await this.attemptApart(run, async (part) => {
      try {
        await send(part);
      } catch (error) {
        isTooDear = error instanceof ConnectorError && error.fault.code === 'MAX_COST_EXCEEDED' && run.length > 1;
        if (!isTooDear) throw error;
      }
    });
    if (!isTooDear) return;
    for (const half of inRuns(run, Math.ceil(run.length / 2))) await this.attemptHalved(half, send);
  }

  /** The same for one run; answers those that were taken. */
  async attemptApart<T>(planned: Planned<T>[], send: (run: Planned<T>[]) => Promise<void>): Promise<Planned<T>[]> {
    let left = planned;
    for (;;) {
      const run = left;
      let bad = new Map<number, DeliveryFault>();
      const sent = await this.attempt(
        run.map(({ write }) => write),
        async () => {
          try {
            await send(run);
          } catch (error) {
            if (!(error instanceof ShopifyRefusal) || ![...error.byVariant.keys()].some((at) => at < run.length))
              throw error;
            bad = error.byVariant;
          }
        },
      );
      if (!sent) return [];
      if (bad.size === 0) return run;
      run.forEach(({ write }, at) => {
        const fault = bad.get(at);
        if (fault) this.failed(write, fault);
      });
      left = run.filter((_, at) => !bad.has(at));
    }
  }

  /** One outcome per write; what was written bears what the read afterwards showed of it. */
  outcomes(records: Map<string, ObservedRecord>): RecordOutcome[] {
    return this.writes.map((write) => {
      const externalId = this.idOf(write);
      const observed = externalId === null ? undefined : records.get(externalId);
      const fault = this.faults.get(keyOf(write));
      if (fault === undefined && observed) return { id: write.id, entity: write.entity, written: true, observed };
      return { id: write.id, entity: write.entity, written: false, fault: fault ?? vanished(write) };
    });
  }
}

/** The fault of a ConnectorError; anything else is a mistake of ours and goes on as it is. */
export function faultFrom(error: unknown): DeliveryFault {
  if (error instanceof ConnectorError) return error.fault;
  throw error;
}

/** A product shares the fate of its variants, told in its own words. */
export function unmade(fault: DeliveryFault): DeliveryFault {
  return { ...fault, message: `the product was not made: ${fault.message}` };
}

function unsent(stop: DeliveryFault): DeliveryFault {
  return { ...stop, message: `not sent, after: ${stop.message}`, ambiguous: false };
}

function vanished(write: RecordWrite): DeliveryFault {
  return faultOf('NOT_FOUND', `${write.code} was written, but the read afterwards did not show it`, {
    ambiguous: true,
  });
}

function keyOf(write: RecordWrite): string {
  return `${write.entity}:${write.id}`;
}
