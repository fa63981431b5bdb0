import type { FieldChange, FieldValues, Json } from '../primitives/json.js';
import type { BundleLine } from './composition.js';
import { linesJson, linesOf } from './composition.js';

/** The field of a bundle's snapshot that holds the composition in force. */
export const BUNDLE_FIELD = 'bundle';
/** The field that holds versions which are still to come, by the instant at which they are to take effect. */
export const SCHEDULED_FIELD = 'bundleScheduled';

/** What a bundle is made of, now and in versions that are still to come. What it was made of is in its revisions. */
export interface BundleTimeline {
  /** Null until it has its first composition. */
  current: readonly BundleLine[] | null;
  /** By instant, as `instantKey` writes it. */
  scheduled: ReadonlyMap<string, readonly BundleLine[]>;
}

/** An instant as UTC text with six digits after the second, whatever it was told with: the order of texts is the order of time. */
export function instantKey(instant: Date): string {
  const text = instant.toISOString();
  return text.length === 24 ? `${text.slice(0, 23)}000Z` : text;
}

export const NOTHING_YET: BundleTimeline = { current: null, scheduled: new Map() };

/** Is this one of the two fields that make up a composition? */
export function isBundleField(field: string): boolean {
  return field === BUNDLE_FIELD || field === SCHEDULED_FIELD;
}

/**
 * The composition at an instant: of the versions that have begun by then the last one. `null` stands for the present,
 * which a version that is due does not change until it has been put into effect.
 */
export function compositionAt(timeline: BundleTimeline, at: string | null): readonly BundleLine[] | null {
  if (at === null) return timeline.current;
  const begun = [...timeline.scheduled.keys()].filter((instant) => instant <= at).toSorted();
  const last = begun.at(-1);
  return last === undefined ? timeline.current : (timeline.scheduled.get(last) ?? null);
}

/** The composition that a version beginning at this instant would follow. */
export function compositionBefore(timeline: BundleTimeline, instant: string): readonly BundleLine[] | null {
  const earlier = [...timeline.scheduled].filter(([each]) => each < instant);
  return compositionAt({ current: timeline.current, scheduled: new Map(earlier) }, instant);
}

/** Every composition that a bundle has or is to have. */
export function compositionsOf(timeline: BundleTimeline): (readonly BundleLine[])[] {
  return [...(timeline.current ? [timeline.current] : []), ...timeline.scheduled.values()];
}

/** The timeline as a bundle's snapshot holds it. */
export function timelineSnapshot(timeline: BundleTimeline): FieldValues {
  const scheduled = [...timeline.scheduled].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    [BUNDLE_FIELD]: timeline.current && linesJson(timeline.current),
    [SCHEDULED_FIELD]: Object.fromEntries(scheduled.map(([instant, lines]) => [instant, linesJson(lines)])),
  };
}

/** The timeline after changes of its two fields; other changes leave it as it is. */
export function withBundleChanges(timeline: BundleTimeline, changes: readonly FieldChange[]): BundleTimeline {
  let { current, scheduled } = timeline;
  for (const { field, to } of changes) {
    if (field === BUNDLE_FIELD) current = to === null ? null : linesOf(to);
    if (field === SCHEDULED_FIELD) scheduled = scheduledOf(to);
  }
  return { current, scheduled };
}

function scheduledOf(value: Json): ReadonlyMap<string, readonly BundleLine[]> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map();
  return new Map(Object.entries(value).map(([instant, lines]) => [instant, linesOf(lines)]));
}
