import type { LifecycleState } from '../catalog/lifecycle.js';
import type { Sku } from '../catalog/sku.js';
import { isGovernedIn } from './projection.js';
import type { RecordEntity, SystemKind } from './system.js';

/** One product or SKU that has changed, as far as it matters to what is owed to systems. */
export interface Moved {
  entity: RecordEntity;
  productId: string;
  skuId: string | null;
  created: boolean;
  /** Changed fields of the master. */
  fields: readonly string[];
}

/** Whose records a change reaches. */
export interface OwedReach {
  skuIds: string[];
  productIds: string[];
  /** SKUs whose composition changed: every bundle around them is reached too, because systems show bundles taken apart. */
  composedIds: string[];
}

/** Does a system of this kind have a record of such an entity? */
export function hasRecordsOf(kind: SystemKind, entity: RecordEntity): boolean {
  return entity === 'SKU' || kind === 'SHOPIFY';
}

export function owedReach(moved: readonly Moved[]): OwedReach {
  return {
    skuIds: moved.flatMap(({ skuId }) => (skuId === null ? [] : [skuId])),
    productIds: moved.flatMap((each) => (movesProduct(each) ? [each.productId] : [])),
    composedIds: moved.flatMap(({ skuId, fields }) => (skuId !== null && fields.includes('bundle') ? [skuId] : [])),
  };
}

/** A product's status follows its SKUs' states, so whatever moves a state touches the product's record too. */
export function movesProduct({ entity, created, fields }: Pick<Moved, 'entity' | 'created' | 'fields'>): boolean {
  return entity === 'PRODUCT' || created || fields.includes('state') || fields.includes('listedIn');
}

/**
 * Is a record that a change reaches owed a delivery? A SKU's where the master governs it and the system is to have it, or
 * has it; a product's where one of its SKUs is to be there.
 * @param states of all SKUs of the product that are listed in the system and not DRAFT.
 */
export function isOwed(
  record: { entity: RecordEntity; externalId: string | null },
  sku: Pick<Sku, 'state' | 'listedIn'> | null,
  states: readonly LifecycleState[],
  system: string,
): boolean {
  if (record.entity === 'PRODUCT') return states.length > 0;
  return sku !== null && isGovernedIn(sku) && (sku.listedIn.includes(system) || record.externalId !== null);
}

/** Fields of a projection that a change of one field of the master moves, where they are not the field itself. */
const MOVES: Readonly<Record<string, readonly string[]>> = {
  state: ['lifecycle'],
  listedIn: ['lifecycle'],
  systemValues: ['price', 'compareAtPrice'],
  bundle: ['bundle.components'],
};

/** Canonical fields of a record's projection that a change of one field of its SKU, or product, moves. */
export function movedFields(entity: RecordEntity, field: string): readonly string[] {
  return MOVES[field] ?? [entity === 'PRODUCT' ? `product.${field}` : field];
}
