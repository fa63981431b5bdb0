import { expect, it } from '@jest/globals';
import type { Capabilities, Connector, RecordOutcome, WriteCommand } from '../../src/application/ports/connector.js';
import { registryOf } from '../../src/application/ports/connector.js';
import type { PublishingPorts } from '../../src/application/ports/ports.js';
import { publishLane } from '../../src/application/publishing/publish-lane.js';
import type { FieldValues } from '../../src/domain/primitives/json.js';
import type { ObservedRecord } from '../../src/domain/publishing/system.js';
import type { Bench } from './contract-kit.js';
import { ATTEMPT, inOrder, onBoth, RETRY, SHOP_RECORDS, shown } from './contract-kit.js';
import { plainSku, productSet, skuSet, plainProduct, together } from './desk.js';
import { MASTERS, NOTHING_HEALS, NOTHING_OWNED } from './processes.js';
import { ERP, SHOP } from './story.js';

/** A system that declares nothing. */
const PLAIN: Capabilities = {
  productRecords: false,
  concurrencyToken: false,
  changeCursor: false,
  kits: true,
  nestedKits: false,
  stock: false,
  attribution: false,
  resetByComposing: [],
  productsPerWrite: 1,
};

/** A system that shows what it is told to show, takes every write, and remembers what was sent. */
class TestSystem {
  readonly sent: WriteCommand[] = [];
  readonly connector: Connector;

  constructor(productRecords: boolean, roots: () => ObservedRecord[], lookUp: () => ObservedRecord[]) {
    this.connector = {
      capabilities: { ...PLAIN, productRecords },
      readRoots: async (asked) => asked.map((root) => ({ root, records: roots() })),
      lookUp: async () => lookUp(),
      write: async (command) => {
        this.sent.push(command);
        return command.writes.map(({ id, entity, code, values }): RecordOutcome => {
          const now = { ...lookUp().find((each) => each.code === code)?.fields, ...values };
          return { id, entity, written: true, observed: { ...shown(ERP, entity, code, code), fields: now } };
        });
      },
      scan: () => Promise.reject(new Error('nobody scans here')) as never,
      webhooks: null,
    };
  }

  valuesOf(code: string): FieldValues | undefined {
    return this.sent.flatMap(({ writes }) => writes).find((each) => each.code === code)?.values;
  }
}

function portsOf(
  bench: Bench,
  { connector }: TestSystem,
): PublishingPorts & { stoodStill(milliseconds: number): void } {
  const { queue, observations, newId } = bench.backend;
  let time = Date.UTC(2026, 0, 5, 9);
  return {
    queue,
    observations,
    truth: MASTERS,
    owned: NOTHING_OWNED,
    healing: NOTHING_HEALS,
    connectors: registryOf(() => connector),
    clock: {
      now: () => new Date(time),
      wait: () => Promise.resolve(),
      deadline: () => new AbortController().signal,
    },
    log: () => {},
    masterCurrency: 'USD',
    newId,
    random: () => 0,
    stoodStill: (milliseconds) => {
      time += milliseconds;
    },
  };
}

/** A creation in this system was sent, and nobody heard of it: what it was to leave behind is on record. */
async function lostCreation(bench: Bench, system: string, code: string, expected: FieldValues): Promise<void> {
  const claim = await bench.claim(system);
  const record = claim.records.find(({ target }) => target === code);
  const delivery = claim.deliveries.find(({ recordId }) => recordId === record?.id);
  const attempt = { attemptId: ATTEMPT, deliveryId: delivery?.id ?? '', recordId: record?.id ?? '', expected };
  await bench.backend.queue.willSend(claim, [attempt], []);
  await bench.settle(claim, RETRY);
  await bench.pass(40);
}

onBoth('what the simulated world found', (bench) => {
  it('a worker that stood still until its lease was short sends nothing', async () => {
    await bench().price('11.00');
    const seen = { ...shown(ERP, 'SKU', 'i1', 'MUG-RED'), fields: { price: '10.00' } };
    const erp = new TestSystem(
      false,
      () => [seen],
      () => [seen],
    );
    const ports = portsOf(bench(), erp);
    const { queue } = ports;
    const slow: PublishingPorts = {
      ...ports,
      queue: Object.assign(Object.create(queue), {
        willSend: async (...args: Parameters<typeof queue.willSend>) => {
          const window = await queue.willSend(...args);
          ports.stoodStill(60_000);
          return window;
        },
      }),
    };
    expect(await publishLane(slow, ERP)).toBe(true);
    expect(erp.sent).toEqual([]);
    expect(await bench().states(ERP)).toEqual(['IN_FLIGHT r2']);
    await bench().pass(91);
    expect(await publishLane(ports, ERP)).toBe(true);
    expect(erp.valuesOf('MUG-RED')).toEqual({ price: '11.00' });
    expect(await bench().states(ERP)).toEqual(['DELIVERED r2']);
  });

  it('what staff typed into an unfinished creation is on record before it is written over', async () => {
    const [product] = (await bench().backend.inspect()).products;
    const { newId } = bench().backend;
    await bench().desk.apply(skuSet(null, plainSku(newId(), 'MUG-BIG', product?.id ?? '', '20.00', [ERP])));
    await lostCreation(bench(), ERP, 'MUG-BIG', { price: '20.00', hsCode: null });
    const fields = { price: '99.00', hsCode: '691110', title: null };
    const found = { ...shown(ERP, 'SKU', 'i9', 'MUG-BIG'), fields };
    const erp = new TestSystem(
      false,
      () => [],
      () => [found],
    );
    expect(await publishLane(portsOf(bench(), erp), ERP)).toBe(true);
    // A title that is not there yet is what the creation had not got to do.
    const told = inOrder((await bench().findings()).map(({ field, found: value }) => [field, value]));
    expect(told).toEqual([
      ['hsCode', '691110'],
      ['price', '99.00'],
    ]);
    expect(erp.valuesOf('MUG-BIG')).toEqual({ price: '20.00', hsCode: null, title: 'Title of MUG-BIG' });
  });

  it("others' tags on an unfinished creation stay, and ours that were dropped since go", async () => {
    const { newId } = bench().backend;
    const id = newId();
    const cup = { ...plainProduct(id, 'cup', 'Cup'), tags: ['new'] };
    const sku = skuSet(null, plainSku(newId(), 'CUP', id, '5.00', [SHOP]));
    await bench().desk.apply(together(productSet(null, cup), sku));
    await lostCreation(bench(), SHOP, 'cup', { 'product.tags': ['dropped'] });
    const root = { externalId: 'p9', code: null };
    const there = [
      { ...shown(SHOP, 'PRODUCT', 'p9', 'cup'), root, fields: { 'product.tags': ['dropped', 'theirs'] } },
      { ...shown(SHOP, 'SKU', 'v9', 'CUP'), root },
    ];
    const shop = new TestSystem(
      true,
      () => there,
      () => there,
    );
    expect(await publishLane(portsOf(bench(), shop), SHOP)).toBe(true);
    expect(shop.valuesOf('cup')).toEqual({ 'product.tags': ['new', 'theirs'] });
  });

  it('what a look-up shows of known records counts, because it was read later', async () => {
    const [product] = (await bench().backend.inspect()).products;
    await bench().price('11.00');
    const { newId } = bench().backend;
    await bench().desk.apply(skuSet(null, plainSku(newId(), 'MUG-BIG', product?.id ?? '', '20.00', [SHOP])));
    const at = (price: string): ObservedRecord[] =>
      SHOP_RECORDS.map((each) => (each.code === 'MUG-RED' ? { ...each, fields: { price } } : each));
    const shop = new TestSystem(
      true,
      () => at('10.00'),
      () => at('9.00'),
    );
    expect(await publishLane(portsOf(bench(), shop), SHOP)).toBe(true);
    expect(await bench().findings()).toMatchObject([{ field: 'price', found: '9.00', state: 'OPEN' }]);
    expect(shop.valuesOf('MUG-RED')).toBeUndefined();
    expect(shop.valuesOf('MUG-BIG')).toMatchObject({ price: '20.00' });
  });
});
