import type { DefinitionDoc, SubscriptionDoc } from './product-doc.js';
import { gid } from './product-doc.js';
import type { ShopContext } from './shop-context.js';

export const API_VERSION = '2026-10';
export const SHOP_DOMAIN = 'fernhill-supply.myshopify.com';
export const CLIENT_ID = 'sandbox-client-id';
/** The app whose token the API takes. */
export const APP_TITLE = 'Skuward';

export function shopView(_: object, { features, state }: ShopContext): object {
  return {
    __typename: 'Shop',
    id: gid('Shop', 60_001),
    name: 'Fernhill Supply',
    myshopifyDomain: SHOP_DOMAIN,
    currencyCode: 'USD',
    ianaTimezone: 'UTC',
    weightUnit: 'KILOGRAMS',
    plan: { publicDisplayName: 'Plus', shopifyPlus: true, partnerDevelopment: false },
    features: {
      bundles: {
        eligibleForBundles: features.eligibleForBundles,
        ineligibilityReason: features.eligibleForBundles ? null : 'The shop is not eligible for bundles.',
        sellsBundles: state.hasBundles(),
      },
    },
    resourceLimits: { maxProductVariants: 2048, maxProductOptions: 3, locationLimit: 200, redirectLimitReached: false },
  };
}

export function installationView(_: object, { account }: ShopContext): object {
  return {
    __typename: 'AppInstallation',
    id: gid('AppInstallation', 61_000),
    app: {
      id: gid('App', 61_001),
      title: APP_TITLE,
      handle: 'skuward',
      apiKey: CLIENT_ID,
      webhookApiVersion: API_VERSION,
    },
    accessScopes: account.scopes.map((handle) => ({ handle })),
  };
}

export function definitionView(doc: DefinitionDoc): object {
  return {
    __typename: 'MetafieldDefinition',
    id: gid('MetafieldDefinition', doc.id),
    namespace: doc.namespace,
    key: doc.key,
    name: doc.name,
    ownerType: doc.ownerType,
    description: doc.description,
    type: { name: doc.type, category: doc.type === 'id' ? 'ID' : 'OTHER' },
  };
}

export function subscriptionView(doc: SubscriptionDoc): object {
  return {
    __typename: 'WebhookSubscription',
    id: gid('WebhookSubscription', doc.id),
    legacyResourceId: String(doc.id),
    topic: doc.topic,
    uri: doc.uri,
    name: doc.name,
    format: 'JSON',
    filter: null,
    includeFields: doc.includeFields,
    metafieldNamespaces: doc.metafieldNamespaces,
    apiVersion: { handle: API_VERSION, displayName: API_VERSION, supported: true },
    createdAt: doc.createdAt,
    updatedAt: doc.updatedAt,
  };
}
