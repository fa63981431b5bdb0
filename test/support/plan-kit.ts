import { noBundles } from '../../src/domain/bundle/bundle-world.js';
import type { Product } from '../../src/domain/catalog/product.js';
import type { Sku } from '../../src/domain/catalog/sku.js';
import type { ProposedChange } from '../../src/domain/change/change.js';
import type { ChangeSet, World } from '../../src/domain/change/draft.js';
import { planChanges } from '../../src/domain/change/plan-changes.js';
import type { GateFacts } from '../../src/domain/gates/gate.js';
import type { FieldValues } from '../../src/domain/primitives/json.js';
import { foldCode } from '../../src/domain/primitives/text.js';
import type { Settings } from '../../src/domain/settings/settings.js';
import { DEFAULT_SETTINGS } from '../../src/domain/settings/settings.js';
import { gateFactsWith } from './gate-facts.js';

const THEN = new Date('2026-01-01T00:00:00Z');

/** The product that holds every SKU of these tests. */
export function teaProduct(over: Partial<Product> = {}): Product {
  return {
    id: 'p1',
    handle: 'tea',
    title: 'Tea',
    vendor: 'V',
    productType: 'T',
    category: null,
    tags: [],
    optionNames: ['Size'],
    attributes: {},
    revision: 3,
    createdAt: THEN,
    updatedAt: THEN,
    ...over,
  };
}

/** A SKU of that product that lacks nothing but what `over` takes away. */
export function teaSku(code: string, over: Partial<Sku> = {}): Sku {
  return {
    id: code,
    code,
    kind: 'SIMPLE',
    state: 'DRAFT',
    productId: 'p1',
    revision: 5,
    title: code,
    optionValues: [{ name: 'Size', value: code }],
    gtin: null,
    price: '10.00',
    compareAtPrice: null,
    cost: '4.00',
    weight: { value: '50', unit: 'GRAMS' },
    hsCode: '090210',
    countryOfOrigin: 'IN',
    requiresShipping: true,
    taxable: true,
    taxCode: null,
    unitOfMeasure: null,
    attributes: {},
    successor: null,
    listedIn: ['shopify'],
    systemValues: [],
    createdAt: THEN,
    updatedAt: THEN,
    ...over,
  };
}

/** A master of one product and its SKUs, under the rules given. */
export function teaWorld(
  skus: readonly Sku[],
  over: { product?: Product; settings?: Partial<Settings>; facts?: Partial<GateFacts> } = {},
): World {
  const product = over.product ?? teaProduct();
  const settings = { ...DEFAULT_SETTINGS, ...over.settings };
  return {
    products: new Map([[product.handle, product]]),
    skus: new Map(skus.map((sku) => [foldCode(sku.code), sku])),
    siblings: new Map([[product.id, skus]]),
    gtins: new Map(),
    successors: new Map(),
    lookAlikes: new Map(),
    reservations: new Map(),
    bases: new Map(),
    changedBy: new Map(),
    writableSystems: ['shopify'],
    systems: ['shopify'],
    stores: [{ code: 'shopify', digits: 2, isMasterCurrency: true }],
    settings,
    factsOf: (_sku, of) => gateFactsWith({ settings, product: of, ...over.facts }),
    bundles: noBundles(THEN),
  };
}

export function planned(world: World, ...changes: ProposedChange[]): ChangeSet {
  let next = 0;
  return planChanges(world, changes, () => `new-${(next += 1)}`);
}

export function skuUpdate(target: string, patch: FieldValues): ProposedChange {
  return { operation: 'SKU_UPDATE', target, baseRevision: null, patch };
}

export function transition(target: string, state: string): ProposedChange {
  return { operation: 'SKU_TRANSITION', target, baseRevision: null, patch: { state } };
}

export function productUpdate(patch: FieldValues, target = 'tea'): ProposedChange {
  return { operation: 'PRODUCT_UPDATE', target, baseRevision: null, patch };
}

/** "CODE path.of.the.field" of each. */
export function lines(problems: ChangeSet['problems']): string[] {
  return problems.map(({ code, field }) => `${code} ${field?.join('.')}`);
}
