import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { itNightly } from '../support/runs.js';
import { Api } from './api.js';
import type { Run } from './site.js';
import { describeOnLinux, Site, until } from './site.js';

/** After a write that was not answered, 30 s pass before its record is read again (design section 3, rule 4). */
const SETTLED_SECONDS = 60;

interface Shelves {
  handles: string[];
  skus: string[];
  codes: string[];
}

describeOnLinux('a service that is killed while it publishes', () => {
  let site: Site;
  let api: Api;
  let service: Run;
  let codes: string[];
  let shelves: Shelves;

  beforeAll(async () => {
    site = await Site.open();
    service = await site.start();
    api = new Api(site, service);
    await api.untilLinked();
    const { skus } = await api.graphql<{
      skus: { nodes: { code: string; compareAtPrice: string | null; systems: unknown[] }[] };
    }>(
      'ADMIN',
      '{ skus(first: 100, filter: { states: [ACTIVE] }) { nodes { code compareAtPrice systems { externalId } } } }',
    );
    // A price above a compare-at price is refused, and is not what this is about.
    codes = skus.nodes
      .filter(({ compareAtPrice, systems }) => compareAtPrice === null && systems.length === 2)
      .map(({ code }) => code);
    shelves = await shelvesNow();
    expect(codes.length).toBeGreaterThan(40);
  }, 180_000);
  afterAll(() => site.close(), 60_000);

  async function shelvesNow(): Promise<Shelves> {
    const { handles, skus, codes: items } = await api.shelves();
    return { handles: handles.sort(), skus: skus.sort(), codes: items.sort() };
  }

  /** kill -9, and the same start that a user would make. */
  async function killAndRestart(): Promise<void> {
    service.signal('SIGKILL');
    expect(await service.ended()).toBe('SIGKILL');
    service = await site.start();
  }

  const priced = (changed: readonly string[], price: string): object[] =>
    changed.map((code) => ({ skuUpdate: { code, fields: { price } } }));

  /** How many of the SKUs each stand-in shows at this price. */
  async function shown(changed: readonly string[], price: string): Promise<number[]> {
    const { prices } = await api.shelves();
    return ['shopify', 'erp'].map(
      (system) => changed.filter((code) => prices.get(code)?.includes(`${system} ${price}`)).length,
    );
  }

  /** Whatever happened in between: delivered, shown by both, nothing doubled, one revision each, nobody blamed. */
  async function expectWhole(
    request: string,
    changed: readonly string[],
    price: string,
    revisions: number[][],
  ): Promise<void> {
    const deliveries = await api.untilDelivered(request, SETTLED_SECONDS);
    const lanes = deliveries.map(({ system, target }) => `${system.code} ${target}`);
    expect(new Set(lanes).size).toBe(lanes.length);
    expect(lanes).toHaveLength(changed.length * 2);
    const { prices } = await api.shelves();
    for (const code of changed) {
      expect([code, [...(prices.get(code) ?? [])].sort()]).toEqual([code, [`erp ${price}`, `shopify ${price}`]]);
    }
    expect(await shelvesNow()).toEqual(shelves);
    const after = await Promise.all(changed.map((code) => api.revisions(code)));
    expect(after.map((each) => each.length)).toEqual(revisions.map((each) => each.length + 1));
    for (const each of after) expect(new Set(each).size).toBe(each.length);
    expect(await api.findings()).toEqual([]);
  }

  itNightly(
    'before anything was sent: all is sent after the restart',
    async () => {
      const changed = codes.slice(0, 6);
      const revisions = await Promise.all(changed.map((code) => api.revisions(code)));
      const stuck = Array.from({ length: 40 }, () => ({ when: 'before', kind: 'hang' }));
      await api.control('shopify', 'faults', { next: stuck });
      await api.control('erp', 'faults', { next: stuck });
      const request = await api.apply(priced(changed, '301.00'));
      expect(await shown(changed, '301.00')).toEqual([0, 0]);
      await killAndRestart();
      await expectWhole(request, changed, '301.00', revisions);
    },
    120_000,
  );

  itNightly(
    'in the middle of its deliveries, again and again: the rest is sent after the restart',
    async () => {
      const revisions = await Promise.all(codes.map((code) => api.revisions(code)));
      const request = await api.apply(priced(codes, '302.00'));
      const seen: number[] = [];
      for (const least of [1, 12, 24]) {
        await until('some to have arrived', 30, async () => {
          const [shopify = 0, erp = 0] = await shown(codes, '302.00');
          return shopify + erp >= least;
        });
        await killAndRestart();
        seen.push((await shown(codes, '302.00')).reduce((sum, each) => sum + each, 0));
      }
      // Nothing that was there at one restart is missing at the next.
      expect([...seen].sort((a, b) => a - b)).toEqual(seen);
      await expectWhole(request, codes, '302.00', revisions);
    },
    180_000,
  );

  it('after writes that were committed and not answered: they are found again, not made again', async () => {
    const changed = codes.slice(0, 4);
    const revisions = await Promise.all(changed.map((code) => api.revisions(code)));
    await api.control('shopify', 'faults', { next: [{ when: 'after', kind: 'hang', match: 'ProductSet' }] });
    await api.control('erp', 'faults', { next: [{ when: 'after', kind: 'hang', match: 'PUT' }] });
    const created = await api.apply([
      { productCreate: { handle: 'crash-mug', title: 'Crash Mug', optionNames: ['Color'] } },
      ...['RED', 'BLUE'].map((color) => ({
        skuCreate: {
          code: `CM-${color}`,
          product: 'crash-mug',
          fields: { title: `Crash Mug ${color}`, price: '9.00', optionValues: [{ name: 'Color', value: color }] },
        },
      })),
    ]);
    const launched = await api.apply(
      ['RED', 'BLUE'].map((color) => ({ skuTransition: { code: `CM-${color}`, to: 'PRELAUNCH' } })),
    );
    await until('a creation to hang', 30, async () => {
      const { handles, codes: items } = await api.shelves();
      return handles.includes('crash-mug') && ['CM-RED', 'CM-BLUE'].every((code) => items.includes(code));
    });
    await api.control('shopify', 'faults', { next: [{ when: 'after', kind: 'hang', match: 'mutation' }] });
    await api.control('erp', 'faults', { next: [{ when: 'after', kind: 'hang', match: 'PUT' }] });
    const request = await api.apply(priced(changed, '303.00'));
    // Sooner than the 20 s after which a hung request is given up: one product's must not hold up the others.
    await until('writes of other products to arrive while the creation hangs', 10, async () => {
      const [shopify = 0, erp = 0] = await shown(changed, '303.00');
      return shopify > 0 && erp > 0;
    });
    for (const system of ['shopify', 'erp'] as const) {
      expect(await api.control(system, 'faults')).toMatchObject({ pending: [] });
    }
    await killAndRestart();

    for (const each of [created, launched]) {
      if ((await api.deliveries(each)).length > 0) await api.untilDelivered(each, SETTLED_SECONDS);
    }
    shelves = {
      handles: [...shelves.handles, 'crash-mug'].sort(),
      skus: [...shelves.skus, 'CM-BLUE', 'CM-RED'].sort(),
      codes: [...shelves.codes, 'CM-BLUE', 'CM-RED'].sort(),
    };
    await expectWhole(request, changed, '303.00', revisions);
  }, 180_000);
});
