import type { LifecycleState } from '../catalog/lifecycle.js';
import { foldCode } from '../primitives/text.js';

export const ATTRIBUTE_TYPES = ['TEXT', 'NUMBER', 'BOOLEAN', 'ENUM', 'DATE'] as const;
export type AttributeType = (typeof ATTRIBUTE_TYPES)[number];

/** States from which an attribute can be required. DRAFT asks for nothing, and ON_HOLD must be open to whatever is recalled. */
export const REQUIRED_FROM = ['PRELAUNCH', 'ACTIVE', 'PHASE_OUT', 'RETIRED'] as const;
export type RequiredFrom = (typeof REQUIRED_FROM)[number];

/** An attribute of the catalogue's own (material, season, …): what a value of it may be, and where it must be there. */
export type AttributeDefinition = {
  /** `heel_height`: what callers, files and systems name it by; never changes its meaning. */
  key: string;
  /** For people. */
  name: string;
  type: AttributeType;
  /** The allowed values of an ENUM, in the order in which people see them. */
  values?: string[];
  /** Compared without case; none, or left out: every product. */
  productTypes?: string[];
  /** Left out: never required. */
  requiredFrom?: RequiredFrom;
  /** What a NUMBER counts in: `mm`. For people; no conversion is made. */
  unit?: string;
  description?: string;
};

export const ATTRIBUTE_KEY = '^[a-z][a-z0-9_]{0,63}$';
const KEY = new RegExp(ATTRIBUTE_KEY);

/** Small letters, digits and underscores, a letter first, at most 64: the same in a URL, a CSV header and a metafield. */
export function isAttributeKey(text: string): boolean {
  return KEY.test(text);
}

/** Does a product of this type (null: of none) bear the attribute? One that names no types belongs to every product. */
export function appliesTo(definition: Pick<AttributeDefinition, 'productTypes'>, productType: string | null): boolean {
  const types = definition.productTypes ?? [];
  if (types.length === 0) return true;
  return productType !== null && types.some((type) => foldCode(type) === foldCode(productType));
}

/**
 * States in which a SKU must have the attribute. ON_HOLD lies beyond ACTIVE; RETIRED asks only for what is required from
 * RETIRED itself (why it went), because what nobody sells any more need not be described.
 */
const ASKED_IN: Readonly<Record<RequiredFrom, readonly LifecycleState[]>> = {
  PRELAUNCH: ['PRELAUNCH', 'ACTIVE', 'ON_HOLD', 'PHASE_OUT'],
  ACTIVE: ['ACTIVE', 'ON_HOLD', 'PHASE_OUT'],
  PHASE_OUT: ['PHASE_OUT'],
  RETIRED: ['RETIRED'],
};

/** States in which a SKU must have it; none where it is never required. */
export function statesThatAsk({ requiredFrom }: Pick<AttributeDefinition, 'requiredFrom'>): readonly LifecycleState[] {
  return requiredFrom === undefined ? [] : ASKED_IN[requiredFrom];
}

/** Does a SKU in this state, of a product of this type, have to have it? */
export function isAskedOf(definition: AttributeDefinition, state: LifecycleState, productType: string | null): boolean {
  return statesThatAsk(definition).includes(state) && appliesTo(definition, productType);
}
