import { afterEach, describe, expect, it } from '@jest/globals';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { publishTogether } from '../../src/application/publishing/publish-together.js';
import { control } from '../support/world.js';
import { Failing } from './failing-kit.js';

interface Heard {
  entries: { operation: string; source: string; commits: { act: string; id: string }[] }[];
  last: number;
}

let kit: Failing;
afterEach(() => kit.world.close());

const codes = (count: number): string[] => Array.from({ length: count }, (_, at) => `K${at + 1}`);
const priced = (code: string, price: string): ChangeDraft => ({
  kind: 'skuUpdate',
  input: { code, baseRevision: null, fields: { price } },
});

async function heard(after: number): Promise<Heard> {
  return (await control(kit.world.sandbox.shopify.url, `journal?after=${after}`)) as Heard;
}

async function shown(): Promise<{ handle: string; price: string }[]> {
  const { products } = (await control(kit.world.sandbox.shopify.url, 'products')) as {
    products: { handle: string; variants: { price: string }[] }[];
  };
  return products.map(({ handle, variants }) => ({ handle, price: variants.map(({ price }) => price).join() }));
}

const astray = (): Promise<{ target: string }[]> =>
  kit.sql(`select external_id as target from record where system = 'shopify' and not in_sync`);

describe('a backlog of a store', () => {
  it('of more than 500 products goes out as one bulk mutation, and the rest call by call', async () => {
    const all = codes(510);
    kit = await Failing.open(...all);
    for (let from = 0; from < all.length; from += 100)
      await kit.apply(...all.slice(from, from + 100).map((code) => priced(code, '12.00')));
    const { last } = await heard(0);
    // One of them is refused by the store, and keeps none of the others waiting.
    await control(kit.world.sandbox.shopify.url, 'delete', { sku: 'K7' });
    expect(await publishTogether(kit.world.ports, 'shopify')).toBe(true);
    const { entries } = await heard(last);
    const operations = entries.filter(({ source }) => source === 'request').map(({ operation }) => operation);
    expect(operations.filter((name) => name === 'BulkWrite')).toHaveLength(1);
    expect(operations).not.toContain('VariantsUpdate');
    expect(await publishTogether(kit.world.ports, 'shopify')).toBe(false);
    await kit.later(60);
    await kit.drain('shopify');
    expect((await shown()).filter(({ price }) => price !== '12.00')).toEqual([]);
    expect(await astray()).toHaveLength(2);
    expect(await kit.last('K7', 'shopify')).toMatchObject({ state: 'DEAD_LETTERED' });
    expect(await kit.last('K8', 'shopify')).toMatchObject({ state: 'DELIVERED' });
  }, 240_000);

  it('arrives whole and once, though a fifth of all answers are lost after what they tell was done', async () => {
    const old = codes(20);
    kit = await Failing.open(...old);
    const fresh = codes(8).map((code) => `N${code}`);
    const made = fresh.flatMap((code): ChangeDraft[] => [
      { kind: 'productCreate', input: { handle: code.toLowerCase(), fields: { title: code, optionNames: ['Size'] } } },
      {
        kind: 'skuCreate',
        input: {
          code,
          product: code.toLowerCase(),
          fields: { title: code, optionValues: [{ name: 'Size', value: 'M' }], price: '12.00', cost: '4.00' },
        },
      },
    ]);
    await kit.apply(...made, ...old.map((code) => priced(code, '12.00')));
    await kit.apply(...fresh.map((code): ChangeDraft => ({ kind: 'skuTransition', input: { code, to: 'PRELAUNCH' } })));
    await control(kit.world.sandbox.shopify.url, 'faults', { shares: [{ when: 'after', kind: 'reset', share: 0.2 }] });
    for (let round = 0; round < 60; round += 1) {
      await kit.drain('shopify');
      await kit.later(900);
      const [row] = await kit.sql<{ owed: number }>(
        `select count(*)::int as owed from delivery where system = 'shopify' and state in ('PENDING', 'IN_FLIGHT', 'RETRYING')`,
      );
      if (row?.owed === 0) break;
    }
    const products = await shown();
    expect(products.map(({ handle }) => handle).toSorted()).toEqual(
      [...old, ...fresh].map((code) => code.toLowerCase()).toSorted(),
    );
    expect(products.filter(({ price }) => price !== '12.00')).toEqual([]);
    expect(await astray()).toEqual([]);
    const struck = (await heard(0)).entries.filter(({ source }) => source === 'request').length;
    expect(struck).toBeGreaterThan(60);
  }, 240_000);
});
