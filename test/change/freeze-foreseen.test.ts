import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { planOfRequest, previewChanges } from '../../src/application/change/plan/change-plan.js';
import { applyDue } from '../../src/application/change/run/apply-due.js';
import { endFreezeWindow, setFreezeWindow } from '../../src/application/settings/freeze-windows.js';
import { previewSetting, setSetting } from '../../src/application/settings/set-setting.js';
import type { FreezeWindow } from '../../src/domain/settings/freeze-windows-setting.js';
import type { World } from '../support/world.js';
import { buildWorld, must } from '../support/world.js';
import { inSeconds, price, ReviewKit } from './review-kit.js';

const HOUR = 3_600;

describe('a freeze window that will be on when a request could be applied', () => {
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
  /** On from in two hours until in four. */
  const window = (over: Partial<FreezeWindow> = {}): FreezeWindow => ({
    name: 'sale',
    from: inSeconds(2 * HOUR).toISOString(),
    to: inSeconds(4 * HOUR).toISOString(),
    reason: 'nothing moves while it sells',
    ...over,
  });
  const freeze = async (over: Partial<FreezeWindow> = {}): Promise<void> => {
    must(await setFreezeWindow(world.ports, world.people.alex, window(over)));
  };
  const codes = (problems: readonly { code: string }[]): string[] => problems.map(({ code }) => code);
  const foreseen = async (changes: Parameters<typeof previewChanges>[2], at: Date | null): Promise<string[]> =>
    codes((await previewChanges(world.ports, world.people.mia, changes, at)).warnings);

  it('is told by the plan and by the request, before anybody approves', async () => {
    await freeze();
    const changes = [price('A1', '11.00')];
    expect(await foreseen(changes, inSeconds(3 * HOUR))).toEqual(['FROZEN']);
    expect(await foreseen(changes, inSeconds(5 * HOUR))).toEqual([]);
    expect(await foreseen(changes, null)).toEqual([]);
    const draft = must(await kit.create(changes, { effectiveAt: inSeconds(3 * HOUR) }, undefined, true)).id;
    const id = await kit.propose(changes, { effectiveAt: inSeconds(3 * HOUR) });
    for (const each of [draft, id]) {
      const { warnings, blockedBy } = await kit.view(each);
      expect([codes(warnings), blockedBy]).toEqual([['FROZEN'], null]);
      expect(warnings[0]?.message).toMatch(/sale until .*nothing moves while it sells/);
      expect(codes((await planOfRequest(world.ports, each)).warnings)).toEqual(['FROZEN']);
    }
    must(await kit.update(id, changes, { effectiveAt: inSeconds(5 * HOUR) }));
    expect(codes((await kit.view(id)).warnings)).toEqual([]);
  });

  it('is told of what would be applied at once, too, while it is on', async () => {
    await freeze({ from: inSeconds(-HOUR).toISOString(), systems: ['erp'] });
    const id = await kit.propose([price('A1', '12.00')]);
    expect(codes((await kit.view(id)).warnings)).toEqual(['FROZEN']);
    const handle = { kind: 'productCreate' as const, input: { handle: 'cup', fields: { title: 'Cup' } } };
    expect(await foreseen([handle], null)).toEqual([]);
  });

  it('holds an approved request from the start, by name and until its end', async () => {
    await freeze();
    const id = await kit.propose([price('A2', '12.00')], { effectiveAt: inSeconds(3 * HOUR) });
    must(await kit.approve(id));
    const [on] = (await world.ports.settings.current()).freezeWindows;
    const view = await kit.view(id);
    expect(view).toMatchObject({ state: 'SCHEDULED', blockedBy: 'sale', warnings: [{ code: 'FROZEN' }] });
    expect(view.dueAt).toEqual(new Date(on?.to ?? 0));
    // Looks in between change nothing, and judge nothing: what would conflict now may fit by then.
    await applyDue(world.ports);
    await applyDue(world.ports);
    expect(await kit.view(id)).toMatchObject({ state: 'SCHEDULED', blockedBy: 'sale', dueAt: view.dueAt });
    expect((await previewSetting(world.ports, 'freezeWindows', [])).effects).toEqual([]);
  });

  it('lets go of what is scheduled when it goes, and takes hold of it when it comes, long before its time', async () => {
    const effectiveAt = inSeconds(3 * HOUR);
    const id = await kit.propose([price('A3', '13.00')], { effectiveAt });
    must(await kit.approve(id));
    // Somebody is faster: it will be in conflict when its time comes, and not before.
    await kit.applied([price('A3', '12.50')]);
    expect(await kit.view(id)).toMatchObject({ state: 'SCHEDULED', blockedBy: null, dueAt: effectiveAt });
    await freeze();
    await applyDue(world.ports);
    expect(await kit.view(id)).toMatchObject({ state: 'SCHEDULED', blockedBy: 'sale', warnings: [{ code: 'FROZEN' }] });
    must(await endFreezeWindow(world.ports, world.people.alex, 'sale', 'it is not to be after all'));
    await applyDue(world.ports);
    expect(await kit.view(id)).toMatchObject({ state: 'SCHEDULED', blockedBy: null, dueAt: effectiveAt, warnings: [] });
    await kit.sql(
      `update change_request set effective_at = effective_at - interval '4 hours', due_at = clock_timestamp() where id = $1`,
      [id],
    );
    await applyDue(world.ports);
    expect([await kit.stateOf(id), await priceOf('A3')]).toEqual(['CONFLICTED', '12.50']);
  });

  it('is applied at the end of a window that its time fell into', async () => {
    await freeze();
    const id = await kit.propose([price('A4', '14.00')], { effectiveAt: inSeconds(3 * HOUR) });
    must(await kit.approve(id));
    // As if hours had gone by: its time is past, and the window is over.
    await kit.sql(`update change_request set effective_at = clock_timestamp() - interval '1 hour' where id = $1`, [id]);
    await kit.sql(`insert into setting_version (key, version, value, reason, changed_by)
      select key, version + 1, '[]', 'behind its back', changed_by from setting_version where key = 'freezeWindows' order by version desc limit 1`);
    await applyDue(world.ports);
    expect([await kit.stateOf(id), await priceOf('A4')]).toEqual(['APPLIED', '14.00']);
  });
});
