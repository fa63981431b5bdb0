import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuid } from 'uuid';
import { writeChangeSet } from '../../src/application/change/write-change-set.js';
import { linesJson } from '../../src/domain/bundle/composition.js';
import type { ProposedChange } from '../../src/domain/change/change.js';
import { planChanges } from '../../src/domain/change/plan-changes.js';
import type { World } from '../support/world.js';
import { buildWorld, HOST } from '../support/world.js';
import { lines } from '../support/bundle-lines.js';
import { apply, create, product, set } from './bundle-kit.js';

describe('bundles that a baseline takes over', () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    await apply(world, product, create('a'), create('b'));
  });
  afterAll(() => world.close());

  const change = (
    operation: ProposedChange['operation'],
    target: string,
    patch: ProposedChange['patch'],
  ): ProposedChange => ({
    operation,
    target,
    baseRevision: null,
    patch,
  });
  /** Just as an import takes a batch. */
  const take = (changes: ProposedChange[]): Promise<string[]> =>
    world.ports.work.run(async (stores) => {
      const seen = await stores.catalog.world(changes, { lock: true });
      const planned = planChanges(seen, changes, uuid, { baseline: true });
      if (planned.problems.length > 0) return planned.problems.map(({ code, field }) => `${code} ${field?.join('.')}`);
      const stamp = { actor: HOST.actor, reason: 'Baseline', changeRequestId: null };
      return (await writeChangeSet(stores, planned, stamp, 'BASELINE')).map(({ target }) => target);
    });

  it('are created as DRAFT without a price, and composed in the same batch', async () => {
    const kit = linesJson(lines('1 A, 2 b'));
    const taken = await take([
      change('PRODUCT_CREATE', 'kit', { title: 'Kit' }),
      change('SKU_CREATE', 'KIT-1', { product: 'kit', kind: 'BUNDLE', title: 'Kit' }),
      change('BUNDLE_SET', 'kit-1', { bundle: kit }),
      change('PRODUCT_CREATE', 'outer', { title: 'Outer' }),
      change('SKU_CREATE', 'OUTER', { product: 'outer', kind: 'BUNDLE', bundle: linesJson(lines('2 KIT-1')) }),
    ]);
    expect(taken.toSorted()).toEqual(['KIT-1', 'OUTER', 'kit', 'outer']);
    const made = await world.ports.catalog.skuByCode('KIT-1');
    expect(made).toMatchObject({ kind: 'BUNDLE', state: 'DRAFT', price: null });
    const inForce = await world.ports.bundles.inForce([made?.id ?? ''], null);
    expect(inForce.get(made?.id ?? '')?.lines.map(({ quantity }) => quantity)).toEqual([1, 2]);
  });

  it('are refused for what no bundle can be, and taken by a request once they are known', async () => {
    const none = change('BUNDLE_SET', 'KIT-1', { bundle: linesJson(lines('1 a, 1 nobody')) });
    expect(await take([none])).toEqual(['NOT_FOUND changes.0.bundleSet.components.1.sku']);
    const circle = change('BUNDLE_SET', 'KIT-1', { bundle: linesJson(lines('2 outer')) });
    expect(await take([circle])).toEqual([expect.stringMatching(/^CYCLE /)]);
    expect((await apply(world, set('kit-1', '3 b'))).state).toBe('APPLIED');
  });
});
