import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DataSource } from 'typeorm';
import type { SkuFilter } from '../../src/application/catalog/list-skus.js';
import { listSkus } from '../../src/application/catalog/list-skus.js';
import type { Page } from '../../src/application/ports/page.js';
import type { SkuOrder } from '../../src/application/ports/catalog-reader.js';
import { LIFECYCLE_STATES } from '../../src/domain/catalog/lifecycle.js';
import type { Sku } from '../../src/domain/catalog/sku.js';
import { Instant } from '../../src/domain/primitives/instant.js';
import { foldCode } from '../../src/domain/primitives/text.js';
import type { World } from '../support/world.js';
import { buildWorld, must } from '../support/world.js';
import type { ProductHistory, SkuHistory } from './catalog-rows.js';
import { addProducts, addSkus } from './catalog-rows.js';
import { runs } from '../support/runs.js';

const HANDLES = ['tee', 'mug', 'hat'];
const VENDORS = ['Luma', 'LUMA \u00c9t\u00e9', '50% & more', null];
const TYPES = ['Tops', '\uff34\uff2f\uff30\uff33', null];
const TITLES = ['Red tee', 'MUG_1 50%', 'hat \\ cap', '\u00c9t\u00e9 1', 'Cafe\u0301 cup'];
const WORDS = [
  'tee',
  'TEE',
  'MUG_',
  '%',
  '_1',
  '\\',
  '\u00e9t\u00e9',
  'caf\u00e9',
  'e',
  'luma',
  '0042',
  '\uff10\uff10\uff14\uff12',
  's-1',
  'nowhere',
];
const INSTANTS = ['01', '02', '03', '04', '05'].flatMap((day) =>
  ['000000', '000001', '999999'].map((micros) => `2026-01-${day}T00:00:00.${micros}Z`),
);

const anInstant = fc.constantFrom(...INSTANTS);
const instants = fc.uniqueArray(anInstant, { minLength: 1, maxLength: 3 }).map((list) => list.sort());
const aSearch = fc
  .array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 2 })
  .map((words) => words.join(' \u3000'));
const histories = fc.record({
  products: fc.array(
    fc.array(fc.record({ vendor: fc.constantFrom(...VENDORS), productType: fc.constantFrom(...TYPES) }), {
      minLength: 3,
      maxLength: 3,
    }),
    { minLength: 3, maxLength: 3 },
  ),
  productAt: fc.array(instants, { minLength: 3, maxLength: 3 }),
  skus: fc.array(
    fc.record({
      product: fc.nat(2),
      at: instants,
      states: fc.array(fc.constantFrom(...LIFECYCLE_STATES), { minLength: 3, maxLength: 3 }),
      titles: fc.array(fc.constantFrom(...TITLES), { minLength: 3, maxLength: 3 }),
      gtin: fc.array(fc.constantFrom(0, 8, 12, 13, 14), { minLength: 3, maxLength: 3 }),
    }),
    { minLength: 3, maxLength: 8 },
  ),
});
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(arbitrary, { nil: null, freq: 1 });
const aFilter = fc.record({
  codes: optional(fc.subarray(['s-1', 'S-2', ' s-3', 'S-9'])),
  states: optional(fc.subarray([...LIFECYCLE_STATES])),
  vendor: optional(fc.constantFrom('luma', ' LUMA', 'luma e\u0301te\u0301', '50% & MORE', '50', '')),
  productType: optional(fc.constantFrom('tops', 'Nothing')),
  productHandle: optional(fc.constantFrom(...HANDLES, 'TEE', '')),
  gtin: optional(fc.constantFrom('00000042', '000000000042', '0000000000042', '00000000000042', 'ABC', '', '42')),
  updatedAfter: optional(anInstant.map((text) => Instant.read(text))),
  search: optional(aSearch),
});

/** GTINs of any length: SKU 4 has 42, and every SKU another. */
const gtinOf = (index: number, digits: number): string | null =>
  digits === 0 ? null : String(index === 3 ? 42 : 100 + index).padStart(digits, '0');

describe('the filters of skus', () => {
  let world: World;
  let owner: DataSource;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    owner = await new DataSource({ type: 'postgres', url: world.ownerUrl }).initialize();
    // Only a test begins anew.
    for (const table of ['sku', 'product']) await owner.query(`alter table ${table} disable trigger ${table}_stays`);
  });
  afterAll(async () => {
    await owner.destroy();
    await world.close();
  });

  /** All pages of a list, two rows each. */
  const read = async (filter: SkuFilter, order: SkuOrder, asOf: Date | null): Promise<Sku[]> => {
    const found: Sku[] = [];
    let after: string | null = null;
    let total = 0;
    do {
      const page: Page<Sku> = must(await listSkus(world.ports, { first: 2, after }, filter, order, asOf));
      found.push(...page.items.map(({ node }) => node));
      after = page.hasNextPage ? (page.items.at(-1)?.cursor ?? null) : null;
      total = await page.totalCount();
    } while (after !== null);
    expect(total).toBe(found.length);
    return found;
  };

  it('find what they say, page by page, now and at every instant', async () => {
    await fc.assert(
      fc.asyncProperty(
        histories,
        aFilter,
        fc.constantFrom<SkuOrder>('CODE', 'UPDATED_AT'),
        optional(anInstant),
        async (drawn, filter, order, instant) => {
          const products = drawn.products.map((states, index) => ({
            handle: HANDLES[index] ?? '',
            // A product is there before its SKUs.
            states: [INSTANTS[0] ?? '', ...(drawn.productAt[index] ?? []).filter((at) => at !== INSTANTS[0])].map(
              (at, n) => ({
                at,
                vendor: states[n % 3]?.vendor ?? null,
                productType: states[n % 3]?.productType ?? null,
              }),
            ),
          }));
          const skus = drawn.skus.map(({ product, at, states, titles, gtin }, index) => ({
            code: `S-${index + 1}`,
            product: HANDLES[product] ?? '',
            states: at.map((each, n) => ({
              at: each,
              state: states[n] ?? 'DRAFT',
              title: titles[n] ?? '',
              gtin: gtinOf(index, gtin[n] ?? 0),
            })),
          }));
          await owner.query('truncate product, sku cascade');
          await addProducts(owner, products);
          await addSkus(owner, skus);
          const asOf = instant === null ? null : Instant.read(instant);
          const found = await read(filter, order, asOf);
          const expected = skus.filter((sku) => matches(sku, products, filter, asOf)).map(({ code }) => code);
          expect(found.map(({ code }) => code).toSorted()).toEqual(expected);
          const keys = found.map(({ code, updatedAt, id }) => (order === 'CODE' ? code : `${padded(updatedAt)} ${id}`));
          expect(keys).toEqual(keys.toSorted());
        },
      ),
      { numRuns: runs(150) },
    );
  }, 120_000);
});

function padded(instant: Date): string {
  return instant.toISOString().replace(/(\.\d{3})Z$/, '$1000Z');
}

/** The filters in words, over one SKU. */
function matches(sku: SkuHistory, products: readonly ProductHistory[], filter: SkuFilter, asOf: Date | null): boolean {
  const then = <S extends { at: string }>(states: readonly S[]): S | undefined =>
    states.filter(({ at }) => asOf === null || Number(Instant.read(at)) <= Number(asOf)).at(-1);
  const state = then(sku.states);
  const product = then(products.find(({ handle }) => handle === sku.product)?.states ?? []);
  if (!state || !product) return false;
  const own = foldCode(`${sku.code} ${state.title} ${state.gtin ?? ''}`);
  const words = (filter.search ?? '').split(/\s+/).map(foldCode);
  const same = (text: string | null | undefined, value: string | null): boolean =>
    text === null || text === undefined || (value !== null && foldCode(text) === foldCode(value));
  return (
    (!filter.codes || filter.codes.map(foldCode).includes(foldCode(sku.code))) &&
    (!filter.states || filter.states.includes(state.state)) &&
    same(filter.vendor, product.vendor) &&
    same(filter.productType, product.productType) &&
    (filter.productHandle === null || filter.productHandle === sku.product) &&
    (filter.gtin === null || state.gtin?.padStart(14, '0') === filter.gtin?.padStart(14, '0')) &&
    (!filter.updatedAfter || Number(Instant.read(state.at)) > Number(filter.updatedAfter)) &&
    words.every((word) => own.includes(word) || (product.vendor !== null && foldCode(product.vendor).includes(word)))
  );
}
