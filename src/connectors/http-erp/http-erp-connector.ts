import { ConnectorError } from '../../application/ports/connector.js';
import type {
  Capabilities,
  ChangePage,
  Check,
  Connector,
  Expectations,
  LookUp,
  RecordOutcome,
  RecordWrite,
  RootReading,
  WriteCommand,
} from '../../application/ports/connector.js';
import type { Meter } from '../../application/ports/meter.js';
import { UNMETERED } from '../../application/ports/meter.js';
import type { StockLine } from '../../application/ports/stock-store.js';
import type { Json } from '../../domain/primitives/json.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { DeliveryFault, ObservedRecord, RootRef } from '../../domain/publishing/system.js';
import { ExchangeGate } from '../exchange-gate.js';
import { faultOf } from '../faults.js';
import { mapLimited } from '../map-limited.js';
import type { SystemConfig } from '../system-config.js';
import { checkedBaseUrl, required } from '../system-config.js';
import { ErpClient } from './erp-client.js';
import { ChangeCursor } from './change-cursor.js';
import { diagnose } from './erp-diagnose.js';
import { itemBody, itemRecord, stockLine } from './erp-item.js';

const ROWS_A_PAGE = 200;

/** Speaks the generic ERP contract (design 7): one item per SKU, asked for by code, written under its ETag. */
export class HttpErpConnector implements Connector {
  readonly capabilities: Capabilities = {
    productRecords: false,
    concurrencyToken: true,
    changeCursor: true,
    kits: true,
    nestedKits: false,
    stock: true,
    attribution: true,
    resetByComposing: [],
    productsPerWrite: 1,
  };
  readonly webhooks = null;
  private readonly client: ErpClient;
  private readonly concurrency: number;

  /** @throws Error when the settings lack something. */
  constructor(config: SystemConfig, meter: Meter = UNMETERED) {
    const baseUrl = checkedBaseUrl(required(config, 'baseUrl'));
    const gate = new ExchangeGate(config.concurrency);
    this.client = new ErpClient(baseUrl, required(config, 'token'), gate, (result) =>
      meter.apiCall(config.code, result),
    );
    this.concurrency = config.concurrency;
    this.capabilities = { ...this.capabilities, lanes: config.concurrency };
  }

  /**
   * An item can only be asked for by code. Another item under the same code is not the one that was asked for; one that
   * was last seen without any, or with one that no address can hold, is looked for in the list.
   */
  async readRoots(roots: RootRef[], signal?: AbortSignal): Promise<RootReading[]> {
    const nameless = roots.filter(({ code }) => !isAddressable(code)).map(({ externalId }) => externalId);
    const listed = nameless.length > 0 ? await this.listed(new Set(nameless), signal) : new Map<string, never>();
    return mapLimited(roots, this.concurrency, async (root) => {
      const record = listed.get(root.externalId) ?? (root.code === null ? null : await this.item(root.code, signal));
      return { root, records: record?.externalId === root.externalId ? [record] : null };
    });
  }

  async lookUp(query: LookUp, signal?: AbortSignal): Promise<ObservedRecord[]> {
    const found = await mapLimited(query.codes, this.concurrency, (code) => this.item(code, signal));
    return found.filter((record) => record !== null);
  }

  async write(command: WriteCommand, signal?: AbortSignal): Promise<RecordOutcome[]> {
    return mapLimited(command.writes, this.concurrency, async (write): Promise<RecordOutcome> => {
      try {
        const observed = await this.put(write, `${command.attemptId}:${write.code}`, signal);
        return { id: write.id, entity: write.entity, written: true, observed };
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        return { id: write.id, entity: write.entity, written: false, fault: error.fault };
      }
    });
  }

  async *scan(signal?: AbortSignal): AsyncGenerator<ObservedRecord[]> {
    for await (const items of this.pages('items', {}, signal)) yield items.map(recordOf);
  }

  async *changesSince(cursor: string | null, signal?: AbortSignal): AsyncGenerator<ChangePage> {
    if (cursor === null) {
      const { answeredAt } = await this.client.send({ method: 'GET', path: '/items?limit=1', signal });
      yield { records: [], gone: [], cursor: ChangeCursor.from(new Date(), answeredAt).moved() };
      return;
    }
    const here = ChangeCursor.read(cursor);
    for await (const items of this.pages('items', { updatedSince: here.askFrom() }, signal)) {
      const records = items.map(recordOf);
      for (const { updatedAt } of records) here.saw(updatedAt, new Date());
      yield { records, gone: [], cursor: here.unmoved() };
    }
    yield { records: [], gone: [], cursor: here.moved() };
  }

  async *readStock(signal?: AbortSignal): AsyncGenerator<StockLine[]> {
    for await (const lines of this.pages('stock', {}, signal)) yield lines.flatMap((line) => stockLine(objectOf(line)));
  }

  diagnose(_: Expectations, signal?: AbortSignal): Promise<Check[]> {
    return diagnose({
      page: async (list) => (await this.client.send({ method: 'GET', path: `/${list}?limit=1`, signal })).body,
      read: recordOf,
      item: (code) => this.item(code, signal),
    });
  }

  /** Every page of a list, each under the key that bears its path's name. @throws ConnectorError when it is not complete. */
  private async *pages(
    list: 'items' | 'stock',
    which: Record<string, string>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Json[]> {
    const seen = new Set<string>();
    let after = '';
    for (;;) {
      const place: Record<string, string> = after === '' ? {} : { after };
      const query = new URLSearchParams({ ...which, limit: String(ROWS_A_PAGE), ...place });
      const { body } = await this.client.send({ method: 'GET', path: `/${list}?${query.toString()}`, signal });
      const { [list]: rows, next } = body;
      if (!Array.isArray(rows)) throw partial(`a page without ${list}`);
      if (rows.length > 0) yield rows;
      if (next === null) return;
      // A page that lacks `next` may be the last or cut short: nobody can tell, so the scan is not complete.
      if (typeof next !== 'string' || next === '') throw partial('a page without a cursor');
      if (seen.has(next)) throw partial('a cursor came twice');
      seen.add(next);
      after = next;
    }
  }

  /** Those of the items, by their ids; the list is read as far as it takes. */
  private async listed(
    ids: ReadonlySet<string>,
    signal: AbortSignal | undefined,
  ): Promise<Map<string, ObservedRecord>> {
    const found = new Map<string, ObservedRecord>();
    for await (const items of this.pages('items', {}, signal)) {
      for (const record of items.map(recordOf)) if (ids.has(record.externalId)) found.set(record.externalId, record);
      if (found.size === ids.size) break;
    }
    return found;
  }

  private async item(code: string, signal: AbortSignal | undefined): Promise<ObservedRecord | null> {
    if (!isAddressable(code)) return null;
    try {
      const { body, etag } = await this.client.send({ method: 'GET', path: pathOf(code), signal });
      return itemRecord(body, etag);
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.fault.code !== '404') throw error;
      // Not said as the contract has it, so that anybody may have said it who stands before the ERP.
      if (!isJsonObject(error.fault.raw)) await this.isThere(error.fault, signal);
      return null;
    }
  }

  /** @throws ConnectorError UNKNOWN where the list of items is not there either: then it is not the ERP that answers. */
  private async isThere(fault: DeliveryFault, signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.client.send({ method: 'GET', path: '/items?limit=1', signal });
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.fault.class !== 'NOT_FOUND') throw error;
      const message = 'something answers HTTP 404 to everything under this address, and is not the ERP';
      throw new ConnectorError(faultOf('UNKNOWN', message, { code: 'PAGE', raw: fault.raw }));
    }
  }

  private async put(
    write: RecordWrite,
    idempotencyKey: string,
    signal: AbortSignal | undefined,
  ): Promise<ObservedRecord> {
    if (write.entity !== 'SKU') throw refused('the ERP has no product records');
    const body = itemBody(write);
    const condition: Record<string, string> =
      write.action === 'CREATE' ? { 'If-None-Match': '*' } : { 'If-Match': await this.etagOf(write, signal) };
    const headers = { ...condition, 'Idempotency-Key': encodeURIComponent(idempotencyKey) };
    try {
      const answer = await this.client.send({ method: 'PUT', path: pathOf(placeOf(write)), headers, body, signal });
      return answerTo(write, itemRecord(answer.body, answer.etag));
    } catch (error) {
      const taken = write.action === 'CREATE' && error instanceof ConnectorError && error.fault.code === '412';
      throw taken ? new ConnectorError(await this.takenFault(write, error.fault, signal)) : error;
    }
  }

  /** The token that the write was decided on; without one the item's present, provided that it is still the same item. */
  private async etagOf(write: RecordWrite, signal: AbortSignal | undefined): Promise<string> {
    if (write.token !== null) return write.token;
    const code = placeOf(write);
    const record = await this.item(code, signal);
    if (record === null || record.externalId !== write.externalId) {
      throw new ConnectorError(faultOf('NOT_FOUND', `item ${write.externalId} is not under ${code} any more`));
    }
    if (record.token === null) throw new ConnectorError(faultOf('UNKNOWN', `the ERP gave no ETag for ${code}`));
    return record.token;
  }

  /** Somebody made an item of this code; who it is, is the next look-up's news, and a person's if it is not ours. */
  private async takenFault(
    write: RecordWrite,
    fault: DeliveryFault,
    signal: AbortSignal | undefined,
  ): Promise<DeliveryFault> {
    const there = await this.item(write.code, signal);
    const whose =
      there === null
        ? 'but is gone again'
        : `item ${there.externalId}, last changed by ${there.attribution?.actor ?? 'an unknown hand'}`;
    return { ...fault, class: 'CONFLICT', message: `${write.code} is there already: ${whose}`, ambiguous: false };
  }
}

/** The answer to a write is about what was written; one that shows another item says nothing of ours, whatever it holds. */
function answerTo({ externalId, code }: RecordWrite, record: ObservedRecord): ObservedRecord {
  const isIt =
    externalId === null
      ? record.code === null || foldCode(record.code) === foldCode(code)
      : record.externalId === externalId;
  if (isIt) return record;
  const message = `the ERP answered a write of ${code} with item ${record.externalId}, ${record.code}`;
  throw new ConnectorError(faultOf('UNKNOWN', message, { code: 'OTHER_ITEM', ambiguous: true }));
}

/** An item stands under the code that it bears there, though ours may be another one. */
function placeOf({ code, presentCode }: RecordWrite): string {
  return presentCode ?? code;
}

/** Two codes mean a place above where they end an address, however they are written. */
function isAddressable(code: string | null): boolean {
  return code !== null && code !== '.' && code !== '..';
}

/** @throws ConnectorError VALIDATION for a code that no address can hold. */
function pathOf(code: string): string {
  if (!isAddressable(code))
    throw refused(`no address can end in the code "${code}": leave this system out of the SKU's listedIn`);
  return `/items/${encodeURIComponent(code)}`;
}

function isJsonObject(value: Json): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** A listing gives no ETags; who writes reads anew. */
function recordOf(item: Json): ObservedRecord {
  return itemRecord(objectOf(item), null);
}

function objectOf(item: Json): { [key: string]: Json } {
  if (item === null || typeof item !== 'object' || Array.isArray(item)) throw partial('an item that is no object');
  return item;
}

function partial(message: string): ConnectorError {
  return new ConnectorError(faultOf('UNKNOWN', `scan not complete: ${message}`));
}

function refused(message: string): ConnectorError {
  return new ConnectorError(faultOf('VALIDATION', message));
}
