import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { handleWebhooks } from '../../src/application/drift/handle-webhooks.js';
import { pauseSystem } from '../../src/application/publishing/pause-system.js';
import { resumeSystem } from '../../src/application/publishing/resume-system.js';
import { control, must } from '../support/world.js';
import { Failing } from './failing-kit.js';

interface Heard {
  last: number;
  entries: { source: string; kind: string; commits: unknown[] }[];
}

describe('a system that is paused', () => {
  let kit: Failing;
  beforeEach(async () => {
    kit = await Failing.open('MUG-A', 'MUG-B', 'MUG-C');
  });
  afterEach(() => kit.world.close());

  const heard = (url: string, after = 0): Promise<Heard> => control(url, `journal?after=${after}`) as Promise<Heard>;
  const byUs = async (url: string, after: number): Promise<{ reads: number; writes: number }> => {
    const requests = (await heard(url, after)).entries.filter(({ source }) => source === 'request');
    const writes = requests.filter(({ kind, commits }) => kind === 'mutation' || commits.length > 0).length;
    return { reads: requests.length - writes, writes };
  };

  it('is observed by webhook and by scan, findings open and heal, and nothing is written until it goes on', async () => {
    const { ports, people, sandbox } = kit.world;
    const until = new Date(Date.now() + 3_600_000);
    const pause = { reason: 'the systems are being moved', until };
    for (const system of ['shopify', 'erp']) must(await pauseSystem(ports, people.oli, { system, ...pause }));
    const before = { shopify: (await heard(sandbox.shopify.url)).last, erp: (await heard(sandbox.erp.url)).last };
    await kit.price('MUG-B', '11.00');

    const as = { kind: 'staff', name: 'Sam' };
    const edited = await control(sandbox.shopify.url, 'edit', { as, sku: 'MUG-A', set: { price: '77.00' } });
    const { id } = edited as { id: string };
    const root = { externalId: id.startsWith('gid:') ? id : `gid://shopify/Product/${id}`, code: null };
    const hook = {
      id: ports.newId(),
      system: 'shopify',
      topic: 'products/update',
      root,
      body: Buffer.from('{}'),
      headers: {},
    };
    await ports.observations.storeWebhook(hook);
    await handleWebhooks(ports, 'shopify');
    expect(await kit.findings('MUG-A')).toMatchObject([
      { system: 'shopify', field: 'price', found: '77.00', state: 'OPEN' },
    ]);

    await control(sandbox.erp.url, 'edit', { as, code: 'MUG-A', set: { listPrice: '88.00' } });
    await control(sandbox.erp.url, 'delete', { code: 'MUG-C' });
    await kit.scan();
    const seen = (await kit.findings('MUG-A')).map(
      ({ system, found, state }) => `${system} ${JSON.stringify(found)} ${state}`,
    );
    expect(seen.toSorted()).toEqual(['erp "88.00" OPEN', 'shopify "77.00" OPEN']);
    expect(await kit.findings('MUG-C')).toMatchObject([{ system: 'erp', kind: 'MISSING', state: 'OPEN' }]);

    // Somebody puts it right over there: that is seen, too.
    await control(sandbox.erp.url, 'edit', { as, code: 'MUG-A', set: { listPrice: '10.00' } });
    await kit.scan('erp');
    const healed = (await kit.findings('MUG-A')).find(({ system }) => system === 'erp');
    expect(healed).toMatchObject({ state: 'RESOLVED', resolution: 'SELF_HEALED' });

    for (const system of ['shopify', 'erp']) expect(await kit.drain(system)).toBe(0);
    const [shop, erp] = [await byUs(sandbox.shopify.url, before.shopify), await byUs(sandbox.erp.url, before.erp)];
    // A bulk operation is how a store is read, and is a mutation by name.
    const bulk = (await heard(sandbox.shopify.url, before.shopify)).entries.filter(({ commits }) => commits.length > 0);
    expect(bulk.filter(({ source }) => source === 'request')).toEqual([]);
    expect(erp.writes).toBe(0);
    expect(Math.min(shop.reads, erp.reads)).toBeGreaterThan(0);
    expect(await kit.last('MUG-B')).toMatchObject({ state: 'PENDING', attempts: 0 });

    for (const system of ['shopify', 'erp']) {
      must(await resumeSystem(ports, people.oli, system));
      await kit.drain(system);
    }
    expect(await kit.last('MUG-B')).toMatchObject({ state: 'DELIVERED' });
    expect(await kit.listPrice('MUG-B')).toBe('11.00');
    expect(await kit.findings('MUG-A')).toMatchObject([{ state: expect.any(String) }, { state: expect.any(String) }]);
  });
});
