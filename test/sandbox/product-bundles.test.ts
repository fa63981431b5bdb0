import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '../../src/sandbox/start-sandbox.js';
import { startSandbox } from '../../src/sandbox/start-sandbox.js';
import { admin, at, control, eventually, listAt, textAt } from './sandbox-client.js';

const HEAD = 'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\n';
const SHOP = `${HEAD}mug,Mug,V,,,MUG,9.00,active\ntee,Tee,V,Size,S,TEE-S,20.00,active\ntee,,,,M,TEE-M,22.00,\ncap,Cap,V,Color,Red,CAP-R,5.00,active\n`;
const CREATE = `mutation Create($input: ProductBundleCreateInput!) { productBundleCreate(input: $input) {
  productBundleOperation { id status product { id } userErrors { code field message } } userErrors { field message } } }`;
const UPDATE = `mutation Update($input: ProductBundleUpdateInput!) { productBundleUpdate(input: $input) {
  productBundleOperation { id status product { id } } userErrors { field message } } }`;
const POLL = `query Poll($id: ID!) { productOperation(id: $id) { __typename status product { id }
  ... on ProductBundleOperation { id userErrors { code field message } } } }`;
const READ = `query Read($id: ID!) { product(id: $id) { handle title status hasVariantsThatRequiresComponents
  options { name values } publishedAt
  bundleComponents(first: 30) { nodes { quantity componentProduct { handle } componentVariants(first: 5) { nodes { sku } }
    optionSelections { componentOption { name } parentOption { name } values { value selectionStatus } } } }
  variants(first: 10) { nodes { id sku price requiresComponents selectedOptions { name value }
    productVariantComponents(first: 30) { nodes { quantity productVariant { sku } } } } } } }`;

let dataDir: string;
let sandbox: Sandbox;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'product-bundles-'));
  sandbox = await startSandbox({ dataDir, shopifyPort: 0, erpPort: 0 });
  await control(sandbox.shopify.url, 'POST', 'fill', SHOP);
});
afterEach(async () => {
  await sandbox.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** A component as the mutation takes it: which values of each option, every option named. */
async function part(handle: string, quantity: number, ...values: string[][]): Promise<object> {
  const query = `query P($handle: String!) { productByIdentifier(identifier: { handle: $handle }) { id options { id name } } }`;
  const product = at(await admin(sandbox, query, { handle }), 'data.productByIdentifier');
  const optionSelections = listAt(product, 'options').map((option, index) => ({
    componentOptionId: textAt(option, 'id'),
    name: `${handle} ${textAt(option, 'name')}`,
    values: values[index] ?? ['Default Title'],
  }));
  return { productId: textAt(product, 'id'), quantity, optionSelections };
}

const bundles = (body: object): Promise<unknown> => control(sandbox.shopify.url, 'POST', 'bundles', body);
const poll = async (id: string): Promise<unknown> => at(await admin(sandbox, POLL, { id }), 'data.productOperation');
const finished = (id: string): Promise<unknown> =>
  eventually(async () => {
    const operation = await poll(id);
    return at(operation, 'status') === 'COMPLETE' ? operation : null;
  });
const read = async (id: string): Promise<unknown> => at(await admin(sandbox, READ, { id }), 'data.product');

async function begun(query: string, input: object): Promise<string> {
  const answer = await admin(sandbox, query, { input });
  const [payload] = Object.values(at(answer, 'data') ?? {}) as unknown[];
  expect(at(payload, 'userErrors')).toEqual([]);
  expect(at(payload, 'productBundleOperation')).toMatchObject({ status: 'CREATED', product: null });
  return textAt(payload, 'productBundleOperation.id');
}

async function made(title: string, ...components: object[]): Promise<string> {
  return textAt(await finished(await begun(CREATE, { title, components })), 'product.id');
}

const faultOf = async (query: string, input: object): Promise<unknown> => {
  const operation = await finished(await begun(query, input));
  if (query === CREATE) expect(at(operation, 'product')).toBeNull();
  return at(operation, 'userErrors.0.code');
};

describe('product bundles', () => {
  it('are made behind the answer: CREATED, ACTIVE, COMPLETE, and the product is told with the last', async () => {
    await bundles({ operations: 'held' });
    const id = await begun(CREATE, {
      title: 'Tea Set',
      components: [await part('mug', 2), await part('tee', 1, ['S'])],
    });
    const active = await eventually(async () => {
      const operation = await poll(id);
      return at(operation, 'status') === 'ACTIVE' ? operation : null;
    });
    expect(active).toMatchObject({ __typename: 'ProductBundleOperation', product: null, userErrors: [] });
    await bundles({ operations: 'on' });
    const product = await read(textAt(await finished(id), 'product.id'));
    expect(product).toMatchObject({
      handle: 'tea-set',
      status: 'DRAFT',
      publishedAt: null,
      options: [{ name: 'Title', values: ['Default Title'] }],
      variants: { nodes: [{ sku: null, price: '38.00', requiresComponents: true }] },
    });
    expect(at(product, 'bundleComponents.nodes')).toEqual([
      {
        quantity: 2,
        componentProduct: { handle: 'mug' },
        componentVariants: { nodes: [{ sku: 'MUG' }] },
        optionSelections: [
          {
            componentOption: { name: 'Title' },
            parentOption: null,
            values: [{ value: 'Default Title', selectionStatus: 'SELECTED' }],
          },
        ],
      },
      {
        quantity: 1,
        componentProduct: { handle: 'tee' },
        componentVariants: { nodes: [{ sku: 'TEE-S' }] },
        optionSelections: [
          {
            componentOption: { name: 'Size' },
            parentOption: null,
            values: [
              { value: 'S', selectionStatus: 'SELECTED' },
              { value: 'M', selectionStatus: 'DESELECTED' },
            ],
          },
        ],
      },
    ]);
    expect(at(product, 'variants.nodes.0.productVariantComponents.nodes')).toEqual([
      { quantity: 2, productVariant: { sku: 'MUG' } },
      { quantity: 1, productVariant: { sku: 'TEE-S' } },
    ]);
  });

  it('are made as often as they are asked for: nothing protects from a double', async () => {
    const components = [await part('mug', 2)];
    const [first, second] = [await made('Tea Set', ...components), await made('Tea Set', ...components)];
    expect(first).not.toBe(second);
    expect(at(await read(second), 'handle')).toBe('tea-set-1');
  });

  it('have a variant for every choice that is left, and lose them with it', async () => {
    const id = await made('Outfit', await part('tee', 1, ['S', 'M']), await part('mug', 1));
    const sizes = listAt(await read(id), 'variants.nodes');
    expect(sizes).toMatchObject([
      { price: '29.00', selectedOptions: [{ name: 'tee Size', value: 'S' }] },
      { price: '31.00', selectedOptions: [{ name: 'tee Size', value: 'M' }] },
    ]);
    await finished(await begun(UPDATE, { productId: id, components: [await part('tee', 1, ['M'])] }));
    const left = listAt(await read(id), 'variants.nodes');
    expect(left).toMatchObject([{ price: '22.00', selectedOptions: [{ name: 'Title', value: 'Default Title' }] }]);
    expect(sizes.map((one) => at(one, 'id'))).not.toContain(at(left[0], 'id'));
  });

  it('are of the new components alone after an update, and cost what those cost', async () => {
    const id = await made('Tea Set', await part('mug', 2));
    const variant = textAt(await read(id), 'variants.nodes.0.id');
    const sku = `mutation V($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {
      productVariantsBulkUpdate(productId: $productId, variants: $variants) { userErrors { message } } }`;
    const variants = [{ id: variant, price: '30.00', inventoryItem: { sku: 'SET' } }];
    await admin(sandbox, sku, { productId: id, variants });
    await finished(await begun(UPDATE, { productId: id, components: [await part('cap', 3, ['Red'])] }));
    expect(at(await read(id), 'variants.nodes.0')).toMatchObject({ id: variant, sku: 'SET', price: '15.00' });
    // None given, or an empty list: nothing changes.
    for (const more of [{}, { components: [] }, { title: 'Caps' }])
      await finished(await begun(UPDATE, { productId: id, ...more }));
    expect(await read(id)).toMatchObject({ title: 'Caps', handle: 'tea-set' });
    expect(at(await read(id), 'bundleComponents.nodes.0')).toMatchObject({
      quantity: 3,
      componentProduct: { handle: 'cap' },
    });
    await bundles({ keepsVariants: false });
    await finished(await begun(UPDATE, { productId: id, components: [await part('mug', 1)] }));
    const anew = at(await read(id), 'variants.nodes.0');
    expect([at(anew, 'sku'), at(anew, 'price'), at(anew, 'id') === variant]).toEqual([null, '9.00', false]);
  });

  it('may show their components in bundleComponents alone', async () => {
    await bundles({ variantComponents: false });
    const id = await made('Tea Set', await part('mug', 2));
    expect(at(await read(id), 'variants.nodes.0')).toMatchObject({
      requiresComponents: true,
      productVariantComponents: { nodes: [] },
    });
    expect(at(await read(id), 'bundleComponents.nodes')).toHaveLength(1);
  });

  it('are edited by staff as a whole, and taken over by another app', async () => {
    const id = await made('Tea Set', await part('mug', 2));
    const target = at(await read(id), 'variants.nodes.0.id');
    const edit = (as: object, components: object[]): Promise<unknown> =>
      control(sandbox.shopify.url, 'POST', 'components', { as, id: target, components });
    await edit({ kind: 'staff', name: 'Maya' }, [{ sku: 'TEE-M', quantity: 4 }]);
    expect(at(await read(id), 'bundleComponents.nodes.0')).toMatchObject({
      quantity: 4,
      componentVariants: { nodes: [{ sku: 'TEE-M' }] },
    });
    await edit({ kind: 'app', name: 'Bundler' }, [{ sku: 'MUG', quantity: 1 }]);
    const input = { productId: id, components: [await part('mug', 2)] };
    const operation = await finished(await begun(UPDATE, input));
    expect(at(operation, 'userErrors')).toEqual([
      { code: 'INVALID_INPUT', field: null, message: expect.stringMatching(/already owned by another App/) },
    ]);
    expect(at(await read(id), 'bundleComponents.nodes.0')).toMatchObject({ quantity: 1 });
  });

  it('go on after the process was gone, once each', async () => {
    await bundles({ operations: 'held' });
    const id = await begun(CREATE, { title: 'Tea Set', components: [await part('mug', 2)] });
    await sandbox.close();
    sandbox = await startSandbox({ dataDir, shopifyPort: 0, erpPort: 0 });
    expect(at(await read(textAt(await finished(id), 'product.id')), 'handle')).toBe('tea-set');
    await sandbox.close();
    sandbox = await startSandbox({ dataDir, shopifyPort: 0, erpPort: 0 });
    expect(at(await poll(id), 'status')).toBe('COMPLETE');
    expect(listAt(await control(sandbox.shopify.url, 'GET', 'products'), 'products')).toHaveLength(4);
  });
});

describe('what product bundles refuse', () => {
  it('at once, without a code and naming no place', async () => {
    const mug = await part('mug', 1);
    for (const [component, message] of [
      [
        { productId: 'gid://shopify/Product/0', quantity: 1, optionSelections: [] },
        /Failed to locate the following products: \[0\]/,
      ],
      [{ ...mug, optionSelections: [] }, /need to map all of the options of the product/],
      [await part('tee', 1, ['XL']), /Missing or invalid options found/],
      [{ ...mug, quantity: 2001 }, /Quantity cannot be greater than 2000/],
      [
        { ...mug, quantity: undefined, quantityOption: { name: 'Pack', values: [{ name: 'One', quantity: 1 }] } },
        /must have at least two values/,
      ],
    ] as const) {
      const answer = await admin(sandbox, CREATE, { input: { title: 'X', components: [component] } });
      expect(at(answer, 'data.productBundleCreate')).toEqual({
        productBundleOperation: null,
        userErrors: [{ field: null, message: expect.stringMatching(message) }],
      });
    }
  });

  it('only when the job is at it', async () => {
    const set = await made('Tea Set', await part('mug', 2));
    expect(await faultOf(CREATE, { title: 'Box', components: [await part('tea-set', 1)] })).toBe('INVALID_INPUT');
    expect(await faultOf(CREATE, { title: 'Box', components: [await part('cap', 0, ['Red'])] })).toBe('INVALID_INPUT');
    expect(await faultOf(UPDATE, { productId: set, components: [await part('tea-set', 2)] })).toBe('INVALID_INPUT');
    await bundles({ operations: 'held' });
    const id = await begun(CREATE, { title: 'Caps', components: [await part('cap', 2, ['Red'])] });
    await control(sandbox.shopify.url, 'POST', 'delete', { handle: 'cap' });
    await bundles({ operations: 'on' });
    expect(at(await finished(id), 'userErrors.0.code')).toBe('PRODUCT_DOES_NOT_EXIST');
  });

  it('where the shop may have no bundles', async () => {
    await bundles({ eligible: false });
    const answer = await admin(sandbox, CREATE, { input: { title: 'X', components: [await part('mug', 2)] } });
    expect([at(answer, 'data.productBundleCreate'), at(answer, 'errors.0.extensions.code')]).toEqual([
      null,
      'ACCESS_DENIED',
    ]);
  });

  it('loudly, where nobody knows what Shopify does', async () => {
    const mug = await part('mug', 1);
    const productId = textAt(mug, 'productId');
    for (const [query, input] of [
      [UPDATE, { productId, components: [await part('cap', 1, ['Red'])] }],
      [CREATE, { title: 'X', components: [mug, mug] }],
      [CREATE, { title: 'X', components: [] }],
      [CREATE, { title: 'X', components: [mug], consolidatedOptions: [] }],
    ] as const) {
      const answer = await admin(sandbox, query, { input });
      expect(at(answer, 'errors.0.extensions.code')).toBe('NOT_SIMULATED');
    }
    await expect(bundles({ operations: 'off' })).rejects.toThrow('400');
    await expect(bundles({ speed: 1 })).rejects.toThrow('400');
  });
});
