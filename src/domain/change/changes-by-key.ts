import { SCHEDULED_FIELD } from '../bundle/timeline.js';
import type { FieldChange, Json } from '../primitives/json.js';
import { ownValue, sameJson } from '../primitives/json.js';
import { amountsOf } from './system-amounts.js';

/**
 * The same changes, where a field that merges key by key is told by its keys: `attributes.material`, and with
 * `systemValues.uk.price` one amount each. So conflicts name what they are about.
 */
export function changesByKey(changes: readonly FieldChange[]): FieldChange[] {
  return changes.flatMap((change) => {
    const { field, from, to } = change;
    if (field === 'attributes' || field === SCHEDULED_FIELD) return byKey(change, entriesOf(from), entriesOf(to));
    return field === 'systemValues' ? byKey(change, amountsOf(from), amountsOf(to)) : [change];
  });
}

/** As revisions and the feed tell them: attributes by key, as their authors name them, and every other field as a whole. */
export function attributesByKey(changes: readonly FieldChange[]): FieldChange[] {
  return changes.flatMap((change) =>
    change.field === 'attributes' ? byKey(change, entriesOf(change.from), entriesOf(change.to)) : [change],
  );
}

/** What changes of a field from what it was: of one that merges key by key only the keys that the patch names. */
export function patchByKey(field: string, from: Json, to: Json): FieldChange[] {
  if (field !== 'attributes' || to === null) return [{ field, from, to }];
  const was = mapOf(from);
  return Object.entries(mapOf(to)).map(([key, value]) => ({
    field: `${field}.${key}`,
    from: ownValue(was, key),
    to: value,
  }));
}

/** Nothing but a decision for what is there already has no key that differs, and stays as it is. */
function byKey(change: FieldChange, was: ReadonlyMap<string, Json>, is: ReadonlyMap<string, Json>): FieldChange[] {
  const isDecision = change.from !== null && sameJson(change.from, change.to);
  if (isDecision) return [change];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((key) => {
    const [from, to] = [was.get(key) ?? null, is.get(key) ?? null];
    return sameJson(from, to) ? [] : [{ field: `${change.field}.${key}`, from, to }];
  });
}

function entriesOf(value: Json): Map<string, Json> {
  return new Map(Object.entries(mapOf(value)));
}

function mapOf(value: Json): Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
