import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connector } from '../../src/application/ports/connector.js';
import { buildConnectors } from '../../src/connectors/connector-registry.js';
import { normaliseAll } from '../../src/domain/drift/normalise.js';
import { authorOf } from '../../src/domain/publishing/system.js';
import { changesOf } from '../connectors/contract/changes-contract.js';
import { connectorContract } from '../connectors/contract/connector-contract.js';
import { commandFor } from '../connectors/contract/writing-contract.js';
import { allOf, createOf, faultFrom, faultIn, FRESH, observedOf, updateOf } from '../connectors/writes.js';
import type { TrytonCopy } from './tryton-kit.js';
import { aDayLater, copyOfTryton, ITEM, postgres, realTryton } from './tryton-kit.js';
import { money } from './tryton-rpc.js';
import { writesOf } from './tryton-writes.js';

connectorContract('tryton, against a real one', realTryton);

describe("what is Tryton's own", () => {
  let copy: TrytonCopy;
  let connector: Connector;
  beforeAll(async () => {
    copy = await copyOfTryton();
    connector = buildConnectors([{ ...copy.config, units: { EA: 'u' } }], () => {}).of('erp');
  }, 120_000);
  afterAll(() => copy.drop());

  const { send, made, changed, refusal, found } = writesOf(() => connector);

  it('what several variants share is not changed for one of them; what is its own, is', async () => {
    await copy.mara.create('product.template', {
      name: 'Shirt',
      type: 'goods',
      default_uom: 1,
      list_price: money('5'),
      products: [['create', [{ suffix_code: 'SH-S' }, { suffix_code: 'SH-M' }]]],
    });
    const fault = await refusal(await found('SH-S'), { title: 'Blouse', price: '6.00' });
    expect(fault).toMatchObject({ class: 'VALIDATION', code: 'SHARED_TEMPLATE' });
    expect(fault.message).toContain('title, price');
    expect(await changed(await found('SH-S'), { cost: '2.50' })).toMatchObject({ cost: '2.50' });
    expect(await changed(await found('SH-S'), { lifecycle: { active: false } })).toMatchObject({
      lifecycle: { active: false },
    });
    expect(normaliseAll((await found('SH-M')).fields)).toMatchObject({ title: 'Shirt', lifecycle: { active: true } });
  });

  it('a weight is a weight in whatever unit it was typed', async () => {
    const record = await made('W-1');
    const { template } = await copy.mara.variant('W-1');
    const [pound] = await copy.mara.rows<{ id: number }>('product.uom', [['symbol', '=', 'lb']], ['id']);
    await copy.mara.write('product.template', [template], { weight: 2, weight_uom: pound?.id });
    const [reading] = await connector.readRoots([record.root]);
    expect(normaliseAll(reading?.records?.[0]?.fields ?? {})).toMatchObject({ weight: '907.18474' });
  });

  it('a unit is one that Tryton has, by its symbol or by the word of the settings', async () => {
    const record = await made('U-1', { unitOfMeasure: 'EA' });
    expect(record.fields['unitOfMeasure']).toBe('EA');
    expect((await refusal(record, { unitOfMeasure: 'furlong' })).message).toContain('furlong');
    expect((await refusal(record, { unitOfMeasure: 'u' })).class).toBe('VALIDATION');
    expect((await made('U-2', { unitOfMeasure: 'kg' })).fields['unitOfMeasure']).toBe('kg');
  });

  it('somebody out of use who bears the code is found, and no second one made', async () => {
    const record = await made('D-1');
    await copy.mara.archive('D-1');
    const outcomes = await send(createOf('SKU', 'd-1', ITEM), createOf('SKU', 'D-2', ITEM));
    expect(faultIn(outcomes, 'd-1')).toMatchObject({ class: 'CONFLICT', code: 'CODE_TAKEN' });
    expect(faultIn(outcomes, 'd-1').message).toContain(
      `variant ${record.externalId}, out of use, last changed by mara`,
    );
    expect(observedOf(outcomes, 'D-2').code).toBe('D-2');
    expect((await copy.mara.variants('D-1')).length + (await copy.mara.variants('d-1')).length).toBe(1);
  });

  it('unit and cost are frozen once there were stock moves, and Tryton says so', async () => {
    await made('F-1');
    await copy.mara.count('F-1', 3);
    const fault = await refusal(await found('F-1'), { unitOfMeasure: 'kg' });
    expect(fault).toMatchObject({ class: 'VALIDATION', code: 'UserError', ambiguous: false });
    expect(fault.message).toMatch(/stock moves/);
    const other = await refusal(await found('F-1'), { cost: '77.00' });
    expect(other).toMatchObject({ class: 'VALIDATION', message: expect.stringMatching(/cost.*stock moves/) });
  });

  it('an edit of any of its rows alone is a change, and stops a write that did not see it', async () => {
    const [part, other, kit] = [await made('C-1'), await made('C-2'), await made('C-3')];
    for (const code of ['C-4', 'C-5', 'C-6', 'C-7']) await made(code);
    const componentIds = new Map([['c-1', part.externalId]]);
    const values = { 'bundle.components': [{ code: 'C-1', quantity: 2 }] };
    await connector.write(commandFor('a', kit, { ...updateOf(kit, values), componentIds }));
    await aDayLater(copy);
    await copy.mara.setPrice('C-1', '1.50');
    const before = { other: await found(other.code ?? ''), kit: await found('C-3') };
    const { cursor } = await changesOf(connector, null);
    const mara = copy.mara;
    const [identifier] = await mara.rows<{ id: number }>(
      'product.identifier',
      [['product', '=', Number(other.externalId)]],
      ['id'],
    );
    await mara.write('product.identifier', [identifier?.id ?? 0], { code: '5901234123457' });
    const { template } = await mara.variant('C-3');
    const [line] = await mara.rows<{ id: number }>('product.component', [['parent_template', '=', template]], ['id']);
    await mara.write('product.component', [line?.id ?? 0], { quantity: 9 });
    await mara.setPrice('C-4', '4.00');
    await mara.setCost('C-5', '4.00');
    const tariffs = [['product', '=', `product.template,${(await mara.variant('C-6')).template}`]];
    const [link] = await mara.rows<{ id: number }>('product-customs.tariff.code', tariffs, ['id']);
    await mara.write('product-customs.tariff.code', [link?.id ?? 0], { sequence: 7 });
    const { records } = await changesOf(connector, cursor);
    const told = new Map(records.map((record) => [record.code, record]));
    expect([...told.keys()]).toEqual(expect.arrayContaining(['C-2', 'C-3', 'C-4', 'C-5', 'C-6']));
    expect([...told.keys()]).not.toContain('C-7');
    expect(told.get('C-2')).toMatchObject({ fields: { gtin: '5901234123457' }, attribution: { actor: 'mara' } });
    expect(told.get('C-3')?.fields['bundle.components']).toEqual([{ code: 'C-1', quantity: 9 }]);
    expect(await refusal(before.other, { gtin: null })).toMatchObject({ class: 'CONFLICT' });
    expect(await refusal(before.kit, { 'bundle.components': [] })).toMatchObject({ class: 'CONFLICT' });
  });

  it('a clock that went ahead and was set right again hides nothing', async () => {
    for (const code of ['H-1', 'H-2']) await made(code);
    const { cursor } = await changesOf(connector, null);
    await copy.mara.setPrice('H-1', '4.00');
    const { template } = await copy.mara.variant('H-1');
    const ahead = `update product_template set write_date = write_date + interval '2 hours' where id = ${template}`;
    await postgres(copy.tryton, 'psql', '-qd', copy.database, '-c', ahead);
    const first = await changesOf(connector, cursor);
    expect(first.records.map(({ code }) => code)).toContain('H-1');
    const begun = await changesOf(connector, null);
    await copy.mara.setPrice('H-2', '5.00');
    for (const since of [first.cursor, begun.cursor])
      expect((await changesOf(connector, since)).records.map(({ code }) => code)).toContain('H-2');
  });

  it('who wrote a field is told, though we have written another one of the record since', async () => {
    const record = await made('A-1');
    await copy.mara.setPrice('A-1', '3.00');
    await changed(await found('A-1'), { cost: '2.00', gtin: null });
    const shown = await found('A-1');
    const by = (field: string): string | undefined => authorOf(shown, field)?.actor ?? undefined;
    expect(shown.externalId).toBe(record.externalId);
    expect(['price', 'title', 'cost'].map(by)).toEqual(['mara', 'mara', 'skuward']);
    expect(shown.attribution?.actor).toBe('skuward');
    await copy.mara.setCost('A-1', '9.00');
    expect(authorOf(await found('A-1'), 'cost')?.actor).toBe('mara');
  });

  it('a row that somebody took away without touching the rest is not said to be our doing', async () => {
    const [part, other] = [await made('G-1'), await made('G-2')];
    const componentIds = new Map([['g-1', part.externalId]]);
    const values = { 'bundle.components': [{ code: 'G-1', quantity: 2 }] };
    await connector.write(commandFor('a', other, { ...updateOf(other, values), componentIds }));
    const { template, id } = await copy.mara.variant('G-2');
    const rowsOf = (model: string, field: string, of: number | string): Promise<{ id: number }[]> =>
      copy.mara.rows(model, [[field, '=', of]], ['id']);
    const gone: [string, { id: number }[]][] = [
      ['product.component', await rowsOf('product.component', 'parent_template', template)],
      ['product.identifier', await rowsOf('product.identifier', 'product', id)],
      [
        'product-customs.tariff.code',
        await rowsOf('product-customs.tariff.code', 'product', `product.template,${template}`),
      ],
    ];
    for (const [model, rows] of gone)
      await copy.mara.call(
        `model.${model}.delete`,
        rows.map((row) => row.id),
      );
    const shown = await found('G-2');
    expect(shown.fields).toMatchObject({ gtin: null, hsCode: null, 'bundle.components': [] });
    const fields = ['bundle.components', 'gtin', 'hsCode', 'price'];
    expect(fields.map((field) => authorOf(shown, field)?.actor)).toEqual([undefined, undefined, undefined, 'skuward']);
    await copy.mara.setComponents('G-2', [{ code: 'G-1', quantity: 1 }]);
    expect(authorOf(await found('G-2'), 'bundle.components')?.actor).toBe('mara');
  });

  it('a list of components that a variant has of its own is replaced where it stands', async () => {
    const [part, other, kit] = [await made('O-1'), await made('O-2'), await made('O-3')];
    const componentIds = new Map([
      ['o-1', part.externalId],
      ['o-2', other.externalId],
    ]);
    const first = [{ code: 'O-1', quantity: 2 }];
    await connector.write(commandFor('a', kit, { ...updateOf(kit, { 'bundle.components': first }), componentIds }));
    const { template, id } = await copy.mara.variant('O-3');
    await copy.mara.create('product.component', {
      parent_template: template,
      parent_product: id,
      product: Number(other.externalId),
      quantity: 4,
      unit: 1,
    });
    const theirs = await found('O-3');
    expect(theirs.fields['bundle.components']).toEqual([{ code: 'O-2', quantity: 4 }]);
    const write = { ...updateOf(theirs, { 'bundle.components': first }), componentIds };
    const [outcome] = await connector.write(commandFor('b', theirs, write));
    expect(outcome).toMatchObject({ written: true });
    expect((await found('O-3')).fields['bundle.components']).toEqual(first);
  });

  it('what a kit is made of is counted as each of it is, and not in pieces', async () => {
    const [tea, tin, kit] = [await made('K-TEA', { unitOfMeasure: 'kg' }), await made('K-TIN'), await made('K-SET')];
    const componentIds = new Map([
      ['k-tea', tea.externalId],
      ['k-tin', tin.externalId],
    ]);
    const lines = [
      { code: 'K-TEA', quantity: 2 },
      { code: 'K-TIN', quantity: 1 },
    ];
    const write = { ...updateOf(kit, { 'bundle.components': lines }), componentIds };
    const set = observedOf(await connector.write(commandFor('a', kit, write)), 'K-SET');
    expect(set.unreadable).toEqual([]);
    expect(set.fields['bundle.components']).toEqual(lines);
    const { template } = await copy.mara.variant('K-SET');
    const domain = [['parent_template', '=', template]];
    type Line = { id: number; 'unit.': { symbol: string } };
    const rows = await copy.mara.rows<Line>('product.component', domain, ['unit.symbol']);
    expect(rows.map((row) => row['unit.'].symbol)).toEqual(['kg', 'u']);
    const [gram] = await copy.mara.rows<{ id: number }>('product.uom', [['symbol', '=', 'g']], ['id']);
    await copy.mara.write('product.component', [rows[0]?.id ?? 0], { quantity: 500, unit: gram?.id });
    expect((await found('K-SET')).fields['bundle.components']).toEqual([{ code: 'K-TEA', quantity: 0.5 }, lines[1]]);
  });

  it('many products are written in few calls', async () => {
    const commands = Array.from({ length: 120 }, (_, at) => ({
      ...FRESH,
      attemptId: `many-${at}`,
      product: { id: `p${at}`, handle: `p${at}`, root: null },
      writes: [createOf('SKU', `N-${at}`, { ...ITEM, gtin: null })],
    }));
    await made('N');
    copy.proxy.count = 0;
    const outcomes = (await connector.writeMany?.(commands))?.flat() ?? [];
    expect(outcomes.filter(({ written }) => written)).toHaveLength(120);
    // One look for their HS codes and one for their own, two calls of a hundred records at most, and one look at what has
    // become of them.
    expect(copy.proxy.count).toBeLessThanOrEqual(5);
  });

  it('a session that Tryton has forgotten is made again, and a user who may nothing reads all', async () => {
    const record = await made('L-1');
    await copy.mara.count('L-1', 4);
    const reader = buildConnectors([{ ...copy.config, user: 'reader' }], () => {}).of('erp');
    expect(await allOf(reader.scan())).toContainEqual(expect.objectContaining({ externalId: record.externalId }));
    await postgres(copy.tryton, 'psql', '-qd', copy.database, '-c', 'delete from ir_session');
    const [there] = await reader.readRoots([record.root]);
    expect(normaliseAll(there?.records?.[0]?.fields ?? {})).toMatchObject({ title: ITEM['title'], cost: '120.125' });
    const lines = [];
    for await (const page of reader.readStock?.() ?? []) lines.push(...page);
    expect(lines).toContainEqual({ code: 'L-1', onHand: '4' });
    const may = { ...FRESH, attemptId: 'l', product: { id: 'p', handle: 'h', root: record.root } };
    const outcomes = await reader.write({ ...may, writes: [updateOf(record, { price: '1.00' })] });
    expect(faultIn(outcomes, 'L-1')).toMatchObject({ class: 'AUTH', message: expect.stringContaining('not allowed') });
  });

  it('what its user may not do is told before anything is published', async () => {
    const toldOf = async (config: object): Promise<string[]> => {
      const system = buildConnectors([{ ...copy.config, ...config }], () => {}).of('erp');
      const checks = (await system.diagnose?.({ webhookUrl: '', currency: 'USD' })) ?? [];
      return checks.map(({ state, subject, remedy }) => `${state} ${subject} ${remedy ?? ''}`.trim());
    };
    expect(await toldOf({})).toEqual(['OK session', 'OK modules', 'OK rights', 'OK countries']);
    expect(await toldOf({ user: 'reader' })).toEqual([
      'OK session',
      'OK modules',
      'WARNING rights give the user the group Product Administration',
      'WARNING rights give the user the group Stock',
      'OK countries',
    ]);
    expect((await toldOf({ currency: 'EUR' }))[0]).toMatch(/^FAILED company/);
  });

  it('a database in another currency, and one that is not there, are nobody’s to write to', async () => {
    const elsewhere = buildConnectors([{ ...copy.config, currency: 'EUR' }], () => {}).of('erp');
    const fault = await faultFrom(elsewhere.lookUp({ productId: 'p', handle: 'h', codes: ['X'] }));
    expect(fault).toMatchObject({ class: 'AUTH', message: expect.stringContaining('USD') });
    const nowhere = buildConnectors([{ ...copy.config, database: 'no_such_database' }], () => {}).of('erp');
    expect((await faultFrom(nowhere.readRoots([{ externalId: '1', code: null }]))).class).toBe('AUTH');
  });
});
