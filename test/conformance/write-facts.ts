import { expect } from '@jest/globals';
import type { Fact } from './fact.js';
import type { Shop } from './shop.js';
import { at } from './shop.js';

const UPDATE = `mutation($product: ProductUpdateInput!) { productUpdate(product: $product) {
  product { id handle title tags } userErrors { field message } } }`;
export const VARIANTS = `mutation($id: ID!, $variants: [ProductVariantsBulkInput!]!, $partial: Boolean) {
  productVariantsBulkUpdate(productId: $id, variants: $variants, allowPartialUpdates: $partial) {
    productVariants { id price } userErrors { code field message } } }`;
export const SET = `mutation($identifier: ProductSetIdentifiers, $input: ProductSetInput!) {
  productSet(identifier: $identifier, input: $input, synchronous: true) {
    product { id tags variants(first: 10) { nodes { id price sku selectedOptions { value } } } }
    userErrors { code field message } } }`;

/** A product with these sizes, made in one go. */
export async function sized(shop: Shop, title: string, sizes: string[], more: object = {}): Promise<unknown> {
  const made = at(
    await shop.ask(SET, { input: { title: `${shop.run} ${title}`, ...sizesInput(sizes), ...more } }),
    'data.productSet',
  );
  expect(at(made, 'userErrors')).toEqual([]);
  shop.willDelete(at(made, 'product.id'));
  return at(made, 'product');
}

export function sizesInput(sizes: string[], price = '10'): object {
  return {
    productOptions: [{ name: 'Size', values: sizes.map((name) => ({ name })) }],
    variants: sizes.map((name) => ({ price, optionValues: [{ optionName: 'Size', name }] })),
  };
}

async function prices(shop: Shop, id: unknown): Promise<unknown> {
  const read = await shop.ask('query($id: ID!) { product(id: $id) { variants(first: 10) { nodes { price } } } }', {
    id,
  });
  const nodes = at(read, 'data.product.variants.nodes');
  return Array.isArray(nodes) ? nodes.map((one) => at(one, 'price')) : nodes;
}

/** What writes do, and in which words they are refused. */
export const WRITE_FACTS: Fact[] = [
  {
    mark: 'R',
    says: 'a handle is made of the title, and a taken one gets a suffix at creation and is refused in an update',
    holds: async (shop) => {
      const first = at(await shop.product('Twin Öne'), 'handle');
      const twin = await shop.product('Twin Öne');
      expect(at(twin, 'handle')).toBe(`${String(first)}-1`);
      const refused = at(
        await shop.ask(UPDATE, { product: { id: at(twin, 'id'), handle: first } }),
        'data.productUpdate',
      );
      expect(at(refused, 'userErrors.0.message')).toBe(
        `Handle '${String(first)}' already in use. Please provide a new handle.`,
      );
    },
  },
  {
    mark: 'R',
    says: 'tags are trimmed, kept apart without case, and sorted',
    holds: async (shop) => {
      expect(at(await shop.product('Tagged', { tags: [' Wool', 'autumn', 'wool '] }), 'tags')).toEqual([
        'autumn',
        'Wool',
      ]);
    },
  },
  {
    mark: 'R',
    says: 'an update of nothing, and of a title to nothing, are userErrors in known words',
    holds: async (shop) => {
      const id = at(await shop.product('Named'), 'id');
      const blank = await shop.ask(UPDATE, { product: { id, title: '' } });
      expect(at(blank, 'data.productUpdate.userErrors.0.message')).toBe("Title can't be blank");
      const nobody = await shop.ask(UPDATE, { product: { id: 'gid://shopify/Product/1', title: 'x' } });
      expect(at(nobody, 'data.productUpdate.userErrors.0.message')).toBe('Product does not exist');
    },
  },
  {
    mark: 'R',
    says: 'money comes back with two places',
    holds: async (shop) => {
      const product = await shop.product('Priced');
      const variants = [{ id: at(product, 'variants.nodes.0.id'), price: '19.9' }];
      const body = await shop.ask(VARIANTS, { id: at(product, 'id'), variants });
      expect(at(body, 'data.productVariantsBulkUpdate.productVariants.0.price')).toBe('19.90');
    },
  },
  {
    mark: 'V',
    says: 'productVariantsBulkUpdate does all or nothing, unless partial updates are allowed',
    holds: async (shop) => {
      const product = await sized(shop, 'Partial', ['S', 'M']);
      const [first, second] = [0, 1].map((place) => at(product, `variants.nodes.${place}.id`));
      const variants = [
        { id: first, price: '11' },
        { id: second, price: '-1' },
      ];
      const whole = at(
        await shop.ask(VARIANTS, { id: at(product, 'id'), variants, partial: false }),
        'data.productVariantsBulkUpdate',
      );
      expect(at(whole, 'userErrors.0.code')).toBe('NEGATIVE_PRICE_VALUE');
      expect(await prices(shop, at(product, 'id'))).toEqual(['10.00', '10.00']);
      await shop.ask(VARIANTS, { id: at(product, 'id'), variants, partial: true });
      expect(await prices(shop, at(product, 'id'))).toEqual(['11.00', '10.00']);
    },
  },
  {
    mark: 'D',
    says: 'productSet deletes what its lists leave out, and leaves alone what it does not name',
    holds: async (shop) => {
      const product = await sized(shop, 'Listed', ['S', 'M'], { tags: ['kept'] });
      const identifier = { id: at(product, 'id') };
      const input = { title: `${shop.run} Listed`, ...sizesInput(['M']) };
      const body = at(await shop.ask(SET, { identifier, input }), 'data.productSet');
      expect(at(body, 'userErrors')).toEqual([]);
      expect(at(body, 'product.variants.nodes.1')).toBeUndefined();
      expect(at(body, 'product.tags')).toEqual(['kept']);
    },
  },
  {
    mark: 'V',
    says: 'productSet wants options and variants together',
    holds: async (shop) => {
      const { variants, productOptions } = Object.assign({ variants: [], productOptions: [] }, sizesInput(['S']));
      const title = `${shop.run} Halves`;
      const bare = at(await shop.ask(SET, { input: { title, variants } }), 'data.productSet');
      shop.willDelete(at(bare, 'product.id'));
      expect(at(bare, 'userErrors.0.code')).toBe('PRODUCT_OPTIONS_INPUT_MISSING');
      const options = at(await shop.ask(SET, { input: { title, productOptions } }), 'data.productSet');
      shop.willDelete(at(options, 'product.id'));
      expect(at(options, 'userErrors.0.code')).toBe('VARIANTS_INPUT_MISSING');
    },
  },
  {
    mark: 'V',
    says: 'productSet by a custom id makes one product, however often it is sent',
    holds: async (shop) => {
      const { namespace, key } = await shop.idDefinition('product_id');
      const identifier = { customId: { namespace, key, value: 'one' } };
      const input = { title: `${shop.run} Custom`, ...sizesInput(['S']) };
      const ids: unknown[] = [];
      for (let time = 0; time < 2; time += 1) {
        const body = at(await shop.ask(SET, { identifier, input }), 'data.productSet');
        expect(at(body, 'userErrors')).toEqual([]);
        shop.willDelete(at(body, 'product.id'));
        ids.push(at(body, 'product.id'));
      }
      expect(ids[0]).toBe(ids[1]);
      const found = await shop.ask(
        'query($i: ProductIdentifierInput!) { productByIdentifier(identifier: $i) { id } }',
        {
          i: identifier,
        },
      );
      expect(at(found, 'data.productByIdentifier.id')).toBe(ids[0]);
    },
  },
  {
    mark: 'V',
    says: 'a SKU may be there any number of times',
    holds: async (shop) => {
      const sku = shop.run;
      for (const title of ['Double A', 'Double B']) {
        const product = await shop.product(title);
        const variants = [{ id: at(product, 'variants.nodes.0.id'), inventoryItem: { sku } }];
        const body = at(
          await shop.ask(VARIANTS, { id: at(product, 'id'), variants }),
          'data.productVariantsBulkUpdate',
        );
        expect(at(body, 'userErrors')).toEqual([]);
      }
    },
  },
  {
    mark: 'V',
    says: 'an inventory item tells its variants as a list',
    holds: async (shop) => {
      const variant = at(await shop.product('Listed item'), 'variants.nodes.0');
      const query = 'query($id: ID!) { inventoryItem(id: $id) { variants(first: 2) { nodes { id } } } }';
      const read = await shop.ask(query, { id: at(variant, 'inventoryItem.id') });
      expect(at(read, 'data.inventoryItem.variants.nodes')).toEqual([{ id: at(variant, 'id') }]);
    },
  },
  {
    mark: 'R',
    says: 'cost and HS code are refused in known words',
    holds: async (shop) => {
      const id = at(await shop.product('Item'), 'variants.nodes.0.inventoryItem.id');
      const update = `mutation($id: ID!, $input: InventoryItemInput!) { inventoryItemUpdate(id: $id, input: $input) {
        inventoryItem { id } userErrors { field message } } }`;
      const cost = await shop.ask(update, { id, input: { cost: '-1' } });
      expect(at(cost, 'data.inventoryItemUpdate.userErrors.0.message')).toBe('Cost must be greater than or equal to 0');
      const code = await shop.ask(update, { id, input: { harmonizedSystemCode: '12' } });
      expect(at(code, 'data.inventoryItemUpdate.userErrors.0.message')).toContain('between six and thirteen digits');
    },
  },
  {
    mark: 'R',
    says: 'metafieldsSet compares digests; what is there already is no conflict',
    holds: async (shop) => {
      const ownerId = at(await shop.product('Digest'), 'id');
      const set = async (value: string, compareDigest?: unknown): Promise<unknown> => {
        const one = { ownerId, namespace: 'conformance', key: 'rev', type: 'single_line_text_field', value };
        const metafields = [compareDigest === undefined ? one : { ...one, compareDigest }];
        const body = await shop.ask(
          `mutation($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) {
            metafields { compareDigest } userErrors { code elementIndex } } }`,
          { metafields },
        );
        return at(body, 'data.metafieldsSet');
      };
      const digest = at(await set('1', null), 'metafields.0.compareDigest');
      expect(digest).toMatch(/^[0-9a-f]{64}$/);
      expect(at(await set('2', null), 'userErrors.0.code')).toBe('STALE_OBJECT');
      expect(at(await set('2', digest), 'userErrors')).toEqual([]);
      expect(at(await set('2', digest), 'userErrors')).toEqual([]);
      expect(at(await set('3', digest), 'userErrors.0.code')).toBe('STALE_OBJECT');
    },
  },
  {
    mark: 'R',
    says: 'an asynchronous productDelete goes on as an operation, and a second one is refused meanwhile',
    holds: async (shop) => {
      const id = at(await shop.product('Deleted'), 'id');
      const remove = `mutation($id: ID!) { productDelete(input: { id: $id }, synchronous: false) { deletedProductId
        productDeleteOperation { id status } userErrors { field message } } }`;
      const begun = at(await shop.ask(remove, { id }), 'data.productDelete');
      expect(begun).toMatchObject({
        deletedProductId: null,
        productDeleteOperation: { status: 'CREATED' },
        userErrors: [],
      });
      const operation = { id: at(begun, 'productDeleteOperation.id') };
      await shop.eventually(async () => {
        const read = await shop.ask('query($id: ID!) { productOperation(id: $id) { status } }', operation);
        return at(read, 'data.productOperation.status') === 'COMPLETE' ? true : null;
      });
      expect(at(await shop.ask('query($id: ID!) { product(id: $id) { id } }', { id }), 'data.product')).toBeNull();
    },
  },
];
