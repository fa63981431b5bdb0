import { foldCode } from '../primitives/text.js';
import type { BundleLine } from '../bundle/composition.js';
import { linesJson, linesOf } from '../bundle/composition.js';
import type { BundleTimeline } from '../bundle/timeline.js';
import { BUNDLE_FIELD, compositionBefore, instantKey, isBundleField, SCHEDULED_FIELD } from '../bundle/timeline.js';
import type { FieldValues, Json } from '../primitives/json.js';
import { sameJson } from '../primitives/json.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import type { Draft } from './draft.js';

/**
 * The part of a patch that sets compositions, as the master would write it: every component under its own spelling, so
 * that `abc` for `ABC` is no difference, and null for a version that would only go on with what is in force by then.
 */
export function bundlePatch(
  draft: Draft,
  timeline: BundleTimeline,
  patch: FieldValues,
): { patch: FieldValues; problems: Problem[] } {
  const out: FieldValues = {};
  const problems: Problem[] = [];
  for (const [field, value] of Object.entries(patch)) {
    if (!isBundleField(field)) continue;
    out[field] = field === BUNDLE_FIELD ? spelt(draft, value) : scheduled(draft, timeline, value, problems);
  }
  return { patch: out, problems };
}

function spelt(draft: Draft, value: Json): Json {
  return value === null
    ? null
    : linesJson(linesOf(value).map((line) => ({ ...line, sku: draft.spellingOf(line.sku) })));
}

function scheduled(draft: Draft, timeline: BundleTimeline, value: Json, problems: Problem[]): FieldValues {
  const out: FieldValues = {};
  const now = instantKey(draft.world.bundles.now);
  for (const [instant, lines] of Object.entries(value ?? {})) {
    if (lines !== null && instant <= now) {
      problems.push(problem('EFFECTIVE_IN_PAST', `${instant} is past: it is ${now}`, ['effectiveFrom']));
    }
    const own = spelt(draft, lines);
    const before = compositionBefore(timeline, instant);
    out[instant] = own !== null && before !== null && sameJson(own, linesJson(before)) ? null : own;
  }
  return out;
}

/** What a change sets: which composition of which bundle, and from when on (null: at once). */
export interface SetComposition {
  /** Index of the change in its request. */
  index: number;
  at: string | null;
  lines: readonly BundleLine[];
}

/** Every composition that a request sets, by the folded code of its bundle. */
export function compositionsSet(
  changes: readonly { target: string; patch: FieldValues }[],
): Map<string, SetComposition[]> {
  const out = new Map<string, SetComposition[]>();
  for (const [index, { target, patch }] of changes.entries()) {
    const found: SetComposition[] = [];
    if (Array.isArray(patch[BUNDLE_FIELD])) found.push({ index, at: null, lines: linesOf(patch[BUNDLE_FIELD]) });
    for (const [at, lines] of Object.entries(patch[SCHEDULED_FIELD] ?? {})) {
      if (Array.isArray(lines)) found.push({ index, at, lines: linesOf(lines) });
    }
    if (found.length === 0) continue;
    const key = foldCode(target);
    out.set(key, [...(out.get(key) ?? []), ...found]);
  }
  return out;
}
