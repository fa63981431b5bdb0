import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { FieldValues } from '../../src/domain/primitives/json.js';
import type { JournalEntry, Kit } from './sandbox-kit.js';
import { startKit } from './sandbox-kit.js';
import { allOf, createOf, faultIn, FRESH, observedOf, updateOf } from './writes.js';

const FULL: FieldValues = {
  title: 'Trail Tent - Green',
  gtin: '4006381333931',
  price: '249.50',
  cost: '120.1250',
  weight: '1850',
  hsCode: '630622',
  countryOfOrigin: 'PT',
  unitOfMeasure: 'EA',
  lifecycle: { active: true, salable: false, purchasable: true },
};

let kit: Kit;

beforeAll(async () => {
  kit = await startKit();
});

beforeEach(async () => {
  await kit.control('erp', 'POST', 'reset');
});

afterAll(async () => {
  await kit.close();
});

const command = (attemptId: string, ...writes: ReturnType<typeof createOf>[]): Parameters<Kit['erp']['write']>[0] => ({
  ...FRESH,
  attemptId,
  product: { id: 'p-1', handle: 'trail-tent', root: null },
  writes,
});

let attempts = 0;

async function made(code: string, values = FULL): Promise<ReturnType<typeof observedOf>> {
  return observedOf(await kit.erp.write(command(`make-${(attempts += 1)}`, createOf('SKU', code, values))), code);
}

async function commits(): Promise<number> {
  const { entries } = await kit.control<{ entries: JournalEntry[] }>('erp', 'GET', 'journal?after=0');
  return entries.flatMap((entry) => entry.commits).length;
}

describe('fields', () => {
  it('go there and come back', async () => {
    const record = await made('TT-GRN 01/A');
    expect(record).toMatchObject({ entity: 'SKU', code: 'TT-GRN 01/A', unreadable: [], root: { code: 'TT-GRN 01/A' } });
    expect(record.fields).toMatchObject({
      ...FULL,
      // The ERP has scales of its own; they mean the same.
      cost: expect.stringMatching(/^120\.1250*$/),
      weight: expect.stringMatching(/^1850(\.0+)?$/),
    });
    expect(record.attribution?.actor).toBe('skuward');
    const [reading] = await kit.erp.readRoots([record.root]);
    expect(reading?.records?.[0]?.fields).toEqual(record.fields);
    expect(reading?.records?.[0]?.token).toMatch(/\S/);
  });

  it('changes only those given', async () => {
    const record = await made('A-1');
    const outcomes = await kit.erp.write(
      command(
        'a2',
        updateOf(record, { price: '10', gtin: null, lifecycle: { active: true, salable: true, purchasable: false } }),
      ),
    );
    const { price, ...others } = observedOf(outcomes, 'A-1').fields;
    expect(price).toMatch(/^10(\.0+)?$/);
    expect(others).toMatchObject({
      title: FULL['title'],
      weight: expect.stringMatching(/^1850(\.0+)?$/),
      gtin: null,
      lifecycle: { active: true, salable: true, purchasable: false },
    });
  });

  it('refuses what the contract has no place for', async () => {
    const outcomes = await kit.erp.write(command('a3', createOf('SKU', 'A-2', { ...FULL, taxable: true })));
    expect(faultIn(outcomes, 'A-2')).toMatchObject({
      class: 'VALIDATION',
      message: expect.stringContaining('taxable'),
    });
    expect(await commits()).toBe(0);
  });
});

describe('writing', () => {
  it('does not overwrite an edit made since it was read', async () => {
    const record = await made('B-1');
    await kit.control('erp', 'POST', 'edit', {
      as: { kind: 'staff', name: 'Mara' },
      code: 'B-1',
      set: { listPrice: '99' },
    });
    const outcomes = await kit.erp.write(command('b1', updateOf(record, { price: '10' })));
    expect(faultIn(outcomes, 'B-1')).toMatchObject({ class: 'CONFLICT', ambiguous: false });
    const [reading] = await kit.erp.readRoots([record.root]);
    expect(reading?.records?.[0]).toMatchObject({
      attribution: { actor: 'Mara' },
      fields: { price: expect.stringMatching(/^99/) },
    });
  });

  it('refuses one bad record and takes the others', async () => {
    const outcomes = await kit.erp.write(
      command(
        'b2',
        createOf('SKU', 'B-2', FULL),
        createOf('SKU', 'B-3', { ...FULL, price: '-1' }),
        createOf('SKU', 'B-4', FULL),
      ),
    );
    expect(faultIn(outcomes, 'B-3')).toMatchObject({ class: 'VALIDATION', code: '422' });
    expect([observedOf(outcomes, 'B-2').code, observedOf(outcomes, 'B-4').code]).toEqual(['B-2', 'B-4']);
  });

  it('makes an item once though its answer was lost', async () => {
    await kit.control('erp', 'POST', 'faults', { next: [{ when: 'after', kind: 'reset', match: 'PUT' }] });
    const create = command('b5', createOf('SKU', 'B-5', FULL));
    expect(faultIn(await kit.erp.write(create), 'B-5')).toMatchObject({ class: 'TRANSIENT', ambiguous: true });
    const found = await kit.erp.lookUp({ productId: 'p-1', handle: 'trail-tent', codes: ['B-5', 'B-6'] });
    expect(found.map(({ code }) => code)).toEqual(['B-5']);
    expect(observedOf(await kit.erp.write(create), 'B-5').externalId).toBe(found[0]?.externalId);
    expect(await commits()).toBe(1);
  });

  it('says who is there when a code is taken', async () => {
    await made('B-7');
    const outcomes = await kit.erp.write(command('b7', createOf('SKU', 'B-7', FULL)));
    expect(faultIn(outcomes, 'B-7')).toMatchObject({
      class: 'CONFLICT',
      code: '412',
      message: expect.stringContaining('item'),
    });
  });

  it.each([
    ['500', true],
    ['503', true],
    ['reset', true],
  ])('%s before the commit is ambiguous all the same', async (kind, ambiguous) => {
    await kit.control('erp', 'POST', 'faults', { next: [{ when: 'before', kind, match: 'PUT' }] });
    const outcomes = await kit.erp.write(command('b8', createOf('SKU', 'B-8', FULL)));
    expect(faultIn(outcomes, 'B-8')).toMatchObject({ class: 'TRANSIENT', ambiguous });
    expect(await commits()).toBe(0);
  });

  it('is told to wait', async () => {
    await kit.control('erp', 'POST', 'faults', { next: [{ when: 'before', kind: '429', match: 'PUT' }] });
    const outcomes = await kit.erp.write(command('b9', createOf('SKU', 'B-9', FULL)));
    expect(faultIn(outcomes, 'B-9')).toMatchObject({ class: 'RATE_LIMITED', ambiguous: false });
    expect(faultIn(outcomes, 'B-9').retryAfterSeconds).toBeGreaterThan(0);
  });

  it('is refused with a wrong token, and the token is told nobody', async () => {
    const stranger = kit.connector('erp', { token: 'wrong-token-of-ours' });
    const fault = faultIn(await stranger.write(command('b10', createOf('SKU', 'B-10', FULL))), 'B-10');
    expect(fault.class).toBe('AUTH');
    expect(JSON.stringify(fault)).not.toContain('wrong-token-of-ours');
  });
});

describe('reading', () => {
  it('answers null for an item that is gone, and for another item under its code', async () => {
    const record = await made('C-1');
    await kit.control('erp', 'POST', 'delete', { code: 'C-1' });
    expect((await kit.erp.readRoots([record.root]))[0]?.records).toBeNull();
    const other = await made('C-1', { ...FULL, title: 'Another' });
    expect(other.externalId).not.toBe(record.externalId);
    const readings = await kit.erp.readRoots([record.root, other.root]);
    expect(readings.map(({ records }) => records?.length ?? null)).toEqual([null, 1]);
  });

  it('finds an item by its id where nobody knows its code', async () => {
    const record = await made('C-2');
    const [there, gone] = await kit.erp.readRoots([
      { externalId: record.externalId, code: null },
      { externalId: '999999', code: null },
    ]);
    expect(there?.records?.map(({ code }) => code)).toEqual(['C-2']);
    expect(gone?.records).toBeNull();
  });

  it('writes to an item where it stands, whatever code it bears by now', async () => {
    const record = await made('C-3');
    await kit.control('erp', 'POST', 'recode', { as: { kind: 'staff', name: 'Mara' }, code: 'C-3', to: 'C-3-X' });
    const [reading] = await kit.erp.readRoots([{ ...record.root, code: 'C-3-X' }]);
    const [now] = reading?.records ?? [];
    if (!now) throw new Error('C-3-X is not there');
    const update = { ...updateOf(record, { price: '10' }), presentCode: 'C-3-X' };
    for (const token of [now.token, null]) {
      const outcomes = await kit.erp.write(command(`c3-${String(token)}`, { ...update, token }));
      expect(observedOf(outcomes, 'C-3')).toMatchObject({ externalId: record.externalId, code: 'C-3-X' });
    }
  });

  it('scans everything, page by page', async () => {
    const codes = Array.from({ length: 450 }, (_, at) => `S-${String(at).padStart(4, '0')}`);
    await kit.erp.write(command('scan', ...codes.map((code) => createOf('SKU', code, FULL))));
    const records = await allOf(kit.erp.scan());
    expect(new Set(records.map(({ code }) => code))).toEqual(new Set(codes));
    expect(records).toHaveLength(codes.length);
  });
});
