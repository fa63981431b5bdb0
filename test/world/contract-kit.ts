import { afterAll, beforeAll, beforeEach, describe } from '@jest/globals';
import { systemActor } from '../../src/domain/actor.js';
import type { FindingDraft } from '../../src/domain/drift/finding.js';
import { identityOf } from '../../src/domain/drift/finding.js';
import type { FieldValues, Json } from '../../src/domain/primitives/json.js';
import { causeOf } from '../../src/domain/publishing/dead-letter-cause.js';
import type { DeliveryFault, ObservedRecord, RecordEntity } from '../../src/domain/publishing/system.js';
import type { ObservableRecord, Verdicts } from '../../src/application/ports/observation-store.js';
import type { ScanHold, ScanRun } from '../../src/application/ports/scan-store.js';
import type { Claim, DeliverySettlement, Settlement } from '../../src/application/ports/publishing-queue.js';
import type { Backend, SeenDelivery, SeenFinding, SeenRecord } from './backend.js';
import { Desk, plainProduct, plainSku, productSet, skuSet, together } from './desk.js';
import { inMemory } from './play.js';
import { WorldDatabase } from './postgres-backend.js';
import { revisionIn } from './processes.js';
import { ERP, SHOP } from './story.js';
import { SYSTEMS } from './world.js';

/** All in sync, but those that are to be staged. */
function verdictsOn(
  known: readonly ObservableRecord[],
  shown: readonly ObservedRecord[],
  staged: readonly string[],
  readAt: Date,
): Omit<Verdicts, 'system' | 'source'> {
  const each = known.flatMap(({ record, busy }) => {
    const seen = shown.find(({ entity, externalId }) => entity === record.entity && externalId === record.externalId);
    return busy || !seen ? [] : [{ record, seen }];
  });
  const isStaged = ({ seen }: (typeof each)[number]): boolean => staged.includes(seen.externalId);
  return {
    records: each
      .filter((one) => !isStaged(one))
      .map(({ record, seen }) => ({
        recordId: record.id,
        base: record.published ?? {},
        observed: seen.fields,
        inSync: true,
        root: seen.root,
        revision: 1,
      })),
    staged: each.filter(isStaged).map(({ seen }) => ({
      entity: seen.entity,
      externalId: seen.externalId,
      root: seen.root,
      pieceId: null,
      readAt,
      observed: seen,
      opens: true,
    })),
    findings: [],
    closings: [],
    owed: [],
    gone: [],
  };
}

export const BY = systemActor('contract');
const START = Date.UTC(2026, 0, 5, 9);

/** One master with a product of two SKUs, which both systems hold and are linked with. */
export class Bench {
  private time = START;
  readonly desk: Desk;

  constructor(readonly backend: Backend) {
    this.desk = new Desk(backend);
  }

  async pass(seconds: number): Promise<void> {
    this.time += seconds * 1_000;
    await this.backend.setTime(this.time);
  }

  /** The database's clock, and a moment that nothing else has. */
  async now(): Promise<Date> {
    await this.pass(0.01);
    return this.backend.observations.now();
  }

  async link(): Promise<void> {
    await this.pass(1);
    const { newId } = this.backend;
    const id = newId();
    const product = productSet(null, plainProduct(id, 'mug', 'Mug'));
    const skus = ['MUG-RED', 'MUG-BLUE'].map((code) => skuSet(null, plainSku(newId(), code, id, '10.00', [SHOP, ERP])));
    await this.desk.apply(together(product, ...skus), 'WAITING');
    await this.pass(1);
    await this.scan(SHOP, SHOP_RECORDS);
    await this.scan(ERP, ERP_RECORDS);
    for (const { id: recordId, system, entity } of await this.records()) {
      await this.see(system, recordId, entity === 'PRODUCT' ? { 'product.title': 'Mug' } : { price: '10.00' });
    }
    await this.pass(1);
  }

  /** A whole scan that saw these records. Answers its id. */
  async scan(system: string, seen: readonly ObservedRecord[]): Promise<string> {
    const { scans, newId } = this.backend;
    const id = newId();
    await scans.beginScan(id, system, 'FULL', BY);
    await this.pass(0.01);
    const hold = await this.takeScan(id);
    await this.saw(hold, system, seen);
    await scans.pair(hold);
    await scans.judgeAbsences(hold);
    await scans.endScan(hold, 'SUCCEEDED', null);
    await scans.linkIfClean(system);
    return id;
  }

  async takeScan(id: string): Promise<ScanRun> {
    const run = await this.backend.scans.claimScan(id, this.backend.newId());
    if (!run) throw new Error('the scan is not to be had');
    return run;
  }

  /** One piece of a scan, seen and found in sync. */
  async saw(hold: ScanHold, system: string, records: readonly ObservedRecord[], staged: string[] = []): Promise<void> {
    const { scans, observations } = this.backend;
    const ids = await scans.scanSaw(hold, [
      { fingerprint: records.map(({ externalId }) => externalId).join(), records },
    ]);
    const governed = await observations.systemByCode(system);
    if (!governed) throw new Error(`no system ${system}`);
    const externalIds = records.map(({ entity, externalId }) => `${entity}:${externalId}`);
    const pieceOf = new Map(externalIds.map((key) => [key, [...ids.values()][0] ?? '']));
    const mark = { hold, basis: 'contract', pieces: [...ids.values()], pieceOf };
    const readAt = await this.now();
    await observations.judge(
      governed,
      { externalIds, rootIds: [] },
      readAt,
      (known) => verdictsOn(known, records, staged, readAt),
      'FULL_SCAN',
      mark,
    );
  }

  /** A verdict on one record by hand: this is there, and published. */
  async see(system: string, recordId: string, values: FieldValues, owed: string[] = []): Promise<void> {
    const readAt = await this.now();
    await this.pass(0.01);
    const record = await this.record(recordId);
    const lookFor = { externalIds: [`${record.entity}:${record.externalId ?? ''}`], rootIds: [] };
    const root = rootOf(system, record.externalId ?? '');
    const judge = (): Verdict => ({
      records: [{ recordId, base: values, observed: values, inSync: true, root }],
      findings: [],
      closings: [],
      owed,
      gone: [],
    });
    await this.backend.observations.judge(this.system(system), lookFor, readAt, judge, 'WEBHOOK');
  }

  system(code: string): (typeof SYSTEMS)[number] {
    const system = SYSTEMS.find((each) => each.code === code);
    if (!system) throw new Error(`there is no ${code}`);
    return { ...system, link: 'LINKED' };
  }

  async records(): Promise<SeenRecord[]> {
    return (await this.backend.inspect()).records;
  }

  async record(id: string): Promise<SeenRecord> {
    const record = (await this.records()).find((each) => each.id === id);
    if (!record) throw new Error('no such record');
    return record;
  }

  /** The record of the first SKU, or of the product, in a system. */
  async recordIn(system: string, entity: RecordEntity = 'SKU'): Promise<SeenRecord> {
    const record = (await this.records()).find((each) => each.system === system && each.entity === entity);
    if (!record) throw new Error('no such record');
    return record;
  }

  async deliveries(system: string): Promise<SeenDelivery[]> {
    return (await this.backend.inspect()).deliveries.filter((each) => each.system === system);
  }

  async states(system: string): Promise<string[]> {
    return (await this.deliveries(system)).map(({ state, revision }) => `${state} r${revision}`);
  }

  async findings(): Promise<SeenFinding[]> {
    return (await this.backend.inspect()).findings;
  }

  /** A new price for the first SKU: its next revision. */
  async price(price: string): Promise<void> {
    await this.pass(0.01);
    const sku = (await this.backend.inspect()).skus.find(({ code }) => code === 'MUG-RED');
    if (!sku) throw new Error('no such SKU');
    await this.desk.apply(skuSet(sku, { ...sku, price }));
    await this.pass(0.01);
  }

  async claim(system: string): Promise<Claim> {
    await this.pass(0.01);
    const claim = await this.backend.queue.claim(system);
    if (!claim) throw new Error('nothing was due');
    await this.pass(0.01);
    return claim;
  }

  settle(claim: Claim, outcome: DeliverySettlement['outcome'], more: Partial<Settlement> = {}): Promise<void> {
    const deliveries = claim.deliveries.map((each) => {
      return { deliveryId: each.id, revision: revisionIn(claim, each), outcome };
    });
    const nothing = {
      records: [],
      brought: [],
      attempts: [],
      unheard: [],
      findings: [],
      closings: [],
      notOurs: [],
      contact: null,
    };
    return this.backend.queue.settle(claim, { ...nothing, deliveries, ...more });
  }

  /** Stores one attempt on the first delivery of a claim. */
  willSend(claim: Claim, expected: FieldValues, findings: readonly FindingDraft[] = []): Promise<object | null> {
    const [delivery] = claim.deliveries;
    const { id: deliveryId = '', recordId = '' } = delivery ?? {};
    return this.backend.queue.willSend(claim, [{ attemptId: ATTEMPT, deliveryId, recordId, expected }], findings);
  }

  draft({ id, productId, skuId }: SeenRecord, found: Json): FindingDraft {
    const of = { identity: identityOf(id, 'FIELD', 'price'), kind: 'FIELD' as const, recordId: id, productId, skuId };
    const what = { target: 'MUG-RED', field: 'price', expected: '10.00', found, lastPublished: '10.00' };
    return { ...of, ...what, severity: 'HIGH', attribution: null };
  }
}

type Verdict = ReturnType<Parameters<Backend['observations']['judge']>[3]>;

export const ATTEMPT = '00000000-0000-7000-8000-ffffffffffff';
export const FAULT: DeliveryFault = {
  class: 'TRANSIENT',
  code: null,
  message: 'no answer',
  retryAfterSeconds: null,
  ambiguous: true,
  raw: null,
};

export const RETRY = { kind: 'RETRY' as const, delaySeconds: 5, fault: FAULT };
export const DEAD = { kind: 'DEAD' as const, fault: FAULT, cause: causeOf(FAULT, 'MUG-RED'), findingIdentity: null };
export const DELIVERED = { kind: 'DELIVERED' as const };

/** Tried again, after a fault of another class. */
export function retryOf(errorClass: DeliveryFault['class'], delaySeconds = 0): DeliverySettlement['outcome'] {
  return { kind: 'RETRY', delaySeconds, fault: { ...FAULT, class: errorClass } };
}

export function shown(system: string, entity: RecordEntity, externalId: string, code: string): ObservedRecord {
  const nothing = { fields: {}, unreadable: [], updatedAt: null, attribution: null, token: null };
  return { entity, externalId, root: rootOf(system, externalId), code, ...nothing };
}

function rootOf(system: string, externalId: string): { externalId: string; code: string | null } {
  return system === SHOP ? { externalId: 'p1', code: null } : { externalId, code: externalId };
}

export const SHOP_RECORDS = [
  shown(SHOP, 'PRODUCT', 'p1', 'mug'),
  shown(SHOP, 'SKU', 'v1', 'MUG-RED'),
  shown(SHOP, 'SKU', 'v2', 'MUG-BLUE'),
];
export const ERP_RECORDS = [shown(ERP, 'SKU', 'i1', 'MUG-RED'), shown(ERP, 'SKU', 'i2', 'MUG-BLUE')];

/** By their texts, for what comes in no order. */
export function inOrder<T extends Json>(list: readonly T[]): T[] {
  return list.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** The same promises, asked of the store in memory and of PostgreSQL. */
export function onBoth(what: string, tests: (bench: () => Bench) => void): void {
  describe.each(['in memory', 'in PostgreSQL'])(`${what}, %s`, (where) => {
    let database: WorldDatabase | null = null;
    let bench: Bench;
    beforeAll(async () => {
      if (where === 'in PostgreSQL') database = await WorldDatabase.open();
    });
    beforeEach(async () => {
      bench = new Bench(database ? await database.backend(SYSTEMS) : await inMemory());
      await bench.link();
    });
    afterAll(() => database?.close());
    tests(() => bench);
  });
}
