import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ObservedRecord } from '../../src/domain/publishing/system.js';
import type { JournalEntry, Kit } from './sandbox-kit.js';
import { startKit } from './sandbox-kit.js';
import { command, PRODUCT, sku } from './trail-tent.js';
import { allOf, createOf, faultIn, observedOf, updateOf } from './writes.js';

let kit: Kit;

beforeAll(async () => {
  kit = await startKit();
});

beforeEach(async () => {
  await kit.control('shopify', 'POST', 'reset');
  kit.shopify = kit.connector('shopify');
});

afterAll(async () => {
  await kit.close();
});

async function make(...sizes: string[]): Promise<ObservedRecord[]> {
  const skus = sizes.map((size) => createOf('SKU', `TT-${size}`, sku(size)));
  const outcomes = await kit.shopify.write(command(null, createOf('PRODUCT', 'trail-tent', PRODUCT), ...skus));
  return ['trail-tent', ...sizes.map((size) => `TT-${size}`)].map((code) => observedOf(outcomes, code));
}

async function journal(): Promise<JournalEntry[]> {
  return (await kit.control<{ entries: JournalEntry[] }>('shopify', 'GET', 'journal?after=0')).entries;
}

async function products(): Promise<ObservedRecord[]> {
  return (await allOf(kit.shopify.scan())).filter(({ entity }) => entity === 'PRODUCT');
}

async function fault(when: 'before' | 'after', kind: string, match: string): Promise<void> {
  await kit.control('shopify', 'POST', 'faults', { next: [{ when, kind, match }] });
}

async function bare(): Promise<ObservedRecord> {
  return observedOf(await kit.shopify.write(command(null, createOf('PRODUCT', 'trail-tent', PRODUCT))), 'trail-tent');
}

describe('creating', () => {
  it('makes product and variants, and every field comes back', async () => {
    const [product, small, large] = await make('S', 'L');
    expect(product).toMatchObject({
      entity: 'PRODUCT',
      code: 'trail-tent',
      unreadable: [],
      token: null,
      attribution: null,
    });
    expect(product?.fields).toEqual({ ...PRODUCT, 'product.category': null });
    expect(small).toMatchObject({
      entity: 'SKU',
      code: 'TT-S',
      unreadable: [],
      root: { externalId: product?.externalId },
    });
    expect(small?.fields).toEqual({ ...sku('S'), cost: expect.stringMatching(/^120\.250?$/) });
    expect(large?.fields['optionValues']).toEqual([{ name: 'Size', value: 'L' }]);
    const [reading] = await kit.shopify.readRoots([product!.root]);
    expect(reading?.records).toEqual([product, small, large]);
  });

  it('keeps a variant that is not to be sold yet off the publications', async () => {
    const hidden = sku('S', { lifecycle: { published: false, inventoryPolicy: 'DENY' } });
    const outcomes = await kit.shopify.write(
      command(
        null,
        createOf('PRODUCT', 'trail-tent', PRODUCT),
        createOf('SKU', 'TT-S', hidden),
        createOf('SKU', 'TT-L', sku('L')),
      ),
    );
    expect(observedOf(outcomes, 'TT-S').fields['lifecycle']).toEqual({ published: false, inventoryPolicy: 'DENY' });
    expect(observedOf(outcomes, 'TT-L').fields['lifecycle']).toEqual({ published: true, inventoryPolicy: 'CONTINUE' });
  });

  it('makes a product without options', async () => {
    const { optionValues: _, ...plain } = sku('S');
    const outcomes = await kit.shopify.write(
      command(null, createOf('PRODUCT', 'trail-tent', PRODUCT), createOf('SKU', 'TT', plain)),
    );
    expect(observedOf(outcomes, 'TT').fields['optionValues']).toEqual([{ name: 'Title', value: 'Default Title' }]);
  });

  it.each(['reset', '500'])('after %s behind the commit finds the product again and makes no second', async (kind) => {
    await fault('after', kind, 'ProductSet');
    const create = command(null, createOf('PRODUCT', 'trail-tent', PRODUCT), createOf('SKU', 'TT-S', sku('S')));
    const lost = await kit.shopify.write(create);
    expect(faultIn(lost, 'trail-tent')).toMatchObject({ class: 'TRANSIENT', ambiguous: true });
    expect(faultIn(lost, 'TT-S')).toMatchObject({ class: 'TRANSIENT', ambiguous: true });
    const found = await kit.shopify.lookUp({ productId: 'our-product-1', handle: 'trail-tent', codes: ['TT-S'] });
    expect(found.map(({ entity, code }) => [entity, code])).toEqual([
      ['PRODUCT', 'trail-tent'],
      ['SKU', 'TT-S'],
    ]);
    const again = await kit.shopify.write(create);
    expect(observedOf(again, 'TT-S').externalId).toBe(found[1]?.externalId);
    expect(await products()).toHaveLength(1);
  });

  it('before the commit leaves nothing behind', async () => {
    await fault('before', '503', 'ProductSet');
    const create = command(null, createOf('PRODUCT', 'trail-tent', PRODUCT), createOf('SKU', 'TT-S', sku('S')));
    expect(faultIn(await kit.shopify.write(create), 'TT-S')).toMatchObject({ class: 'TRANSIENT', ambiguous: true });
    expect(await kit.shopify.lookUp({ productId: 'our-product-1', handle: 'trail-tent', codes: ['TT-S'] })).toEqual([]);
  });

  it('leaves out one bad variant and makes the rest', async () => {
    const outcomes = await kit.shopify.write(
      command(
        null,
        createOf('PRODUCT', 'trail-tent', PRODUCT),
        createOf('SKU', 'TT-S', sku('S')),
        createOf('SKU', 'TT-M', sku('M', { price: '-1' })),
        createOf('SKU', 'TT-L', sku('L')),
      ),
    );
    expect(faultIn(outcomes, 'TT-M')).toMatchObject({ class: 'VALIDATION', ambiguous: false });
    expect([observedOf(outcomes, 'TT-S').code, observedOf(outcomes, 'TT-L').code]).toEqual(['TT-S', 'TT-L']);
    expect(observedOf(outcomes, 'trail-tent').entity).toBe('PRODUCT');
  });

  it('makes no product when none of its variants can be', async () => {
    const bad = createOf('SKU', 'TT-S', sku('S', { price: '-1' }));
    const outcomes = await kit.shopify.write(command(null, createOf('PRODUCT', 'trail-tent', PRODUCT), bad));
    expect([faultIn(outcomes, 'trail-tent').class, faultIn(outcomes, 'TT-S').class]).toEqual([
      'VALIDATION',
      'VALIDATION',
    ]);
    expect(await products()).toEqual([]);
  });
});

describe('a product that we made without variants', () => {
  it('gives its blank variant to the first SKU without options', async () => {
    const { root } = await bare();
    const { optionValues: _, ...plain } = sku('S');
    const outcomes = await kit.shopify.write(command(root, createOf('SKU', 'TT', plain)));
    expect(observedOf(outcomes, 'TT').fields['price']).toBe('249.50');
    expect((await kit.shopify.readRoots([root]))[0]?.records).toHaveLength(2);
  });

  it('loses its blank variant to SKUs with options', async () => {
    const { root } = await bare();
    const outcomes = await kit.shopify.write(
      command(root, createOf('SKU', 'TT-S', sku('S')), createOf('SKU', 'TT-L', sku('L'))),
    );
    expect(observedOf(outcomes, 'TT-L').fields['optionValues']).toEqual([{ name: 'Size', value: 'L' }]);
    const [reading] = await kit.shopify.readRoots([root]);
    expect(reading?.records?.map(({ code }) => code)).toEqual(['trail-tent', 'TT-S', 'TT-L']);
  });

  it("but a merchant's lone variant is never taken", async () => {
    await kit.control('shopify', 'POST', 'add', {
      as: { kind: 'staff', name: 'Mara' },
      title: 'Theirs',
      price: '5.00',
    });
    const theirs = await products();
    const root = theirs[0]!.root;
    const outcomes = await kit.shopify.write(command(root, createOf('SKU', 'TT-S', sku('S'))));
    expect(faultIn(outcomes, 'TT-S').class).toBe('VALIDATION');
    expect((await kit.shopify.readRoots([root]))[0]?.records).toHaveLength(2);
  });

  it('nor is the blank one of ours, once somebody there gave it a code', async () => {
    const { root } = await bare();
    const { products: made } = await kit.control<{ products: { variants: { id: string }[] }[] }>(
      'shopify',
      'GET',
      'products?handle=trail-tent',
    );
    const [blank] = made[0]?.variants ?? [];
    const as = { kind: 'staff', name: 'Mara' };
    await kit.control('shopify', 'POST', 'edit', { as, id: blank?.id, set: { sku: 'THEIRS' } });
    const { optionValues: _, ...plain } = sku('S');
    const outcomes = await kit.shopify.write(command(root, createOf('SKU', 'TT', plain)));
    expect(faultIn(outcomes, 'TT').class).toBe('CONFLICT');
    const [reading] = await kit.shopify.readRoots([root]);
    expect(reading?.records?.map(({ code }) => code)).toEqual(['trail-tent', 'THEIRS']);
  });
});

describe('updating', () => {
  it('adds and takes away tags one by one, and leaves what others have tagged since', async () => {
    const [product] = await make('S');
    const tags = (...list: string[]): object => ({ 'product.tags': list });
    const seen = { ...product!.fields, ...tags('old', 'Kept', 'theirs') };
    const as = { kind: 'staff', name: 'Mara' };
    await kit.control('shopify', 'POST', 'edit', {
      as,
      handle: 'trail-tent',
      set: { tags: ['old', 'Kept', 'theirs', 'since then'] },
    });
    const write = { ...updateOf(product!, { 'product.tags': ['kept', 'new', 'theirs'] }), seen };
    const outcomes = await kit.shopify.write(command(product!.root, write));
    expect(observedOf(outcomes, 'trail-tent').fields['product.tags']).toEqual(['Kept', 'new', 'since then', 'theirs']);
  });

  it('sends only the values given', async () => {
    const [product, small] = await make('S', 'L');
    const outcomes = await kit.shopify.write(
      command(
        product!.root,
        updateOf(product!, { 'product.vendor': null, 'product.tags': ['new', 'their own'] }),
        updateOf(small!, { price: '10', compareAtPrice: null, weight: '2000', gtin: null }),
      ),
    );
    expect(observedOf(outcomes, 'trail-tent').fields).toEqual({
      ...product!.fields,
      'product.vendor': null,
      'product.tags': ['new', 'their own'],
    });
    expect(observedOf(outcomes, 'TT-S').fields).toEqual({
      ...small!.fields,
      price: '10.00',
      compareAtPrice: null,
      weight: '2000',
      gtin: null,
    });
    const sent = (await journal()).filter(({ kind }) => kind === 'mutation').map(({ operation }) => operation);
    expect(sent.slice(-2)).toEqual(['ProductUpdate', 'VariantsUpdate']);
  });

  it('takes a variant off sale and puts it back', async () => {
    const [product, small] = await make('S', 'L');
    const off = await kit.shopify.write(command(product!.root, updateOf(small!, { lifecycle: { published: false } })));
    expect(observedOf(off, 'TT-S').fields['lifecycle']).toEqual({ published: false, inventoryPolicy: 'CONTINUE' });
    const on = await kit.shopify.write(
      command(product!.root, updateOf(small!, { lifecycle: { published: true, inventoryPolicy: 'DENY' } })),
    );
    expect(observedOf(on, 'TT-S').fields['lifecycle']).toEqual({ published: true, inventoryPolicy: 'DENY' });
  });

  it('adds a variant to a product and touches no other', async () => {
    const [product, small] = await make('S');
    await kit.control('shopify', 'POST', 'edit', {
      as: { kind: 'staff', name: 'Mara' },
      sku: 'TT-S',
      set: { price: '1.00' },
    });
    const outcomes = await kit.shopify.write(command(product!.root, createOf('SKU', 'TT-XL', sku('XL'))));
    expect(observedOf(outcomes, 'TT-XL').fields).toMatchObject({
      optionValues: [{ name: 'Size', value: 'XL' }],
      price: '249.50',
    });
    const [reading] = await kit.shopify.readRoots([product!.root]);
    const old = reading?.records?.find(({ code }) => code === 'TT-S');
    expect([old?.externalId, old?.fields['price']]).toEqual([small!.externalId, '1.00']);
  });

  it('adds a variant once though the answer was lost', async () => {
    const [product] = await make('S');
    await fault('after', 'reset', 'VariantsCreate');
    const add = command(product!.root, createOf('SKU', 'TT-XL', sku('XL')));
    expect(faultIn(await kit.shopify.write(add), 'TT-XL')).toMatchObject({ class: 'TRANSIENT', ambiguous: true });
    expect(observedOf(await kit.shopify.write(add), 'TT-XL').code).toBe('TT-XL');
    const [reading] = await kit.shopify.readRoots([product!.root]);
    expect(reading?.records?.map(({ code }) => code)).toEqual(['trail-tent', 'TT-S', 'TT-XL']);
  });

  it('refuses the one bad variant of three and takes the others', async () => {
    const [product, small, medium, large] = await make('S', 'M', 'L');
    const outcomes = await kit.shopify.write(
      command(
        product!.root,
        updateOf(small!, { price: '11' }),
        updateOf(medium!, { price: '-5' }),
        updateOf(large!, { price: '13' }),
      ),
    );
    expect(faultIn(outcomes, 'TT-M')).toMatchObject({ class: 'VALIDATION', code: 'NEGATIVE_PRICE_VALUE' });
    expect([observedOf(outcomes, 'TT-S').fields['price'], observedOf(outcomes, 'TT-L').fields['price']]).toEqual([
      '11.00',
      '13.00',
    ]);
  });

  it('refuses a value that is no money at all, and only that', async () => {
    const [product, small, large] = await make('S', 'L');
    const outcomes = await kit.shopify.write(
      command(product!.root, updateOf(small!, { price: 'much' }), updateOf(large!, { price: '13' })),
    );
    expect(faultIn(outcomes, 'TT-S').class).toBe('VALIDATION');
    expect(observedOf(outcomes, 'TT-L').fields['price']).toBe('13.00');
  });

  it('says so when a variant or the product is gone', async () => {
    const [product, small, large] = await make('S', 'L');
    await kit.control('shopify', 'POST', 'delete', { sku: 'TT-S' });
    const outcomes = await kit.shopify.write(
      command(product!.root, updateOf(small!, { price: '11' }), updateOf(large!, { price: '12' })),
    );
    expect(faultIn(outcomes, 'TT-S').class).toBe('NOT_FOUND');
    expect(observedOf(outcomes, 'TT-L').fields['price']).toBe('12.00');
    await kit.control('shopify', 'POST', 'delete', { handle: 'trail-tent' });
    const gone = await kit.shopify.write(command(product!.root, updateOf(large!, { price: '13' })));
    expect(faultIn(gone, 'TT-L').class).toBe('NOT_FOUND');
  });

  it('tells what was written before a later step failed', async () => {
    const [product, small] = await make('S');
    await fault('before', '401', 'VariantsUpdate');
    const outcomes = await kit.shopify.write(
      command(product!.root, updateOf(product!, { 'product.vendor': 'New' }), updateOf(small!, { price: '11' })),
    );
    expect(observedOf(outcomes, 'trail-tent').fields['product.vendor']).toBe('New');
    expect(faultIn(outcomes, 'TT-S')).toMatchObject({ class: 'AUTH', ambiguous: false });
  });

  it('waits out a throttled call', async () => {
    const [product, small] = await make('S');
    await fault('before', 'throttled', 'VariantsUpdate');
    const outcomes = await kit.shopify.write(command(product!.root, updateOf(small!, { price: '11' })));
    expect(observedOf(outcomes, 'TT-S').fields['price']).toBe('11.00');
  });

  it('cannot vouch for what it could not read back', async () => {
    const [product, small] = await make('S');
    await kit.control('shopify', 'POST', 'faults', {
      next: ['500', '500', '500'].map((kind) => ({ when: 'before', kind, match: 'ProductsById' })),
    });
    const outcomes = await kit.shopify.write(command(product!.root, updateOf(small!, { price: '11' })));
    expect(faultIn(outcomes, 'TT-S')).toMatchObject({ class: 'TRANSIENT', ambiguous: true });
  });
});
