import type { AdminOperations } from './admin-types.generated.js';

/**
 * Every GraphQL document that is sent to Shopify. All are valid against every supported version of the Admin API and use
 * no deprecated field, and what they take and answer is typed from its schema: `scripts/check-shopify-documents.mjs`
 * proves both.
 *
 * Whether a variant is on a publication is asked per governed publication under an alias (`pub0`, `pub1`, ...): a
 * nested connection would cost hundreds of points a product, and bulk queries may not nest a third one.
 */

declare const OPERATION: unique symbol;

/** A document that knows, to the compiler alone, which operation it is. */
export type AdminDocument<Name extends keyof AdminOperations> = string & { readonly [OPERATION]: Name };

function query<Name extends keyof AdminOperations>(name: Name, rest: string): AdminDocument<Name> {
  return `query ${name}${rest}` as AdminDocument<Name>;
}

function mutation<Name extends keyof AdminOperations>(name: Name, rest: string): AdminDocument<Name> {
  return `mutation ${name}${rest}` as AdminDocument<Name>;
}

/** Variants a page of a product read; a product with 100 variants costs about 60 points. */
export const VARIANTS_A_PAGE = 100;

function publicationFields(publicationIds: string[]): string {
  return publicationIds
    .map((id, at) => `pub${at}: publishedOnPublication(publicationId: ${JSON.stringify(id)})`)
    .join(' ');
}

function productFields(publicationIds: string[]): string {
  return `id handle title status vendor productType tags updatedAt category { id } ${publicationFields(publicationIds)}`;
}

function variantFields(publicationIds: string[]): string {
  return `id sku barcode price compareAtPrice taxable inventoryPolicy updatedAt requiresComponents selectedOptions { name value }
    ${publicationFields(publicationIds)}
    inventoryItem { id requiresShipping unitCost { amount } harmonizedSystemCode countryCodeOfOrigin
      measurement { weight { value unit } } }`;
}

/** Products by id with the first page of their variants. */
export function productsById(publicationIds: string[]): AdminDocument<'ProductsById'> {
  return query(
    'ProductsById',
    `($ids: [ID!]!, $variants: Int!) { nodes(ids: $ids) { ... on Product { ${productFields(publicationIds)}
    variants(first: $variants) { nodes { ${variantFields(publicationIds)} } pageInfo { hasNextPage endCursor } } } } }`,
  );
}

/** A further page of one product's variants. */
export function variantsAfter(publicationIds: string[]): AdminDocument<'VariantsAfter'> {
  return query(
    'VariantsAfter',
    `($id: ID!, $after: String!, $variants: Int!) { product(id: $id) { id
    variants(first: $variants, after: $after) { nodes { ${variantFields(publicationIds)} } pageInfo { hasNextPage endCursor } } } }`,
  );
}

/** The query that a full scan runs as a bulk operation: three connections, no `nodes`, `id` not aliased (shopify.md 2.3). */
export function scanQuery(publicationIds: string[]): string {
  return `{ products { edges { node { ${productFields(publicationIds)}
    variants { edges { node { ${variantFields(publicationIds)}
      productVariantComponents { edges { node { ${COMPONENT_FIELDS} } } } } } } } } } }`;
}

const COMPONENT_FIELDS = 'id quantity productVariant { id sku }';

/** In which products inventory items are: that of their variant. Variants may share one (shopify.md 4). */
export const PRODUCTS_OF_ITEMS = query(
  'ProductsOfItems',
  `($ids: [ID!]!) { nodes(ids: $ids) { ... on InventoryItem { id variants(first: 10) { nodes { product { id } } } } } }`,
);

/** What variants are made of, as many as Shopify allows in one; beside the variants, it would cost thousands of points. */
export const COMPONENTS_OF_VARIANTS = query(
  'ComponentsOfVariants',
  `($ids: [ID!]!) { nodes(ids: $ids) { ... on ProductVariant { id
    productVariantComponents(first: 30) { nodes { ${COMPONENT_FIELDS} } pageInfo { hasNextPage } } } } }`,
);

/**
 * What product bundles are made of. Of each product two variants are asked for: one says what is in the bundle, a second
 * that buyers choose. No part of a bulk query: these rows have no ids.
 */
export const BUNDLED_PRODUCTS = query(
  'BundledProducts',
  `($ids: [ID!]!) { nodes(ids: $ids) { ... on Product { id
    bundleComponents(first: 30) { nodes { quantity componentVariants(first: 2) { nodes { id sku } } } pageInfo { hasNextPage } } } } }`,
);

/** What a product bundle has to be told of its components: their products, and every option of those. */
export const COMPONENT_OPTIONS = query(
  'ComponentOptions',
  `($ids: [ID!]!) { nodes(ids: $ids) { ... on ProductVariant { id
    selectedOptions { name value } product { id options(first: 3) { id name } } } } }`,
);

export const BUNDLE_CREATE = mutation(
  'BundleCreate',
  `($input: ProductBundleCreateInput!) {
  productBundleCreate(input: $input) { productBundleOperation { id } userErrors { field message } } }`,
);

export const BUNDLE_UPDATE = mutation(
  'BundleUpdate',
  `($input: ProductBundleUpdateInput!) {
  productBundleUpdate(input: $input) { productBundleOperation { id } userErrors { field message } } }`,
);

export const BUNDLE_OPERATION = query(
  'BundleOperation',
  `($id: ID!) { productOperation(id: $id) { status product { id }
  ... on ProductBundleOperation { userErrors { code field message } } } }`,
);

export const SET_CUSTOM_ID = mutation(
  'SetCustomId',
  `($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) { metafields { id } userErrors { code field message } } }`,
);

export const SET_COMPONENTS = mutation(
  'SetComponents',
  `($input: [ProductVariantRelationshipUpdateInput!]!) {
  productVariantRelationshipBulkUpdate(input: $input) {
    parentProductVariants { id } userErrors { code field message } } }`,
);

export const PRODUCT_BY_CUSTOM_ID = query(
  'ProductByCustomId',
  `($namespace: String!, $key: String!, $value: String!) {
  productByIdentifier(identifier: { customId: { namespace: $namespace, key: $key, value: $value } }) { id } }`,
);

export const PRODUCT_BY_HANDLE = query(
  'ProductByHandle',
  `($handle: String!) {
  productByIdentifier(identifier: { handle: $handle }) { id } }`,
);

/** By the search index, which lags behind writes: a hint where to look, never a verdict. */
export const VARIANTS_BY_SKU = query(
  'VariantsBySku',
  `($query: String!, $after: String) {
  productVariants(first: 20, query: $query, after: $after) {
    nodes { id sku product { id } } pageInfo { hasNextPage endCursor } } }`,
);

export const PUBLICATIONS = query(
  'Publications',
  `($after: String) {
  publications(first: 50, after: $after) { nodes { id catalog { title } } pageInfo { hasNextPage endCursor } } }`,
);

export const DEFINE_CUSTOM_ID = mutation(
  'DefineCustomId',
  `($definition: MetafieldDefinitionInput!) {
  metafieldDefinitionCreate(definition: $definition) { createdDefinition { id } userErrors { code field message } } }`,
);

export const PRODUCT_SET = mutation(
  'ProductSet',
  `($identifier: ProductSetIdentifiers!, $input: ProductSetInput!) {
  productSet(identifier: $identifier, input: $input, synchronous: true) {
    product { id } userErrors { code field message } } }`,
);

export const PRODUCT_UPDATE = mutation(
  'ProductUpdate',
  `($product: ProductUpdateInput!) {
  productUpdate(product: $product) { product { id } userErrors { field message } } }`,
);

/** `productUpdate` takes tags as a whole list, and would take away those that others set since it was read. */
export const TAGS_ADD = mutation(
  'TagsAdd',
  `($id: ID!, $tags: [String!]!) { tagsAdd(id: $id, tags: $tags) { userErrors { field message } } }`,
);
export const TAGS_REMOVE = mutation(
  'TagsRemove',
  `($id: ID!, $tags: [String!]!) { tagsRemove(id: $id, tags: $tags) { userErrors { field message } } }`,
);

/** PRESERVE_STANDALONE_VARIANT: the default strategy deletes a lone "Default Title" variant with its id and history. */
export const VARIANTS_CREATE = mutation(
  'VariantsCreate',
  `($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkCreate(productId: $productId, variants: $variants, strategy: PRESERVE_STANDALONE_VARIANT) {
    productVariants { id } userErrors { code field message } } }`,
);

export const VARIANTS_UPDATE = mutation(
  'VariantsUpdate',
  `($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $productId, variants: $variants, allowPartialUpdates: false) {
    productVariants { id } userErrors { code field message } } }`,
);

export const PUBLISH = mutation(
  'Publish',
  `($id: ID!, $input: [PublicationInput!]!) {
  publishablePublish(id: $id, input: $input) { userErrors { field message } } }`,
);

export const UNPUBLISH = mutation(
  'Unpublish',
  `($id: ID!, $input: [PublicationInput!]!) {
  publishableUnpublish(id: $id, input: $input) { userErrors { field message } } }`,
);

export const BULK_RUN = mutation(
  'BulkRun',
  `($query: String!) {
  bulkOperationRunQuery(query: $query, groupObjects: false) {
    bulkOperation { id status } userErrors { code field message } } }`,
);

export const BULK_STATUS = query(
  'BulkStatus',
  `($id: ID!) {
  bulkOperation(id: $id) { id status errorCode objectCount url partialDataUrl } }`,
);

export const SUBSCRIPTIONS = query(
  'Subscriptions',
  `($topics: [WebhookSubscriptionTopic!], $after: String) {
  webhookSubscriptions(first: 100, topics: $topics, after: $after) {
    nodes { id topic uri format filter includeFields } pageInfo { hasNextPage endCursor } } }`,
);

export const SUBSCRIBE = mutation(
  'Subscribe',
  `($topic: WebhookSubscriptionTopic!, $subscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $subscription) {
    webhookSubscription { id } userErrors { field message } } }`,
);

export const RESUBSCRIBE = mutation(
  'Resubscribe',
  `($id: ID!, $subscription: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: $id, webhookSubscription: $subscription) {
    webhookSubscription { id } userErrors { field message } } }`,
);

/** By the search index, which lags: what has changed is a hint, and is read again by id. Oldest first, so that a page that is cut loses nothing. */
export const CHANGED_SINCE = query(
  'ChangedSince',
  `($query: String, $after: String, $first: Int!, $newestFirst: Boolean!) {
  products(first: $first, after: $after, query: $query, sortKey: UPDATED_AT, reverse: $newestFirst) {
    nodes { id updatedAt } pageInfo { hasNextPage endCursor } } }`,
);

/** What Shopify tells of who did something to a product: for most edits nothing (shopify.md 1.6 [B]). */
export const PRODUCT_EVENTS = query(
  'ProductEvents',
  `($id: ID!) { product(id: $id) { id
    events(first: 20, sortKey: CREATED_AT, reverse: true) { nodes { __typename action appTitle attributeToApp attributeToUser
      createdAt ... on BasicEvent { author } } } } }`,
);

export const STAGE_UPLOAD = mutation(
  'StageUpload',
  `($input: [StagedUploadInput!]!) { stagedUploadsCreate(input: $input) {
    stagedTargets { url resourceUrl parameters { name value } } userErrors { field message } } }`,
);

export const BULK_WRITE = mutation(
  'BulkWrite',
  `($mutation: String!, $path: String!, $clientIdentifier: String) {
  bulkOperationRunMutation(mutation: $mutation, stagedUploadPath: $path, clientIdentifier: $clientIdentifier) {
    bulkOperation { id status } userErrors { code field message } } }`,
);

/** Run by Shopify for each line of an upload. */
export const BULK_VARIANTS_UPDATE = mutation(
  'BulkVariantsUpdate',
  `($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $productId, variants: $variants, allowPartialUpdates: false) {
    product { id } userErrors { code field message } } }`,
);

export const WHOAMI = query(
  'Whoami',
  ` { currentAppInstallation { app { title apiKey webhookApiVersion } accessScopes { handle } }
    shop { name myshopifyDomain currencyCode plan { publicDisplayName shopifyPlus }
      features { bundles { eligibleForBundles ineligibilityReason } } } }`,
);

/** What the check looks at: each document once, with sample publications where it takes some. */
export function allDocuments(publicationIds: string[]): Record<string, string> {
  return {
    productsById: productsById(publicationIds),
    variantsAfter: variantsAfter(publicationIds),
    scanQuery: scanQuery(publicationIds),
    PRODUCT_BY_CUSTOM_ID,
    PRODUCT_BY_HANDLE,
    VARIANTS_BY_SKU,
    PUBLICATIONS,
    DEFINE_CUSTOM_ID,
    PRODUCT_SET,
    PRODUCT_UPDATE,
    TAGS_ADD,
    TAGS_REMOVE,
    VARIANTS_CREATE,
    VARIANTS_UPDATE,
    PRODUCTS_OF_ITEMS,
    COMPONENTS_OF_VARIANTS,
    SET_COMPONENTS,
    BUNDLED_PRODUCTS,
    COMPONENT_OPTIONS,
    BUNDLE_CREATE,
    BUNDLE_UPDATE,
    BUNDLE_OPERATION,
    SET_CUSTOM_ID,
    PUBLISH,
    UNPUBLISH,
    BULK_RUN,
    BULK_STATUS,
    SUBSCRIPTIONS,
    SUBSCRIBE,
    RESUBSCRIBE,
    CHANGED_SINCE,
    PRODUCT_EVENTS,
    STAGE_UPLOAD,
    BULK_WRITE,
    BULK_VARIANTS_UPDATE,
    WHOAMI,
  };
}
