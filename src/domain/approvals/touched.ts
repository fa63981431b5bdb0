import type { LifecycleState } from '../catalog/lifecycle.js';
import type { ChangeOperation, ProposedChange } from '../change/change.js';
import { isOfSku } from '../change/change.js';
import { attributesByKey } from '../change/changes-by-key.js';
import type { ChangeSet, PlannedProduct, World } from '../change/draft.js';
import type { OwnedThing, RulesInForce } from '../ownership/resolve-owner.js';
import { ruleOf } from '../ownership/resolve-owner.js';
import type { FieldChange } from '../primitives/json.js';
import type { Sliced } from '../primitives/sliced.js';
import { eachOf } from '../primitives/sliced.js';
import { foldCode } from '../primitives/text.js';

/** A SKU or product that a request changes, with all that rules may ask of it. */
export interface TouchedThing {
  kind: 'SKU' | 'PRODUCT';
  /** SKU code or product handle. */
  target: string;
  operations: readonly ChangeOperation[];
  /** Attributes by key. */
  changes: readonly FieldChange[];
  /** As ownership rules see it: as it was and as it will be. */
  under: readonly OwnedThing[];
  /** Of a SKU its own, before and after; of a product those of its SKUs. */
  states: readonly LifecycleState[];
}

/** The same, and who is accountable for it, before and after; null where nobody is. */
export interface OwnedTouch extends TouchedThing {
  owners: readonly (string | null)[];
}

/**
 * Every product and SKU that a set touches, before and after: a request that moves a SKU to somebody else (by another
 * vendor or product type) is still the business of whom it is taken from.
 */
export function* touching(world: World, set: ChangeSet, proposed: readonly ProposedChange[]): Sliced<TouchedThing[]> {
  const operations = operationsOf(proposed);
  yield 0;
  const before = new Map([...world.products.values()].map((product) => [product.id, product]));
  const after = new Map<string, PlannedProduct['after']>([
    ...before,
    ...set.products.map((each) => [each.after.id, each.after] as const),
  ]);
  const under = (code: string | null, productId: string, existed: boolean): OwnedThing[] =>
    [after.get(productId), existed ? before.get(productId) : undefined].flatMap((product) => {
      if (!product) return [];
      const { handle, productType, vendor } = product;
      return [{ code, handle, productType, vendor }];
    });
  const products = set.products.map((each): TouchedThing => {
    const { id, handle } = each.after;
    return {
      kind: 'PRODUCT',
      target: handle,
      operations: operations.get(`PRODUCT:${handle}`) ?? [],
      changes: attributesByKey(each.changes),
      under: under(null, id, each.before !== null),
      states: [...new Set((world.siblings.get(id) ?? []).map(({ state }) => state))],
    };
  });
  const skus: TouchedThing[] = [];
  yield* eachOf(set.skus, (each) => {
    const { code, productId, state } = each.after;
    skus.push({
      kind: 'SKU',
      target: code,
      operations: operations.get(`SKU:${foldCode(code)}`) ?? [],
      changes: attributesByKey(each.changes),
      under: under(code, productId, each.before !== null),
      states: [...new Set(each.before ? [each.before.state, state] : [state])],
    });
  });
  return [...products, ...skus];
}

/** With the owners that the ownership rules in force give it. */
export function ownedTouch(thing: TouchedThing, inForce: RulesInForce): OwnedTouch {
  return { ...thing, owners: [...new Set(thing.under.map((each) => ruleOf(inForce, each)?.ownerId ?? null))] };
}

function operationsOf(proposed: readonly ProposedChange[]): Map<string, ChangeOperation[]> {
  const operations = new Map<string, ChangeOperation[]>();
  for (const { operation, target } of proposed) {
    const key = isOfSku(operation) ? `SKU:${foldCode(target)}` : `PRODUCT:${target}`;
    const list = operations.get(key);
    if (!list) operations.set(key, [operation]);
    else if (!list.includes(operation)) list.push(operation);
  }
  return operations;
}
