import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { revertFindings } from '../../src/application/drift/revert-findings.js';
import { retryDeliveries } from '../../src/application/publishing/retry-deliveries.js';
import { createPlain, move } from '../bundles/bundle-kit.js';
import { control, must } from '../support/world.js';
import { Failing } from './failing-kit.js';

/** What people do to an ERP's items behind our back, and what the ERP does when it has a bad day. */
describe('an ERP on a bad day', () => {
  let kit: Failing;
  beforeEach(async () => {
    kit = await Failing.open('CUP', 'TEA');
  });
  afterEach(() => kit.world.close());

  const lena = { kind: 'staff', name: 'Lena' };
  const inErp = (path: string, body: object): Promise<unknown> => control(kit.world.sandbox.erp.url, path, body);
  const codes = async (): Promise<string[]> => {
    const { items } = (await control(kit.world.sandbox.erp.url, 'items')) as { items: { code: string }[] };
    return items.map(({ code }) => code).toSorted();
  };
  const open = async (code: string): Promise<string[]> =>
    (await kit.findings(code)).filter(({ state }) => state === 'OPEN').map(({ kind, field }) => field ?? kind);

  it('an item that somebody archived: a finding that names them; the price goes there all the same', async () => {
    await inErp('edit', { as: lena, code: 'CUP', set: { active: false } });
    await kit.price('CUP', '11.00');
    await kit.drain();
    expect(await kit.last('CUP')).toMatchObject({ state: 'DELIVERED' });
    expect(await kit.listPrice('CUP')).toBe('11.00');
    const [finding] = await kit.findings('CUP');
    expect(finding).toMatchObject({ kind: 'LIFECYCLE', state: 'OPEN', attribution: { actor: 'Lena' } });
    expect(await control(kit.world.sandbox.erp.url, 'items?code=CUP')).toMatchObject({ items: [{ active: false }] });
  });

  it('an item that somebody gave another code: a dead letter, then a finding, and no second item', async () => {
    await inErp('recode', { as: lena, code: 'CUP', to: 'CUP-OLD' });
    await kit.price('CUP', '11.00');
    await kit.drain();
    expect(await kit.last('CUP')).toMatchObject({ state: 'DEAD_LETTERED', lastError: { class: 'NOT_FOUND' } });
    await kit.scan('erp');
    const found = (await kit.findings('CUP')).find(({ kind }) => kind === 'RECODED');
    expect(found).toMatchObject({ state: 'OPEN', found: 'CUP-OLD', attribution: { actor: 'Lena' } });
    expect(await codes()).toEqual(['CUP-OLD', 'TEA']);
    const { id } = await kit.last('CUP');
    must(await retryDeliveries(kit.world.ports, kit.world.people.oli, { ids: [id], filter: null }));
    await kit.drain();
    expect(await kit.listPrice('CUP-OLD')).toBe('11.00');
    await inErp('recode', { as: lena, code: 'CUP-OLD', to: 'CUP' });
    await kit.scan('erp');
    expect(await open('CUP')).toEqual([]);
    await kit.price('CUP', '12.00');
    await kit.drain();
    expect(await kit.listPrice('CUP')).toBe('12.00');
  });

  it('an item that somebody made before us, in other letters: it is the one, and no second is made', async () => {
    await inErp('copy', { as: lena, code: 'CUP', to: 'Tray' });
    await kit.scan('erp');
    expect(await open('Tray')).toEqual(['UNEXPECTED']);
    await kit.apply(...createPlain('tray'));
    await kit.apply(move('tray', 'PRELAUNCH'));
    await kit.drain();
    expect(await codes()).toEqual(['CUP', 'TEA', 'Tray']);
    expect((await open('tray')).toSorted()).toEqual(['UNEXPECTED', 'lifecycle', 'title']);
    await kit.price('tray', '12.00');
    await kit.drain();
    expect(await kit.last('tray')).toMatchObject({ state: 'DELIVERED' });
    expect(await kit.listPrice('Tray')).toBe('12.00');
    await kit.scan('erp');
    expect((await open('tray')).toSorted()).toEqual(['lifecycle', 'title']);
  });

  it('an item that somebody saved a second time: a finding, and only the one that is ours is written', async () => {
    await inErp('copy', { as: lena, code: 'CUP', to: 'cup' });
    await kit.scan('erp');
    expect(await open('CUP')).toEqual(['DUPLICATE']);
    await kit.price('CUP', '11.00');
    await kit.drain();
    expect(await kit.last('CUP')).toMatchObject({ state: 'DELIVERED' });
    expect([await kit.listPrice('CUP'), await kit.listPrice('cup')]).toEqual(['11.00', '10.00']);
    await inErp('delete', { code: 'cup' });
    await kit.scan('erp');
    expect(await open('CUP')).toEqual([]);
  });

  it('an item that somebody deleted: is not made again unless somebody says so', async () => {
    await inErp('delete', { code: 'CUP' });
    await kit.price('CUP', '11.00');
    await kit.drain();
    expect(await kit.last('CUP')).toMatchObject({ state: 'DEAD_LETTERED', lastError: { class: 'NOT_FOUND' } });
    expect(await codes()).toEqual(['TEA']);
    const [missing] = await kit.findings('CUP');
    expect(missing).toMatchObject({ kind: 'MISSING', state: 'OPEN' });
    must(
      await revertFindings(kit.world.ports, kit.world.people.oli, {
        ids: [missing?.id ?? ''],
        note: 'it is needed',
        confirm: false,
      }),
    );
    await kit.drain();
    expect(await codes()).toEqual(['CUP', 'TEA']);
    expect(await kit.listPrice('CUP')).toBe('11.00');
  });

  it('an item that somebody deleted, and that is retired then: nothing stays owed, and nobody has to look at it', async () => {
    for (const code of ['CUP', 'TEA']) await kit.apply(move(code, 'ON_HOLD'));
    await kit.drain();
    await inErp('delete', { code: 'CUP' });
    await kit.price('CUP', '11.00');
    await kit.drain();
    // What came after it waits for somebody to decide on the finding.
    await kit.price('CUP', '12.00');
    await kit.drain();
    const states = async (): Promise<string[]> => (await kit.deliveries('CUP')).map(({ state }) => state);
    expect(await states()).toEqual(['DELIVERED', 'DEAD_LETTERED', 'PENDING']);
    await kit.apply(move('CUP', 'RETIRED'));
    await kit.drain();
    expect(await states()).toEqual(['DELIVERED', 'SUPERSEDED', 'SUPERSEDED', 'DELIVERED']);
    await kit.scan('erp');
    expect(await open('CUP')).toEqual([]);
    await kit.drain();
    expect(await codes()).toEqual(['TEA']);
  });

  it('rights that were taken away: the system pauses and says why, and goes on when they are back', async () => {
    await inErp('rights', { mayWrite: false });
    await kit.price('CUP', '11.00');
    await kit.drain();
    expect((await kit.erp()).holds).toMatchObject([
      { kind: 'AUTH', reason: expect.stringContaining('refuses our key: Forbidden: this token may not write items') },
    ]);
    expect(await kit.last('CUP')).toMatchObject({
      lastError: { class: 'AUTH', message: expect.stringContaining('this token may not write items') },
    });
    await inErp('rights', { mayWrite: true });
    await kit.later(301);
    await kit.drain();
    expect(await kit.last('CUP')).toMatchObject({ state: 'DELIVERED' });
    expect((await kit.erp()).holds).toEqual([]);
  });
});
