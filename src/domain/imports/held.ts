import type { Product } from '../catalog/product.js';
import { productSnapshot } from '../catalog/product.js';
import type { Sku } from '../catalog/sku.js';
import { skuSnapshot } from '../catalog/sku.js';
import type { World } from '../change/draft.js';
import type { FieldValues } from '../primitives/json.js';
import { foldCode } from '../primitives/text.js';

/** What the author of a row looked at, and what is there now. */
export interface Looked<T> {
  base: T;
  /** The revision that `base` is. */
  revision: number;
  now: FieldValues;
}

/** What the master holds of what a batch of rows names: what a proposal is compared with. */
export class Held {
  private readonly byId: ReadonlyMap<string, Product>;

  constructor(readonly world: World) {
    this.byId = new Map([...world.products.values()].map((product) => [product.id, product]));
  }

  sku(code: string): Sku | null {
    return this.world.skus.get(foldCode(code)) ?? null;
  }

  product(handle: string): Product | null {
    return this.world.products.get(handle) ?? null;
  }

  /** @throws Error where the world was read without the SKU's product, which is a fault of ours. */
  productOf(sku: Sku): Product {
    const product = this.byId.get(sku.productId);
    if (!product) throw new Error(`the product of ${sku.code} was not read`);
    return product;
  }

  /** @param revision null: the present one. Null where there never was such a revision. */
  lookedAtSku(sku: Sku, revision: number | null): Looked<FieldValues> | null {
    const key = `SKU:${foldCode(sku.code)}:${revision}`;
    return this.looked(skuSnapshot(sku), sku.revision, revision, key);
  }

  lookedAtProduct(product: Product, revision: number | null): Looked<FieldValues> | null {
    return this.looked(productSnapshot(product), product.revision, revision, `PRODUCT:${product.handle}:${revision}`);
  }

  private looked(now: FieldValues, present: number, asked: number | null, key: string): Looked<FieldValues> | null {
    if (asked === null || asked === present) return { base: now, revision: present, now };
    const base = this.world.bases.get(key);
    return base ? { base, revision: asked, now } : null;
  }
}
