import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { previewSetting, setSetting } from '../../src/application/settings/set-setting.js';
import type { Json } from '../../src/domain/primitives/json.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, importBaseline, must } from '../support/world.js';

const CSV = 'Handle,Title,Vendor,Variant SKU,Variant Price,Status\ntea,Tea,V,T-1,5.00,draft\n';

describe('settings', () => {
  let world: World;

  beforeAll(async () => {
    world = await buildWorld();
    await importBaseline(world, CSV);
  });

  afterAll(() => world.close());

  const set = (key: string, value: Json, reason = 'the house decided'): ReturnType<typeof setSetting> =>
    setSetting(world.ports, world.people.alex, { key, value, reason });

  const toPrelaunch = (): ReturnType<typeof createChangeRequest> =>
    createChangeRequest(
      world.ports,
      world.people.mia,
      {
        title: 'Launch',
        reason: null,
        idempotencyKey: null,
        changes: [{ kind: 'skuTransition', input: { code: 'T-1', to: 'PRELAUNCH' } }],
      },
      true,
    );

  it('are refused with every fault under its path, and nothing is written', async () => {
    const refused = await set('gates', { WEIGHT: 'MAYBE', LUCK: 'BLOCK' }, ' ');
    expect(refused.ok ? [] : refused.problems.map(({ code, field }) => `${code} ${field?.join('.')}`)).toEqual([
      'INVALID_FORMAT value.LUCK',
      'INVALID_FORMAT value.WEIGHT',
      'REASON_TOO_SHORT reason',
    ]);
    expect(codesOf(await set('no-such-key', {}))).toEqual(['NOT_FOUND']);
    expect(codesOf(await set('gates', {}, 'a reason\u0000b'))).toEqual(['INVALID_FORMAT']);
    expect(await world.ports.settings.newest()).toEqual([]);
  });

  it('are versioned, audited, and in force at once', async () => {
    const draftProblems = async (): Promise<unknown> => {
      const { id } = must(await toPrelaunch());
      return (await world.ports.changes.requestsByIds([id])).get(id)?.problems.map(({ code }) => code);
    };
    expect(await draftProblems()).toEqual([]);
    must(await set('gates', { WEIGHT: 'BLOCK' }));
    expect(await draftProblems()).toEqual(['GATE_UNSATISFIED']);
    must(await set('gates', { WEIGHT: 'BLOCK' }, 'the same again'));
    must(await set('gates', {}, 'back again'));
    expect(await draftProblems()).toEqual([]);
    const versions = (await world.ports.settings.versions(['gates'], 10)).get('gates') ?? [];
    expect(versions.map(({ version, value, reason }) => ({ version, value, reason }))).toEqual([
      { version: 2, value: {}, reason: 'back again' },
      { version: 1, value: { WEIGHT: 'BLOCK' }, reason: 'the house decided' },
    ]);
    expect(versions[0]?.changedBy.name).toBe('alex');
    const audited = await world.database.source.query(`select data from audit_event where type = 'SETTING_CHANGED'`);
    expect(audited).toHaveLength(2);
  });

  it('two at once are both kept, one after the other', async () => {
    const before = (await world.ports.settings.newest())[0]?.version ?? 0;
    await Promise.all(['COST', 'HS_CODE', 'WEIGHT'].map(async (gate) => must(await set('gates', { [gate]: 'BLOCK' }))));
    expect((await world.ports.settings.newest())[0]?.version).toBe(before + 3);
    must(await set('gates', {}));
  });

  it('wait for whoever applies, and the other way round', async () => {
    const order: string[] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let entered: () => void = () => undefined;
    const inside = new Promise<void>((resolve) => (entered = resolve));
    const applying = world.ports.work.run(async (stores) => {
      await stores.catalog.world([], { lock: true });
      entered();
      await held;
      order.push('applied');
    });
    await inside;
    const setting = set('gates', { COST: 'BLOCK' }).then(() => order.push('set'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    release();
    await Promise.all([applying, setting]);
    expect(order).toEqual(['applied', 'set']);
    must(await set('gates', {}));
  });

  it('can be previewed without being set', async () => {
    const before = await world.ports.settings.newest();
    expect(await previewSetting(world.ports, 'gates', { WEIGHT: 'BLOCK' })).toEqual({ problems: [], effects: [] });
    expect((await previewSetting(world.ports, 'gates', 3)).problems.map(({ field }) => field)).toEqual([['value']]);
    expect(await world.ports.settings.newest()).toEqual(before);
  });
});
