import { ConnectorError } from '../../application/ports/connector.js';
import type { RecordOutcome, RecordWrite } from '../../application/ports/connector.js';
import type { DeliveryFault, ObservedRecord } from '../../domain/publishing/system.js';
import { foldCode } from '../../domain/primitives/text.js';
import { ExchangeGate } from '../exchange-gate.js';
import { faultOf } from '../faults.js';
import type { TrytonDatabase } from './tryton-database.js';
import { isRefusal } from './tryton-errors.js';
import type { TrytonReader } from './tryton-reader.js';
import { variantId } from './tryton-reader.js';
import { TrytonTariffs } from './tryton-tariffs.js';
import type { RecordToken } from './tryton-token.js';
import { readToken } from './tryton-token.js';
import type { ItemValues, UnitSymbols } from './tryton-values.js';
import { componentsNamed, itemValues, newTemplate } from './tryton-values.js';
import type { Row } from './tryton-wire.js';

/** Records in one transaction of Tryton's. It writes some tens to hundreds a second, and an exchange has 20 s. */
const RECORDS_A_CALL = 100;

/** A write on its way. */
interface Job {
  write: RecordWrite;
  token: RecordToken | null;
  values: ItemValues;
}

/** What is known of a write so far: a fault, or the template that now has to be read. */
type Done = { fault: DeliveryFault } | { template: number };

/** Sends a batch in one transaction; answers their templates, in their order. */
type Send = (batch: readonly Job[]) => Promise<number[]>;

/**
 * Creates and changes items, many in one transaction. Tryton takes all of a call or nothing, so that what it refuses is
 * looked for by halves: one bad record costs its neighbours time, and never their write.
 */
export class TrytonWriter {
  private readonly tariffGate = new ExchangeGate(1);

  constructor(
    private readonly database: TrytonDatabase,
    private readonly reader: TrytonReader,
    private readonly symbols: UnitSymbols,
  ) {}

  /** One outcome per write, in their order. */
  async write(writes: readonly RecordWrite[], signal?: AbortSignal): Promise<RecordOutcome[]> {
    const done = new Map<RecordWrite, Done>();
    try {
      const jobs = await this.prepared(writes, done, signal);
      const creates = await this.notThere(
        jobs.filter(({ write }) => write.action === 'CREATE'),
        done,
        signal,
      );
      await this.inBatches(creates, done, (batch) => this.create(batch, signal));
      const updates = jobs.filter(({ write }) => write.action === 'UPDATE');
      // What changes the variant alone is written to it alone, in half the time.
      const isOfTemplate = ({ values }: Job): boolean => Object.keys(values.template).length > 0;
      await this.inBatches(updates.filter(isOfTemplate), done, (batch) => this.updateTemplates(batch, signal));
      const others = updates.filter((job) => !isOfTemplate(job));
      await this.inBatches(others, done, (batch) => this.updateVariants(batch, signal));
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      // Whatever was not begun was not sent.
      const fault = { ...error.fault, ambiguous: false };
      for (const write of writes) if (!done.has(write)) done.set(write, { fault });
    }
    return this.shown(writes, done, signal);
  }

  /** What can be said without asking is said at once, record by record. */
  private async prepared(
    writes: readonly RecordWrite[],
    done: Map<RecordWrite, Done>,
    signal: AbortSignal | undefined,
  ): Promise<Job[]> {
    const around = await this.database.surroundings(signal);
    const tokens = await this.tokensOf(writes, signal);
    const componentUnits = await this.reader.unitsOf(componentsNamed(writes), signal);
    const known = { around, symbols: this.symbols, componentUnits };
    const jobs: Job[] = [];
    for (const write of writes) {
      try {
        if (write.entity !== 'SKU') throw refused('Tryton has no product records of ours');
        const token = write.action === 'CREATE' ? null : (tokens.get(write) ?? null);
        if (write.action === 'UPDATE' && token === null)
          throw new ConnectorError(faultOf('NOT_FOUND', `variant ${write.externalId} is not in Tryton any more`));
        jobs.push({ write, token, values: itemValues(write, token, known) });
      } catch (error) {
        if (!(error instanceof ConnectorError) || !isRefusal(error.fault)) throw error;
        done.set(write, { fault: error.fault });
      }
    }
    return this.withTariffs(jobs, done, signal);
  }

  /** Those whose HS code has its row in the customs' tariff. */
  private async withTariffs(
    jobs: readonly Job[],
    done: Map<RecordWrite, Done>,
    signal: AbortSignal | undefined,
  ): Promise<Job[]> {
    const codes = jobs.flatMap(({ values }) => values.tariff?.code ?? []);
    // Two calls at once would each make the row that both have looked for in vain.
    const isAsked = codes.length > 0;
    return isAsked ? this.tariffGate.pass(() => this.put(codes, jobs, done, signal)) : this.put([], jobs, done, signal);
  }

  private async put(
    codes: readonly string[],
    jobs: readonly Job[],
    done: Map<RecordWrite, Done>,
    signal: AbortSignal | undefined,
  ): Promise<Job[]> {
    const tariffs = await TrytonTariffs.of(this.database, codes, signal);
    const ready: Job[] = [];
    for (const job of jobs) {
      try {
        await putTariff(job, tariffs, signal);
        ready.push(job);
      } catch (error) {
        if (!(error instanceof ConnectorError) || !isRefusal(error.fault)) throw error;
        done.set(job.write, { fault: error.fault });
      }
    }
    return ready;
  }

  /** The reading that each update was decided on; where the caller has none, what is there now. */
  private async tokensOf(
    writes: readonly RecordWrite[],
    signal: AbortSignal | undefined,
  ): Promise<Map<RecordWrite, RecordToken>> {
    const tokens = new Map<RecordWrite, RecordToken>();
    const bare = writes.filter(({ action, token }) => action === 'UPDATE' && token === null);
    const ids = bare.flatMap(({ externalId }) => variantId(externalId ?? '') ?? []);
    const found = ids.length > 0 ? await this.reader.byIds(ids, signal) : [];
    const now = new Map(found.map(({ externalId, token }) => [externalId, token]));
    for (const write of writes) {
      const text = write.token ?? now.get(write.externalId ?? '') ?? null;
      if (text !== null) tokens.set(write, readToken(text));
    }
    return tokens;
  }

  /** Tryton keeps codes apart only among those in use: whoever else bears one is looked for before a second is made. */
  private async notThere(
    jobs: readonly Job[],
    done: Map<RecordWrite, Done>,
    signal: AbortSignal | undefined,
  ): Promise<Job[]> {
    if (jobs.length === 0) return [];
    const there = await this.reader.byCodes(
      jobs.map(({ write }) => write.code),
      signal,
    );
    const byCode = new Map(there.toReversed().map((record) => [foldCode(record.code ?? ''), record]));
    return jobs.filter(({ write }) => {
      const taken = byCode.get(foldCode(write.code));
      if (taken) done.set(write, { fault: takenFault(write, taken) });
      return !taken;
    });
  }

  private async inBatches(jobs: readonly Job[], done: Map<RecordWrite, Done>, send: Send): Promise<void> {
    for (let from = 0; from < jobs.length; from += RECORDS_A_CALL) {
      await this.byHalves(jobs.slice(from, from + RECORDS_A_CALL), done, send);
    }
  }

  private async byHalves(batch: readonly Job[], done: Map<RecordWrite, Done>, send: Send): Promise<void> {
    try {
      const templates = await send(batch);
      for (const [at, { write }] of batch.entries()) done.set(write, { template: templates[at] ?? 0 });
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      if (batch.length === 1 || !isRefusal(error.fault)) {
        for (const { write } of batch) done.set(write, { fault: error.fault });
        if (isRefusal(error.fault)) return;
        throw error;
      }
      const middle = Math.ceil(batch.length / 2);
      await this.byHalves(batch.slice(0, middle), done, send);
      await this.byHalves(batch.slice(middle), done, send);
    }
  }

  private async create(batch: readonly Job[], signal: AbortSignal | undefined): Promise<number[]> {
    const around = await this.database.surroundings(signal);
    const values = batch.map(({ write, values: each }) => newTemplate(write, each, around, this.symbols));
    return this.database.create('product.template', values, signal);
  }

  private async updateTemplates(batch: readonly Job[], signal: AbortSignal | undefined): Promise<number[]> {
    const changes = batch.flatMap(({ token, values: { template, variant } }) => {
      if (token === null) return [];
      const own: Row = Object.keys(variant).length > 0 ? { products: [['write', [token.variant], variant]] } : {};
      return [{ id: token.template, values: { ...template, ...own } }];
    });
    await this.database.write('product.template', paired(changes), stampsOf(batch), signal);
    return batch.map(({ token }) => token?.template ?? 0);
  }

  private async updateVariants(batch: readonly Job[], signal: AbortSignal | undefined): Promise<number[]> {
    const changes = batch.flatMap(({ token, values: { variant } }) =>
      token === null || Object.keys(variant).length === 0 ? [] : [{ id: token.variant, values: variant }],
    );
    if (changes.length > 0) await this.database.write('product.product', paired(changes), stampsOf(batch), signal);
    return batch.map(({ token }) => token?.template ?? 0);
  }

  /** What Tryton shows of everything that it took: read once more, because a write that says yes may have changed nothing. */
  private async shown(
    writes: readonly RecordWrite[],
    done: ReadonlyMap<RecordWrite, Done>,
    signal: AbortSignal | undefined,
  ): Promise<RecordOutcome[]> {
    const ids = [...done.values()].flatMap((each) => ('template' in each ? [each.template] : []));
    let records: ReadonlyMap<number, readonly ObservedRecord[]> = new Map();
    let unread = faultOf('UNKNOWN', 'Tryton took the write and does not show the record', { ambiguous: true });
    try {
      const read = ids.length > 0 ? await this.reader.byTemplates([...new Set(ids)], signal) : [];
      records = Map.groupBy(read, ({ token }) => readToken(token ?? '').template);
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      unread = { ...error.fault, ambiguous: true };
    }
    return writes.map((write): RecordOutcome => {
      const { id, entity } = write;
      const each = done.get(write);
      const shown = each && 'template' in each ? (records.get(each.template) ?? []) : [];
      const observed = write.externalId === null ? shown[0] : shown.find((one) => one.externalId === write.externalId);
      if (observed) return { id, entity, written: true, observed };
      return { id, entity, written: false, fault: each && 'fault' in each ? each.fault : unread };
    });
  }
}

async function putTariff(
  { token, values: { tariff, template } }: Job,
  tariffs: TrytonTariffs,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (tariff === undefined) return;
  const link = token?.tariff ?? null;
  if (tariff === null) {
    if (link !== null) template['tariff_codes'] = [['delete', [link]]];
    return;
  }
  const id = await tariffs.idOf(tariff.code, tariff.country, signal);
  template['tariff_codes'] =
    link === null ? [['create', [{ tariff_code: id }]]] : [['write', [link], { tariff_code: id }]];
}

/** Somebody has an item of this code; who it is, is the next look-up's news, and a person's if it is not ours. */
function takenFault(write: RecordWrite, { externalId, attribution, fields }: ObservedRecord): DeliveryFault {
  const { lifecycle } = fields;
  const state = JSON.stringify(lifecycle ?? null).includes('"active":false') ? 'out of use, ' : '';
  const whose = `variant ${externalId}, ${state}last changed by ${attribution?.actor ?? 'an unknown hand'}`;
  return faultOf('CONFLICT', `${write.code} is there already: ${whose}`, { code: 'CODE_TAKEN' });
}

/** Equal changes of many rows are one pair, which Tryton writes many times faster than as many pairs. */
function paired(changes: readonly { id: number; values: Row }[]): { ids: number[]; values: Row }[] {
  const pairs = Map.groupBy(changes, ({ values }) => JSON.stringify(values));
  return [...pairs.values()].map((same) => ({ ids: same.map(({ id }) => id), values: same[0]?.values ?? {} }));
}

function stampsOf(batch: readonly Job[]): Row {
  return Object.assign({}, ...batch.map(({ token }) => token?.stamps ?? {}));
}

function refused(message: string): ConnectorError {
  return new ConnectorError(faultOf('VALIDATION', message));
}
