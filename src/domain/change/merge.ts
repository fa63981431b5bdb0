import { SCHEDULED_FIELD } from '../bundle/timeline.js';
import type { FieldChange, FieldValues, Json } from '../primitives/json.js';
import { sameJson } from '../primitives/json.js';

export interface Merge {
  /** What the patch really changes against the present. */
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
 */
export function mergePatch(base: FieldValues, current: FieldValues, patch: FieldValues): Merge {
  const out: Merge = { changes: [], conflicts: [] };
  for (const [field, proposed] of Object.entries(patch)) {
    if (KEYED.has(field)) mergeKeys(field, base[field], current[field], proposed ?? allCleared(current[field]), out);
    else mergeField(field, base[field] ?? null, current[field] ?? null, proposed, out);
  }
  return out;
}

function mergeField(field: string, base: Json, current: Json, proposed: Json, out: Merge): void {
  if (sameJson(current, proposed)) return;
  if (sameJson(base, current)) out.changes.push({ field, from: current, to: proposed });
  else out.conflicts.push({ field, base, current, proposed });
}

function mergeKeys(field: string, base: Json | undefined, current: Json | undefined, proposed: Json, out: Merge): void {
  const [was, is, shall] = [asMap(base), asMap(current), asMap(proposed)];
  const inner: Merge = { changes: [], conflicts: [] };
  for (const [key, value] of Object.entries(shall)) {
    mergeField(`${field}.${key}`, was[key] ?? null, is[key] ?? null, value, inner);
  }
  out.conflicts.push(...inner.conflicts);
  if (inner.changes.length === 0) return;
  const merged: Record<string, Json> = { ...is };
  for (const { field: path, to } of inner.changes) {
    const key = path.slice(field.length + 1);
    if (to === null) delete merged[key];
    else merged[key] = to;
  }
  out.changes.push({ field, from: is, to: merged });
}

function allCleared(current: Json | undefined): Json {
  return Object.fromEntries(Object.keys(asMap(current)).map((key) => [key, null]));
}

function asMap(value: Json | undefined): Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
