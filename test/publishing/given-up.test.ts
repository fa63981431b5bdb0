import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { revertFindings } from '../../src/application/drift/revert-findings.js';
import { discardDeliveries } from '../../src/application/publishing/discard-deliveries.js';
import { createPlain, move } from '../bundles/bundle-kit.js';
import { control, must } from '../support/world.js';
import { Failing } from './failing-kit.js';

/** What somebody gave up, or what is not to be written at all, is left alone and never lacking in silence. */
describe('what is given up', () => {
  let kit: Failing;
  beforeEach(async () => {
    kit = await Failing.open('CUP', 'TEA', 'MUG');
  });
  afterEach(() => kit.world.close());

  it('is brought by no delivery of its product, until a later request changes it', async () => {
    const { ports, people, sandbox } = kit.world;
    kit.refuses(() => 'no', 'shopify');
    await kit.price('CUP', '11.00');
    await kit.drain('shopify');
    must(
      await discardDeliveries(ports, people.oli, [(await kit.last('CUP', 'shopify')).id], 'the shop prices this one'),
    );
    kit.takes('shopify');
    const prices = (): Promise<unknown> => control(sandbox.shopify.url, 'products?sku=CUP');
    await kit.apply({
      kind: 'productUpdate',
      input: { handle: 'cup', baseRevision: null, fields: { title: 'A cup' } },
    });
    await kit.drain('shopify');
    expect(JSON.stringify(await prices())).toMatch(/"title":"A cup".*"price":"10.00"/);
    await kit.scan('shopify');
    const found = (await kit.findings('CUP')).filter(({ system }) => system === 'shopify');
    expect(found).toMatchObject([{ field: 'price', found: '10.00', state: 'OPEN' }]);
    expect(found[0]?.note).toBe('given up by oli: the shop prices this one');
    await kit.price('CUP', '12.00');
    await kit.drain('shopify');
    expect(JSON.stringify(await prices())).toMatch(/"price":"12.00"/);
  });

  it('of what was to be made: the next scan says that it is missing, or finds what people made', async () => {
    const { ports, people, sandbox } = kit.world;
    const reason = 'the ERP team makes these by hand';
    for (const code of ['ewer', 'vase']) {
      await kit.apply(...createPlain(code));
      kit.refuses((each) => `${each} is locked`);
      await kit.apply(move(code, 'PRELAUNCH'));
      await kit.drain();
      must(await discardDeliveries(ports, people.oli, [(await kit.last(code)).id], reason));
    }
    kit.takes();
    await control(sandbox.erp.url, 'copy', { as: { kind: 'staff', name: 'Lena' }, code: 'CUP', to: 'vase' });
    await kit.scan('erp');
    const open = async (code: string): Promise<unknown[]> =>
      (await kit.findings(code)).filter(({ system, state }) => system === 'erp' && state === 'OPEN');
    expect(await open('ewer')).toMatchObject([{ kind: 'MISSING', note: `given up by oli: ${reason}` }]);
    expect(await open('vase')).not.toContainEqual(expect.objectContaining({ kind: 'MISSING' }));
    expect(await open('vase')).toContainEqual(expect.objectContaining({ kind: 'FIELD', field: 'title' }));
    const missing = (await kit.findings('ewer')).find(({ kind }) => kind === 'MISSING');
    must(await revertFindings(ports, people.oli, { ids: [missing?.id ?? ''], note: null, confirm: false }));
    await kit.drain();
    expect(await kit.listPrice('ewer')).toBe('10.00');
    expect(await open('ewer')).toEqual([]);
  });

  it('is not the same as what nobody made while the system was READ_ONLY: that is missing, too', async () => {
    const mode = (to: string): Promise<unknown> => kit.sql(`update system set mode = $1 where code = 'erp'`, [to]);
    const open = async (): Promise<unknown[]> =>
      (await kit.findings('ewer')).filter(({ system, state }) => system === 'erp' && state === 'OPEN');
    await kit.apply(...createPlain('ewer'));
    await mode('READ_ONLY');
    await kit.scan('erp');
    // A DRAFT is in the master alone.
    expect(await open()).toEqual([]);
    await kit.apply(move('ewer', 'PRELAUNCH'));
    expect(await kit.deliveries('ewer')).toEqual([]);
    await kit.scan('erp');
    const [missing] = (await open()) as { id: string; kind: string }[];
    expect(missing).toMatchObject({ kind: 'MISSING', note: null });
    await mode('WRITE');
    await kit.scan('erp');
    await kit.drain();
    expect(await kit.listPrice('ewer')).toBeUndefined();
    const { ports, people } = kit.world;
    must(await revertFindings(ports, people.oli, { ids: [missing?.id ?? ''], note: null, confirm: false }));
    await kit.drain();
    expect(await kit.listPrice('ewer')).toBe('10.00');
    expect(await open()).toEqual([]);
  });
});
