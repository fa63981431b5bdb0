import { appliesTo } from '../attributes/definition.js';
import type { Definitions } from '../attributes/read-attribute-list.js';
import { attributeFault, definitionsOf, unknownAttribute } from '../attributes/read-attribute-list.js';
import type { Product } from '../catalog/product.js';
import type { FieldValues, Json } from '../primitives/json.js';
import { foldCode } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import type { ProposedChange } from './change.js';
import type { Draft, PlannedProduct, PlannedSku } from './draft.js';
import { placeOfField } from './place.js';

/**
 * The changes with their attributes in the canonical form of the definitions that are in force now, which may not be
 * those under which they were written. What does not fit is left out and told, under the attribute's key.
 */
export function canonicalAttributes(
  changes: readonly ProposedChange[],
  definitions: Definitions,
): { changes: ProposedChange[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const canonical = changes.map((change, index) => {
    const given = attributesIn(change.patch);
    if (given === null) return change;
    const values = Object.entries(given).flatMap(([key, value]): [string, Json][] => {
      const reading = attributeFault(key, value, definitions);
      if (reading.problem === null) return [[key, reading.value]];
      const field = [...placeOfField(change, index, 'attributes'), key, ...(reading.problem.field ?? [])];
      problems.push({ ...reading.problem, field });
      return [];
    });
    return { ...change, patch: { ...change.patch, attributes: Object.fromEntries(values) } };
  });
  return { changes: canonical, problems };
}

/** Rules of attributes that take the product to be known: do they belong to its type, before and after the request? */
export function checkAttributes(draft: Draft, changes: readonly ProposedChange[]): Problem[] {
  const definitions = definitionsOf(draft.world.settings.attributes);
  if (definitions.size === 0 && changes.every(({ patch }) => !('attributes' in patch))) return [];
  const planned = Map.groupBy(
    [...draft.skus.values()].map(({ after }) => after),
    ({ productId }) => productId,
  );
  return [
    ...changes.flatMap((change, index) => namedWrongly(draft, change, index, definitions)),
    ...[...draft.products.values()].flatMap(({ before, after }) =>
      before && foldCode(before.productType ?? '') !== foldCode(after.productType ?? '')
        ? leftBehind(draft, { before, after, planned: planned.get(after.id) ?? [] }, changes, definitions)
        : [],
    ),
  ];
}

function namedWrongly(draft: Draft, change: ProposedChange, index: number, definitions: Definitions): Problem[] {
  const given = attributesIn(change.patch);
  const target = given === null ? null : targetOf(draft, change);
  if (given === null || target === null) return [];
  return Object.entries(given).flatMap(([key, value]) => {
    const definition = definitions.get(key);
    const place = [...placeOfField(change, index, 'attributes'), key];
    if (!definition) {
      if (value !== null || Object.hasOwn(target.had, key)) return [];
      const unknown = unknownAttribute(key, definitions);
      return [{ ...unknown, field: [...place, ...(unknown.field ?? [])] }];
    }
    if (value === null || appliesTo(definition, target.productType)) return [];
    const types = (definition.productTypes ?? []).join(', ');
    const type = target.productType ?? 'none';
    const message = `${key} belongs to products of the type ${types}; the type of ${change.target} is ${type}`;
    return [problem('ATTRIBUTE_NOT_APPLICABLE', message, [...place, 'key'])];
  });
}

/** What a change speaks of: the type of its product once the request is applied, and the attributes that it had. */
function targetOf(
  draft: Draft,
  { operation, target }: ProposedChange,
): {
  productType: string | null;
  had: Record<string, Json>;
} | null {
  if (operation.startsWith('PRODUCT')) {
    const product = draft.productOf(target);
    return product && { productType: product.after.productType, had: product.before?.attributes ?? {} };
  }
  const sku = draft.skuOf(target);
  if (!sku) return null;
  const product = draft.productById(sku.after.productId);
  return { productType: product?.productType ?? null, had: sku.before?.attributes ?? {} };
}

/**
 * A product that changes its type takes no attribute along that the new type does not have: nobody would see the value
 * again. Who changes the type clears them in the same request. SKUs that are RETIRED keep theirs: they are history.
 */
function leftBehind(
  draft: Draft,
  { before, after, planned }: { before: Product; after: PlannedProduct['after']; planned: PlannedSku['after'][] },
  changes: readonly ProposedChange[],
  definitions: Definitions,
): Problem[] {
  const skus = [
    ...(draft.world.siblings.get(after.id) ?? []).filter(({ code }) => !draft.skus.has(foldCode(code))),
    ...planned,
  ].filter(({ state }) => state !== 'RETIRED');
  const holders = new Map<string, string[]>();
  for (const [name, attributes] of [
    [`product ${after.handle}`, after.attributes] as const,
    ...skus.map((sku) => [sku.code, sku.attributes] as const),
  ]) {
    for (const [key, value] of Object.entries(attributes)) {
      const definition = definitions.get(key);
      if (value === null || !definition || !appliesTo(definition, before.productType)) continue;
      if (!appliesTo(definition, after.productType)) holders.set(key, [...(holders.get(key) ?? []), name]);
    }
  }
  const index = changes.findIndex(({ operation, target }) => operation === 'PRODUCT_UPDATE' && target === after.handle);
  const change = changes[index];
  const place = change ? placeOfField(change, index, 'productType') : ['changes'];
  return [...holders].map(([key, names]) => {
    const some = names.slice(0, 10).join(', ') + (names.length > 10 ? ` and ${names.length - 10} more` : '');
    const message = `the type ${after.productType ?? '(none)'} has no attribute ${key}; clear it in the same request, for: ${some}`;
    return problem('ATTRIBUTE_NOT_APPLICABLE', message, place);
  });
}

function attributesIn(patch: FieldValues): Record<string, Json> | null {
  const { attributes } = patch;
  return typeof attributes === 'object' && attributes !== null && !Array.isArray(attributes) ? attributes : null;
}
