import { SCHEDULED_FIELD } from '../bundle/timeline.js';
import { amountsOf, listOfAmounts } from './system-amounts.js';
import type { FieldChange, FieldValues, Json } from '../primitives/json.js';
import { ownValue, sameJson } from '../primitives/json.js';

export interface Merge {
  /** What the patch really changes against the present, and what it decides on. */
  changes: FieldChange[];
  /** Fields that somebody else changed differently since the base. */
  conflicts: { field: string; base: Json; current: Json; proposed: Json }[];
}

/** Fields that are merged key by key: a patch names only the keys that it means, and null takes one away. */
const KEYED = new Set(['attributes', SCHEDULED_FIELD]);

/**
 * Field by field, three ways: base, present, proposed. Disjoint edits merge by themselves, and the same field changed
 * to the same value merges; everything else is a conflict, and nobody's work is lost unseen (design 4.3).
 * Null for a field that merges key by key means all keys that are there.
 * @param base the snapshot that the author looked at; equal to `current` when nothing came in between.
 * @param undecided fields whose present value is nobody's decision (an open quality issue): whoever names one with just
 *   that value decides on it, which is a change from the value to itself.
 */
export function mergePatch(
  base: FieldValues,
  current: FieldValues,
  patch: FieldValues,
  undecided: ReadonlySet<string> = NONE,
): Merge {
  const merging = new Merging(undecided);
  for (const [field, proposed] of Object.entries(patch)) {
    if (field === 'systemValues') merging.amounts(base[field], current[field], proposed);
    else if (KEYED.has(field)) merging.keys(field, base[field], current[field], proposed ?? allCleared(current[field]));
    else merging.field(field, base[field] ?? null, current[field] ?? null, proposed);
  }
  return merging;
}

const NONE: ReadonlySet<string> = new Set();

class Merging implements Merge {
  readonly changes: FieldChange[] = [];
  readonly conflicts: Merge['conflicts'] = [];

  constructor(private readonly undecided: ReadonlySet<string>) {}

  field(field: string, base: Json, current: Json, proposed: Json): void {
    const isDecision = this.undecided.has(field);
    if (sameJson(current, proposed) && !isDecision) return;
    if (sameJson(base, current) || sameJson(current, proposed)) {
      this.changes.push({ field, from: current, to: proposed });
    } else this.conflicts.push({ field, base, current, proposed });
  }

  keys(field: string, base: Json | undefined, current: Json | undefined, proposed: Json): void {
    const [was, is, shall] = [asMap(base), asMap(current), asMap(proposed)];
    const inner = new Merging(this.undecided);
    for (const [key, value] of Object.entries(shall)) {
      inner.field(`${field}.${key}`, ownValue(was, key), ownValue(is, key), value);
    }
    this.conflicts.push(...inner.conflicts);
    if (inner.changes.length === 0) return;
    const merged: Record<string, Json> = { ...is };
    for (const { field: path, to } of inner.changes) {
      const key = path.slice(field.length + 1);
      if (to === null) delete merged[key];
      else merged[key] = to;
    }
    this.changes.push({ field, from: is, to: merged });
  }

  /** A list of amounts by system is one field to its author, and one field an amount to everybody else. */
  amounts(base: Json | undefined, current: Json | undefined, proposed: Json): void {
    const [was, is, shall] = [amountsOf(base), amountsOf(current), amountsOf(proposed)];
    const inner = new Merging(NONE);
    for (const key of new Set([...was.keys(), ...shall.keys()])) {
      const [before, wanted] = [was.get(key) ?? null, shall.get(key) ?? null];
      // What its author left as it was, the list only repeats.
      if (before !== wanted) inner.field(key, before, is.get(key) ?? null, wanted);
    }
    for (const each of inner.conflicts) this.conflicts.push({ ...each, field: `systemValues.${each.field}` });
    if (inner.changes.length === 0) return;
    for (const { field: key, to } of inner.changes) is.set(key, to);
    this.changes.push({ field: 'systemValues', from: current ?? [], to: listOfAmounts(is) });
  }
}

function allCleared(current: Json | undefined): Json {
  return Object.fromEntries(Object.keys(asMap(current)).map((key) => [key, null]));
}

function asMap(value: Json | undefined): Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
