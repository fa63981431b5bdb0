import type { FieldConflict } from '../change/change.js';
import { mergePatch } from '../change/merge.js';
import type { FieldValues, Json } from '../primitives/json.js';
import { ownValue, sameJson } from '../primitives/json.js';
import type { Looked } from './held.js';

/** What a row wants changed. Null where it wants nothing that is not so already. */
export interface ProposedFields {
  patch: FieldValues | null;
  /** Fields that somebody else changed otherwise since the author looked. */
  conflicts: Pick<FieldConflict, 'field' | 'base' | 'current' | 'proposed'>[];
}

/**
 * Only the fields in which a row differs from what its author looked at: what they left as it was, they did not ask
 * for, whatever others made of it since.
 * @param said canonical values of the fields that the row says; `attributes` by key.
 */
export function proposedFields(said: FieldValues, looked: Looked<FieldValues>): ProposedFields {
  const patch: FieldValues = {};
  for (const [field, value] of Object.entries(said)) {
    const before = looked.base[field] ?? null;
    if (field === 'attributes') {
      const keys = changedKeys(mapOf(value), mapOf(before));
      if (Object.keys(keys).length > 0) patch.attributes = keys;
    } else if (!sameJson(value, before)) patch[field] = value;
  }
  const { changes, conflicts } = mergePatch(looked.base, looked.now, patch);
  return { patch: changes.length > 0 ? patch : null, conflicts };
}

function changedKeys(said: Record<string, Json>, before: Record<string, Json>): Record<string, Json> {
  return Object.fromEntries(Object.entries(said).filter(([key, value]) => !sameJson(value, ownValue(before, key))));
}

function mapOf(value: Json): Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/** A conflict in one sentence. */
export function conflictTold({ field, base, current, proposed }: ProposedFields['conflicts'][number]): string {
  const text = (value: Json): string => (value === null ? 'nothing' : JSON.stringify(value).slice(0, 60));
  return `${field} was ${text(base)} when you looked and is ${text(current)} now; the file says ${text(proposed)}`;
}
