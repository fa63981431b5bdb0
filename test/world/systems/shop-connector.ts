import type {
  Connector,
  LookUp,
  RecordOutcome,
  RecordWrite,
  RootReading,
  WebhookSide,
  WriteCommand,
} from '../../../src/application/ports/connector.js';
import type { DeliveryFault, ObservedRecord, RootRef } from '../../../src/domain/publishing/system.js';
import type { Process } from '../scheduler.js';
import type { Item, SimulatedSystem, Writer } from './simulated-system.js';
import type { Wire } from './wire.js';
import { fault, faultIn } from './wire.js';

/** Speaks to the Shopify-like shop: product records, several exchanges a write, no tokens, webhooks. */
export class ShopConnector implements Connector {
  readonly capabilities = {
    productRecords: true,
    concurrencyToken: false,
    changeCursor: false,
    kits: true,
    nestedKits: false,
    stock: false,
    attribution: false,
    resetByComposing: [],
    productsPerWrite: 1,
  };
  readonly webhooks: WebhookSide = {
    topics: [],
    isAuthentic: () => true,
    placesOf: (named) => Promise.resolve(named.map((root) => [root])),
    rootOf: (_topic, body) => ({ externalId: body.toString(), code: null }),
    ensureSubscriptions: () => Promise.resolve({ there: [], mended: [], fault: null }),
  };

  constructor(
    private readonly shop: SimulatedSystem,
    private readonly wire: Wire,
    private readonly process: Process,
    /** When this process read what, since it claimed. */
    private readonly reads: Map<string, number>,
    private readonly now: () => number,
  ) {}

  readRoots(roots: RootRef[], signal?: AbortSignal): Promise<RootReading[]> {
    const label = `reads ${roots.map(({ externalId }) => externalId).join(', ') || 'nothing'}`;
    return this.wire.exchange(this.process, 'READ', label, signal, async () =>
      roots.map((root) => ({ root, records: this.read(root.externalId) })),
    );
  }

  lookUp({ handle, codes }: LookUp, signal?: AbortSignal): Promise<ObservedRecord[]> {
    return this.wire.exchange(this.process, 'READ', `looks for ${handle}`, signal, async () => {
      const roots = [...this.shop.items.values()].filter(({ entity, code }) =>
        entity === 'PRODUCT' ? code === handle : codes.includes(code),
      );
      return [...new Set(roots.map(({ rootId }) => rootId))].flatMap((rootId) => this.read(rootId) ?? []);
    });
  }

  async write(command: WriteCommand, signal?: AbortSignal): Promise<RecordOutcome[]> {
    const faults = new Map<RecordWrite, DeliveryFault>();
    const [products, skus] = ['PRODUCT', 'SKU'].map((of) => command.writes.filter(({ entity }) => entity === of));
    let rootId = command.product.root?.externalId ?? null;
    // What arrives late was decided on what was read by now.
    const reads = new Map(this.reads);
    const send = async (writes: RecordWrite[], label: string): Promise<void> => {
      try {
        const codes = writes.map(({ code }) => code).join(', ');
        const act = (): Promise<string> => this.land(command, rootId, writes, reads);
        rootId = await this.wire.exchange(this.process, 'WRITE', `${label} ${codes}`, signal, act);
      } catch (error) {
        for (const write of writes) faults.set(write, faultIn(error));
      }
    };
    if (rootId === null) await send(command.writes, 'creates');
    else {
      if (products && products.length > 0) await send(products, 'writes product');
      if (skus && skus.length > 0) await send(skus, 'writes variants');
    }
    return this.outcomes(command.writes, faults, rootId, signal);
  }

  /** What is there after it was sent: the word that counts. */
  private async outcomes(
    writes: readonly RecordWrite[],
    faults: Map<RecordWrite, DeliveryFault>,
    rootId: string | null,
    signal: AbortSignal | undefined,
  ): Promise<RecordOutcome[]> {
    let records: ObservedRecord[] = [];
    if (writes.some((write) => !faults.has(write)) && rootId !== null) {
      try {
        const root = { externalId: rootId, code: null };
        records = (await this.readRoots([root], signal)).flatMap((reading) => reading.records ?? []);
      } catch (error) {
        const told = { ...faultIn(error), ambiguous: true };
        for (const write of writes) if (!faults.has(write)) faults.set(write, told);
      }
    }
    return writes.map((write): RecordOutcome => {
      const { id, entity } = write;
      const observed = records.find((each) => each.entity === entity && each.code === write.code);
      const why = faults.get(write) ?? (observed ? null : fault('NOT_FOUND', 'GONE', 'went away', false).fault);
      return observed && !why
        ? { id, entity, written: true, observed }
        : { id, entity, written: false, fault: why ?? GONE };
    });
  }

  /** One mutation lands: all of it. The product is found by our own id, as productSet does. */
  private async land(
    command: WriteCommand,
    rootId: string | null,
    writes: readonly RecordWrite[],
    reads: ReadonlyMap<string, number>,
  ): Promise<string> {
    const { handle } = command.product;
    const product = rootId === null ? this.shop.find('PRODUCT', handle) : (this.shop.items.get(rootId) ?? null);
    if (rootId !== null && product === null) throw fault('NOT_FOUND', 'GONE', `${rootId} is not there`, false);
    const own = writes.find(({ entity }) => entity === 'PRODUCT');
    let root = product;
    if (root === null)
      root = await this.shop.create('PRODUCT', handle, own?.values ?? {}, null, this.writer(null, reads));
    else if (own) await this.shop.write(root, own.values, this.writer(root, reads));
    for (const write of writes.filter(({ entity }) => entity === 'SKU')) await this.landVariant(root, write, reads);
    return root.externalId;
  }

  private async landVariant(root: Item, write: RecordWrite, reads: ReadonlyMap<string, number>): Promise<void> {
    if (write.externalId === null) {
      await this.shop.create('SKU', write.code, write.values, root.rootId, this.writer(null, reads));
      return;
    }
    const item = this.shop.items.get(write.externalId);
    if (!item) throw fault('NOT_FOUND', 'GONE', `${write.externalId} is not there`, false);
    await this.shop.write(item, write.values, this.writer(item, reads));
  }

  private writer(item: Item | null, reads: ReadonlyMap<string, number>): Writer {
    return { name: this.process.name, readAt: item === null ? null : (reads.get(item.externalId) ?? null) };
  }

  async *scan(signal?: AbortSignal): AsyncGenerator<ObservedRecord[]> {
    const list = (): Promise<string[]> =>
      Promise.resolve([...new Set([...this.shop.items.values()].map(({ rootId }) => rootId))]);
    const roots = await this.wire.exchange(this.process, 'READ', 'lists the shop', signal, list);
    for (const rootId of roots) {
      const page = (): Promise<ObservedRecord[]> => Promise.resolve(this.read(rootId) ?? []);
      yield await this.wire.exchange(this.process, 'READ', `scans ${rootId}`, signal, page);
    }
  }

  private read(rootId: string): ObservedRecord[] | null {
    const items = this.shop.ofRoot(rootId);
    for (const { externalId } of items) this.reads.set(externalId, this.now());
    return items.length === 0 ? null : items.map((item) => this.shop.shown(item));
  }
}

const GONE = fault('NOT_FOUND', 'GONE', 'went away', false).fault;
