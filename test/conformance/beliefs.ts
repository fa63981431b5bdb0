import type { Belief } from './fact.js';
import type { Shop } from './shop.js';
import { at } from './shop.js';
import { SET, sized, sizesInput, VARIANTS } from './write-facts.js';

/** What the stand-in does without anybody having seen Shopify do it: a development store may say otherwise. */
export const BELIEFS: Belief[] = [
  {
    says: 'a new product is ACTIVE and published nowhere, unless said otherwise',
    believed: { status: 'ACTIVE', publishedAt: null },
    see: async (shop) => {
      const product = await shop.product('Fresh');
      return { status: at(product, 'status'), publishedAt: at(product, 'publishedAt') };
    },
  },
  {
    says: 'productSet finds variants without an id by their option values, and keeps them',
    believed: true,
    see: async (shop) => {
      const product = await sized(shop, 'Kept', ['S', 'M']);
      const input = { title: `${shop.run} Kept`, ...sizesInput(['S', 'M'], '12') };
      const again = at(
        await shop.ask(SET, { identifier: { id: at(product, 'id') }, input }),
        'data.productSet.product',
      );
      return [0, 1].every(
        (place) => at(again, `variants.nodes.${place}.id`) === at(product, `variants.nodes.${place}.id`),
      );
    },
  },
  {
    says: 'productSet does all or nothing',
    believed: { price: '10.00', tags: [] },
    see: async (shop) => {
      const product = await sized(shop, 'Whole', ['S']);
      const input = { title: `${shop.run} Whole`, tags: ['new'], ...sizesInput(['S'], '-1') };
      await shop.ask(SET, { identifier: { id: at(product, 'id') }, input });
      const read = await shop.ask(
        'query($id: ID!) { product(id: $id) { tags variants(first: 1) { nodes { price } } } }',
        {
          id: at(product, 'id'),
        },
      );
      return { price: at(read, 'data.product.variants.nodes.0.price'), tags: at(read, 'data.product.tags') };
    },
  },
  {
    says: 'productVariantsBulkCreate and productVariantsBulkDelete do all or nothing',
    believed: 2,
    see: async (shop) => {
      const product = await sized(shop, 'Atoms', ['S', 'M']);
      const id = at(product, 'id');
      const variants = ['L', 'S'].map((name) => ({ optionValues: [{ optionName: 'Size', name }] }));
      await shop.ask(
        `mutation($id: ID!, $variants: [ProductVariantsBulkInput!]!) { productVariantsBulkCreate(productId: $id, variants: $variants) {
          userErrors { code } } }`,
        { id, variants },
      );
      await shop.ask(
        'mutation($id: ID!, $ids: [ID!]!) { productVariantsBulkDelete(productId: $id, variantsIds: $ids) { userErrors { code } } }',
        { id, ids: [at(product, 'variants.nodes.0.id'), 'gid://shopify/ProductVariant/1'] },
      );
      const read = await shop.ask('query($id: ID!) { product(id: $id) { variantsCount { count } } }', { id });
      return at(read, 'data.product.variantsCount.count');
    },
  },
  {
    says: 'edits of fields are not in the events of a product; that it was made is',
    believed: ['create'],
    see: async (shop) => {
      const product = await shop.product('Eventful');
      const variants = [{ id: at(product, 'variants.nodes.0.id'), price: '7' }];
      await shop.ask(VARIANTS, { id: at(product, 'id'), variants });
      const read = async (): Promise<unknown[] | null> => {
        const query = 'query($id: ID!) { product(id: $id) { events(first: 10) { nodes { action } } } }';
        const nodes = at(await shop.ask(query, { id: at(product, 'id') }), 'data.product.events.nodes');
        return Array.isArray(nodes) && nodes.length > 0 ? nodes : null;
      };
      return (await shop.eventually(read)).map((one) => at(one, 'action'));
    },
  },
  {
    says: 'the bucket is twenty times the restore rate',
    believed: 20,
    see: async (shop) => {
      const bucket = at(await shop.ask('{ shop { id } }'), 'extensions.cost.throttleStatus');
      return Number(at(bucket, 'maximumAvailable')) / Number(at(bucket, 'restoreRate'));
    },
  },
  {
    says: 'a write that changes no value moves updatedAt',
    believed: true,
    see: async (shop) =>
      movesUpdatedAt(shop, async (product) => {
        const variants = [{ id: at(product, 'variants.nodes.0.id'), price: '0.00' }];
        await shop.ask(VARIANTS, { id: at(product, 'id'), variants });
      }),
  },
  {
    says: 'a change of weight alone moves updatedAt of the product',
    believed: true,
    see: async (shop) =>
      movesUpdatedAt(shop, async (product) => {
        const input = { measurement: { weight: { value: 5, unit: 'GRAMS' } } };
        await shop.ask(
          'mutation($id: ID!, $input: InventoryItemInput!) { inventoryItemUpdate(id: $id, input: $input) { userErrors { message } } }',
          { id: at(product, 'variants.nodes.0.inventoryItem.id'), input },
        );
      }),
  },
  {
    says: 'tagsRemove does not care about case',
    believed: [],
    see: async (shop) => {
      const id = at(await shop.product('Untagged', { tags: ['Wool'] }), 'id');
      const body = await shop.ask(
        'mutation($id: ID!) { tagsRemove(id: $id, tags: ["wOOL"]) { node { ... on Product { tags } } userErrors { message } } }',
        { id },
      );
      return at(body, 'data.tagsRemove.node.tags');
    },
  },
];

async function movesUpdatedAt(shop: Shop, act: (product: unknown) => Promise<void>): Promise<boolean> {
  const product = await shop.product('Moved');
  // Shopify's times end at the second, so two writes within one look alike.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await act(product);
  const read = await shop.ask('query($id: ID!) { product(id: $id) { updatedAt } }', { id: at(product, 'id') });
  return at(read, 'data.product.updatedAt') !== at(product, 'updatedAt');
}
