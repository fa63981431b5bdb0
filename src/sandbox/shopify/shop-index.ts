import type { MetafieldDoc, ProductDoc, VariantDoc } from './product-doc.js';

/** What unique metafields (definitions of type `id`) belong to. */
export type IdOwner = 'PRODUCT' | 'PRODUCTVARIANT';

/** Ways to a product or variant that do not lead through all of them: a shop of 100,000 variants is read and written by these. */
export class ShopIndex {
  private readonly productByHandle = new Map<string, number>();
  private readonly productByVariant = new Map<number, number>();
  /** Inventory item → the variants that have it: mostly one. */
  private readonly variantsByItem = new Map<number, Set<number>>();
  private readonly variantsBySku = new Map<string, Set<number>>();
  private readonly ownerByCustomId = new Map<string, number>();
  /** Component variant → the variants that it is a component of. */
  private readonly bundlesByComponent = new Map<number, Set<number>>();

  add(product: ProductDoc): void {
    this.productByHandle.set(product.handle, product.id);
    for (const key of customIds('PRODUCT', product.metafields)) this.ownerByCustomId.set(key, product.id);
    for (const variant of product.variants) {
      this.productByVariant.set(variant.id, product.id);
      put(this.variantsByItem, variant.item.id, variant.id);
      if (variant.sku !== null) put(this.variantsBySku, variant.sku, variant.id);
      for (const key of customIds('PRODUCTVARIANT', variant.metafields)) this.ownerByCustomId.set(key, variant.id);
      for (const { variantId } of variant.bundle?.components ?? []) put(this.bundlesByComponent, variantId, variant.id);
    }
  }

  remove(product: ProductDoc): void {
    this.productByHandle.delete(product.handle);
    for (const key of customIds('PRODUCT', product.metafields)) this.ownerByCustomId.delete(key);
    for (const variant of product.variants) {
      this.productByVariant.delete(variant.id);
      take(this.variantsByItem, variant.item.id, variant.id);
      if (variant.sku !== null) take(this.variantsBySku, variant.sku, variant.id);
      for (const key of customIds('PRODUCTVARIANT', variant.metafields)) this.ownerByCustomId.delete(key);
      for (const { variantId } of variant.bundle?.components ?? [])
        take(this.bundlesByComponent, variantId, variant.id);
    }
  }

  clear(): void {
    for (const map of [this.productByHandle, this.productByVariant, this.ownerByCustomId]) map.clear();
    for (const map of [this.variantsByItem, this.variantsBySku, this.bundlesByComponent]) map.clear();
  }

  byHandle(handle: string): number | null {
    return this.productByHandle.get(handle) ?? null;
  }

  ofVariant(variantId: number): number | null {
    return this.productByVariant.get(variantId) ?? null;
  }

  /** Ids of all variants that have this inventory item. */
  withItem(itemId: number): Iterable<number> {
    return this.variantsByItem.get(itemId) ?? [];
  }

  isShared(itemId: number): boolean {
    return (this.variantsByItem.get(itemId)?.size ?? 0) > 1;
  }

  /** Ids of all variants with exactly this SKU: Shopify lets any number have it. */
  bySku(sku: string): number[] {
    return [...(this.variantsBySku.get(sku) ?? [])];
  }

  byCustomId(owner: IdOwner, namespace: string, key: string, value: string): number | null {
    return this.ownerByCustomId.get(customIdKey(owner, namespace, key, value)) ?? null;
  }

  bundlesWith(variantId: number): Iterable<number> {
    return this.bundlesByComponent.get(variantId) ?? [];
  }

  hasBundles(): boolean {
    return this.bundlesByComponent.size > 0;
  }
}

function customIds(owner: IdOwner, metafields: MetafieldDoc[]): string[] {
  return metafields
    .filter((one) => one.type === 'id')
    .map((one) => customIdKey(owner, one.namespace, one.key, one.value));
}

function customIdKey(...parts: [IdOwner, string, string, string]): string {
  return JSON.stringify(parts);
}

function put<Key>(map: Map<Key, Set<number>>, key: Key, id: number): void {
  const held = map.get(key);
  if (held) held.add(id);
  else map.set(key, new Set([id]));
}

function take<Key>(map: Map<Key, Set<number>>, key: Key, id: number): void {
  const held = map.get(key);
  held?.delete(id);
  if (held?.size === 0) map.delete(key);
}

/** The variant of a product, by its id. */
export function variantOf(
  product: ProductDoc | null,
  isIt: (variant: VariantDoc) => boolean,
): { product: ProductDoc; variant: VariantDoc } | null {
  const variant = product?.variants.find(isIt);
  return product && variant ? { product, variant } : null;
}
