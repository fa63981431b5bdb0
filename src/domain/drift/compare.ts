import type { FieldValues, Json } from '../primitives/json.js';
import { lawOf } from './normalise.js';
import type { FieldRule } from './source-of-truth.js';
import { ruleOf } from './source-of-truth.js';

/**
 * What one field's three values say (design 4.7): C the canonical projection, B what was last published and
 * acknowledged, O what the system shows.
 * - IN_SYNC: O = C.
 * - ECHO: O is what a write of ours, sent and not yet settled, was to leave behind.
 * - LAG: O = B ≠ C; the master moved and a delivery owes it.
 * - DRIFT: somebody moved it there. `bothMoved`: the master moved too.
 * - NEVER_AGREED: they differ and nothing was ever published, so nobody can say who moved.
 * - NOT_COVERED: it could not be read; never a guess.
 */
export type FieldVerdict =
  | { verdict: 'IN_SYNC' | 'LAG' | 'NOT_COVERED' }
  /** `published`: what of O counts as published from now on. */
  | { verdict: 'ECHO' | 'NEVER_AGREED'; published: Json }
  | { verdict: 'DRIFT'; bothMoved: boolean };

export interface FieldComparison {
  field: string;
  rule: FieldRule;
  canonical: Json;
  base: Json | undefined;
  observed: Json | undefined;
  result: FieldVerdict;
}

export interface RecordComparison {
  /** What the master wants the system to show, normalised. */
  canonical: FieldValues;
  /** What was last published and acknowledged; null when nothing was. */
  base: FieldValues | null;
  /** What the system shows, normalised; a field that it has no place for is absent. */
  observed: FieldValues;
  unreadable: readonly string[];
  /** What writes of ours that are sent and unsettled will leave behind (W). */
  expected: readonly FieldValues[];
  rules: readonly FieldRule[];
}

/** Every governed field of one record, judged. Pure: same values, same verdicts, in the order of the canonical fields. */
export function compareRecord(input: RecordComparison): FieldComparison[] {
  const out: FieldComparison[] = [];
  for (const field of Object.keys(input.canonical)) {
    const canonical = input.canonical[field] ?? null;
    const rule = ruleOf(input.rules, field);
    if (!rule) continue;
    const unreadable = input.unreadable.includes(field);
    // A field that the system has no place for is neither drift nor a gap.
    if (!unreadable && !(field in input.observed)) continue;
    const base = input.base?.[field];
    const observed = unreadable ? undefined : input.observed[field];
    const expected = input.expected.length > 0 ? valuesOf(field, input.expected) : [];
    const result = judge(field, rule, canonical, base, observed, expected);
    out.push({ field, rule, canonical, base, observed, result });
  }
  return out;
}

/** What each of several writes was to leave behind in a field, as far as it was about that. */
function valuesOf(field: string, writes: readonly FieldValues[]): Json[] {
  return writes.flatMap((each) => (field in each ? [each[field] ?? null] : []));
}

/** One for all: nearly every field of nearly every record is so. */
const IN_SYNC: FieldVerdict = Object.freeze({ verdict: 'IN_SYNC' });

function judge(
  field: string,
  rule: FieldRule,
  canonical: Json,
  base: Json | undefined,
  observed: Json | undefined,
  expected: readonly Json[],
): FieldVerdict {
  if (observed === undefined) return { verdict: 'NOT_COVERED' };
  const law = lawOf(field);
  if (law.agrees(canonical, observed, base, rule.tolerance)) return IN_SYNC;
  const published = law.acknowledged(observed, base, expected);
  if (expected.some((each) => law.unmoved(each, observed, rule.tolerance))) return { verdict: 'ECHO', published };
  if (base === undefined) return { verdict: 'NEVER_AGREED', published };
  if (law.unmoved(base, observed, rule.tolerance)) return { verdict: 'LAG' };
  return { verdict: 'DRIFT', bothMoved: !law.agrees(canonical, base, base, rule.tolerance) };
}
