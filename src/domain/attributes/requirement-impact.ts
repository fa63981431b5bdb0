import type { LifecycleState } from '../catalog/lifecycle.js';
import { sameJson } from '../primitives/json.js';
import type { AttributeDefinition } from './definition.js';
import { appliesTo, isAskedOf } from './definition.js';

/** SKUs of one state and product type. */
export interface SkuGroup {
  productType: string | null;
  state: LifecycleState;
  count: number;
  /** The first of them, by code. */
  examples: string[];
}

/** SKUs that lack an attribute, neither bearing it themselves nor through their product. */
export interface LackingGroup extends SkuGroup {
  key: string;
}

type Definitions = ReadonlyMap<string, AttributeDefinition>;

/** Keys that may be required of more SKUs than before. */
export function keysRequiredAnew(before: Definitions, after: Definitions): string[] {
  return [...after.values()]
    .filter((is) => {
      const was = before.get(is.key);
      if (is.requiredFrom === undefined) return false;
      return was?.requiredFrom !== is.requiredFrom || !sameJson(was.productTypes ?? null, is.productTypes ?? null);
    })
    .map(({ key }) => key);
}

/** Those of the groups that must have the attribute now and had not to before. */
export function requiredAnew<T extends LackingGroup>(
  before: Definitions,
  after: Definitions,
  groups: readonly T[],
): T[] {
  return groups.filter(({ key, state, productType }) => {
    const [was, is] = [before.get(key), after.get(key)];
    return is !== undefined && isAskedOf(is, state, productType) && !(was && isAskedOf(was, state, productType));
  });
}

/** Keys that products of more types bear than before. */
export function keysWidened(before: Definitions, after: Definitions): string[] {
  return [...after.values()]
    .filter(({ key, productTypes }) => {
      const was = before.get(key);
      return was !== undefined && !sameJson(was.productTypes ?? null, productTypes ?? null);
    })
    .map(({ key }) => key);
}

/** SKUs that may have the attribute now and could not before; what is RETIRED gets none any more. */
export function bearAnew(
  before: Definitions,
  after: Definitions,
  key: string,
  groups: readonly SkuGroup[],
): SkuGroup[] {
  const [was, is] = [before.get(key), after.get(key)];
  if (!was || !is) return [];
  return groups.filter(
    ({ productType, state }) => state !== 'RETIRED' && appliesTo(is, productType) && !appliesTo(was, productType),
  );
}
