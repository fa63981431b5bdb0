import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Connector, RecordWrite } from '../../src/application/ports/connector.js';
import { itemRecord } from '../../src/connectors/http-erp/erp-item.js';
import type { FieldValues, Json } from '../../src/domain/primitives/json.js';
import { normaliseComponents } from '../../src/domain/publishing/component-line.js';
import type { ObservedRecord } from '../../src/domain/publishing/system.js';
import type { JournalEntry, Kit } from './sandbox-kit.js';
import { startKit } from './sandbox-kit.js';
import { allOf, createOf, faultIn, FRESH, observedOf, updateOf } from './writes.js';

const HEAD = 'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\n';
const PARTS = HEAD + ['A', 'B', 'C'].map((code) => `${code.toLowerCase()},${code},V,,,${code},9.00,active\n`).join('');
const SELLING: FieldValues = { price: '20.00', lifecycle: { published: true } };

let kit: Kit;
let ids: Map<string, string>;

beforeAll(async () => {
  kit = await startKit();
});
beforeEach(async () => {
  for (const side of ['shopify', 'erp'] as const) {
    await kit.control(side, 'POST', 'reset');
    await kit.control(side, 'POST', 'fill', PARTS);
  }
  kit.shopify = kit.connector('shopify');
  ids = new Map((await skusOf(kit.shopify)).map(({ code, externalId }) => [code ?? '', externalId]));
});
afterAll(() => kit.close());

/** "A 2, B 1" as a write holds it. */
function components(text: string): Json[] {
  if (text === '') return [];
  return text.split(', ').map((part) => ({ code: part.split(' ')[0] ?? '', quantity: Number(part.split(' ')[1]) }));
}

function textOf({ fields }: Pick<ObservedRecord, 'fields'>): string {
  const lines = normaliseComponents(fields['bundle.components'] ?? 'none');
  return Array.isArray(lines)
    ? lines.map((line) => Object.values(line ?? {}).join(' ')).join(', ')
    : JSON.stringify(lines);
}

const skusOf = async (connector: Connector): Promise<ObservedRecord[]> =>
  (await allOf(connector.scan())).filter(({ entity }) => entity === 'SKU');

async function scanned(connector: Connector, code: string): Promise<string> {
  const hit = (await skusOf(connector)).find((each) => each.code === code);
  return hit ? textOf(hit) : 'not there';
}

const known = (write: RecordWrite): RecordWrite => ({ ...write, componentIds: new Map(byFoldedCode()) });
const byFoldedCode = (): [string, string][] => [...ids].map(([code, id]) => [code.toLowerCase(), id]);

describe('bundles in Shopify', () => {
  const send = (root: ObservedRecord['root'] | null, ...writes: RecordWrite[]): ReturnType<Connector['write']> =>
    kit.shopify.write({ ...FRESH, attemptId: 'x', product: { id: 'p-kit', handle: 'kit', root }, writes });
  const make = async (text: string): Promise<ObservedRecord> => {
    const product = createOf('PRODUCT', 'kit', { 'product.title': 'Kit', lifecycle: { status: 'ACTIVE' } });
    const sku = known(createOf('SKU', 'KIT', { ...SELLING, 'bundle.components': components(text) }));
    return observedOf(await send(null, product, sku), 'KIT');
  };
  const compose = (record: ObservedRecord, text: string): ReturnType<Connector['write']> =>
    send(record.root, known(updateOf(record, { 'bundle.components': components(text) })));
  const sent = async (): Promise<string[]> => {
    const { entries } = await kit.control<{ entries: JournalEntry[] }>('shopify', 'GET', 'journal?after=0');
    return entries.filter(({ kind }) => kind === 'mutation').map(({ operation }) => operation);
  };

  it('are made of their components before anybody can buy them, and a scan shows what a strong read shows', async () => {
    const kitRecord = await make('A 2, B 1');
    expect([textOf(kitRecord), kitRecord.fields['lifecycle']]).toEqual([
      'A 2, B 1',
      { published: true, inventoryPolicy: 'DENY' },
    ]);
    const order = (await sent()).filter((name) => /ProductSet|SetComponents|Publish/.test(name));
    expect(order[0]).toBe('ProductSet');
    expect(order.indexOf('SetComponents')).toBeGreaterThan(0);
    expect(order.lastIndexOf('Publish')).toBeGreaterThan(order.indexOf('SetComponents'));
    const again = (await kit.shopify.readRoots([kitRecord.root]))[0]?.records?.[1];
    expect(again).toEqual(kitRecord);
    expect([await scanned(kit.shopify, 'KIT'), await scanned(kit.shopify, 'A')]).toEqual(['A 2, B 1', '']);
  });

  it('are told differences only, and nothing where there is none', async () => {
    const record = await make('A 2, B 1');
    expect(textOf(observedOf(await compose(record, 'B 3, C 1'), 'KIT'))).toBe('B 3, C 1');
    const before = (await sent()).length;
    expect(textOf(observedOf(await compose(record, 'C 1, B 3'), 'KIT'))).toBe('B 3, C 1');
    expect((await sent()).length).toBe(before);
    expect(textOf(observedOf(await compose(record, ''), 'KIT'))).toBe('');
  });

  it('stay off sale where the components could not be set', async () => {
    await kit.control('shopify', 'POST', 'bundles', { eligible: false });
    const product = createOf('PRODUCT', 'kit', { 'product.title': 'Kit', lifecycle: { status: 'ACTIVE' } });
    const sku = known(createOf('SKU', 'KIT', { ...SELLING, 'bundle.components': components('A 2') }));
    const fault = faultIn(await send(null, product, sku), 'KIT');
    await kit.control('shopify', 'POST', 'bundles', { eligible: true });
    expect(fault.class).toBe('AUTH');
    const there = (await skusOf(kit.shopify)).find(({ code }) => code === 'KIT');
    expect(there?.fields['lifecycle']).toMatchObject({ published: false });
  });

  it('that another app made are not ours, and the fault says which field', async () => {
    const record = await make('A 2');
    const as = { kind: 'app', name: 'Bundler' };
    await kit.control('shopify', 'POST', 'components', { as, sku: 'KIT', components: [{ sku: 'B', quantity: 2 }] });
    const fault = faultIn(await compose(record, 'A 2'), 'KIT');
    expect(fault).toMatchObject({ class: 'VALIDATION', notOurs: 'bundle.components', ambiguous: false });
    expect(await scanned(kit.shopify, 'KIT')).toBe('B 2');
  });

  it.each([
    ['a component whose variant nobody knows', [{ code: 'X', quantity: 1 }]],
    ['a quantity of nothing, which Shopify answers like an outage', [{ code: 'A', quantity: 0 }]],
    ['half of one', [{ code: 'A', quantity: 1.5 }]],
    ['something that is no list', 'A'],
  ])('refuse %s before anything of it is sent', async (_, value) => {
    const record = await make('A 2');
    const before = (await sent()).length;
    const write = known(updateOf(record, { 'bundle.components': value }));
    expect(faultIn(await send(record.root, write), 'KIT').class).toBe('VALIDATION');
    expect((await sent()).length).toBe(before);
  });

  it('whose answer was lost are recognised by a read', async () => {
    const record = await make('A 2');
    await kit.control('shopify', 'POST', 'faults', { next: [{ when: 'after', kind: '500', match: 'SetComponents' }] });
    expect(faultIn(await compose(record, 'A 5'), 'KIT')).toMatchObject({ class: 'TRANSIENT', ambiguous: true });
    expect(textOf(observedOf(await compose(record, 'A 5'), 'KIT'))).toBe('A 5');
  });
});

describe('bundles in the ERP', () => {
  const send = (...writes: RecordWrite[]): ReturnType<Connector['write']> =>
    kit.erp.write({
      ...FRESH,
      attemptId: `a-${Math.random()}`,
      product: { id: 'p', handle: 'kit', root: null },
      writes,
    });

  it('are kits: written, read and scanned alike, and cleared again', async () => {
    const values = { title: 'Kit', 'bundle.components': components('A 2, B 1') };
    const record = observedOf(await send(createOf('SKU', 'KIT', values)), 'KIT');
    expect([textOf(record), await scanned(kit.erp, 'KIT'), await scanned(kit.erp, 'A')]).toEqual([
      'A 2, B 1',
      'A 2, B 1',
      '',
    ]);
    const cleared = observedOf(await send(updateOf(record, { 'bundle.components': [] })), 'KIT');
    expect(textOf(cleared)).toBe('');
  });

  it.each<[string, Json]>([
    ['no list', 'A'],
    ['lines that are none', ['A']],
    ['a line without a code', [{ quantity: '1' }]],
  ])('that are %s are unreadable, never a guess', (_, shown) => {
    const record = itemRecord(
      { id: '1', code: 'KIT', active: true, salable: true, purchasable: true, components: shown },
      null,
    );
    expect(record.unreadable).toEqual(['bundle.components']);
    expect(record.fields).not.toHaveProperty(['bundle.components']);
  });

  it('are not compared where an ERP has no place for them', () => {
    const record = itemRecord({ id: '1', code: 'KIT', active: true, salable: true, purchasable: true }, null);
    expect([record.unreadable, 'bundle.components' in record.fields]).toEqual([[], false]);
  });
});
