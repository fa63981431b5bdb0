import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { rejectChangeRequest } from '../../src/application/change/reject-change-request.js';
import { applyDue } from '../../src/application/change/run/apply-due.js';
import { forceApply } from '../../src/application/change/run/force-apply.js';
import { withdrawChangeRequest } from '../../src/application/change/withdraw-change-request.js';
import { takeEffect } from '../../src/application/bundle/take-effect.js';
import { endFreezeWindow, setFreezeWindow } from '../../src/application/settings/freeze-windows.js';
import { previewSetting, setSetting } from '../../src/application/settings/set-setting.js';
import type { FreezeWindow } from '../../src/domain/settings/freeze-windows-setting.js';
import { dyingAt } from '../support/dying-ports.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, must } from '../support/world.js';
import { inSeconds, price, ReviewKit, set, step } from './review-kit.js';

const HOUR = 3_600;

describe('an approved request that waits', () => {
  let world: World;
  let kit: ReviewKit;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    kit = new ReviewKit(world);
    await kit.onSale('tea', 'Acme', ['A1', 'A2', 'A3', 'A4']);
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    const { alex } = world.people;
    must(await setSetting(world.ports, alex, { key: 'freezeWindows', value: [], reason: 'a clean start' }));
  });
  const priceOf = async (code: string): Promise<string | null | undefined> =>
    (await world.ports.catalog.skuByCode(code))?.price;
  const window = (over: Partial<FreezeWindow> = {}): FreezeWindow => ({
    name: 'black-friday',
    from: inSeconds(-HOUR).toISOString(),
    to: inSeconds(HOUR).toISOString(),
    reason: 'nothing moves',
    ...over,
  });
  const freeze = async (over: Partial<FreezeWindow> = {}): Promise<void> => {
    must(await setFreezeWindow(world.ports, world.people.alex, window(over)));
  };
  const scheduled = async (code: string, value: string): Promise<string> => {
    const id = await kit.propose([price(code, value)], { effectiveAt: inSeconds(HOUR) });
    must(await kit.approve(id));
    return id;
  };
  const types = async (id: string): Promise<string[]> => {
    const rows = await kit.sql<{ type: string }>('select type from audit_event where subject = $1 order by at, id', [
      (await kit.view(id)).number,
    ]);
    return rows.map(({ type }) => type);
  };

  describe('for its effective time', () => {
    it('is applied then, once, and not before', async () => {
      const id = await scheduled('A1', '11.00');
      expect(await kit.view(id)).toMatchObject({ state: 'SCHEDULED', blockedBy: null });
      await applyDue(world.ports);
      expect([await kit.stateOf(id), await priceOf('A1')]).toEqual(['SCHEDULED', '10.00']);
      expect(codesOf(await kit.approve(id))).toEqual(['WRONG_STATE']);
      await kit.later(id);
      // Two workers at once: one finds it, the other finds nothing to do.
      await Promise.all([applyDue(world.ports), applyDue(world.ports)]);
      expect([await kit.stateOf(id), await priceOf('A1')]).toEqual(['APPLIED', '11.00']);
      expect((await types(id)).filter((type) => type === 'CHANGE_REQUEST_APPLIED')).toHaveLength(1);
    });

    it('is applied whole or not at all where the process dies, and found again', async () => {
      for (const [value, when] of [
        ['11.10', 'BEFORE'],
        ['11.20', 'AFTER'],
      ] as const) {
        const id = await scheduled('A1', value);
        await kit.later(id);
        // The first commit is that of the look for what is due.
        await applyDue(dyingAt(world.ports, 2, when));
        expect(await kit.stateOf(id)).toBe(when === 'BEFORE' ? 'SCHEDULED' : 'APPLIED');
        await applyDue(world.ports);
        expect([await kit.stateOf(id), await priceOf('A1')]).toEqual(['APPLIED', value]);
        const revisions = await kit.sql('select revision from sku_revision where change_request_id = $1', [id]);
        expect(revisions).toHaveLength(1);
      }
    });

    it('is judged anew: in conflict, or past what the master allows by then, it is not applied, and its author is told', async () => {
      const id = await scheduled('A2', '12.00');
      await kit.applied([price('A2', '11.00')]);
      await kit.later(id);
      await applyDue(world.ports);
      expect(await kit.view(id)).toMatchObject({
        state: 'CONFLICTED',
        conflicts: [{ field: 'price', current: '11.00' }],
      });
      expect(await priceOf('A2')).toBe('11.00');
      expect((await types(id)).slice(-2)).toEqual(['CHANGE_REQUEST_CONFLICTED', 'CHANGE_REQUEST_NOT_APPLIED']);
      const { items } = await world.ports.alerts.alerts({ first: 10, after: null }, { owner: 'mia' });
      expect(items.map(({ node }) => node)).toMatchObject([
        { kind: 'REQUEST_NOT_APPLIED', body: expect.stringContaining('is CONFLICTED instead') },
      ]);
      expect(world.logged.join('\n')).toContain('a scheduled request was not applied');
    });

    it('is refused in the past, as a draft and on submission as well', async () => {
      const past = { effectiveAt: inSeconds(-1) };
      expect(codesOf(await kit.create([price('A1', '1.00')], past))).toEqual(['EFFECTIVE_IN_PAST']);
      expect(codesOf(await kit.create([price('A1', '1.00')], past, undefined, true))).toEqual(['EFFECTIVE_IN_PAST']);
      expect(codesOf(await kit.create([price('NONE', '1.00')], past))).toEqual(['EFFECTIVE_IN_PAST', 'NOT_FOUND']);
      const far = { effectiveAt: new Date(Date.UTC(10_000, 0, 1)) };
      expect(codesOf(await kit.create([price('A1', '1.00')], far))).toEqual(['INVALID_FORMAT']);
    });

    it('may still be withdrawn, rejected, edited or forced', async () => {
      const [a, b, c, d] = [
        await scheduled('A3', '1.00'),
        await scheduled('A3', '2.00'),
        await scheduled('A3', '3.00'),
        await scheduled('A3', '4.00'),
      ];
      must(await withdrawChangeRequest(world.ports, world.people.mia, a));
      must(await rejectChangeRequest(world.ports, world.people.ada, b, 'not this year'));
      must(await kit.update(c, [price('A3', '3.50')], { effectiveAt: (await kit.view(c)).effectiveAt }));
      expect([await kit.stateOf(c), await kit.asked(c)]).toEqual(['IN_REVIEW', { ada: 0 }]);
      must(await forceApply(world.ports, world.people.alex, d, 'the buyer cannot wait'));
      for (const id of [a, b, c]) await kit.later(id);
      await applyDue(world.ports);
      expect([await kit.stateOf(a), await kit.stateOf(b), await kit.stateOf(c), await kit.stateOf(d)]).toEqual([
        'WITHDRAWN',
        'REJECTED',
        'IN_REVIEW',
        'APPLIED',
      ]);
      expect(await priceOf('A3')).toBe('4.00');
    });

    it('is applied at once where its approval comes later than its time', async () => {
      const id = await kit.propose([price('A4', '9.00')], { effectiveAt: inSeconds(HOUR) });
      await kit.sql(`update change_request set effective_at = clock_timestamp() - interval '1 s' where id = $1`, [id]);
      must(await kit.approve(id));
      expect(await kit.stateOf(id)).toBe('APPLIED');
    });
  });

  describe('for the end of a freeze', () => {
    it('names the window that holds it, and is applied when that ends', async () => {
      await freeze();
      const id = await kit.propose([price('A1', '20.00')]);
      must(await kit.approve(id));
      const view = await kit.view(id);
      expect(view).toMatchObject({ state: 'SCHEDULED', blockedBy: 'black-friday' });
      expect([view.dueAt?.toISOString(), view.warnings.map(({ code }) => code)]).toEqual([await endOf(), ['FROZEN']]);
      await applyDue(world.ports);
      expect(await kit.stateOf(id)).toBe('SCHEDULED');
      expect((await types(id)).filter((type) => type === 'CHANGE_REQUEST_SCHEDULED')).toHaveLength(1);
      expect((await world.ports.changes.held()).byWindow).toEqual(new Map([['black-friday', 1]]));
      must(await endFreezeWindow(world.ports, world.people.alex, 'Black-Friday', 'all is quiet'));
      await applyDue(world.ports);
      expect([await kit.stateOf(id), await priceOf('A1'), (await kit.view(id)).warnings]).toEqual([
        'APPLIED',
        '20.00',
        [],
      ]);
    });

    it('goes on whichever way the window goes: gone, moved, renamed, or let go of the system', async () => {
      for (const [value, next] of [
        ['21.00', []],
        ['22.00', [window({ from: inSeconds(HOUR).toISOString(), to: inSeconds(2 * HOUR).toISOString() })]],
        ['23.00', [window({ systems: ['erp'] })]],
      ] as const) {
        await freeze({ systems: ['shopify'] });
        const id = await kit.propose([price('A2', value), set('A2', { listedIn: ['shopify'] })]);
        must(await kit.approve(id));
        const held = await kit.stateOf(id);
        const { alex } = world.people;
        must(
          await setSetting(world.ports, alex, { key: 'freezeWindows', value: [...next], reason: 'as it should be' }),
        );
        await applyDue(world.ports);
        expect([held, await kit.stateOf(id)]).toEqual(['SCHEDULED', 'APPLIED']);
      }
      // A lost note of it is made up for by the next look, because what no window that is on holds is due.
      await freeze();
      const id = await kit.propose([price('A2', '24.00')]);
      must(await kit.approve(id));
      await kit.sql(`insert into setting_version (key, version, value, reason, changed_by)
        select key, version + 1, '[]', 'behind its back', changed_by from setting_version where key = 'freezeWindows' order by version desc limit 1`);
      await applyDue(world.ports);
      expect(await kit.stateOf(id)).toBe('APPLIED');
    });

    it('waits only where it would reach a system of the window', async () => {
      await freeze({ systems: ['erp'] });
      const shopOnly = await kit.applied([
        { kind: 'productCreate', input: { handle: 'cup', fields: { title: 'Cup' } } },
      ]);
      expect(await kit.stateOf(shopOnly)).toBe('APPLIED');
      // A DRAFT SKU is nowhere yet.
      await kit.applied([
        { kind: 'skuCreate', input: { code: 'C1', product: 'cup', fields: { title: 'Cup', price: '1.00' } } },
      ]);
      const product = await kit.propose([
        { kind: 'productUpdate', input: { handle: 'tea', baseRevision: null, fields: { tags: ['x'] } } },
      ]);
      must(await kit.approve(product));
      expect(await kit.view(product)).toMatchObject({ state: 'SCHEDULED', blockedBy: 'black-friday' });
    });

    it('holds what nobody has to approve, too, and nothing that is forced', async () => {
      await freeze();
      const { ada, alex } = world.people;
      const light = await kit.propose(
        [{ kind: 'productUpdate', input: { handle: 'tea', baseRevision: null, fields: { tags: ['y'] } } }],
        {},
        ada,
      );
      expect(await kit.view(light)).toMatchObject({ state: 'SCHEDULED', requirements: [] });
      must(await forceApply(world.ports, alex, light, 'the recall has to be seen'));
      const { forced, state } = await kit.view(light);
      expect([state, forced?.actor.name, forced?.reason]).toEqual(['APPLIED', 'alex', 'the recall has to be seen']);
    });

    it('keeps versions of bundles waiting as well, in the order of time', async () => {
      const lines = [{ sku: 'A1', quantity: 2 }];
      await kit.applied([
        { kind: 'productCreate', input: { handle: 'kit', fields: { title: 'Kit', vendor: 'Acme' } } },
        {
          kind: 'skuCreate',
          input: { code: 'K1', kind: 'BUNDLE', product: 'kit', fields: { title: 'Kit', price: '5.00' }, bundle: lines },
        },
      ]);
      for (const to of ['PRELAUNCH', 'ACTIVE'] as const) await kit.applied([step('K1', to)]);
      const effectiveFrom = inSeconds(2);
      await kit.applied([
        { kind: 'bundleSet', input: { code: 'K1', components: [{ sku: 'A1', quantity: 3 }], effectiveFrom } },
      ]);
      await freeze();
      await kit.sql(`select pg_sleep(greatest(0, extract(epoch from $1::timestamptz - clock_timestamp()) + 0.05))`, [
        effectiveFrom.toISOString(),
      ]);
      expect(await takeEffect(world.ports)).toBe(null);
      const quantity = async (): Promise<unknown> =>
        (
          await kit.sql<{ q: number }>(
            `select c.quantity as q from bundle_component c join sku s on s.id = c.bundle_id where s.code = 'K1' and c.state = 'CURRENT'`,
          )
        )[0]?.q;
      expect(await quantity()).toBe(2);
      // Over one of its systems is over it as well.
      await freeze({ systems: ['shopify'] });
      expect(await takeEffect(world.ports)).toBe(null);
      expect(await quantity()).toBe(2);
      must(await endFreezeWindow(world.ports, world.people.alex, 'black-friday', 'it is over now'));
      await takeEffect(world.ports);
      expect(await quantity()).toBe(3);
    });

    it('is told of before a window is set, and refused where it cannot be', async () => {
      const id = await scheduled('A4', '30.00');
      const { number } = await kit.view(id);
      const wide = window({ to: inSeconds(2 * HOUR).toISOString() });
      const preview = await previewSetting(world.ports, 'freezeWindows', [wide]);
      expect(preview.effects).toMatchObject([{ code: 'MAY_WAIT', count: 1, examples: [number] }]);
      const { alex } = world.people;
      const codes = async (over: object): Promise<string[]> => {
        const outcome = await setFreezeWindow(world.ports, alex, { ...window(), ...over });
        return outcome.ok ? [] : [...new Set(outcome.problems.map(({ code, field }) => `${code} ${field?.join('.')}`))];
      };
      expect(await codes({ to: window().from })).toEqual(['INVALID_FORMAT window.to']);
      const gone = { from: inSeconds(-2 * HOUR).toISOString(), to: inSeconds(-HOUR).toISOString() };
      expect(await codes(gone)).toEqual(['EFFECTIVE_IN_PAST window.to']);
      expect(await codes({ systems: ['erp', 'nowhere'] })).toEqual(['SYSTEM_UNKNOWN window.systems.1']);
      expect(await codes({ name: '', reason: '' })).toEqual([
        'INVALID_FORMAT window.name',
        'INVALID_FORMAT window.reason',
      ]);
      expect(await codes({ reason: 'x' })).toEqual(['REASON_TOO_SHORT window.reason']);
      const short = { key: 'freezeWindows', value: [], reason: 'x' };
      expect(codesOf(await setSetting(world.ports, alex, short))).toEqual(['REASON_TOO_SHORT']);
      expect(codesOf(await endFreezeWindow(world.ports, alex, 'black-friday', 'x'))).toEqual(['REASON_TOO_SHORT']);
      const twice = await setSetting(world.ports, alex, {
        key: 'freezeWindows',
        value: [window(), window({ name: 'BLACK-friday' })],
        reason: 'two of one name',
      });
      expect(codesOf(twice)).toEqual(['INVALID_FORMAT']);
      expect(codesOf(await endFreezeWindow(world.ports, alex, 'no such', 'it is over now'))).toEqual(['NOT_FOUND']);
      await freeze();
      must(await endFreezeWindow(world.ports, alex, 'black-friday', 'it is over now'));
      expect(codesOf(await endFreezeWindow(world.ports, alex, 'black-friday', 'it is over now'))).toEqual([
        'WRONG_STATE',
      ]);
    });
  });

  async function endOf(): Promise<string> {
    const [on] = (await world.ports.settings.current()).freezeWindows;
    return new Date(on?.to ?? 0).toISOString();
  }
});
