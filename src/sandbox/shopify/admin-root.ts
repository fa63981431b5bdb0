import type { ConnectionArgs } from './connection.js';
import { connection } from './connection.js';
import type { CustomId } from './metafield-input.js';
import { ownerByCustomId, requireIdDefinition } from './metafield-input.js';
import type { ProductDoc, VariantDoc } from './product-doc.js';
import { numberOf, ONLINE_STORE } from './product-doc.js';
import type { ProductIdentifier } from './product-mutations.js';
import { findProduct, productCreate, productUpdate, tagsAdd, tagsRemove } from './product-mutations.js';
import { productDelete } from './product-delete.js';
import { productSet } from './product-set.js';
import { itemView, productView, variantView } from './product-view.js';
import { publicationView } from './publication-view.js';
import { isNewerThan, PRODUCT_FIELDS, search, VARIANT_FIELDS } from './search.js';
import type { ShopContext } from './shop-context.js';
import { notSimulated } from './shop-errors.js';
import * as metafields from './metafield-mutations.js';
import type { StagedInput } from './bulk/staged-uploads.js';
import { bulkOperations } from './bulk/bulk-list.js';
import {
  webhookSubscriptionCreate,
  webhookSubscriptionDelete,
  webhookSubscriptionUpdate,
} from './webhooks/subscription-mutations.js';
import * as shop from './shop-mutations.js';
import { definitionView, installationView, shopView, subscriptionView } from './shop-view.js';
import * as variants from './variant-mutations.js';
import { productBundleCreate, productBundleUpdate } from './bundles/product-bundles.js';
import { productOperation } from './product-operations.js';
import { productVariantRelationshipBulkUpdate } from './bundles/variant-relationships.js';

type ListArgs = ConnectionArgs & { query?: string | null; sortKey?: string | null };
type Found = { product: ProductDoc; variant: VariantDoc };

/** The root fields: what is not named here answers "not simulated". Every function takes `(args, context)`. */
export const adminRoot = {
  product: ({ id }: { id: string }, context: ShopContext) => node(id, context, ['Product']),
  productVariant: ({ id }: { id: string }, context: ShopContext) => node(id, context, ['ProductVariant']),
  inventoryItem: ({ id }: { id: string }, context: ShopContext) => node(id, context, ['InventoryItem']),
  node: ({ id }: { id: string }, context: ShopContext) => node(id, context, NODE_TYPES),
  nodes: ({ ids }: { ids: string[] }, context: ShopContext) => ids.map((id) => node(id, context, NODE_TYPES)),
  productByIdentifier: ({ identifier }: { identifier: ProductIdentifier }, context: ShopContext) => {
    const product = findProduct(context, identifier);
    return product ? productView(product, context) : null;
  },
  productVariantByIdentifier: (
    { identifier }: { identifier: { id?: string | null; customId?: CustomId | null } },
    context: ShopContext,
  ) => {
    if (identifier.id) return node(identifier.id, context, ['ProductVariant']);
    if (!identifier.customId) return null;
    requireIdDefinition(context.state, 'PRODUCTVARIANT', identifier.customId);
    const found = context.state.variant(ownerByCustomId(context.state, 'PRODUCTVARIANT', identifier.customId));
    return found ? variantView(found.product, found.variant, context) : null;
  },
  products: (args: ListArgs, context: ShopContext) =>
    connection(
      search(searchable(args.query, context), args.query, PRODUCT_FIELDS, 'products', context),
      args,
      context.unpaged,
      productOrder(args.sortKey),
      // The index says which products; what they are like is read from the products themselves.
      (product) => productView(context.state.product(product.id) ?? product, context),
    ),
  productsCount: ({ query }: { query?: string | null }, context: ShopContext) => {
    const { length } = [...search(searchable(query, context), query, PRODUCT_FIELDS, 'productsCount', context)];
    return length > 10_000 ? { count: 10_000, precision: 'AT_LEAST' } : { count: length, precision: 'EXACT' };
  },
  productVariants: (args: ListArgs, context: ShopContext) => {
    if (args.sortKey && args.sortKey !== 'ID') throw notSimulated(`productVariants(sortKey: ${args.sortKey})`);
    const rows = search(allVariants(args.query, context), args.query, VARIANT_FIELDS, 'productVariants', context);
    return connection(
      rows,
      args,
      context.unpaged,
      ({ variant }) => [variant.id],
      ({ product, variant }) => {
        const now = context.state.variant(variant.id) ?? { product, variant };
        return variantView(now.product, now.variant, context);
      },
    );
  },
  events: (args: ListArgs, context: ShopContext) => context.events.list(null, args, context.searches),
  publications: (args: ConnectionArgs, context: ShopContext) =>
    connection([ONLINE_STORE.publication], args, context.unpaged, (id) => [id], publicationView),
  shop: shopView,
  currentAppInstallation: installationView,
  metafieldDefinitions: (
    args: ListArgs & { ownerType: string; namespace?: string | null; key?: string | null },
    context: ShopContext,
  ) => {
    const rows = context.state
      .definitions()
      .filter((one) => one.ownerType === args.ownerType)
      .filter((one) => (!args.namespace || one.namespace === args.namespace) && (!args.key || one.key === args.key));
    return connection(rows, args, context.unpaged, (one) => [one.id], definitionView);
  },
  webhookSubscriptions: (args: ListArgs & { topics?: string[] | null; uri?: string | null }, context: ShopContext) => {
    const rows = context.state
      .subscriptions()
      .filter((one) => (!args.topics || args.topics.includes(one.topic)) && (!args.uri || one.uri === args.uri));
    return connection(rows, args, context.unpaged, (one) => [one.id], subscriptionView);
  },
  productOperation,
  bulkOperation: ({ id }: { id: string }, context: ShopContext) => context.bulk.view(id),
  bulkOperations,

  bulkOperationRunQuery: (args: { query: string; groupObjects: boolean }, context: ShopContext) =>
    context.bulk.runQuery(args, context),
  bulkOperationRunMutation: (args: { mutation: string; stagedUploadPath: string }, context: ShopContext) =>
    context.bulk.runMutation(args, context),
  bulkOperationCancel: ({ id }: { id: string }, context: ShopContext) => context.bulk.cancel(id),
  stagedUploadsCreate: ({ input }: { input: StagedInput[] }, context: ShopContext) => context.bulk.stage(input),
  productBundleCreate,
  productBundleUpdate,
  productSet,
  productCreate,
  productDelete,
  productUpdate,
  tagsAdd,
  tagsRemove,
  productVariantRelationshipBulkUpdate,
  productVariantsBulkCreate: variants.productVariantsBulkCreate,
  productVariantsBulkUpdate: variants.productVariantsBulkUpdate,
  productVariantsBulkDelete: variants.productVariantsBulkDelete,
  inventoryItemUpdate: variants.inventoryItemUpdate,
  publishablePublish: (args: Parameters<typeof shop.setPublished>[0], context: ShopContext) =>
    shop.setPublished(args, context, true),
  publishableUnpublish: (args: Parameters<typeof shop.setPublished>[0], context: ShopContext) =>
    shop.setPublished(args, context, false),
  metafieldDefinitionCreate: shop.metafieldDefinitionCreate,
  metafieldDefinitionDelete: shop.metafieldDefinitionDelete,
  metafieldsDelete: metafields.metafieldsDelete,
  metafieldsSet: metafields.metafieldsSet,
  webhookSubscriptionCreate,
  webhookSubscriptionUpdate,
  webhookSubscriptionDelete,
};

const NODE_TYPES = ['Product', 'ProductVariant', 'InventoryItem'];

/** A strong read: what was committed is seen at once. A gid of another type than asked for is null, as an unknown one. */
function node(id: string, context: ShopContext, types: string[]): object | null {
  const type = /^gid:\/\/shopify\/([A-Za-z]+)\//.exec(id)?.[1] ?? '';
  if (types === NODE_TYPES && !types.includes(type)) throw notSimulated(`node of type ${type || id}`);
  if (!types.includes(type)) return null;
  if (type === 'Product') {
    const product = context.state.product(numberOf(type, id));
    return product ? productView(product, context) : null;
  }
  const number = numberOf(type, id);
  const found = type === 'ProductVariant' ? context.state.variant(number) : context.state.item(number);
  if (!found) return null;
  return type === 'ProductVariant'
    ? variantView(found.product, found.variant, context)
    : itemView(found.variant, context);
}

/** What a search goes through: the pieces of a bulk query, or what the index has; the lists themselves do not lag. */
function searchable(query: string | null | undefined, context: ShopContext): Iterable<ProductDoc> {
  const { formula } = context.state;
  if (context.scan) return context.scan;
  if (!query) return context.state.products();
  return context.index.products(formula && isNewerThan(query, formula.doc.at) ? 'kept' : 'all');
}

function* allVariants(query: string | null | undefined, context: ShopContext): Generator<Found> {
  for (const product of searchable(query, context)) {
    for (const variant of product.variants) yield { product, variant };
  }
}

function productOrder(sortKey: string | null | undefined): (product: ProductDoc) => (string | number)[] {
  switch (sortKey ?? 'ID') {
    case 'ID':
      return (product) => [product.id];
    case 'UPDATED_AT':
      return (product) => [product.updatedAt, product.id];
    case 'CREATED_AT':
      return (product) => [product.createdAt, product.id];
    case 'TITLE':
      return (product) => [product.title, product.id];
    default:
      throw notSimulated(`products(sortKey: ${String(sortKey)})`);
  }
}
