import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import type { DeliveryView, FindingView } from '../../src/application/ports/operations-reader.js';
import { retryDeliveries } from '../../src/application/publishing/retry-deliveries.js';
import { createPlain, move, set } from '../bundles/bundle-kit.js';
import type { World } from '../support/world.js';
import { must } from '../support/world.js';
import { PAGE, SteppedWorld } from './stepped-world.js';
import type { TrytonCopy } from './tryton-kit.js';
import { copyOfTryton } from './tryton-kit.js';

const CODES = Array.from({ length: 14 }, (_, at) => `B${String(at).padStart(2, '0')}`);

/** What people and bad days do to an ERP, each to a SKU of its own; without a worker, so that every step is taken by hand. */
describe('a real Tryton on bad days', () => {
  let copy: TrytonCopy;
  let stepped: SteppedWorld;
  let world: World;

  beforeAll(async () => {
    copy = await copyOfTryton();
    stepped = await SteppedWorld.begin(copy.config, CODES);
    ({ world } = stepped);
    await stepped.drain();
    await stepped.scan('erp');
  }, 300_000);
  afterAll(async () => {
    await world.close();
    await copy.drop();
  });

  const scan = (system: string): Promise<string> => stepped.scan(system);
  const drain = (rounds?: number): Promise<void> => stepped.drain(rounds);
  const apply = (...changes: ChangeDraft[]): Promise<string> => stepped.apply(...changes);
  const price = (code: string, value: string): Promise<string> =>
    apply({ kind: 'skuUpdate', input: { code, baseRevision: null, fields: { price: value } } });
  const findings = async (target: string): Promise<FindingView[]> =>
    (await world.ports.operations.findings(PAGE, { system: 'erp', target, states: ['OPEN'] })).items.map(
      ({ node }) => node,
    );
  const deliveryOf = async (request: string): Promise<DeliveryView> => {
    const all = (await world.ports.operations.deliveriesOfRequests([request])).get(request) ?? [];
    const found = all.find(({ system }) => system === 'erp');
    if (!found) throw new Error('no delivery to the ERP');
    return found;
  };
  const priceThere = async (code: string): Promise<number[]> => {
    const domain = [
      ['code', '=', code],
      ['active', 'in', [true, false]],
    ];
    const rows = await copy.mara.rows<{ list_price: { decimal: string } }>('product.product', domain, ['list_price']);
    return rows.map((row) => Number(row.list_price.decimal));
  };

  it('a product that somebody archived is a finding, and keeps what was approved for it', async () => {
    await copy.mara.archive('B00');
    await scan('erp');
    expect((await findings('B00')).map(({ kind, attribution }) => [kind, attribution?.actor])).toEqual([
      ['LIFECYCLE', 'mara'],
    ]);
    const request = await price('B00', '11.00');
    await drain();
    expect((await deliveryOf(request)).state).toBe('DELIVERED');
    expect(await priceThere('B00')).toEqual([11]);
    expect((await copy.mara.variant('B00')).active).toBe(false);
  });

  it('a product that somebody renamed and recoded is the same product', async () => {
    await copy.mara.rename('B01', 'Another name');
    await copy.mara.recode('B01', 'B01-X');
    const request = await price('B01', '11.00');
    await drain();
    expect((await deliveryOf(request)).state).toBe('DELIVERED');
    expect(await priceThere('B01-X')).toEqual([11]);
    expect(await priceThere('B01')).toEqual([]);
    await scan('erp');
    expect((await findings('B01')).map(({ kind }) => kind).sort()).toEqual(['FIELD', 'RECODED']);
  });

  it('a copy that somebody made is not ours, and a second one under the same code is told', async () => {
    await copy.mara.duplicate('B02');
    const other = await copy.mara.create('product.template', {
      name: 'An old one',
      type: 'goods',
      default_uom: 1,
      list_price: { __class__: 'Decimal', decimal: '1' },
      active: false,
      products: [['create', [{ suffix_code: 'B02', active: false }]]],
    });
    expect(other).toBeGreaterThan(0);
    await scan('erp');
    const { items } = await world.ports.operations.findings(PAGE, { system: 'erp', states: ['OPEN'] });
    const told = items.map(({ node }) => node);
    expect(told.filter(({ kind }) => kind === 'DUPLICATE').map(({ target }) => target)).toEqual(['B02']);
    const strangers = told.filter(({ kind }) => kind === 'UNEXPECTED');
    expect(strangers.map(({ attribution }) => attribution?.actor)).toEqual(['mara']);
    const request = await price('B02', '12.00');
    await drain();
    expect((await deliveryOf(request)).state).toBe('DELIVERED');
    expect((await priceThere('B02')).sort((a, b) => a - b)).toEqual([1, 12]);
  });

  it('a product that somebody deleted is missed, and not made a second time', async () => {
    await copy.mara.remove('B03');
    const request = await price('B03', '11.00');
    await drain();
    const delivery = await deliveryOf(request);
    expect(delivery).toMatchObject({ state: 'DEAD_LETTERED', lastError: { class: 'NOT_FOUND' } });
    expect((await findings('B03')).map(({ kind }) => kind)).toEqual(['MISSING']);
    expect(await priceThere('B03')).toEqual([]);
  });

  it('a kit with a component that is out of use is compared and written as it is', async () => {
    await apply(...createPlain('bkit', '1 B04, 2 B05'));
    for (const to of ['PRELAUNCH', 'ACTIVE'] as const) {
      await apply(move('bkit', to));
      await drain();
    }
    await copy.mara.archive('B05');
    expect(await scan('erp')).toBe('SUCCEEDED');
    expect(await findings('bkit')).toEqual([]);
    expect((await findings('B05')).map(({ kind }) => kind)).toEqual(['LIFECYCLE']);
    const request = await price('bkit', '44.00');
    await drain();
    expect((await deliveryOf(request)).state).toBe('DELIVERED');
    expect(await priceThere('bkit')).toEqual([44]);
  });

  it('a kit that cannot be read any more loses nothing of what is approved for it: the rest is written, and that is told', async () => {
    const lines = async (): Promise<{ id: number; quantity: number }[]> => {
      const { template } = await copy.mara.variant('bkit');
      return copy.mara.rows('product.component', [['parent_template', '=', template]], ['quantity']);
    };
    const [line] = await lines();
    await copy.mara.write('product.component', [line?.id ?? 0], { fixed: true });
    const request = await apply(set('bkit', '3 B04, 4 B05'), {
      kind: 'skuUpdate',
      input: { code: 'bkit', baseRevision: null, fields: { price: '45.00' } },
    });
    await drain();
    const delivery = await deliveryOf(request);
    expect(delivery).toMatchObject({ state: 'DEAD_LETTERED', lastError: { class: 'VALIDATION', code: 'UNREADABLE' } });
    expect(delivery.lastError?.message).toContain('bundle.components of bkit cannot be read there');
    expect(await priceThere('bkit')).toEqual([45]);
    expect((await lines()).map(({ quantity }) => quantity)).toEqual([1, 2]);
    await copy.mara.write('product.component', [line?.id ?? 0], { fixed: false });
    must(await retryDeliveries(world.ports, world.people.oli, { ids: [delivery.id], filter: null }));
    await drain();
    expect((await deliveryOf(request)).state).toBe('DELIVERED');
    expect((await lines()).map(({ quantity }) => quantity)).toEqual([3, 4]);
  });

  it('what somebody types between our reading and our write is not overwritten unseen', async () => {
    await copy.mara.setPrice('B06', '99.00');
    const request = await price('B06', '11.00');
    await drain();
    expect((await deliveryOf(request)).state).toBe('DELIVERED');
    const told = await world.ports.operations.findings(PAGE, { system: 'erp', target: 'B06', kinds: ['FIELD'] });
    expect(told.items.map(({ node }) => [node.found, node.attribution?.actor])).toEqual([['99.00', 'mara']]);
  });

  it.each(['lost', 'cut', 'page'] as const)(
    'a write whose answer is %s happens once, and is told as delivered',
    async (trouble) => {
      const code = { lost: 'B07', cut: 'B08', page: 'B09' }[trouble];
      const request = await price(code, '13.00');
      copy.proxy.strike('write', trouble);
      await drain();
      expect((await deliveryOf(request)).state).toBe('DELIVERED');
      expect(await priceThere(code)).toEqual([13]);
    },
  );

  it('a scan that is cut off says nothing of absence', async () => {
    const before = (await findings('B10')).length;
    copy.proxy.storm('cut');
    const state = await scan('erp');
    copy.proxy.calm();
    expect(state).toBe('FAILED');
    expect((await findings('B10')).length).toBe(before);
  });

  it('a user whose rights were taken away pauses the system with a reason, and it goes on once they are back', async () => {
    const [user] = await copy.admin.rows<{ id: number; groups: number[] }>(
      'res.user',
      [['login', '=', 'skuward']],
      ['groups'],
    );
    await copy.admin.write('res.user', [user?.id ?? 0], { groups: [['remove', user?.groups ?? []]] });
    const request = await price('B11', '14.00');
    await drain(1);
    const view = (await world.ports.operations.systems()).find(({ code }) => code === 'erp');
    expect(view?.holds.map(({ kind }) => kind)).toEqual(['AUTH']);
    expect(view?.holds[0]?.reason).toMatch(/not allowed to access/);
    expect((await deliveryOf(request)).state).toBe('RETRYING');
    expect((await deliveryOf(request)).lastError?.message).toMatch(/not allowed to access/);
    expect(await priceThere('B11')).toEqual([10]);
    await copy.admin.write('res.user', [user?.id ?? 0], { groups: [['add', user?.groups ?? []]] });
    await scan('erp');
    await drain();
    expect((await deliveryOf(request)).state).toBe('DELIVERED');
    expect(await priceThere('B11')).toEqual([14]);
  });
});
