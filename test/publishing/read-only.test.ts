import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sandboxSystems } from '../../src/porch/sandbox-systems.js';
import { sqlOver } from '../../src/storage/sql.js';
import { registerSystems } from '../../src/storage/stores/system-store.js';
import { Failing } from './failing-kit.js';

describe('a system that is switched to READ_ONLY and back', () => {
  let kit: Failing;
  beforeEach(async () => {
    kit = await Failing.open('CUP', 'MUG', 'TEA', 'POT');
  });
  afterEach(() => kit.world.close());

  /** As a start with another file does it. */
  const mode = async (erp: 'READ_ONLY' | 'WRITE'): Promise<void> => {
    const { sandbox, database, ports } = kit.world;
    const systems = sandboxSystems(sandbox).map((each) => (each.code === 'erp' ? { ...each, mode: erp } : each));
    await registerSystems(sqlOver(database.source), systems, () => ports.newId());
  };
  const open = async (code: string): Promise<unknown[]> =>
    (await kit.findings(code))
      .filter(({ system, state }) => system === 'erp' && state === 'OPEN')
      .map(({ field, expected, found }) => [field, expected, found]);

  it('gets nothing pushed that differed before, whether it was looked at meanwhile or not', async () => {
    // Owed when it is switched, found while it is read, moved once more after that, and moved without a look.
    await kit.price('CUP', '11.00');
    await mode('READ_ONLY');
    await kit.price('MUG', '12.00');
    await kit.drain();
    await kit.scan('erp');
    expect(await open('MUG')).toEqual([['price', '12.00', '10.00']]);
    await kit.price('MUG', '13.00');
    await kit.price('TEA', '14.00');
    await mode('WRITE');
    // Whatever brings the record says no more than that.
    await kit.drain();
    await kit.scan('erp');
    await kit.drain();
    for (const code of ['CUP', 'MUG', 'TEA', 'POT']) expect([code, await kit.listPrice(code)]).toEqual([code, '10.00']);
    expect(await open('CUP')).toEqual([['price', '11.00', '10.00']]);
    expect(await open('MUG')).toEqual([['price', '13.00', '10.00']]);
    expect(await open('TEA')).toEqual([['price', '14.00', '10.00']]);
    expect((await kit.deliveries('CUP')).map(({ state }) => state)).toEqual(['DELIVERED']);
    // From then on requests are brought as ever, also over what was found before.
    for (const code of ['MUG', 'TEA', 'POT']) await kit.price(code, '15.00');
    await kit.drain();
    for (const code of ['MUG', 'TEA', 'POT']) expect([code, await kit.listPrice(code)]).toEqual([code, '15.00']);
    expect(await open('MUG')).toEqual([]);
  });

  it('keeps what was published where nothing has moved, and at every other start', async () => {
    const published = (): Promise<unknown[]> =>
      kit.sql(`select published from record where system = 'erp' order by id`);
    const before = await published();
    await mode('READ_ONLY');
    await mode('READ_ONLY');
    await mode('WRITE');
    await mode('WRITE');
    expect(await published()).toEqual(before);
    await kit.price('CUP', '11.00');
    await mode('WRITE');
    expect(await published()).toEqual(before);
    await kit.drain();
    expect(await kit.listPrice('CUP')).toBe('11.00');
  });
});
