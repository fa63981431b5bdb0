import { addDecimals, multiplyDecimals } from '../../../domain/primitives/decimal.js';
import type { BundleProblem, Line } from './bundle-draft.js';
import { BUNDLE_PROBLEMS, BundleDraft } from './bundle-draft.js';
import { isNegative, shopMoney } from '../normalise.js';
import type { ProductDoc, VariantDoc } from '../product-doc.js';
import { numberOf } from '../product-doc.js';
import { variantView } from '../product-view.js';
import type { ShopContext } from '../shop-context.js';
import type { UserError } from '../shop-errors.js';
import { accessDenied, internalError, notSimulated, onlyKnown, userError } from '../shop-errors.js';
import { APP_TITLE } from '../shop-view.js';

interface RelationshipInput {
  id: string;
  quantity: number;
}

interface RelationshipUpdateInput {
  parentProductId?: string | null;
  parentProductVariantId?: string | null;
  productVariantRelationshipsToCreate?: RelationshipInput[] | null;
  productVariantRelationshipsToUpdate?: RelationshipInput[] | null;
  productVariantRelationshipsToRemove?: string[] | null;
  removeAllProductVariantRelationships?: boolean | null;
  priceInput?: { calculation?: 'COMPONENTS_SUM' | 'FIXED' | 'NONE' | null; price?: string | null } | null;
}

type Code = BundleProblem | keyof typeof MORE_PROBLEMS;

/** The rest of the codes that are simulated, in the words of the schema [V]. */
const MORE_PROBLEMS = {
  FAILED_TO_UPDATE_PARENT_PRODUCT_VARIANT_PRICE: 'Unable to update parent product variant price.',
  MUST_SPECIFY_COMPONENTS:
    "The product variant relationships to remove must be specified if all the parent product variant's components aren't being removed.",
  PARENT_REQUIRED: 'A parent product variant ID or product ID must be provided.',
  PRODUCT_EXPANDER_APP_OWNERSHIP_ALREADY_EXISTS:
    'The products for these product variants are already owned by another App.',
  PRODUCT_VARIANTS_NOT_COMPONENTS:
    'Some of the provided product variants are not components of the specified parent product variant.',
  UPDATE_PARENT_VARIANT_PRICE_REQUIRED:
    'A price must be provided for a parent product variant if the price calculation is set to fixed.',
} as const;

/** What a shop must have that makes bundles at all [D]. */
export const REQUIRED_ACCESS = '`write_products` access scope. Also: The shop must have access to bundles feature.';

/**
 * Changes what bundle variants are made of: all that is asked for, or nothing [B]. Moves no `updatedAt` and is announced to
 * nobody unless a price is changed with it [B]. A lone component is taken: Shopify counts multipacks among its bundles
 * [D], and what UNSUPPORTED_MULTIPACK_RELATIONSHIP refuses is not known.
 */
export function productVariantRelationshipBulkUpdate(
  args: { input: RelationshipUpdateInput[] },
  context: ShopContext,
): object {
  if (!context.features.eligibleForBundles) {
    throw accessDenied('productVariantRelationshipBulkUpdate', REQUIRED_ACCESS);
  }
  const missing = args.input.flatMap(idsOf).filter((id) => context.state.variant(variantId(id)) === null);
  if (missing.length > 0) {
    const list = [...new Set(missing)].map((id) => JSON.stringify(id)).join(', ');
    // Field and words as recorded [R].
    const message = `The product variants with ID(s) [${list}] could not be found.`;
    return refused([userError(['input'], message, 'PRODUCT_VARIANTS_NOT_FOUND')]);
  }
  if (args.input.flatMap(assignedBy).some(({ quantity }) => quantity === 0)) throw internalError();
  const draft = new BundleDraft(context.state);
  const codes: Code[] = [];
  const parents = new Set<VariantDoc>();
  for (const input of args.input) {
    const parent = draft.open(variantId(input.parentProductVariantId));
    if (!parent) {
      codes.push('PARENT_REQUIRED');
      continue;
    }
    // What becomes of a product bundle whose variants are changed is not known.
    if (parent.product.bundles) throw notSimulated('productVariantRelationshipBulkUpdate of a product bundle');
    parents.add(parent.variant);
    codes.push(...change(draft, parent, input, context));
  }
  for (const parent of parents) codes.push(...draft.problemsOf(parent));
  if (codes.length > 0) return refused([...new Set(codes)].map(problem));
  const changes = draft.changes();
  if (changes.length > 0) context.commit(changes);
  return { parentProductVariants: [...parents].map((parent) => viewOf(parent, context)), userErrors: [] };
}

/** Removes, then updates, then adds [B]; every code that the input itself gives rise to. */
function change(
  draft: BundleDraft,
  { product, variant }: { product: ProductDoc; variant: VariantDoc },
  input: RelationshipUpdateInput,
  context: ShopContext,
): Code[] {
  const codes: Code[] = [];
  const removed = (input.productVariantRelationshipsToRemove ?? []).map(variantId);
  const changed = linesOf(input.productVariantRelationshipsToUpdate);
  const updated = new Map(changed.map((one) => [one.variantId, one]));
  const created = linesOf(input.productVariantRelationshipsToCreate);
  const isClearing = input.removeAllProductVariantRelationships === true;
  const isChange = removed.length + updated.size + created.length > 0;
  // What Shopify makes of both at once is not known, so that no client is led to rely on it.
  if (isClearing && isChange) throw notSimulated('removeAllProductVariantRelationships beside other changes');
  if (!isClearing && !isChange && !input.priceInput) codes.push('MUST_SPECIFY_COMPONENTS');
  if (updated.size < changed.length) codes.push('DUPLICATE_PRODUCT_VARIANT_RELATIONSHIP');
  if (product.variants.some(isForeign)) codes.push('PRODUCT_EXPANDER_APP_OWNERSHIP_ALREADY_EXISTS');
  const held = context.state.componentsOf(variant);
  const named = [...removed, ...updated.keys()];
  if (named.some((id) => !held.some((one) => one.variantId === id))) codes.push('PRODUCT_VARIANTS_NOT_COMPONENTS');
  const kept = isClearing ? [] : held.filter((one) => !removed.includes(one.variantId));
  const lines = [
    ...kept.map(({ variantId: id, quantity }) => updated.get(id) ?? { variantId: id, quantity }),
    ...created,
  ];
  draft.assign(variant, lines, APP_TITLE);
  return [...codes, ...setPrice(product, variant, input, context)];
}

/** A price is worked out now and never again: a component that gets dearer changes nothing [V: schema text]. */
function setPrice(
  product: ProductDoc,
  variant: VariantDoc,
  { priceInput }: RelationshipUpdateInput,
  context: ShopContext,
): Code[] {
  const calculation = priceInput?.calculation ?? 'NONE';
  if (calculation === 'NONE') return [];
  const { price } = priceInput ?? {};
  if (calculation === 'FIXED' && typeof price !== 'string') return ['UPDATE_PARENT_VARIANT_PRICE_REQUIRED'];
  const amounts = context.state.componentsOf(variant).map(({ variantId: id, quantity }) => {
    return multiplyDecimals(context.state.variant(id)?.variant.price ?? '0', String(quantity));
  });
  variant.price = shopMoney(calculation === 'FIXED' ? (price ?? '0') : addDecimals(amounts));
  variant.updatedAt = context.now;
  product.updatedAt = context.now;
  return isNegative(variant.price) ? ['FAILED_TO_UPDATE_PARENT_PRODUCT_VARIANT_PRICE'] : [];
}

/** Ownership is of the product [V: its words], so that one foreign bundle variant closes the others to us too. */
export function isForeign({ bundle }: VariantDoc): boolean {
  return bundle !== undefined && bundle.owner !== null && bundle.owner !== APP_TITLE;
}

function idsOf(input: RelationshipUpdateInput): string[] {
  onlyKnown('ProductVariantRelationshipUpdateInput', input, [
    'parentProductVariantId',
    'productVariantRelationshipsToCreate',
    'productVariantRelationshipsToUpdate',
    'productVariantRelationshipsToRemove',
    'removeAllProductVariantRelationships',
    'priceInput',
  ]);
  const { parentProductVariantId: parent, productVariantRelationshipsToRemove: removed } = input;
  return [...(parent ? [parent] : []), ...assignedBy(input).map(({ id }) => id), ...(removed ?? [])];
}

function assignedBy(input: RelationshipUpdateInput): RelationshipInput[] {
  return [...(input.productVariantRelationshipsToCreate ?? []), ...(input.productVariantRelationshipsToUpdate ?? [])];
}

function linesOf(inputs: RelationshipInput[] | null | undefined): Line[] {
  return (inputs ?? []).map(({ id, quantity }) => ({ variantId: variantId(id) ?? 0, quantity }));
}

function variantId(id: string | null | undefined): number | null {
  return numberOf('ProductVariant', id ?? '');
}

function problem(code: Code): UserError {
  const messages: Record<Code, string> = { ...BUNDLE_PROBLEMS, ...MORE_PROBLEMS };
  // Shopify names no place within the input, at least not where it was recorded [R].
  return userError(['input'], messages[code], code);
}

function refused(userErrors: UserError[]): object {
  return { parentProductVariants: null, userErrors };
}

function viewOf(parent: VariantDoc, context: ShopContext): object | null {
  const found = context.state.variant(parent.id);
  return found ? variantView(found.product, found.variant, context) : null;
}
