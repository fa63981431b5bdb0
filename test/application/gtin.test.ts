import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { previewSetting, setSetting } from '../../src/application/settings/set-setting.js';
import type { Json } from '../../src/domain/primitives/json.js';
import type { Outcome } from '../../src/domain/problem.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, importBaseline, must } from '../support/world.js';

const FIRST = '4006381333931';
const SECOND = '96385074';
const RESTRICTED = '2000000000008';

describe('GTINs of the master', () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld();
    await apply([
      { kind: 'productCreate', input: { handle: 'tea', fields: { title: 'Tea', optionNames: ['Size'] } } },
      create('A', FIRST),
      create('B', SECOND),
    ]);
  });
  afterAll(() => world.close());

  function create(code: string, gtin: string | null): ChangeDraft {
    const optionValues = [{ name: 'Size', value: code }];
    return { kind: 'skuCreate', input: { code, product: 'tea', fields: { title: code, gtin, optionValues } } };
  }
  const update = (code: string, gtin: string | null): ChangeDraft => ({
    kind: 'skuUpdate',
    input: { code, baseRevision: null, fields: { gtin } },
  });
  const request = (changes: ChangeDraft[]): Promise<Outcome<{ id: string }>> => {
    const draft = { title: 't', reason: null, idempotencyKey: null, changes };
    return createChangeRequest(world.ports, world.people.mia, draft, false);
  };
  async function apply(changes: ChangeDraft[]): Promise<string | undefined> {
    const { id } = must(await request(changes));
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
    return (await world.ports.changes.requestById(id))?.state;
  }
  const gtinOf = async (code: string): Promise<string | null | undefined> =>
    (await world.ports.catalog.skuByCode(code))?.gtin;
  const set = async (value: Json): Promise<void> => {
    must(await setSetting(world.ports, world.people.alex, { key: 'gtin', value, reason: 'for the test' }));
  };
  const told = (outcome: Outcome<unknown>): string[] =>
    outcome.ok ? [] : outcome.problems.map(({ code, field, message }) => `${code} ${field?.join('.')}: ${message}`);

  it('are swapped within one request', async () => {
    expect(await apply([update('A', SECOND), update('B', FIRST)])).toBe('APPLIED');
    expect([await gtinOf('A'), await gtinOf('B')]).toEqual([SECOND, FIRST]);
  });

  it('are one number however many zeros are in front', async () => {
    for (const padded of ['00000096385074', '000096385074', '0000096385074']) {
      expect(told(await request([create('C', padded)]))).toEqual([
        `GTIN_TAKEN changes.0.skuCreate.fields.gtin: GTIN ${padded} belongs to A`,
      ]);
    }
    expect(told(await request([create('C', '036000291452'), create('D', '0036000291452')]))).toHaveLength(1);
  });

  it('are refused with the reason and the place, all at once', async () => {
    const bad = await request([
      create('C', '4006381333932'),
      create('D', '４００６３８１３３３９３１'),
      update('A', RESTRICTED),
    ]);
    expect(told(bad)).toEqual([
      'GTIN_INVALID changes.0.skuCreate.fields.gtin: wrong check digit: 4006381333931 would be right',
      'GTIN_INVALID changes.1.skuCreate.fields.gtin: a GTIN is written in the digits 0 to 9 of ASCII',
      expect.stringMatching(/^GTIN_INVALID changes\.2\.skuUpdate\.fields\.gtin: .* restricted circulation/),
    ]);
  });

  it('of restricted circulation are taken where the house says so, and not by requests of before', async () => {
    await set({ allowRestricted: true });
    expect(await apply([update('A', RESTRICTED)])).toBe('APPLIED');
    const { id } = must(await request([create('E', '0200000000004')]));
    await set({});
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
    const after = await world.ports.changes.requestById(id);
    expect(after?.state).toBe('CONFLICTED');
    expect(after?.problems).toMatchObject([
      { code: 'GTIN_INVALID', field: ['changes', '0', 'skuCreate', 'fields', 'gtin'] },
    ]);
    // What is there stays, and holds up no other change.
    expect(await gtinOf('A')).toBe(RESTRICTED);
    expect(
      await apply([{ kind: 'skuUpdate', input: { code: 'A', baseRevision: null, fields: { taxable: false } } }]),
    ).toBe('APPLIED');
    expect(codesOf(await request([update('B', '0400000000008')]))).toEqual(['GTIN_INVALID']);
  });

  it('that an import cannot take are noted, and the SKU is taken without', async () => {
    const header = 'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Barcode';
    const rows = [
      `mugs,Mugs,Size,S,M-1,1.00,2000000000015`,
      `mugs,,,M,M-2,1.00,9900000000004`,
      `mugs,,,L,M-3,1.00,${FIRST}`,
    ];
    const job = await importBaseline(world, [header, ...rows, ''].join('\n'));
    expect(job).toMatchObject({ state: 'SUCCEEDED', skusCreated: 3, rejected: 0 });
    const errors = await world.ports.imports.errors(job.id, 0, 10);
    expect(
      errors.toSorted((a, b) => a.line - b.line).map(({ line, column, code, value }) => [line, column, code, value]),
    ).toEqual([
      [2, 'Variant Barcode', 'GTIN_INVALID', '2000000000015'],
      [3, 'Variant Barcode', 'GTIN_INVALID', '9900000000004'],
      [4, 'Variant Barcode', 'GTIN_TAKEN', FIRST],
    ]);
    expect([await gtinOf('M-1'), await gtinOf('M-2'), await gtinOf('M-3')]).toEqual([null, null, null]);
    await set({ allowRestricted: true });
    const again = await importBaseline(world, `${header}\nmugs2,Mugs,Size,S,M-4,1.00,2000000000015\n`);
    expect(again).toMatchObject({ state: 'SUCCEEDED', skusCreated: 1 });
    expect(await gtinOf('M-4')).toBe('2000000000015');
  });

  it('have a setting that is checked when it is set', async () => {
    const faults = async (value: Json): Promise<string[]> =>
      (await previewSetting(world.ports, 'gtin', value)).problems.map(({ field }) => field?.join('.') ?? '');
    expect(await faults({ requiredFor: 'ALL' })).toEqual([]);
    expect(await faults({ requiredFor: ['Shirt', 'SHIRT'] })).toEqual(['value.requiredFor.1']);
    expect(await faults({ requiredFor: [' Shirt'] })).toContain('value.requiredFor.0');
    expect(await faults({ allowRestricted: 'yes', more: 1 })).toEqual(
      expect.arrayContaining(['value.allowRestricted', 'value.more']),
    );
  });
});
