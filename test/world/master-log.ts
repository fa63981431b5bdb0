import type { LifecycleState } from '../../src/domain/catalog/lifecycle.js';
import type { Product } from '../../src/domain/catalog/product.js';
import type { Sku } from '../../src/domain/catalog/sku.js';
import { lawOf } from '../../src/domain/drift/normalise.js';
import type { FieldValues, Json } from '../../src/domain/primitives/json.js';
import { canonicalJson } from '../../src/domain/primitives/json.js';
import { isGovernedIn, projectProduct, projectSku } from '../../src/domain/publishing/projection.js';
import type { GovernedSystem, RecordEntity } from '../../src/domain/publishing/system.js';

/** What the master wants a system to show of a record now; null: nobody governs it. */
export function wantedOf(
  entity: RecordEntity,
  product: Product,
  sku: Sku | null,
  skus: readonly Sku[],
  system: GovernedSystem,
): FieldValues | null {
  if (entity === 'SKU') return sku && isGovernedIn(sku) ? projectSku(sku, system, 'USD', []) : null;
  const states = statesOf(product, skus, system);
  return states.length > 0 ? projectProduct(product, states) : null;
}

export function statesOf(product: Product, skus: readonly Sku[], { code }: GovernedSystem): LifecycleState[] {
  return skus.flatMap(({ productId, state, listedIn }) =>
    productId === product.id && state !== 'DRAFT' && listedIn.includes(code) ? [state] : [],
  );
}

/** Which value of the master came after which, field by field: by it an older one that replaces a newer is known. */
export class MasterLog {
  private readonly orders = new Map<string, string[]>();

  /** Notes what the master wants now. */
  note(products: readonly Product[], skus: readonly Sku[], systems: readonly GovernedSystem[]): void {
    for (const system of systems) {
      for (const product of products) {
        this.keep(system, 'PRODUCT', product.handle, wantedOf('PRODUCT', product, null, skus, system));
        for (const sku of skus) {
          if (sku.productId !== product.id) continue;
          this.keep(system, 'SKU', sku.code, wantedOf('SKU', product, sku, skus, system));
        }
      }
    }
  }

  private keep({ code: system }: GovernedSystem, entity: RecordEntity, code: string, values: FieldValues | null): void {
    for (const [field, value] of Object.entries(values ?? {})) {
      const key = `${system} ${entity} ${code} ${field}`;
      const order = this.orders.get(key) ?? [];
      const text = canonicalJson(value);
      if (order.at(-1) !== text) this.orders.set(key, [...order, text]);
    }
  }

  /**
   * The place of a value among those that the master wanted there, from 0; null for one that it never wanted, or wanted
   * more than once, so that nobody can tell.
   */
  placeOf(system: string, entity: RecordEntity, code: string, field: string, value: Json): number | null {
    const order = this.orders.get(`${system} ${entity} ${code} ${field}`) ?? [];
    const text = canonicalJson(value);
    const first = order.indexOf(text);
    return first >= 0 && order.lastIndexOf(text) === first ? first : null;
  }

  /** Is it what the master itself wanted there at any time? */
  wanted(system: string, entity: RecordEntity, code: string, field: string, shown: Json): boolean {
    const order = this.orders.get(`${system} ${entity} ${code} ${field}`) ?? [];
    return order.some((each) => lawOf(field).agrees(JSON.parse(each) as Json, shown, undefined, null));
  }
}
