import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '../../src/sandbox/start-sandbox.js';
import { startSandbox } from '../../src/sandbox/start-sandbox.js';
import { admin, at, CATALOG, control, DEFINE_ID, listAt, shirt, textAt, UPSERT } from './sandbox-client.js';

const SIZES = [
  { size: 'S', price: '10', sku: 'SH-S' },
  { size: 'M', price: '12.5', sku: 'SH-M' },
];
const BULK_UPDATE = `mutation Update($productId: ID!, $variants: [ProductVariantsBulkInput!]!, $partial: Boolean) {
  productVariantsBulkUpdate(productId: $productId, variants: $variants, allowPartialUpdates: $partial) {
    productVariants { id price } userErrors { code field message } } }`;

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ dataDir: null, shopifyPort: 0, erpPort: 0 });
});
afterEach(() => sandbox.close());

async function makeShirt(): Promise<{ productId: string; variantIds: string[] }> {
  await admin(sandbox, DEFINE_ID);
  const answer = await admin(sandbox, UPSERT, shirt('p-1', SIZES));
  expect(at(answer, 'data.productSet.userErrors')).toEqual([]);
  const nodes = listAt(answer, 'data.productSet.product.variants.nodes');
  return {
    productId: textAt(answer, 'data.productSet.product.id'),
    variantIds: nodes.map((node) => textAt(node, 'id')),
  };
}

async function prices(productId: string): Promise<unknown[]> {
  const answer = await admin(
    sandbox,
    `query($id: ID!) { product(id: $id) { variants(first: 9) { nodes { sku price } } } }`,
    { id: productId },
  );
  return listAt(answer, 'data.product.variants.nodes').map((node) => at(node, 'price'));
}

describe('productSet', () => {
  it('by the same custom id twice makes one product and keeps the ids of its variants', async () => {
    const first = await makeShirt();
    const again = await admin(sandbox, UPSERT, shirt('p-1', SIZES));
    expect(textAt(again, 'data.productSet.product.id')).toBe(first.productId);
    expect(listAt(again, 'data.productSet.product.variants.nodes').map((node) => at(node, 'id'))).toEqual(
      first.variantIds,
    );
    expect(listAt(await control(sandbox.shopify.url, 'GET', 'products'), 'products')).toHaveLength(1);
  });

  it('normalises tags and money, and makes a handle of the title', async () => {
    await makeShirt();
    const other = await admin(sandbox, UPSERT, shirt('p-2', SIZES));
    expect(at(other, 'data.productSet.product')).toMatchObject({ handle: 'fell-shirt-1', tags: ['autumn', 'Wool'] });
    expect(at(other, 'data.productSet.product.variants.nodes.1.price')).toBe('12.50');
  });

  it('deletes variants that are absent from the list', async () => {
    const { productId } = await makeShirt();
    await admin(sandbox, UPSERT, shirt('p-1', SIZES.slice(1)));
    expect(await prices(productId)).toEqual(['12.50']);
  });

  it('refuses two variants with the same option values, and variants without options', async () => {
    await admin(sandbox, DEFINE_ID);
    const doubled = shirt('p-1', SIZES);
    const variants = listAt(doubled, 'input.variants');
    variants.push(variants[0]);
    const answer = await admin(sandbox, UPSERT, doubled);
    expect(at(answer, 'data.productSet.userErrors.0')).toMatchObject({
      code: 'INVALID_VARIANT',
      field: ['input', 'variants', '2'],
    });
    const lone = await admin(sandbox, UPSERT, { input: { title: 'X', variants: [{ optionValues: [] }] } });
    expect(at(lone, 'data.productSet.userErrors.0.code')).toBe('PRODUCT_OPTIONS_INPUT_MISSING');
    expect(listAt(await control(sandbox.shopify.url, 'GET', 'products'), 'products')).toHaveLength(0);
  });

  it('refuses a blank title and an input that is not simulated', async () => {
    const blank = await admin(sandbox, UPSERT, { input: { title: '  ' } });
    expect(at(blank, 'data.productSet.userErrors.0.message')).toBe("Title can't be blank");
    const files = await admin(sandbox, UPSERT, { input: { title: 'X', files: [] } });
    expect(at(files, 'errors.0.message')).toBe('not simulated: ProductSetInput.files');
    expect(at(files, 'data')).toBeUndefined();
  });
});

describe('variant mutations', () => {
  it('update all or nothing, unless partial updates are allowed', async () => {
    const { productId, variantIds } = await makeShirt();
    const variants = [
      { id: variantIds[0], price: '11' },
      { id: variantIds[1], price: '-1' },
      { id: 'gid://shopify/ProductVariant/1', price: '1' },
    ];
    const refused = await admin(sandbox, BULK_UPDATE, { productId, variants, partial: false });
    expect(listAt(refused, 'data.productVariantsBulkUpdate.userErrors').map((error) => at(error, 'code'))).toEqual([
      'NEGATIVE_PRICE_VALUE',
      'PRODUCT_VARIANT_DOES_NOT_EXIST',
    ]);
    expect(await prices(productId)).toEqual(['10.00', '12.50']);
    const partial = await admin(sandbox, BULK_UPDATE, { productId, variants, partial: true });
    expect(listAt(partial, 'data.productVariantsBulkUpdate.productVariants')).toHaveLength(1);
    expect(await prices(productId)).toEqual(['11.00', '12.50']);
  });

  it('create beside what is there, and only DEFAULT deletes the standalone variant', async () => {
    const created = await admin(
      sandbox,
      `mutation { productCreate(product: { title: "Kettle", status: DRAFT }) { product { id } userErrors { message } } }`,
    );
    const productId = textAt(created, 'data.productCreate.product.id');
    const create = `mutation C($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {
      productVariantsBulkCreate(productId: $productId, variants: $variants) {
        product { variants(first: 9) { nodes { title } } } userErrors { code } } }`;
    const variants = [{ price: '9', optionValues: [{ optionName: 'Title', name: 'Large' }] }];
    const first = await admin(sandbox, create, { productId, variants });
    expect(listAt(first, 'data.productVariantsBulkCreate.product.variants.nodes')).toEqual([{ title: 'Large' }]);
    const again = await admin(sandbox, create, { productId, variants });
    expect(at(again, 'data.productVariantsBulkCreate.userErrors.0.code')).toBe('VARIANT_ALREADY_EXISTS');
  });

  it('delete, but not the last variant', async () => {
    const { productId, variantIds } = await makeShirt();
    const remove = `mutation D($productId: ID!, $ids: [ID!]!) { productVariantsBulkDelete(productId: $productId, variantsIds: $ids) { userErrors { code } } }`;
    const all = await admin(sandbox, remove, { productId, ids: variantIds });
    expect(at(all, 'data.productVariantsBulkDelete.userErrors.0.code')).toBe('CANNOT_DELETE_LAST_VARIANT');
    await admin(sandbox, remove, { productId, ids: variantIds.slice(1) });
    expect(await prices(productId)).toEqual(['10.00']);
  });

  it('inventoryItemUpdate checks the HS code', async () => {
    await control(sandbox.shopify.url, 'POST', 'fill', CATALOG);
    const found = await admin(
      sandbox,
      `{ productVariants(first: 2, query: "sku:'FH-FCS'") { nodes { inventoryItem { id } } } }`,
    );
    const id = textAt(found, 'data.productVariants.nodes.0.inventoryItem.id');
    const update = `mutation I($id: ID!, $input: InventoryItemInput!) { inventoryItemUpdate(id: $id, input: $input) {
      inventoryItem { harmonizedSystemCode unitCost { amount currencyCode } countryCodeOfOrigin } userErrors { field message } } }`;
    const bad = await admin(sandbox, update, { id, input: { harmonizedSystemCode: '123' } });
    expect(textAt(bad, 'data.inventoryItemUpdate.userErrors.0.message')).toContain('between six and thirteen digits');
    const good = await admin(sandbox, update, {
      id,
      input: { harmonizedSystemCode: '940169', cost: '20.5', countryCodeOfOrigin: 'PT' },
    });
    expect(at(good, 'data.inventoryItemUpdate.inventoryItem')).toEqual({
      harmonizedSystemCode: '940169',
      unitCost: { amount: '20.50', currencyCode: 'USD' },
      countryCodeOfOrigin: 'PT',
    });
  });
});

it('publishes and unpublishes a product and a variant on their own', async () => {
  const { productId, variantIds } = await makeShirt();
  const list = await admin(sandbox, `{ publications(first: 5) { nodes { id catalog { title } } } }`);
  expect(at(list, 'data.publications.nodes.0.catalog.title')).toBe('Online Store');
  const publicationId = textAt(list, 'data.publications.nodes.0.id');
  const read = async (): Promise<unknown> =>
    at(
      await admin(
        sandbox,
        `query($id: ID!, $p: ID!) { product(id: $id) { publishedOnPublication(publicationId: $p)
          resourcePublicationsV2(first: 5) { nodes { isPublished publication { id } } }
          variants(first: 2) { nodes { publishedOnPublication(publicationId: $p) } } } }`,
        { id: productId, p: publicationId },
      ),
      'data.product',
    );
  const change = async (verb: string, id: unknown): Promise<unknown> =>
    admin(
      sandbox,
      `mutation P($id: ID!, $input: [PublicationInput!]!) { ${verb}(id: $id, input: $input) { userErrors { message } } }`,
      {
        id,
        input: [{ publicationId }],
      },
    );
  const yes = { publishedOnPublication: true };
  const no = { publishedOnPublication: false };
  expect(await read()).toMatchObject({ ...no, variants: { nodes: [yes, yes] } });
  await change('publishablePublish', productId);
  await change('publishableUnpublish', variantIds[0]);
  expect(await read()).toEqual({
    ...yes,
    resourcePublicationsV2: { nodes: [{ isPublished: true, publication: { id: publicationId } }] },
    variants: { nodes: [no, yes] },
  });
});
