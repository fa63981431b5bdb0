import { ControlRefusal } from '../../loopback-server.js';
import type { ProductDoc, VariantDoc } from '../product-doc.js';
import { gid, numberOf, ONLINE_STORE } from '../product-doc.js';
import type { ShopifyState } from '../shopify-state.js';

export interface Target {
  product: ProductDoc;
  /** The variant that was meant; null when a product was named by handle or id. */
  variant: VariantDoc | null;
}

/** `?sku=` or `?handle=`; all products without either. */
export function found(state: ShopifyState, query: URLSearchParams): ProductDoc[] {
  const sku = query.get('sku');
  const handle = query.get('handle');
  if (sku !== null) return [...new Set(state.variantsBySku(sku).map(({ product }) => product))];
  if (handle === null) return [...state.products()];
  const product = state.byHandle(handle);
  return product ? [product] : [];
}

/**
 * The one product or variant that `{sku | handle | id}` names.
 * @throws ControlRefusal 404 when there is none, 409 when a SKU is there more than once (Shopify allows that).
 */
export function resourceOf(state: ShopifyState, place: Record<string, unknown>): Target {
  const { sku, handle, id, ...rest } = place;
  const surplus = Object.keys(rest)[0];
  if (surplus !== undefined) throw new ControlRefusal(400, `unknown key: ${surplus}`);
  if (typeof id === 'string') {
    const product = state.product(numberOf('Product', id));
    const target = product ? { product, variant: null } : state.variant(numberOf('ProductVariant', id));
    if (!target) throw new ControlRefusal(404, `nothing has the id ${id}`);
    return target;
  }
  if (typeof sku === 'string') {
    const [first, second] = state.variantsBySku(sku);
    if (!first) throw new ControlRefusal(404, `no variant has the SKU ${sku}`);
    if (second) throw new ControlRefusal(409, `more than one variant has the SKU ${sku}: use id`);
    return first;
  }
  if (typeof handle !== 'string') throw new ControlRefusal(400, 'name it by sku, handle or id');
  const product = state.byHandle(handle);
  if (!product) throw new ControlRefusal(404, `no product has the handle ${handle}`);
  return { product, variant: null };
}

/** What the admin would show of a product. */
export function adminProduct(state: ShopifyState, product: ProductDoc): object {
  return {
    id: gid('Product', product.id),
    handle: product.handle,
    title: product.title,
    status: product.status,
    vendor: product.vendor,
    productType: product.productType,
    tags: product.tags,
    descriptionHtml: product.descriptionHtml,
    published: product.publishedOn[ONLINE_STORE.publication] !== undefined,
    createdAt: product.createdAt,
    updatedAt: product.updatedAt,
    options: product.options.map((option) => ({ name: option.name, values: option.values.map((value) => value.name) })),
    metafields: product.metafields.map(({ namespace, key, type, value }) => ({ namespace, key, type, value })),
    isProductBundle: product.bundles !== undefined,
    variants: product.variants.map((variant) => adminVariant(state, variant)),
  };
}

function adminVariant(state: ShopifyState, variant: VariantDoc): object {
  const { item } = variant;
  return {
    id: gid('ProductVariant', variant.id),
    inventoryItemId: gid('InventoryItem', item.id),
    sku: variant.sku,
    optionValues: variant.optionValues,
    price: variant.price,
    compareAtPrice: variant.compareAtPrice,
    barcode: variant.barcode,
    taxable: variant.taxable,
    inventoryPolicy: variant.inventoryPolicy,
    published: variant.publishedOn[ONLINE_STORE.publication] !== undefined,
    cost: item.cost,
    weight: item.weight,
    hsCode: item.hsCode,
    countryOfOrigin: item.country,
    requiresShipping: item.requiresShipping,
    tracked: item.tracked,
    metafields: variant.metafields.map(({ namespace, key, type, value }) => ({ namespace, key, type, value })),
    components: state.componentsOf(variant).map(({ variantId, quantity }) => {
      return { id: gid('ProductVariant', variantId), sku: state.variant(variantId)?.variant.sku ?? null, quantity };
    }),
    componentsOwner: variant.bundle?.owner ?? null,
    updatedAt: variant.updatedAt,
  };
}
