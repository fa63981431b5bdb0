import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FixedShop, textOf } from './fixed-shop.js';
import { faultIn, observedOf, updateOf } from './writes.js';

let shop: FixedShop;
beforeAll(async () => {
  shop = await FixedShop.open();
});
beforeEach(() => shop.reset());
afterAll(() => shop.close());

describe('a product bundle that is there', () => {
  it('is made of other components, and keeps everything else that it was', async () => {
    const record = await shop.make('A 2, TEE-S 1');
    const changed = observedOf(await shop.compose(record, 'B 3, TEE-M 2'), 'KIT');
    expect(textOf(changed)).toBe('B 3, TEE-M 2');
    expect({ ...changed, updatedAt: record.updatedAt, fields: { ...changed.fields, 'bundle.components': 0 } }).toEqual({
      ...record,
      fields: { ...record.fields, 'bundle.components': 0 },
    });
    const { sent, jobs } = await shop.journal();
    expect([jobs, sent.includes('SetComponents')]).toEqual([['productBundleCreate', 'productBundleUpdate'], false]);
    const before = sent.length;
    expect(textOf(observedOf(await shop.compose(record, 'TEE-M 2, B 3'), 'KIT'))).toBe('B 3, TEE-M 2');
    expect((await shop.journal()).sent).toHaveLength(before);
  });

  it('keeps it too where Shopify makes another variant of it', async () => {
    const record = await shop.make('A 2');
    await shop.control('bundles', { keepsVariants: false });
    const changed = observedOf(await shop.compose(record, 'B 3'), 'KIT');
    expect(changed.externalId).not.toBe(record.externalId);
    expect([textOf(changed), changed.code, changed.root]).toEqual(['B 3', 'KIT', record.root]);
    expect({ ...changed.fields, 'bundle.components': 0 }).toEqual({ ...record.fields, 'bundle.components': 0 });
    // Off sale stays off sale: a variant that is made is on every publication.
    const off = updateOf(changed, { lifecycle: { published: false } });
    const hidden = observedOf(await shop.write(record.root, [off]), 'KIT');
    const again = observedOf(await shop.compose(hidden, 'C 4'), 'KIT');
    expect(again.fields['lifecycle']).toMatchObject({ published: false });
  });

  it('is read by its product where its variant does not show what it is made of', async () => {
    await shop.control('bundles', { variantComponents: false });
    const record = await shop.make('A 2, TEE-S 1');
    expect(textOf(record)).toBe('A 2, TEE-S 1');
    expect((await shop.skus()).find(({ code }) => code === 'KIT')).toEqual(record);
    expect(textOf(observedOf(await shop.compose(record, 'C 4'), 'KIT'))).toBe('C 4');
  });

  it('that leaves buyers a choice is unreadable there, never a guess', async () => {
    await shop.control('bundles', { variantComponents: false });
    const record = await shop.make('A 2, TEE-S 1');
    await shop.offerSizes(record, 'tee', ['S', 'M']);
    const shown = (await shop.shopify.readRoots([record.root]))[0]?.records?.slice(1) ?? [];
    const scanned = (await shop.skus()).filter(({ root }) => root.externalId === record.root.externalId);
    for (const each of [...shown, ...scanned]) {
      expect(each.unreadable).toContain('bundle.components');
      expect(each.fields).not.toHaveProperty(['bundle.components']);
    }
    expect([shown.length, scanned.length]).toEqual([2, 2]);
  });

  it('that another app took over is not ours, and the fault says which field', async () => {
    const record = await shop.make('A 2');
    const as = { kind: 'app', name: 'Bundler' };
    await shop.control('components', { as, sku: 'KIT', components: [{ sku: 'B', quantity: 2 }] });
    const fault = faultIn(await shop.compose(record, 'A 2'), 'KIT');
    expect(fault).toMatchObject({ class: 'VALIDATION', notOurs: 'bundle.components', ambiguous: false });
    expect(textOf((await shop.skus()).find(({ code }) => code === 'KIT'))).toBe('B 2');
  });

  it('whose job goes on for long is left to whoever asks next', async () => {
    const record = await shop.make('A 2');
    await shop.control('bundles', { operations: 'held' });
    shop.begun = [];
    const fault = faultIn(await shop.compose(record, 'B 3', AbortSignal.timeout(1_500)), 'KIT');
    expect(fault).toMatchObject({ class: 'TRANSIENT', code: 'OPERATION_PENDING', ambiguous: true });
    expect(await shop.running([...shop.begun, 'gid://shopify/ProductBundleOperation/1'])).toEqual(shop.begun);
    await shop.control('bundles', { operations: 'on' });
    await shop.ended();
    expect(await shop.running(shop.begun)).toEqual([]);
  });

  it('whose price could not be put back is told as ambiguous', async () => {
    const record = await shop.make('A 2');
    await shop.control('faults', { next: [{ when: 'before', kind: '429', match: 'VariantsUpdate' }] });
    expect(faultIn(await shop.compose(record, 'B 3'), 'KIT')).toMatchObject({ class: 'RATE_LIMITED', ambiguous: true });
  });
});
