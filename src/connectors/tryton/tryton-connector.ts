import { ConnectorError } from '../../application/ports/connector.js';
import type {
  Capabilities,
  ChangePage,
  Check,
  Connector,
  Expectations,
  LookUp,
  RecordOutcome,
  RootReading,
  WriteCommand,
} from '../../application/ports/connector.js';
import type { Meter } from '../../application/ports/meter.js';
import { UNMETERED } from '../../application/ports/meter.js';
import type { StockLine } from '../../application/ports/stock-store.js';
import type { ObservedRecord, RootRef } from '../../domain/publishing/system.js';
import { ExchangeGate } from '../exchange-gate.js';
import { faultOf } from '../faults.js';
import type { SystemConfig } from '../system-config.js';
import { checkedBaseUrl, required } from '../system-config.js';
import { trytonChanges } from './tryton-changes.js';
import { TrytonDatabase } from './tryton-database.js';
import { diagnose } from './tryton-diagnose.js';
import { ITEMS_A_PAGE, TrytonReader, variantId } from './tryton-reader.js';
import { TrytonSession } from './tryton-session.js';
import { trytonStock } from './tryton-stock.js';
import { TrytonWriter } from './tryton-writer.js';

/** Products of which one call may hold the writes: as many lanes as are worked on beside each other fit in. */
const PRODUCTS_A_WRITE = 250;

/** Speaks to a Tryton 6.0: one template with one variant for each SKU. */
export class TrytonConnector implements Connector {
  readonly capabilities: Capabilities = {
    productRecords: false,
    concurrencyToken: true,
    changeCursor: true,
    kits: true,
    nestedKits: false,
    stock: true,
    attribution: true,
    recodes: true,
    resetByComposing: [],
    productsPerWrite: PRODUCTS_A_WRITE,
  };
  readonly webhooks = null;
  private readonly database: TrytonDatabase;
  private readonly user: string;
  private readonly reader: TrytonReader;
  private readonly writer: TrytonWriter;

  /** @throws Error when the settings lack something. */
  constructor(config: SystemConfig, meter: Meter = UNMETERED) {
    const access = {
      baseUrl: checkedBaseUrl(required(config, 'baseUrl')),
      database: required(config, 'database'),
      user: required(config, 'user'),
      password: required(config, 'password'),
    };
    this.user = access.user;
    const gate = new ExchangeGate(config.concurrency);
    const session = new TrytonSession(access, gate, (result) => meter.apiCall(config.code, result));
    const units = Object.entries(config.units ?? {});
    this.database = new TrytonDatabase(session, config.currency ?? null);
    this.reader = new TrytonReader(this.database, new Map(units.map(([word, symbol]) => [symbol, word])), access.user);
    this.writer = new TrytonWriter(this.database, this.reader, new Map(units));
  }

  async readRoots(roots: RootRef[], signal?: AbortSignal): Promise<RootReading[]> {
    const ids = roots.flatMap(({ externalId }) => variantId(externalId) ?? []);
    const found = ids.length > 0 ? await this.reader.byIds(ids, signal) : [];
    const byId = new Map(found.map((record) => [record.externalId, record]));
    return roots.map((root) => {
      const record = byId.get(root.externalId);
      return { root, records: record ? [record] : null };
    });
  }

  lookUp({ codes }: LookUp, signal?: AbortSignal): Promise<ObservedRecord[]> {
    return codes.length > 0 ? this.reader.byCodes(codes, signal) : Promise.resolve([]);
  }

  write(command: WriteCommand, signal?: AbortSignal): Promise<RecordOutcome[]> {
    return this.writer.write(command.writes, signal);
  }

  async writeMany(commands: readonly WriteCommand[], signal?: AbortSignal): Promise<RecordOutcome[][]> {
    const writes = commands.flatMap((command) => command.writes);
    const outcomes = await this.writer.write(writes, signal);
    let from = 0;
    return commands.map((command) => outcomes.slice(from, (from += command.writes.length)));
  }

  /** The next page is asked for while the last one is looked at: Tryton is the slower of the two. */
  async *scan(signal?: AbortSignal): AsyncGenerator<ObservedRecord[]> {
    let next = this.page(0, signal);
    for (;;) {
      const records = await next;
      const last = records.at(-1);
      const isOver = records.length < ITEMS_A_PAGE || !last;
      if (!isOver) next = this.page(variantId(last.externalId) ?? 0, signal);
      // Should whoever listens leave, nobody waits for it any more.
      next.catch(() => {});
      if (records.length > 0) yield records;
      if (isOver) return;
    }
  }

  changesSince(cursor: string | null, signal?: AbortSignal): AsyncGenerator<ChangePage> {
    return trytonChanges(this.database, this.reader, cursor, signal);
  }

  readStock(signal?: AbortSignal): AsyncGenerator<StockLine[]> {
    return trytonStock(this.database, signal);
  }

  diagnose(_: Expectations, signal?: AbortSignal): Promise<Check[]> {
    return diagnose(this.database, this.user, signal);
  }

  private async page(after: number, signal: AbortSignal | undefined): Promise<ObservedRecord[]> {
    const records = await this.reader.page(after, ITEMS_A_PAGE, signal);
    const ids = records.map(({ externalId }) => variantId(externalId) ?? 0);
    if (ids.some((id, at) => id <= (ids[at - 1] ?? after)))
      throw new ConnectorError(faultOf('UNKNOWN', 'scan not complete: Tryton answered a page that is not in order'));
    return records;
  }
}
