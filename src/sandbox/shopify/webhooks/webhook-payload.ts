import type { MetafieldDoc, ProductDoc, SubscriptionDoc, VariantDoc } from '../product-doc.js';
import { gid, ONLINE_STORE, variantTitle } from '../product-doc.js';

const FULL_VARIANTS = 100;

/**
 * The REST-shaped body of products/create and products/update: no weight, no cost, no HS code, no origin, no bundle
 * components; whole variants for the first hundred only (shopify.md 2.4).
 */
export function productPayload(product: ProductDoc, namespaces: readonly string[]): Record<string, unknown> {
  const payload: Record<string, unknown> = {
    admin_graphql_api_id: gid('Product', product.id),
    body_html: product.descriptionHtml,
    created_at: product.createdAt,
    handle: product.handle,
    id: product.id,
    product_type: product.productType,
    published_at: product.publishedOn[ONLINE_STORE.publication] ?? null,
    template_suffix: product.templateSuffix,
    title: product.title,
    updated_at: product.updatedAt,
    vendor: product.vendor,
    status: product.status.toLowerCase(),
    tags: product.tags.join(', '),
    variants: product.variants.slice(0, FULL_VARIANTS).map((variant, at) => variantPayload(product, variant, at)),
    options: product.options.map((option, at) => ({
      name: option.name,
      id: option.id,
      product_id: product.id,
      position: at + 1,
      values: option.values.map((value) => value.name),
    })),
    variant_gids: product.variants.map((variant) => ({
      admin_graphql_api_id: gid('ProductVariant', variant.id),
      updated_at: variant.updatedAt,
    })),
  };
  if (namespaces.length > 0)
    payload['metafields'] = product.metafields.filter(declared(namespaces)).map(metafieldPayload);
  return payload;
}

export function itemPayload(variant: VariantDoc): Record<string, unknown> {
  const { item } = variant;
  return {
    id: item.id,
    admin_graphql_api_id: gid('InventoryItem', item.id),
    sku: variant.sku,
    created_at: item.createdAt,
    updated_at: item.updatedAt,
    requires_shipping: item.requiresShipping,
    cost: item.cost,
    country_code_of_origin: item.country,
    province_code_of_origin: item.province,
    harmonized_system_code: item.hsCode,
    country_harmonized_system_codes: [],
    tracked: item.tracked,
  };
}

/** Only the fields that a subscription asks for, when it asks for any. */
export function trim(payload: Record<string, unknown>, subscription: SubscriptionDoc): Record<string, unknown> {
  const { includeFields } = subscription;
  if (includeFields.length === 0) return payload;
  return Object.fromEntries(
    Object.entries(payload).filter(([key]) => includeFields.some((one) => one.split('.')[0] === key)),
  );
}

function variantPayload(product: ProductDoc, variant: VariantDoc, at: number): Record<string, unknown> {
  return {
    admin_graphql_api_id: gid('ProductVariant', variant.id),
    barcode: variant.barcode,
    compare_at_price: variant.compareAtPrice,
    created_at: variant.createdAt,
    id: variant.id,
    inventory_policy: variant.inventoryPolicy.toLowerCase(),
    position: at + 1,
    price: variant.price,
    product_id: product.id,
    sku: variant.sku,
    taxable: variant.taxable,
    title: variantTitle(variant),
    updated_at: variant.updatedAt,
    option1: variant.optionValues[0] ?? null,
    option2: variant.optionValues[1] ?? null,
    option3: variant.optionValues[2] ?? null,
    inventory_item_id: variant.item.id,
  };
}

function declared(namespaces: readonly string[]): (metafield: MetafieldDoc) => boolean {
  return (metafield) => namespaces.includes(metafield.namespace);
}

function metafieldPayload(metafield: MetafieldDoc): Record<string, unknown> {
  const { id, namespace, key, type, value } = metafield;
  return { admin_graphql_api_id: gid('Metafield', id), id, namespace, key, type, value };
}
