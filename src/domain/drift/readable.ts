import type { FieldValues, Json } from '../primitives/json.js';
import type { Attribution, ObservedRecord } from '../publishing/system.js';

/**
 * The same record without text that cannot be kept: U+0000 and halves of surrogate pairs, which PostgreSQL refuses in
 * jsonb ("\u0000 cannot be converted to text"). A field that holds such text becomes unreadable, a code, token or name
 * beside the fields becomes null. Every observation passes here before it is judged or stored. Idempotent.
 * The system's ids are left as they are, because nothing else names the record.
 */
export function readable(observed: ObservedRecord): ObservedRecord {
  const fields: FieldValues = {};
  const unreadable = new Set(observed.unreadable);
  for (const [field, value] of Object.entries(observed.fields)) {
    if (isStorable(value)) fields[field] = value;
    else unreadable.add(field);
  }
  return {
    ...observed,
    root: { ...observed.root, code: storableOrNull(observed.root.code) },
    code: storableOrNull(observed.code),
    fields,
    unreadable: [...unreadable],
    updatedAt: storableOrNull(observed.updatedAt),
    attribution: readableAttribution(observed.attribution),
    ...(observed.authors && { authors: readableAuthors(observed.authors) }),
    token: storableOrNull(observed.token),
  };
}

/** Whoever wrote the record last may have written another field of it: likely, unless the connector knows better. */
function readableAttribution(given: Attribution | null): Attribution | null {
  if (given === null) return null;
  const [actor, app, at] = [given.actor, given.app, given.at].map(storableOrNull) as [
    string | null,
    string | null,
    string | null,
  ];
  const isNamed = actor !== null || app !== null;
  return { actor, app, at, confidence: isNamed ? (given.confidence ?? 'LIKELY') : null };
}

function readableAuthors(authors: NonNullable<ObservedRecord['authors']>): ObservedRecord['authors'] {
  return Object.fromEntries(Object.entries(authors).map(([field, each]) => [field, readableAttribution(each)]));
}

function storableOrNull(text: string | null): string | null {
  return text !== null && isStorableText(text) ? text : null;
}

function isStorable(value: Json): boolean {
  if (typeof value === 'string') return isStorableText(value);
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isStorable);
  return Object.entries(value).every(([key, inner]) => isStorableText(key) && isStorable(inner));
}

function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000');
}
