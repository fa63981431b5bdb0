import type { LifecycleState } from '../catalog/lifecycle.js';
import type { Json } from '../primitives/json.js';
import { sameJson } from '../primitives/json.js';
import type { AttributeDefinition } from './definition.js';
import { appliesTo } from './definition.js';
import { readAttribute } from './read-attribute.js';

/** Equal values of one attribute, on SKUs of one state and product type, or on products of one type. */
export interface UsedValue {
  key: string;
  value: Json;
  productType: string | null;
  /** Null: on products. */
  state: LifecycleState | null;
  count: number;
  /** The first of them, by SKU code or product handle. */
  examples: string[];
}

/** What becomes of values that are there, or of SKUs that lack one, when a definition changes. */
export type DefinitionEffect =
  'KEY_REMOVED' | 'VALUE_DOES_NOT_FIT' | 'TYPE_NO_LONGER_HAS_IT' | 'KEPT_ON_RETIRED' | 'TYPE_CHANGED' | 'UNIT_CHANGED';

/** Effects that would lose data, and the part of the definition that does it. */
export const LOSES: Readonly<Partial<Record<DefinitionEffect, string | null>>> = {
  KEY_REMOVED: null,
  VALUE_DOES_NOT_FIT: 'type',
  TYPE_NO_LONGER_HAS_IT: 'productTypes',
};

export interface CountedEffect {
  effect: DefinitionEffect;
  key: string;
  count: number;
  examples: string[];
}

const EXAMPLES = 10;

type Definitions = ReadonlyMap<string, AttributeDefinition>;

/** Keys whose values have to be looked at: whatever else changes leaves every value as it is. */
export function keysInQuestion(before: Definitions, after: Definitions): string[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => {
    const [was, is] = [before.get(key), after.get(key)];
    if (!was || !is) return true;
    const parts = ({ type, values, productTypes, unit }: AttributeDefinition): Json => [
      type,
      values ?? null,
      productTypes ?? null,
      unit ?? null,
    ];
    return !sameJson(parts(was), parts(is));
  });
}

/**
 * Counts what a change of definitions does to the values that are there, group by group, so that a catalogue of any size
 * is judged by the very functions that read a value. A key that is new may be borne already, by SKUs of a time before
 * definitions: what does not fit there is refused as well. SKUs that are RETIRED can never be changed again, so they
 * hold up nothing: what they bear stays with them.
 */
export class ValueEffects {
  private readonly found = new Map<string, CountedEffect>();

  constructor(
    private readonly before: Definitions,
    private readonly after: Definitions,
  ) {}

  take(used: readonly UsedValue[]): void {
    for (const each of used) {
      const effect = this.effectOn(each);
      if (effect !== null) this.count(effect, each);
    }
  }

  /** By key, then effect. */
  get counted(): CountedEffect[] {
    const order = ({ key, effect }: CountedEffect): string => `${key} ${effect}`;
    return [...this.found.values()].toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
  }

  private effectOn(used: UsedValue): DefinitionEffect | null {
    const effect = this.effectWereItLive(used);
    return effect !== null && used.state === 'RETIRED' && effect in LOSES ? 'KEPT_ON_RETIRED' : effect;
  }

  private effectWereItLive({ key, value, productType }: UsedValue): DefinitionEffect | null {
    const [was, is] = [this.before.get(key), this.after.get(key)];
    if (!is) return 'KEY_REMOVED';
    const reading = readAttribute(is, value);
    if (!reading.ok || !sameJson(reading.value, value)) return 'VALUE_DOES_NOT_FIT';
    const had = was === undefined || appliesTo(was, productType);
    if (had && !appliesTo(is, productType)) return 'TYPE_NO_LONGER_HAS_IT';
    if (was !== undefined && was.type !== is.type) return 'TYPE_CHANGED';
    return was !== undefined && was.unit !== is.unit ? 'UNIT_CHANGED' : null;
  }

  private count(effect: DefinitionEffect, { key, count, examples }: UsedValue): void {
    const place = `${key} ${effect}`;
    const known = this.found.get(place) ?? { effect, key, count: 0, examples: [] };
    known.count += count;
    known.examples = [...known.examples, ...examples].toSorted().slice(0, EXAMPLES);
    this.found.set(place, known);
  }
}
