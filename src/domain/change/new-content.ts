import { gatesOf } from '../catalog/gates.js';
import type { LifecycleState } from '../catalog/lifecycle.js';
import { mayBecome, TRANSITIONS } from '../catalog/lifecycle.js';
import type { Product, ProductContent } from '../catalog/product.js';
import type { SkuContent } from '../catalog/sku.js';
import type { FieldChange, FieldValues } from '../primitives/json.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import type { Draft, PlannedSku } from './draft.js';

/** A new SKU: what the change names, and the defaults of everything else. Its options bear the product's option names. */
export function newSku(
  draft: Draft,
  code: string,
  product: { id: string } & ProductContent,
  patch: FieldValues,
): PlannedSku['after'] {
  const { product: _handle, kind: _kind, state, ...fields } = patch;
  return {
    id: draft.newId(),
    code,
    kind: 'SIMPLE',
    productId: product.id,
    state: (state ?? 'DRAFT') as LifecycleState,
    title: product.title,
    optionValues: [],
    gtin: null,
    price: null,
    compareAtPrice: null,
    cost: null,
    weight: null,
    hsCode: null,
    countryOfOrigin: null,
    requiresShipping: true,
    taxable: true,
    taxCode: null,
    unitOfMeasure: null,
    attributes: {},
    successor: null,
    listedIn: [...(draft.options.baseline ? draft.world.systems : draft.world.writableSystems)],
    systemValues: [],
    ...(fields as Partial<SkuContent>),
  };
}

/** Content after field changes. The changes come from a checked patch, so their values have the fields' own types. */
export function withPatch(content: PlannedSku['after'], changes: readonly FieldChange[]): PlannedSku['after'] {
  return { ...content, ...(Object.fromEntries(changes.map(({ field, to }) => [field, to])) as Partial<SkuContent>) };
}

/** Everything that keeps a SKU out of the state it shall enter. */
export function transitionFaults(
  draft: Draft,
  planned: PlannedSku,
  product: Product | null,
  from: LifecycleState,
): Problem[] {
  const to = planned.after.state;
  if (from !== to && !mayBecome(from, to)) {
    const next = TRANSITIONS[from].join(', ') || 'nothing';
    return [problem('TRANSITION_NOT_ALLOWED', `${from} cannot become ${to}; it may become ${next}`, ['to'])];
  }
  if (!product) return [];
  const facts = draft.world.factsOf(planned.after.code, product);
  return gatesOf(to, planned.after, facts)
    .filter((gate) => gate.blocks && !gate.satisfied)
    .map((gate) => problem('GATE_UNSATISFIED', `${to} asks that ${planned.after.code} ${gate.message}`, ['to']));
}

/** What the state that a SKU is in asks for, and the change takes away: a price off a SKU that is on sale. */
export function gatesLost(draft: Draft, was: PlannedSku['after'], next: PlannedSku, product: Product): Problem[] {
  const facts = draft.world.factsOf(was.code, product);
  const held = new Set(
    gatesOf(was.state, was, facts).flatMap((gate) => (gate.blocks && gate.satisfied ? [gate.code] : [])),
  );
  return gatesOf(next.after.state, next.after, facts)
    .filter((gate) => held.has(gate.code) && !gate.satisfied)
    .map((gate) =>
      problem('GATE_UNSATISFIED', `${was.state} asks that ${was.code} ${gate.message}`, [
        'fields',
        gate.code.toLowerCase(),
      ]),
    );
}
