import type { LifecycleState } from '../catalog/lifecycle.js';
import type { Product } from '../catalog/product.js';
import type { Sku } from '../catalog/sku.js';
import { weightInGrams } from '../catalog/sku.js';
import { normaliseAll } from '../drift/normalise.js';
import type { FieldValues, Json } from '../primitives/json.js';
import type { ComponentLine } from './component-line.js';
import type { GovernedSystem, SystemKind } from './system.js';

/** What each state looks like in Shopify, variant by variant (design 4.2). PHASE_OUT sells what is left and no more. */
const SHOPIFY_VARIANT: Readonly<Record<LifecycleState, Json>> = {
  DRAFT: { published: false },
  PRELAUNCH: { published: false },
  ACTIVE: { published: true },
  ON_HOLD: { published: false },
  PHASE_OUT: { published: true, inventoryPolicy: 'DENY' },
  RETIRED: { published: false },
};

const ERP_ITEM: Readonly<Record<LifecycleState, Json>> = {
  DRAFT: { active: false },
  PRELAUNCH: { active: true, purchasable: true, salable: false },
  ACTIVE: { active: true, purchasable: true, salable: true },
  ON_HOLD: { active: true, salable: false },
  PHASE_OUT: { active: true, purchasable: false, salable: true },
  RETIRED: { active: false },
};

/** What a system shows of a state: of the variant in Shopify, of the item in an ERP. */
export function lifecycleIn(kind: SystemKind, state: LifecycleState): Json {
  return (kind === 'SHOPIFY' ? SHOPIFY_VARIANT : ERP_ITEM)[state];
}

/** Should this system hold a record of the SKU? A RETIRED one that was never there is not brought there to be buried. */
export function isExpectedIn(sku: Pick<Sku, 'state' | 'listedIn'>, system: string): boolean {
  return sku.state !== 'DRAFT' && sku.state !== 'RETIRED' && sku.listedIn.includes(system);
}

/** Is a record that is there compared and written? DRAFT exists in the master only, whatever a shop already has. */
export function isGovernedIn(sku: Pick<Sku, 'state' | 'listedIn'>): boolean {
  return sku.state !== 'DRAFT';
}

/**
 * What a system should show for a SKU: canonical fields in that system's terms, normalised.
 * A SKU that left the system's list is only taken off sale there; the rest of it is no longer ours to write.
 * @param components what is in it, down to simple SKUs: no system that we know nests kits (design 4.4). Nothing for a
 * SIMPLE one; null for a bundle that nobody has composed yet, of which nothing is compared or written.
 */
export function projectSku(
  sku: Sku,
  system: GovernedSystem,
  masterCurrency: string,
  components: readonly ComponentLine[] | null,
): FieldValues {
  if (!sku.listedIn.includes(system.code)) return { lifecycle: lifecycleIn(system.kind, 'RETIRED') };
  const shared: FieldValues = {
    gtin: sku.gtin,
    weight: sku.weight && weightInGrams(sku.weight),
    hsCode: sku.hsCode,
    countryOfOrigin: sku.countryOfOrigin,
    lifecycle: lifecycleIn(system.kind, sku.state),
  };
  // One that is buried keeps what it was made of there, whatever becomes of its components.
  if (components !== null && sku.state !== 'RETIRED')
    shared['bundle.components'] = components.map(({ code, quantity }) => ({ code, quantity }));
  const money = moneyIn(sku, system, masterCurrency);
  if (system.kind === 'ERP')
    return normaliseAll({ title: sku.title, unitOfMeasure: sku.unitOfMeasure, ...shared, ...money });
  return normaliseAll({
    optionValues: sku.optionValues.map(({ name, value }) => ({ name, value })),
    requiresShipping: sku.requiresShipping,
    taxable: sku.taxable,
    ...shared,
    ...money,
  });
}

/** Prices go only where the currency is the master's, or where the system has values of its own; never converted. */
function moneyIn(sku: Sku, system: GovernedSystem, masterCurrency: string): FieldValues {
  const own = sku.systemValues.find((each) => each.system === system.code);
  const same = system.currency === masterCurrency;
  const out: FieldValues = {};
  const price = own?.price ?? (same ? sku.price : null);
  // A price that nobody has set yet is neither compared nor written: no system is told that something is free.
  if (price !== null) out.price = price;
  if (system.kind === 'SHOPIFY') {
    const compareAt = own ? own.compareAtPrice : same ? sku.compareAtPrice : null;
    if (compareAt !== null || same) out.compareAtPrice = compareAt;
  }
  if (same) out.cost = sku.cost;
  return out;
}

/** What Shopify should show for a product, given all of its SKUs that are listed there; normalised. */
export function projectProduct(product: Product, states: readonly LifecycleState[]): FieldValues {
  return normaliseAll({
    'product.title': product.title,
    'product.handle': product.handle,
    'product.vendor': product.vendor,
    'product.productType': product.productType,
    'product.category': product.category,
    'product.tags': product.tags,
    lifecycle: { status: productStatus(states) },
  });
}

/** ACTIVE if any SKU sells; else DRAFT if any is still to come or held; else ARCHIVED. DRAFT SKUs do not count (design 4.2). */
export function productStatus(states: readonly LifecycleState[]): 'ACTIVE' | 'DRAFT' | 'ARCHIVED' {
  if (states.some((state) => state === 'ACTIVE' || state === 'PHASE_OUT')) return 'ACTIVE';
  if (states.some((state) => state === 'PRELAUNCH' || state === 'ON_HOLD')) return 'DRAFT';
  return 'ARCHIVED';
}
