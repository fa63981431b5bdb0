import type {
  Connector,
  LookUp,
  RecordOutcome,
  RecordWrite,
  RootReading,
  WriteCommand,
} from '../../../src/application/ports/connector.js';
import type { ObservedRecord, RootRef } from '../../../src/domain/publishing/system.js';
import type { Process } from '../scheduler.js';
import type { Item, SimulatedSystem, Writer } from './simulated-system.js';
import type { Wire } from './wire.js';
import { fault, faultIn } from './wire.js';

/** Speaks to the ERP: one item per SKU, each written under the token of what was read; it calls nobody. */
export class ErpConnector implements Connector {
  readonly capabilities = {
    productRecords: false,
    concurrencyToken: true,
    changeCursor: false,
    kits: true,
    nestedKits: false,
    stock: false,
    attribution: true,
    resetByComposing: [],
    productsPerWrite: 1,
  };
  readonly webhooks = null;

  constructor(
    private readonly erp: SimulatedSystem,
    private readonly wire: Wire,
    private readonly process: Process,
    /** When this process read what, since it claimed. */
    private readonly reads: Map<string, number>,
    private readonly now: () => number,
  ) {}

  async readRoots(roots: RootRef[], signal?: AbortSignal): Promise<RootReading[]> {
    const readings: RootReading[] = [];
    for (const root of roots) {
      const item = await this.get(root.code ?? '', signal);
      readings.push({ root, records: item?.externalId === root.externalId ? [item] : null });
    }
    return readings;
  }

  async lookUp({ codes }: LookUp, signal?: AbortSignal): Promise<ObservedRecord[]> {
    const found: ObservedRecord[] = [];
    for (const code of codes) {
      const item = await this.get(code, signal);
      if (item) found.push(item);
    }
    return found;
  }

  async write({ writes }: WriteCommand, signal?: AbortSignal): Promise<RecordOutcome[]> {
    const outcomes: RecordOutcome[] = [];
    // What arrives late was decided on what was read by now.
    const reads = new Map(this.reads);
    for (const write of writes) {
      const { id, entity } = write;
      try {
        const act = (): Promise<ObservedRecord> => this.put(write, reads);
        const observed = await this.wire.exchange(this.process, 'WRITE', `puts ${write.code}`, signal, act);
        outcomes.push({ id, entity, written: true, observed });
      } catch (error) {
        outcomes.push({ id, entity, written: false, fault: faultIn(error) });
      }
    }
    return outcomes;
  }

  private async put(write: RecordWrite, reads: ReadonlyMap<string, number>): Promise<ObservedRecord> {
    const there = this.erp.find('SKU', write.code);
    if (write.action === 'CREATE') {
      if (there) throw fault('CONFLICT', '412', `${write.code} is there already`, false);
      return this.erp.shown(await this.erp.create('SKU', write.code, write.values, null, this.writer(null, reads)));
    }
    if (there?.externalId !== write.externalId || !there) throw fault('NOT_FOUND', '404', 'no such item', false);
    if (write.token !== null && write.token !== this.erp.shown(there).token) {
      throw fault('CONFLICT', '412', `${write.code} was changed since`, false);
    }
    await this.erp.write(there, write.values, this.writer(there, reads));
    return this.erp.shown(there);
  }

  private writer(item: Item | null, reads: ReadonlyMap<string, number>): Writer {
    return { name: this.process.name, readAt: item === null ? null : (reads.get(item.externalId) ?? null) };
  }

  async *scan(signal?: AbortSignal): AsyncGenerator<ObservedRecord[]> {
    const codes = [...this.erp.items.values()].map(({ code }) => code);
    for (let from = 0; from < codes.length; from += 2) {
      const page = (): Promise<ObservedRecord[]> =>
        Promise.resolve(codes.slice(from, from + 2).flatMap((code) => this.read(code) ?? []));
      yield await this.wire.exchange(this.process, 'READ', `scans page ${from / 2 + 1}`, signal, page);
    }
  }

  private get(code: string, signal: AbortSignal | undefined): Promise<ObservedRecord | null> {
    return this.wire.exchange(this.process, 'READ', `reads ${code}`, signal, async () => this.read(code));
  }

  private read(code: string): ObservedRecord | null {
    const item = this.erp.find('SKU', code);
    if (!item) return null;
    this.reads.set(item.externalId, this.now());
    return this.erp.shown(item);
  }
}
