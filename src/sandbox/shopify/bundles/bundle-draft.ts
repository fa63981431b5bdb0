import type { ComponentDoc, ProductDoc, VariantDoc } from '../product-doc.js';
import type { Change, ShopifyState } from '../shopify-state.js';

/** Components a variant may have [V: shopify.md 2.2]. */
export const COMPONENT_LIMIT = 30;
/** Said of product bundles [V]; that it holds here too is believed [B]. */
export const QUANTITY_LIMIT = 2000;

/** What Shopify refuses in a composition, in the words of its schema [V]. */
export const BUNDLE_PROBLEMS = {
  CIRCULAR_REFERENCE: 'A parent product variant cannot contain itself as a component.',
  DUPLICATE_PRODUCT_VARIANT_RELATIONSHIP:
    'A parent product variant must not contain duplicate product variant relationships.',
  EXCEEDED_PRODUCT_VARIANT_RELATIONSHIP_LIMIT:
    'Exceeded the maximum allowable product variant relationships in a parent product variant.',
  INVALID_QUANTITY: 'Product variant relationships must have a quantity greater than 0.',
  NESTED_PARENT_PRODUCT_VARIANT: "Nested parent product variants aren't supported.",
} as const;

export type BundleProblem = keyof typeof BUNDLE_PROBLEMS;

export interface Line {
  variantId: number;
  quantity: number;
}

/**
 * New compositions, on copies, judged all together: with two of one call, the first may make the second one nested.
 * Nothing is seen by anybody before its changes are committed.
 */
export class BundleDraft {
  private readonly state: ShopifyState;
  private readonly products = new Map<number, ProductDoc>();

  constructor(state: ShopifyState) {
    this.state = state;
  }

  /** The copies of a variant and its product that may be changed: the same ones every time. */
  open(id: number | null): { product: ProductDoc; variant: VariantDoc } | null {
    const held = this.state.variant(id);
    if (!held) return null;
    const product = this.products.get(held.product.id) ?? structuredClone(held.product);
    const variant = product.variants.find((one) => one.id === id);
    if (!variant) return null;
    this.products.set(product.id, product);
    return { product, variant };
  }

  /** Gives an opened variant these components; those that it had keep their ids. Without any it is no bundle, and nobody's. */
  assign(variant: VariantDoc, lines: readonly Line[], owner: string | null): void {
    const held = new Map(this.state.componentsOf(variant).map((one) => [one.variantId, one.id]));
    const components = lines.map((line): ComponentDoc => ({
      id: held.get(line.variantId) ?? this.state.newId(),
      ...line,
    }));
    if (components.length === 0) delete variant.bundle;
    else variant.bundle = { owner, components };
  }

  /** What is wrong with the composition of an opened variant, every code once. */
  problemsOf(variant: VariantDoc): BundleProblem[] {
    const lines = this.state.componentsOf(variant);
    const ids = lines.map((line) => line.variantId);
    const problems: BundleProblem[] = [];
    if (ids.includes(variant.id)) problems.push('CIRCULAR_REFERENCE');
    if (new Set(ids).size < ids.length) problems.push('DUPLICATE_PRODUCT_VARIANT_RELATIONSHIP');
    if (ids.length > COMPONENT_LIMIT) problems.push('EXCEEDED_PRODUCT_VARIANT_RELATIONSHIP_LIMIT');
    if (lines.some(({ quantity }) => !isQuantity(quantity))) problems.push('INVALID_QUANTITY');
    if (this.isNested(variant.id, ids)) problems.push('NESTED_PARENT_PRODUCT_VARIANT');
    return problems;
  }

  /** The products that are not as they were. */
  changes(): Change[] {
    return [...this.products.values()]
      .filter((doc) => JSON.stringify(doc) !== JSON.stringify(this.state.product(doc.id)))
      .map((doc) => ({ put: 'product', doc }));
  }

  /** One of its components has components, or it is itself a component of another bundle. */
  private isNested(id: number, componentIds: readonly number[]): boolean {
    if (componentIds.length === 0) return false;
    const others = componentIds.filter((one) => one !== id);
    if (others.some((one) => this.componentIds(one).length > 0)) return true;
    // Bundles of the same draft that take it in are not among these; they are nested by the check above.
    return [...this.state.bundlesWith(id)].some((one) => one !== id && this.componentIds(one).includes(id));
  }

  private componentIds(id: number): number[] {
    const held = this.state.variant(id);
    if (!held) return [];
    const variant = this.products.get(held.product.id)?.variants.find((one) => one.id === id) ?? held.variant;
    return this.state.componentsOf(variant).map((one) => one.variantId);
  }
}

function isQuantity(quantity: number): boolean {
  return Number.isInteger(quantity) && quantity >= 1 && quantity <= QUANTITY_LIMIT;
}
