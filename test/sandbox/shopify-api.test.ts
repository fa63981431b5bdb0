import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '../../src/sandbox/start-sandbox.js';
import { startSandbox } from '../../src/sandbox/start-sandbox.js';
import {
  admin,
  adminResponse,
  at,
  CATALOG,
  control,
  eventually,
  listAt,
  textAt,
  WINTER_DROP,
} from './sandbox-client.js';

const PRODUCTS = `query P($after: String, $q: String) { products(first: 7, after: $after, query: $q, sortKey: UPDATED_AT) {
  nodes { id updatedAt } pageInfo { hasNextPage endCursor } } }`;
const BULK = `mutation B($query: String!) { bulkOperationRunQuery(query: $query, groupObjects: false) {
  bulkOperation { id status } userErrors { code message } } }`;
const INNER = `{ products { edges { node { id handle tags variants { edges { node { id sku price inventoryItem { id unitCost { amount } } } } } } } } }`;

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ dataDir: null, shopifyPort: 0, erpPort: 0 });
});
afterEach(() => sandbox.close());

async function runBulk(query: string): Promise<unknown> {
  const started = await admin(sandbox, BULK, { query });
  const id = textAt(started, 'data.bulkOperationRunQuery.bulkOperation.id');
  expect(at(started, 'data.bulkOperationRunQuery.bulkOperation.status')).toBe('CREATED');
  return eventually(async () => {
    const read = await admin(
      sandbox,
      `query($id: ID!) { bulkOperation(id: $id) { status url objectCount fileSize errorCode } }`,
      { id },
    );
    const run = at(read, 'data.bulkOperation');
    return at(run, 'status') === 'COMPLETED' ? run : null;
  });
}

describe('contract', () => {
  it('asks for the token and names version and request', async () => {
    const refused = await adminResponse(sandbox, '{ shop { name } }', {}, 'wrong');
    expect(refused.status).toBe(401);
    expect(await refused.json()).toEqual({
      errors: '[API] Invalid API key or access token (unrecognized login or wrong password)',
    });
    const taken = await adminResponse(sandbox, '{ shop { name } }');
    expect(taken.headers.get('x-shopify-api-version')).toBe('2026-10');
    expect(taken.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('refuses what the real schema does not have, and bad variables, with the real codes', async () => {
    const unknown = await admin(sandbox, '{ shop { colour } }');
    expect(at(unknown, 'errors.0.extensions.code')).toBe('undefinedField');
    const bad = await admin(
      sandbox,
      'mutation M($i: InventoryItemInput!, $id: ID!) { inventoryItemUpdate(id: $id, input: $i) { userErrors { message } } }',
      {
        id: 'gid://shopify/InventoryItem/1',
        i: { cost: 'ten', countryCodeOfOrigin: 'ZZZ' },
      },
    );
    // One error for the variable, with all that is wrong in it.
    expect(listAt(bad, 'errors').map((error) => at(error, 'extensions.code'))).toEqual(['INVALID_VARIABLE']);
    expect(listAt(bad, 'errors.0.extensions.problems').map((problem) => at(problem, 'path'))).toEqual([
      ['cost'],
      ['countryCodeOfOrigin'],
    ]);
  });

  it('fails loudly on a field that it has no answer to', async () => {
    const answer = await admin(sandbox, '{ shop { name taxesIncluded } }');
    expect(at(answer, 'errors.0.message')).toBe('not simulated: Shop.taxesIncluded');
    expect(at(answer, 'data')).toBeUndefined();
  });

  it('throttles with HTTP 200, the cost and no data', async () => {
    await control(sandbox.shopify.url, 'POST', 'throttle', {
      maximumAvailable: 100,
      restoreRate: 1,
      currentlyAvailable: 4,
    });
    const response = await adminResponse(sandbox, PRODUCTS);
    expect(response.status).toBe(200);
    const body: unknown = await response.json();
    expect(body).toMatchObject({
      errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }],
      extensions: { cost: { requestedQueryCost: 5, actualQueryCost: null } },
    });
  });

  it.each([
    ['{ product(id: "gid://shopify/Product/1") { id } }', 1],
    ['{ products(first: 100) { nodes { id variantsCount { count } } pageInfo { endCursor } } }', 20],
  ])('estimates the cost of %s', async (query, cost) => {
    expect(at(await admin(sandbox, query), 'extensions.cost.requestedQueryCost')).toBe(cost);
  });
});

describe('reads', () => {
  beforeEach(() => control(sandbox.shopify.url, 'POST', 'fill', CATALOG));

  it('fills both sample files once', async () => {
    expect(await control(sandbox.shopify.url, 'POST', 'fill', CATALOG)).toEqual({ products: 0, variants: 0 });
    expect(await control(sandbox.shopify.url, 'POST', 'fill', WINTER_DROP)).toEqual({ products: 6, variants: 24 });
    const all = listAt(await control(sandbox.shopify.url, 'GET', 'products'), 'products');
    expect(all).toHaveLength(24);
    expect(all.filter((product) => at(product, 'status') === 'DRAFT')).toHaveLength(1);
  });

  it('pages through all products without a gap or a double', async () => {
    const seen: unknown[] = [];
    for (let after: unknown = null, more = true; more;) {
      const page = at(
        await admin(sandbox, PRODUCTS, { after, q: "updated_at:>='2020-01-01T00:00:00Z'" }),
        'data.products',
      );
      seen.push(...listAt(page, 'nodes').map((node) => at(node, 'id')));
      after = at(page, 'pageInfo.endCursor');
      more = at(page, 'pageInfo.hasNextPage') === true;
    }
    expect(seen).toHaveLength(18);
    expect(new Set(seen).size).toBe(18);
  });

  it('finds a SKU exactly, and all rows for a field that it does not know', async () => {
    const bySku = `query($q: String!) { productVariants(first: 50, query: $q) { nodes { sku } } }`;
    expect(at(await admin(sandbox, bySku, { q: 'sku:"FH-EKT-SLT"' }), 'data.productVariants.nodes')).toEqual([
      { sku: 'FH-EKT-SLT' },
    ]);
    expect(at(await admin(sandbox, bySku, { q: "sku:'FH-EKT'" }), 'data.productVariants.nodes')).toEqual([]);
    const typo = await admin(sandbox, bySku, { q: 'skuu:FH-EKT-SLT' });
    expect(listAt(typo, 'data.productVariants.nodes')).toHaveLength(50);
    expect(at(typo, 'extensions.search.0.warnings.0.field')).toBe('skuu');
  });

  it('reads nodes in the order asked, null for what is gone', async () => {
    const [product] = listAt(await control(sandbox.shopify.url, 'GET', 'products?handle=ember-kettle'), 'products');
    const ids = [
      textAt(product, 'variants.0.inventoryItemId'),
      'gid://shopify/Product/1',
      textAt(product, 'variants.1.id'),
    ];
    const answer = await admin(
      sandbox,
      `query($ids: [ID!]!) { nodes(ids: $ids) { id ... on ProductVariant { sku productVariantComponents(first: 3) { nodes { id } } }
        ... on InventoryItem { duplicateSkuCount measurement { weight { value unit } } } } }`,
      { ids },
    );
    expect(at(answer, 'data.nodes')).toEqual([
      { id: ids[0], duplicateSkuCount: 0, measurement: { weight: { value: 1150, unit: 'GRAMS' } } },
      null,
      { id: ids[2], sku: 'FH-EKT-SLT', productVariantComponents: { nodes: [] } },
    ]);
  });
});

/** Every field that a connector of ours may select. */
const FULL = `fragment Inv on InventoryItem { id sku tracked requiresShipping unitCost { amount currencyCode }
  harmonizedSystemCode countryCodeOfOrigin provinceCodeOfOrigin duplicateSkuCount updatedAt measurement { weight { value unit } } }
fragment Var on ProductVariant { id title position sku barcode price compareAtPrice taxable inventoryPolicy
  requiresComponents updatedAt selectedOptions { name value optionValue { id } } inventoryItem { ...Inv } }
fragment Prod on Product { id legacyResourceId handle title status vendor productType tags descriptionHtml category { id }
  hasVariantsThatRequiresComponents variantsCount { count precision } createdAt updatedAt publishedAt
  options(first: 3) { id name position optionValues { id name hasVariants } } }
query Full($id: ID!) {
  product(id: $id) { ...Prod variants(first: 250) { nodes { ...Var } pageInfo { hasNextPage endCursor } }
    metafields(first: 50, namespace: "skuward") { nodes { id namespace key type value compareDigest updatedAt } }
    resourcePublicationsV2(first: 20, onlyPublished: false) { nodes { isPublished publishDate publication { id } } } }
  currentAppInstallation { id app { id title handle apiKey webhookApiVersion } accessScopes { handle } }
  shop { id myshopifyDomain currencyCode plan { publicDisplayName shopifyPlus }
    features { bundles { eligibleForBundles ineligibilityReason sellsBundles } }
    resourceLimits { maxProductVariants maxProductOptions locationLimit } } }`;

it('answers every field of a whole product, and of the shop', async () => {
  await control(sandbox.shopify.url, 'POST', 'fill', CATALOG);
  const [product] = listAt(await control(sandbox.shopify.url, 'GET', 'products?sku=FH-LLC-45CM-OAT'), 'products');
  const answer = await admin(sandbox, FULL, { id: textAt(product, 'id') });
  expect(at(answer, 'errors')).toBeUndefined();
  expect(at(answer, 'data.product')).toMatchObject({
    handle: 'lowland-linen-cushion',
    variantsCount: { count: 4, precision: 'EXACT' },
    options: [
      { name: 'Size' },
      { name: 'Color', optionValues: [{ name: 'Oat', hasVariants: true }, { name: 'Clay' }] },
    ],
  });
  expect(at(answer, 'data.product.variants.nodes.2')).toMatchObject({
    position: 3,
    title: '60 cm / Oat',
    price: '58.00',
  });
  expect(at(answer, 'data.shop.resourceLimits.maxProductVariants')).toBe(2048);
});

describe('bulk queries', () => {
  it('may nest two connections below the root, and no more than five in all', async () => {
    await control(sandbox.shopify.url, 'POST', 'fill', CATALOG);
    const deep = `{ products { edges { node { id metafields(namespace: "gov") { edges { node { id value } } }
      variants { edges { node { id metafields(namespace: "gov") { edges { node { id value } } }
        productVariantComponents { edges { node { id quantity } } } } } } } } } }`;
    expect(at(await runBulk(deep), 'objectCount')).toBe('82');
  });

  it('answer JSONL in which variants name their product', async () => {
    await control(sandbox.shopify.url, 'POST', 'fill', CATALOG);
    const run = await runBulk(INNER);
    const text = await (await fetch(textAt(run, 'url'))).text();
    const rows: unknown[] = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(rows).toHaveLength(18 + 64);
    expect(at(run, 'objectCount')).toBe('82');
    const products = new Set(rows.filter((row) => at(row, '__parentId') === undefined).map((row) => at(row, 'id')));
    const variants = rows.filter((row) => at(row, '__parentId') !== undefined);
    expect(products.size).toBe(18);
    expect(variants.every((row) => products.has(at(row, '__parentId')))).toBe(true);
    expect(at(variants[0], 'inventoryItem.unitCost.amount')).toBe('61.50');
  });

  it('have no file when nothing matched, and refuse what Shopify refuses', async () => {
    expect(await runBulk(INNER)).toMatchObject({ url: null, objectCount: '0' });
    const nodes = await admin(sandbox, BULK, { query: '{ products { nodes { id } } }' });
    expect(at(nodes, 'data.bulkOperationRunQuery.userErrors.0.code')).toBe('INVALID');
    // In one request: one after the other, the first could be done before the sixth is asked for.
    const six = Array.from({ length: 6 }, (_, n) => {
      return `run${n}: bulkOperationRunQuery(query: $query, groupObjects: false) { userErrors { code } }`;
    });
    const answer = await admin(sandbox, `mutation Six($query: String!) { ${six.join(' ')} }`, { query: INNER });
    const started = Object.values(at(answer, 'data') ?? {}) as unknown[];
    expect(started.map((each) => at(each, 'userErrors'))).toEqual([
      ...Array.from({ length: 5 }, () => []),
      [{ code: 'OPERATION_IN_PROGRESS' }],
    ]);
  });
});
