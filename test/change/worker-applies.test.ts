import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { endFreezeWindow, setFreezeWindow } from '../../src/application/settings/freeze-windows.js';
import type { World } from '../support/world.js';
import { buildWorld, must, until } from '../support/world.js';
import { inSeconds, price, ReviewKit } from './review-kit.js';

describe('the worker applies what waits', () => {
  let world: World;
  let kit: ReviewKit;
  beforeAll(async () => {
    world = await buildWorld();
    kit = new ReviewKit(world);
    await kit.onSale('tea', 'Acme', ['A1', 'A2', 'A3']);
  });
  afterAll(() => world.close());
  const applied = (id: string, seconds?: number): Promise<boolean> =>
    until(`${id} to be applied`, async () => (await kit.stateOf(id)) === 'APPLIED', seconds);

  it('when its time has come', async () => {
    const effectiveAt = inSeconds(4);
    const id = await kit.propose([price('A1', '11.00')], { effectiveAt });
    must(await kit.approve(id));
    expect(await kit.stateOf(id)).toBe('SCHEDULED');
    await applied(id);
    const { appliedAt } = await kit.view(id);
    expect(appliedAt?.getTime()).toBeGreaterThanOrEqual(effectiveAt.getTime());
    expect((await world.ports.catalog.skuByCode('A1'))?.price).toBe('11.00');
  });

  it('though the wake-up for it was lost', async () => {
    const id = await kit.propose([price('A2', '12.00')], { effectiveAt: inSeconds(3_600) });
    must(await kit.approve(id));
    const lost = await kit.sql(`delete from pgboss.job where name = 'request' and data ? 'at' returning id`);
    expect(lost.length).toBeGreaterThan(0);
    await kit.later(id);
    await applied(id, 30);
  });

  it('as soon as the window that holds it has ended', async () => {
    const { alex } = world.people;
    const times = { from: inSeconds(-60).toISOString(), to: inSeconds(3_600).toISOString() };
    must(
      await setFreezeWindow(world.ports, alex, {
        name: 'sale',
        ...times,
        systems: ['shopify'],
        reason: 'calm while it sells',
      }),
    );
    const id = await kit.propose([price('A3', '13.00')]);
    must(await kit.approve(id));
    expect(await kit.view(id)).toMatchObject({ state: 'SCHEDULED', blockedBy: 'sale' });
    must(await endFreezeWindow(world.ports, alex, 'sale', 'the sale is over'));
    await applied(id);
  });
});
