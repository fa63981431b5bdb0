import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Api } from '../support/api.js';
import { openApi } from '../support/api.js';
import type { World } from '../support/world.js';
import { buildWorld, until } from '../support/world.js';
import { apply, create, product } from './bundle-kit.js';

const ALLOCATION = 'allocation { method reason components { sku { code } quantity amount } }';

interface Shown {
  method: string;
  reason: string | null;
  components: { sku: { code: string }; quantity: number; amount: string }[] | null;
}

describe('the price of a bundle, spread over its components', () => {
  let world: World;
  let api: Api;
  beforeAll(async () => {
    world = await buildWorld();
    // Everything costs 10.00, the kit and the box too.
    await apply(world, product, create('a'), create('b'), create('kit', '1 a, 2 b'), create('box', '1 kit, 1 b'));
    api = await openApi(world);
  });
  afterAll(async () => {
    await api.close();
    await world.close();
  });

  const shown = async (code: string): Promise<Shown> => {
    const { sku } = await api.ask<{ sku: { bundle: { allocation: Shown } } }>(
      `{ sku(code: "${code}") { bundle { ${ALLOCATION} } } }`,
    );
    return sku.bundle.allocation;
  };
  const textOf = ({ components }: Shown): string[] | undefined =>
    components?.map(({ sku, quantity, amount }) => `${quantity} ${sku.code} ${amount}`);
  const set = async (value: string): Promise<unknown> => {
    const answer = await api.ask<{ settingSet: { userErrors: object[] } }>(
      `mutation { settingSet(key: "bundleAllocation", value: ${value}, reason: "how we book it") { userErrors { code field } } }`,
    );
    return answer.settingSet.userErrors;
  };

  it('is refused for codes that nobody has, each where it stands', async () => {
    const amounts = '[{ sku: "a", amount: "1" }, { sku: "b-b", amount: "2" }]';
    const value = `{ bundles: [{ bundle: "NOPE", method: "COST_SHARE" }, { bundle: "KIT", method: "FIXED", amounts: ${amounts} }] }`;
    expect(await set(value)).toEqual([
      { code: 'NOT_FOUND', field: ['value', 'bundles', '0', 'bundle'] },
      { code: 'NOT_FOUND', field: ['value', 'bundles', '1', 'amounts', '1', 'sku'] },
    ]);
  });

  it('goes by what the components cost a buyer, bundles inside taken apart, to the cent', async () => {
    expect(await shown('kit')).toMatchObject({ method: 'PRICE_SHARE', reason: null });
    expect([textOf(await shown('kit')), textOf(await shown('box'))]).toEqual([
      ['1 a 3.33', '2 b 6.67'],
      ['1 a 2.50', '3 b 7.50'],
    ]);
  });

  it('goes by fixed amounts where they are set, and says why where they do not add up', async () => {
    const fixed = (a: string): string =>
      `{ bundles: [{ bundle: "KIT", method: "FIXED", amounts: [{ sku: "a", amount: "${a}" }, { sku: "b", amount: "8.50" }] }] }`;
    expect(await set(fixed('1.50'))).toEqual([]);
    expect(textOf(await shown('kit'))).toEqual(['1 a 1.50', '2 b 8.50']);
    expect(await set(fixed('1.40'))).toEqual([]);
    expect(await shown('kit')).toMatchObject({
      method: 'FIXED',
      components: null,
      reason: expect.stringMatching(/9.90/),
    });
    expect(await set(fixed('1e3'))).toEqual([expect.objectContaining({ code: 'INVALID_FORMAT' })]);
  });

  it('is told with the feed, of every bundle', async () => {
    const query = `{ catalogFeed(first: 500) { entries { entity key sku { bundle { ${ALLOCATION} } } } } }`;
    // Entries get their places after the commit.
    const boxes = await until('the entry of the box', async () => {
      const { catalogFeed } = await api.ask<{
        catalogFeed: { entries: { entity: string; key: string; sku: { bundle: { allocation: Shown } } | null }[] };
      }>(query);
      const found = catalogFeed.entries.filter(({ entity, key }) => entity === 'BUNDLE' && key === 'box');
      return found.length > 0 ? found : null;
    });
    expect(boxes.map(({ sku }) => sku && textOf(sku.bundle.allocation))).toEqual([['1 a 2.50', '3 b 7.50']]);
  });
});
