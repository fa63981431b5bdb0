import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BUNDLE, BundleShop, RELATE, SIBLING } from './bundle-shop.js';
import { admin, at, control, listAt, textAt } from './sandbox-client.js';

let shop: BundleShop;
beforeEach(async () => {
  shop = await BundleShop.open();
});
afterEach(() => shop.sandbox.close());

describe('productVariantRelationshipBulkUpdate', () => {
  it('assigns components, which the answer, the strong read and the admin show', async () => {
    const [a = '', b = ''] = shop.others(2);
    expect(await shop.read(BUNDLE)).toMatchObject({ requiresComponents: false });
    const made = await shop.relate(shop.creating(BUNDLE, [a, 2], [b, 1]));
    expect(at(made, 'userErrors')).toEqual([]);
    const nodes = [
      { id: expect.stringMatching(/^gid:\/\/shopify\/ProductVariantComponent\/\d+$/), quantity: 2 },
      { quantity: 1, productVariant: { id: shop.idOf(b), sku: b } },
    ];
    expect(at(made, 'parentProductVariants')).toMatchObject([
      { id: shop.idOf(BUNDLE), requiresComponents: true, productVariantComponents: { nodes } },
    ]);
    const read = await shop.read(BUNDLE);
    expect(read).toMatchObject({
      requiresComponents: true,
      product: { hasVariantsThatRequiresComponents: true },
      productVariantComponents: { nodes, pageInfo: { hasNextPage: false } },
    });
    const shown = await control(shop.sandbox.shopify.url, 'GET', `products?sku=${BUNDLE}`);
    const variant = listAt(shown, 'products.0.variants').find((one) => at(one, 'sku') === BUNDLE);
    expect(variant).toMatchObject({
      components: [
        { sku: a, quantity: 2 },
        { sku: b, quantity: 1 },
      ],
      componentsOwner: 'Skuward',
    });
  });

  it('adds, changes and removes, and keeps the ids of what stays', async () => {
    const [a = '', b = '', c = ''] = shop.others(3);
    const made = await shop.relate(shop.creating(BUNDLE, [a, 2], [b, 1]));
    const id = textAt(made, 'parentProductVariants.0.productVariantComponents.nodes.0.id');
    const changed = await shop.relate({
      ...shop.creating(BUNDLE, [c, 3]),
      productVariantRelationshipsToUpdate: shop.lines([a, 5]),
      productVariantRelationshipsToRemove: [shop.idOf(b)],
    });
    expect(at(changed, 'parentProductVariants.0.productVariantComponents.nodes.0')).toMatchObject({ id, quantity: 5 });
    expect(await shop.composition(BUNDLE)).toEqual([`${a}*5`, `${c}*3`]);
    const parentProductVariantId = shop.idOf(BUNDLE);
    const cleared = await shop.relate({ parentProductVariantId, removeAllProductVariantRelationships: true });
    expect(at(cleared, 'parentProductVariants.0')).toMatchObject({
      requiresComponents: false,
      productVariantComponents: { nodes: [] },
    });
  });

  it('takes one component alone, however many of it', async () => {
    const [a = '', b = ''] = shop.others(2);
    expect(at(await shop.relate(shop.creating(BUNDLE, [a, 1])), 'userErrors')).toEqual([]);
    expect(at(await shop.relate(shop.creating(SIBLING, [b, 6])), 'userErrors')).toEqual([]);
  });

  it('does all of a call or nothing of it', async () => {
    const [a = '', b = ''] = shop.others(2);
    const good = shop.creating(BUNDLE, [a, 2]);
    expect(await shop.codes(good, shop.creating(SIBLING, [b, -1]))).toEqual(['INVALID_QUANTITY']);
    expect(await shop.codes(shop.creating(SIBLING, [SIBLING, 1]), good)).toEqual(['CIRCULAR_REFERENCE']);
    expect(await shop.composition(BUNDLE)).toEqual([]);
    const journal = listAt(await control(shop.sandbox.shopify.url, 'GET', 'journal'), 'entries');
    const commits = journal.filter((entry) => at(entry, 'operation') === 'Relate').map((entry) => at(entry, 'commits'));
    expect(commits).toEqual([[], []]);
    expect(at(await shop.relate(good, shop.creating(SIBLING, [b, 1])), 'userErrors')).toEqual([]);
  });

  it('breaks over a quantity of zero, and refuses other bad ones', async () => {
    const [a = ''] = shop.others(1);
    const zero = await admin(shop.sandbox, RELATE, { input: [shop.creating(BUNDLE, [a, 0])] });
    expect(at(zero, 'errors.0.extensions.code')).toBe('INTERNAL_SERVER_ERROR');
    expect(at(zero, 'data')).toBeUndefined();
    expect(await shop.codes(shop.creating(BUNDLE, [a, -1]))).toEqual(['INVALID_QUANTITY']);
    expect(await shop.codes(shop.creating(BUNDLE, [a, 2001]))).toEqual(['INVALID_QUANTITY']);
    await shop.relate(shop.creating(BUNDLE, [a, 2000]));
    const update = {
      parentProductVariantId: shop.idOf(BUNDLE),
      productVariantRelationshipsToUpdate: shop.lines([a, 0]),
    };
    expect(at(await admin(shop.sandbox, RELATE, { input: [update] }), 'errors.0.extensions.code')).toBe(
      'INTERNAL_SERVER_ERROR',
    );
    expect(await shop.composition(BUNDLE)).toEqual([`${a}*2000`]);
  });

  it('refuses nesting from either side, also within one call', async () => {
    const [a = '', b = '', c = ''] = shop.others(3);
    await shop.relate(shop.creating(a, [b, 2]));
    expect(await shop.codes(shop.creating(BUNDLE, [a, 1]))).toEqual(['NESTED_PARENT_PRODUCT_VARIANT']);
    expect(await shop.codes(shop.creating(b, [c, 1]))).toEqual(['NESTED_PARENT_PRODUCT_VARIANT']);
    const both = [shop.creating(BUNDLE, [c, 1]), shop.creating(c, [SIBLING, 1])];
    expect(await shop.codes(...both)).toEqual(['NESTED_PARENT_PRODUCT_VARIANT']);
    expect(await shop.codes(...both.reverse())).toEqual(['NESTED_PARENT_PRODUCT_VARIANT']);
    // The one that stood in the way is taken apart by the same call.
    const apart = { parentProductVariantId: shop.idOf(a), removeAllProductVariantRelationships: true };
    expect(at(await shop.relate(apart, shop.creating(BUNDLE, [a, 1])), 'userErrors')).toEqual([]);
  });

  it('takes thirty components and no more', async () => {
    const pairs = shop.others(31).map((sku): [string, number] => [sku, 1]);
    expect(await shop.codes(shop.creating(BUNDLE, ...pairs))).toEqual(['EXCEEDED_PRODUCT_VARIANT_RELATIONSHIP_LIMIT']);
    const made = await shop.relate(shop.creating(BUNDLE, ...pairs.slice(1)));
    expect(listAt(made, 'parentProductVariants.0.productVariantComponents.nodes')).toHaveLength(30);
    expect(await shop.codes(shop.creating(BUNDLE, ...pairs.slice(0, 1)))).toEqual([
      'EXCEEDED_PRODUCT_VARIANT_RELATIONSHIP_LIMIT',
    ]);
  });

  it('refuses what is there already, what is not there, and what says nothing', async () => {
    const [a = '', b = ''] = shop.others(2);
    const parentProductVariantId = shop.idOf(BUNDLE);
    expect(await shop.codes(shop.creating(BUNDLE, [a, 1], [a, 2]))).toEqual(['DUPLICATE_PRODUCT_VARIANT_RELATIONSHIP']);
    await shop.relate(shop.creating(BUNDLE, [a, 1]));
    expect(await shop.codes(shop.creating(BUNDLE, [a, 1]))).toEqual(['DUPLICATE_PRODUCT_VARIANT_RELATIONSHIP']);
    const updating = (...pairs: [string, number][]): object => ({
      parentProductVariantId,
      productVariantRelationshipsToUpdate: shop.lines(...pairs),
    });
    expect(await shop.codes(updating([b, 2]))).toEqual(['PRODUCT_VARIANTS_NOT_COMPONENTS']);
    expect(await shop.codes(updating([a, 2], [a, 3]))).toEqual(['DUPLICATE_PRODUCT_VARIANT_RELATIONSHIP']);
    const removing = { parentProductVariantId, productVariantRelationshipsToRemove: [shop.idOf(b)] };
    expect(await shop.codes(removing)).toEqual(['PRODUCT_VARIANTS_NOT_COMPONENTS']);
    expect(await shop.codes({ parentProductVariantId })).toEqual(['MUST_SPECIFY_COMPONENTS']);
    expect(await shop.codes({ productVariantRelationshipsToCreate: shop.lines([a, 1]) })).toEqual(['PARENT_REQUIRED']);
    expect(await shop.composition(BUNDLE)).toEqual([`${a}*1`]);
  });

  it('names every variant that is not there, as recorded', async () => {
    const [gone, lost] = ['gid://shopify/ProductVariant/999999999', 'gid://shopify/ProductVariant/999999998'];
    const refused = await shop.relate({
      parentProductVariantId: gone,
      productVariantRelationshipsToCreate: [{ id: lost, quantity: 1 }],
    });
    expect(refused).toEqual({
      parentProductVariants: null,
      userErrors: [
        {
          code: 'PRODUCT_VARIANTS_NOT_FOUND',
          field: ['input'],
          message: `The product variants with ID(s) ["${gone}", "${lost}"] could not be found.`,
        },
      ],
    });
  });

  it('sets the price only when it is told how', async () => {
    const [a = '', b = ''] = shop.others(2);
    const price = async (sku: string): Promise<unknown> => at(await shop.read(sku), 'price');
    const [dear, cheap, before] = [Number(await price(a)), Number(await price(b)), await price(BUNDLE)];
    await shop.relate(shop.creating(BUNDLE, [a, 2], [b, 1]));
    expect(await price(BUNDLE)).toBe(before);
    const pricing = (priceInput: object): object => ({ parentProductVariantId: shop.idOf(BUNDLE), priceInput });
    await shop.relate(pricing({ calculation: 'COMPONENTS_SUM' }));
    expect(await price(BUNDLE)).toBe((2 * dear + cheap).toFixed(2));
    expect(await shop.codes(pricing({ calculation: 'FIXED' }))).toEqual(['UPDATE_PARENT_VARIANT_PRICE_REQUIRED']);
    await shop.relate(pricing({ calculation: 'FIXED', price: '99' }));
    expect(await price(BUNDLE)).toBe('99.00');
  });

  it('says that it is not simulated where it would have to guess', async () => {
    const [a = ''] = shop.others(1);
    const input = [
      { parentProductId: 'gid://shopify/Product/1', productVariantRelationshipsToCreate: shop.lines([a, 1]) },
    ];
    expect(at(await admin(shop.sandbox, RELATE, { input }), 'errors.0.message')).toContain('not simulated');
    const replacing = { ...shop.creating(BUNDLE, [a, 1]), removeAllProductVariantRelationships: true };
    expect(at(await admin(shop.sandbox, RELATE, { input: [replacing] }), 'errors.0.message')).toContain(
      'not simulated',
    );
  });

  it('costs what Shopify would take for it', async () => {
    const [a = ''] = shop.others(1);
    const answer = await admin(shop.sandbox, RELATE, { input: [shop.creating(BUNDLE, [a, 1])] });
    expect(at(answer, 'extensions.cost.requestedQueryCost')).toBe(24);
  });
});

describe('the shop', () => {
  const FEATURES = '{ shop { features { bundles { eligibleForBundles ineligibilityReason sellsBundles } } } }';
  const bundles = async (): Promise<unknown> => at(await admin(shop.sandbox, FEATURES), 'data.shop.features.bundles');

  it('that is not eligible refuses bundles, and takes them again', async () => {
    const [a = ''] = shop.others(1);
    await control(shop.sandbox.shopify.url, 'POST', 'bundles', { eligible: false });
    expect(await bundles()).toMatchObject({ eligibleForBundles: false, ineligibilityReason: expect.any(String) });
    const denied = await admin(shop.sandbox, RELATE, { input: [shop.creating(BUNDLE, [a, 1])] });
    expect(denied).toMatchObject({
      errors: [{ path: ['productVariantRelationshipBulkUpdate'], extensions: { code: 'ACCESS_DENIED' } }],
      data: { productVariantRelationshipBulkUpdate: null },
    });
    await control(shop.sandbox.shopify.url, 'POST', 'bundles', { eligible: true });
    expect(await bundles()).toEqual({ eligibleForBundles: true, ineligibilityReason: null, sellsBundles: false });
    await shop.relate(shop.creating(BUNDLE, [a, 1]));
    expect(await bundles()).toMatchObject({ sellsBundles: true });
    await expect(control(shop.sandbox.shopify.url, 'POST', 'bundles', { eligible: 'no' })).rejects.toThrow('400');
  });
});
