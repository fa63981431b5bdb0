import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connector } from '../../src/application/ports/connector.js';
import { buildConnectors } from '../../src/connectors/connector-registry.js';
import { authorOf } from '../../src/domain/publishing/system.js';
import { changesOf } from '../connectors/contract/changes-contract.js';
import { createOf, faultIn, FRESH, observedOf } from '../connectors/writes.js';
import type { TrytonCopy } from './tryton-kit.js';
import { aDayLater, copyOfTryton, ITEM } from './tryton-kit.js';
import { writesOf } from './tryton-writes.js';

describe("a product's code and its tariff code, in a real Tryton", () => {
  let copy: TrytonCopy;
  let connector: Connector;
  beforeAll(async () => {
    copy = await copyOfTryton();
    connector = buildConnectors([{ ...copy.config, units: { EA: 'u' } }], () => {}).of('erp');
  }, 120_000);
  afterAll(() => copy.drop());

  const { made, changed, refusal, found } = writesOf(() => connector);

  it('a code that somebody changed is written back, but for what the template puts before it', async () => {
    await made('R-1');
    await copy.mara.recode('R-1', 'R-1-X');
    const recoded = { ...(await found('R-1-X')), code: 'R-1' };
    await changed(recoded, { code: 'R-1' });
    expect((await found('R-1')).externalId).toBe(recoded.externalId);
    const { template } = await copy.mara.variant('R-1');
    await copy.mara.write('product.template', [template], { code: 'T/' });
    expect((await refusal(await found('T/R-1'), { code: 'R-1' })).message).toContain('T/');
  });

  it('a code is the one that was meant, though Tryton numbers what has none; where it numbers all, none is made', async () => {
    const types = await copy.admin.rows<{ id: number; name: string }>('ir.sequence.type', [], ['name']);
    const sequence = async (of: string): Promise<number> => {
      const type = types.find(({ name }) => name === of)?.id;
      return copy.admin.create('ir.sequence', { name: of, sequence_type: type, number_next: 1, number_increment: 1 });
    };
    const numbered = async (template: number | null, variant: number | null): Promise<Connector> => {
      const values = { template_sequence: template, product_sequence: variant };
      await copy.admin.write('product.configuration', [1], values);
      return buildConnectors([copy.config], () => {}).of('erp');
    };
    const command = (code: string): Parameters<Connector['write']>[0] => {
      const writes = [createOf('SKU', code, { ...ITEM, unitOfMeasure: null, gtin: null })];
      return { ...FRESH, attemptId: code, product: { id: 'p', handle: 'h', root: null }, writes };
    };
    const [products, variants] = [await sequence('Product'), await sequence('Variant')];
    try {
      const first = observedOf(await (await numbered(null, variants)).write(command('Q-1')), 'Q-1');
      const second = observedOf(await (await numbered(products, null)).write(command('Q-2')), 'Q-2');
      expect([first.code, second.code]).toEqual(['Q-1', 'Q-2']);
      // Whatever somebody puts behind it is taken away again.
      await copy.mara.recode('Q-2', '-X');
      await changed(await found('Q-2-X'), { code: 'Q-2' });
      expect(await copy.mara.variants('Q-2')).toHaveLength(1);
      const refused = faultIn(await (await numbered(products, variants)).write(command('Q-3')), 'Q-3');
      expect(refused).toMatchObject({ class: 'VALIDATION', code: 'NUMBERED' });
      expect(await copy.mara.rows('product.product', [['code', 'ilike', '%Q-3%']], ['code'])).toEqual([]);
    } finally {
      await numbered(null, null);
    }
  });

  it('a country has its place beside a tariff code, and comes with it', async () => {
    const record = await made('T-1', { hsCode: null });
    expect(record.fields).not.toHaveProperty('countryOfOrigin');
    const withCode = await changed(record, { hsCode: '420212' }, { ...ITEM, hsCode: '420212', countryOfOrigin: 'IT' });
    expect(withCode).toMatchObject({ hsCode: '420212', countryOfOrigin: 'IT' });
    expect(await changed(await found('T-1'), { countryOfOrigin: 'CN' })).toMatchObject({
      hsCode: '420212',
      countryOfOrigin: 'CN',
    });
    expect(await changed(await found('T-1'), { hsCode: null })).not.toHaveProperty('countryOfOrigin');
    const fault = await refusal(await found('T-1'), { hsCode: '420212', countryOfOrigin: 'ZW' });
    expect(fault).toMatchObject({ class: 'VALIDATION', code: 'COUNTRY_UNKNOWN' });
  });

  it('a tariff code is found however it is spelled, and is anew looked for after somebody changed what stands in it', async () => {
    await made('HS-1', { hsCode: '610910', countryOfOrigin: null });
    await made('HS-2', { hsCode: '610910', countryOfOrigin: null });
    const rows = (): Promise<{ id: number; code: string }[]> =>
      copy.mara.rows('customs.tariff.code', [['code', 'in', ['610910', '6109.10', '620342']]], ['code']);
    const [shared, ...others] = await rows();
    expect(others).toEqual([]);
    await aDayLater(copy);
    // What is looked at from there on begins today.
    await made('HS-0', { hsCode: null });
    const { cursor } = await changesOf(connector, null);
    await copy.mara.write('customs.tariff.code', [shared?.id ?? 0], { code: '6109.10' });
    expect((await found('HS-1')).fields).toMatchObject({ hsCode: '610910' });
    expect((await made('HS-3', { hsCode: '610910', countryOfOrigin: null })).fields['hsCode']).toBe('610910');
    expect(await rows()).toHaveLength(1);
    // One row for all: whoever changes it changes all of them, and no other row of theirs.
    await copy.mara.write('customs.tariff.code', [shared?.id ?? 0], { code: '620342' });
    const told = (await changesOf(connector, cursor)).records.filter(({ code }) => /^HS-[12]$/.test(code ?? ''));
    expect(told.map(({ fields }) => fields['hsCode'])).toEqual(['620342', '620342']);
    expect(told.map((each) => authorOf(each, 'hsCode')?.actor)).toEqual(['mara', 'mara']);
    const back = { ...ITEM, hsCode: '610910', countryOfOrigin: null };
    expect(await changed(await found('HS-1'), { hsCode: '610910' }, back)).toMatchObject({ hsCode: '610910' });
    expect((await found('HS-2')).fields['hsCode']).toBe('620342');
    expect(await rows()).toHaveLength(2);
  });

  it('a tariff code that several calls need at once is made once', async () => {
    const make = async (code: string): Promise<boolean | undefined> => {
      const writes = [createOf('SKU', code, { ...ITEM, gtin: null, hsCode: '940490', countryOfOrigin: null })];
      const command = { ...FRESH, attemptId: code, product: { id: code, handle: code, root: null }, writes };
      return (await connector.writeMany?.([command]))?.flat()[0]?.written;
    };
    expect(await Promise.all([make('HX-1'), make('HX-2')])).toEqual([true, true]);
    expect(await copy.mara.rows('customs.tariff.code', [['code', '=', '940490']], ['code'])).toHaveLength(1);
  });
});
