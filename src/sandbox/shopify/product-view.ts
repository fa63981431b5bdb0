import { createHash } from 'node:crypto';
import type { ConnectionArgs } from './connection.js';
import { connection } from './connection.js';
import type { ComponentDoc, MetafieldDoc, OptionDoc, ProductDoc, VariantDoc } from './product-doc.js';
import { gid, isStandalone, numberOf, ONLINE_STORE, variantTitle } from './product-doc.js';
import type { ShopContext } from './shop-context.js';
import { bundledProducts } from './bundles/product-bundle-view.js';
import { publicationCounts, resourcePublications } from './publication-view.js';

/**
 * GraphQL's view of a product: what a property does not answer here is not simulated (the field resolver turns
 * `undefined` into an error, `null` is an answer).
 */
export function productView(product: ProductDoc, context: ShopContext): object {
  const self = (): object => productView(product, context);
  return {
    __typename: 'Product',
    id: gid('Product', product.id),
    legacyResourceId: String(product.id),
    handle: product.handle,
    title: product.title,
    status: product.status,
    vendor: product.vendor,
    productType: product.productType,
    tags: product.tags,
    descriptionHtml: product.descriptionHtml,
    templateSuffix: product.templateSuffix,
    category: product.category === null ? null : { id: product.category },
    isGiftCard: false,
    hasOnlyDefaultVariant: isStandalone(product),
    hasVariantsThatRequiresComponents: product.variants.some((one) => context.state.componentsOf(one).length > 0),
    tracksInventory: product.variants.some((variant) => variant.item.tracked),
    variantsCount: { count: product.variants.length, precision: 'EXACT' },
    createdAt: product.createdAt,
    updatedAt: product.updatedAt,
    publishedAt: product.publishedOn[ONLINE_STORE.publication] ?? null,
    publishedOnPublication: ({ publicationId }: { publicationId: string }) => isPublished(product, publicationId),
    ...publicationCounts(product.publishedOn),
    events: (args: ConnectionArgs & { query?: string | null; sortKey?: string | null }) =>
      context.events.list(product.id, args, context.searches),
    resourcePublicationsV2: (args: ConnectionArgs & { onlyPublished?: boolean }) =>
      resourcePublications(product.publishedOn, args, context.unpaged, self),
    bundleComponents: (args: ConnectionArgs) =>
      bundledProducts(product, args, context, {
        product: (one) => productView(one, context),
        variant: (owner, one) => variantView(owner, one, context),
        option: (owner, one) => optionView(owner, one, owner.options.indexOf(one)),
      }),
    options: ({ first }: { first?: number | null }) =>
      product.options.slice(0, first ?? undefined).map((option, at) => optionView(product, option, at)),
    variants: (args: ConnectionArgs & { sortKey?: string }) =>
      connection(
        product.variants.entries(),
        args,
        context.unpaged,
        ([at, variant]) => [at, variant.id],
        ([, variant]) => variantView(product, variant, context),
      ),
    ...metafieldFields(product.metafields, 'PRODUCT', context),
  };
}

export function variantView(product: ProductDoc, variant: VariantDoc, context: ShopContext): object {
  const title = variantTitle(variant);
  return {
    __typename: 'ProductVariant',
    id: gid('ProductVariant', variant.id),
    legacyResourceId: String(variant.id),
    title,
    displayName: `${product.title} - ${title}`,
    position: product.variants.indexOf(variant) + 1,
    sku: variant.sku,
    barcode: variant.barcode,
    price: variant.price,
    compareAtPrice: variant.compareAtPrice,
    taxable: variant.taxable,
    inventoryPolicy: variant.inventoryPolicy,
    requiresComponents: context.state.componentsOf(variant).length > 0,
    createdAt: variant.createdAt,
    updatedAt: variant.updatedAt,
    selectedOptions: product.options.map((option, at) =>
      selectedOption(product, option, variant.optionValues[at] ?? ''),
    ),
    inventoryItem: () => itemView(variant, context),
    product: () => productView(product, context),
    productVariantComponents: (args: ConnectionArgs) =>
      connection(
        product.bundles && !context.features.variantComponents ? [] : context.state.componentsOf(variant),
        args,
        context.unpaged,
        (one) => [one.id],
        (one) => componentView(one, context),
      ),
    publishedOnPublication: ({ publicationId }: { publicationId: string }) => isPublished(variant, publicationId),
    ...publicationCounts(variant.publishedOn),
    resourcePublicationsV2: (args: ConnectionArgs & { onlyPublished?: boolean }) =>
      resourcePublications(variant.publishedOn, args, context.unpaged, () => variantView(product, variant, context)),
    ...metafieldFields(variant.metafields, 'PRODUCTVARIANT', context),
  };
}

function componentView(component: ComponentDoc, context: ShopContext): object {
  return {
    __typename: 'ProductVariantComponent',
    id: gid('ProductVariantComponent', component.id),
    quantity: component.quantity,
    productVariant: () => {
      const found = context.state.variant(component.variantId);
      return found ? variantView(found.product, found.variant, context) : null;
    },
  };
}

export function itemView(variant: VariantDoc, context: ShopContext): object {
  const { item } = variant;
  return {
    __typename: 'InventoryItem',
    id: gid('InventoryItem', item.id),
    legacyResourceId: String(item.id),
    sku: variant.sku,
    tracked: item.tracked,
    requiresShipping: item.requiresShipping,
    unitCost: item.cost === null ? null : { amount: item.cost, currencyCode: 'USD' },
    harmonizedSystemCode: item.hsCode,
    countryCodeOfOrigin: item.country,
    provinceCodeOfOrigin: item.province,
    duplicateSkuCount: () => {
      if (variant.sku === null) return 0;
      const items = context.state.variantsBySku(variant.sku).map((one) => one.variant.item.id);
      return new Set(items.filter((id) => id !== item.id)).size;
    },
    createdAt: item.createdAt,
    updatedAt: item.updatedAt,
    measurement: { id: gid('InventoryItemMeasurement', item.id), weight: item.weight },
    variants: (args: ConnectionArgs) =>
      connection(
        context.state.variantsOfItem(item.id),
        args,
        context.unpaged,
        (one) => [one.variant.id],
        (one) => variantView(one.product, one.variant, context),
      ),
  };
}

export function metafieldView(metafield: MetafieldDoc, ownerType: string): object {
  return {
    __typename: 'Metafield',
    id: gid('Metafield', metafield.id),
    legacyResourceId: String(metafield.id),
    namespace: metafield.namespace,
    key: metafield.key,
    type: metafield.type,
    value: metafield.value,
    ownerType,
    compareDigest: metafieldDigest(metafield),
    createdAt: metafield.createdAt,
    updatedAt: metafield.updatedAt,
  };
}

/** 64 hex digits that change with the value [R: shopify.md 2.2]. */
export function metafieldDigest(metafield: MetafieldDoc): string {
  return createHash('sha256').update(`${metafield.id}\n${metafield.type}\n${metafield.value}`).digest('hex');
}

function isPublished(resource: { publishedOn: Record<string, string> }, publicationId: string): boolean {
  const id = numberOf('Publication', publicationId);
  return id !== null && resource.publishedOn[id] !== undefined;
}

function optionView(product: ProductDoc, option: OptionDoc, at: number): object {
  return {
    __typename: 'ProductOption',
    id: gid('ProductOption', option.id),
    name: option.name,
    position: at + 1,
    values: option.values.map((value) => value.name),
    optionValues: option.values.map((value) => optionValueView(product, value, at)),
  };
}

function optionValueView(product: ProductDoc, value: { id: number; name: string }, optionAt: number): object {
  return {
    __typename: 'ProductOptionValue',
    id: gid('ProductOptionValue', value.id),
    name: value.name,
    linkedMetafieldValue: null,
    hasVariants: product.variants.some((variant) => variant.optionValues[optionAt] === value.name),
  };
}

function selectedOption(product: ProductDoc, option: OptionDoc, name: string): object {
  const value = option.values.find((one) => one.name === name);
  const at = product.options.indexOf(option);
  return { name: option.name, value: name, optionValue: value ? optionValueView(product, value, at) : undefined };
}

function metafieldFields(metafields: MetafieldDoc[], ownerType: string, context: ShopContext): object {
  return {
    metafield: ({ namespace, key }: { namespace?: string | null; key: string }) => {
      const wanted = resolveNamespace(namespace);
      const found = metafields.find((one) => one.namespace === wanted && one.key === key);
      return found ? metafieldView(found, ownerType) : null;
    },
    metafields: (args: ConnectionArgs & { namespace?: string | null; keys?: string[] | null }) => {
      const inNamespace = args.namespace ? resolveNamespace(args.namespace) : null;
      const wanted = metafields.filter(
        (one) =>
          (inNamespace === null || one.namespace === inNamespace) &&
          (!args.keys || args.keys.some((key) => key === one.key || key === `${one.namespace}.${one.key}`)),
      );
      return connection(
        wanted,
        args,
        context.unpaged,
        (one) => [one.id],
        (one) => metafieldView(one, ownerType),
      );
    },
  };
}

export const OWN_NAMESPACE = 'app--61001';

/** `$app:x` is the app's own namespace `app--<app id>--x` [R]; without one the app's own is meant. */
export function resolveNamespace(namespace: string | null | undefined): string {
  if (!namespace || namespace === '$app') return OWN_NAMESPACE;
  return namespace.startsWith('$app:') ? `${OWN_NAMESPACE}--${namespace.slice(5)}` : namespace;
}
