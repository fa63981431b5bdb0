import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FixedShop, normal, PRODUCT, SELLING, textOf } from './fixed-shop.js';
import { faultIn, observedOf, updateOf } from './writes.js';

let shop: FixedShop;
beforeAll(async () => {
  shop = await FixedShop.open();
});
beforeEach(() => shop.reset());
afterAll(() => shop.close());

describe('a bundle that is not there', () => {
  it('is made as a product bundle, filled, and only then put on sale', async () => {
    const outcomes = await shop.write(null, shop.making('A 2, TEE-M 1'));
    const record = observedOf(outcomes, 'KIT');
    expect(textOf(record)).toBe('A 2, TEE-M 1');
    expect(record).toMatchObject({
      code: 'KIT',
      fields: { ...SELLING, lifecycle: { published: true }, optionValues: [{ name: 'Title', value: 'Default Title' }] },
    });
    expect(observedOf(outcomes, 'kit')).toMatchObject({ code: 'kit', fields: PRODUCT });
    expect(shop.begun).toEqual([expect.stringMatching(/^gid:\/\/shopify\/ProductBundleOperation\/\d+$/)]);
    const { sent, jobs } = await shop.journal();
    expect([jobs, sent.includes('ProductSet'), sent.includes('SetComponents')]).toEqual([
      ['productBundleCreate'],
      false,
      false,
    ]);
    expect(sent.indexOf('BundleCreate')).toBeLessThan(sent.indexOf('SetCustomId'));
    expect(sent.lastIndexOf('VariantsUpdate')).toBeLessThan(sent.indexOf('Publish'));
    expect(await shop.products('kit')).toMatchObject([
      { isProductBundle: true, title: 'Kit', vendor: 'Fernhill Supply' },
    ]);
    // A scan and a strong read show the same.
    expect((await shop.skus()).find(({ code }) => code === 'KIT')).toEqual(record);
    expect((await shop.shopify.readRoots([record.root]))[0]?.records?.[1]).toEqual(record);
  });

  it.each([
    ['options', 'A 2', { optionValues: [{ name: 'Size', value: 'One' }] }, 1],
    ['two variants of one product in it', 'TEE-S 1, TEE-M 1', {}, 1],
    ['another SKU to come beside it', 'A 2', {}, 2],
  ])('with %s is none for Shopify: its variant is told the components', async (_, text, values, skus) => {
    const outcomes = await shop.write(null, shop.making(text, values), { skus });
    expect(textOf(observedOf(outcomes, 'KIT'))).toBe(normal(text));
    const { sent, jobs } = await shop.journal();
    expect([jobs, sent.includes('BundleCreate'), sent.includes('SetComponents')]).toEqual([[], false, true]);
    const changed = await shop.compose(observedOf(outcomes, 'KIT'), 'B 3');
    expect(textOf(observedOf(changed, 'KIT'))).toBe('B 3');
    expect((await shop.journal()).sent).not.toContain('BundleUpdate');
  });

  it('is not made while the job goes on, and is filled by whoever comes after it ended', async () => {
    await shop.control('bundles', { operations: 'held' });
    const outcomes = await shop.write(null, shop.making('A 2'), {}, AbortSignal.timeout(1_500));
    for (const code of ['KIT', 'kit'])
      expect(faultIn(outcomes, code)).toMatchObject({ class: 'TRANSIENT', code: 'OPERATION_PENDING', ambiguous: true });
    expect(await shop.running(shop.begun)).toEqual(shop.begun);
    await shop.control('bundles', { operations: 'on' });
    await shop.ended();
    const again = await shop.write(null, shop.making('A 2'));
    expect(textOf(observedOf(again, 'KIT'))).toBe('A 2');
    expect((await shop.journal()).jobs).toEqual(['productBundleCreate']);
  });

  it.each(['reset', '503'])(
    'whose answer was lost (%s) is found again under its mark, and is made once',
    async (kind) => {
      await shop.control('faults', { next: [{ when: 'after', kind, match: 'BundleCreate' }] });
      expect(faultIn(await shop.write(null, shop.making('A 2')), 'KIT')).toMatchObject({
        class: 'TRANSIENT',
        ambiguous: true,
      });
      expect(shop.begun).toEqual([]);
      await shop.jobsDone(1);
      const again = await shop.write(null, shop.making('A 2'), { unsettledSeconds: 31 });
      expect(textOf(observedOf(again, 'KIT'))).toBe('A 2');
      expect((await shop.journal()).jobs).toEqual(['productBundleCreate']);
    },
  );

  it('whose answer was lost is waited for, ten minutes and no longer', async () => {
    await shop.control('faults', { next: [{ when: 'before', kind: 'reset', match: 'BundleCreate' }] });
    expect(faultIn(await shop.write(null, shop.making('A 2')), 'KIT').ambiguous).toBe(true);
    const early = shop.write(null, shop.making('A 2'), { unsettledSeconds: 590 });
    await expect(early).rejects.toMatchObject({
      fault: { class: 'TRANSIENT', code: 'OPERATION_UNKNOWN', ambiguous: false, retryAfterSeconds: 10 },
    });
    expect((await shop.journal()).sent.filter((name) => name === 'BundleCreate')).toHaveLength(1);
    const late = await shop.write(null, shop.making('A 2'), { unsettledSeconds: 601 });
    expect(textOf(observedOf(late, 'KIT'))).toBe('A 2');
    expect((await shop.journal()).jobs).toEqual(['productBundleCreate']);
  });

  it.each(['SetCustomId', 'ProductUpdate', 'VariantsUpdate'])(
    'that is made and broken off at %s is gone on with',
    async (match) => {
      await shop.control('faults', { next: [{ when: 'before', kind: '500', match }] });
      await shop.write(null, shop.making('A 2'));
      shop.forget();
      const there = await shop.shopify.lookUp({ productId: 'p-kit', handle: 'kit', codes: ['KIT'] });
      const root = there[0]?.root ?? null;
      const writes = shop.making('A 2').map((write) => {
        const hit = there.find(({ entity, code }) => entity === write.entity && code === write.code);
        return hit ? shop.knowing(updateOf(hit, write.values)) : write;
      });
      const outcomes = await shop.write(root, writes, { unsettledSeconds: 31 });
      expect(textOf(observedOf(outcomes, 'KIT'))).toBe('A 2');
      expect((await shop.skus()).filter(({ code }) => code === 'KIT' || code === null)).toMatchObject([
        { fields: SELLING },
      ]);
      expect((await shop.journal()).jobs).toEqual(['productBundleCreate']);
    },
  );

  it('is refused by the mutation or by its job, and both are told as what they are', async () => {
    await shop.control('bundles', { eligible: false });
    expect(faultIn(await shop.write(null, shop.making('A 2')), 'KIT').class).toBe('AUTH');
    await shop.control('bundles', { eligible: true });
    const many = await shop.write(null, shop.making('A 2001'));
    expect(faultIn(many, 'KIT')).toMatchObject({ class: 'VALIDATION', ambiguous: false });
    expect(faultIn(many, 'kit').message).toMatch(/^the product was not made: /);
    // A bundle within a bundle comes out in the job alone.
    await shop.make('A 2');
    await shop.learnIds();
    const product = { id: 'p-box', handle: 'box', root: null };
    const nested = await shop.write(null, shop.making('KIT 2'), { product });
    expect(faultIn(nested, 'KIT')).toMatchObject({
      class: 'VALIDATION',
      code: 'INVALID_INPUT',
      ambiguous: false,
      message: expect.stringMatching(/Nested/),
    });
  });
});
