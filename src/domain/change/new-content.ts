import type { LifecycleState } from '../catalog/lifecycle.js';
import { mayBecome, TRANSITIONS } from '../catalog/lifecycle.js';
import type { ProductContent } from '../catalog/product.js';
import type { SkuContent } from '../catalog/sku.js';
import type { FieldChange, FieldValues, Json } from '../primitives/json.js';
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
  const { product: _handle, bundle: _bundle, kind, state, attributes, ...fields } = patch;
  return {
    id: draft.newId(),
    code,
    kind: kind === 'BUNDLE' ? 'BUNDLE' : 'SIMPLE',
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
    attributes: setAttributes(attributes),
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

/** Why the lifecycle has no such step, or null. What the state asks for is another question, asked once all is known. */
export function stepFault(from: LifecycleState, to: LifecycleState): Problem | null {
  if (from === to || mayBecome(from, to)) return null;
  const next = TRANSITIONS[from].join(', ') || 'nothing';
  return problem('TRANSITION_NOT_ALLOWED', `${from} cannot become ${to}; it may become ${next}`, ['to']);
}

/** The attributes of something new: a value of null is none. */
export function setAttributes(given: Json | undefined): Record<string, Json> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return {};
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}
