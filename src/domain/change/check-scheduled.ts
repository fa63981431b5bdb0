import type { BundleGraph } from '../bundle/bundle-world.js';
import { edgesOf } from '../bundle/bundle-world.js';
import type { BundleTimeline } from '../bundle/timeline.js';
import { compositionAt, compositionBefore, isBundleField } from '../bundle/timeline.js';
import { openLater } from '../gates/bundle-gates.js';
import { foldCode } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import type { BundleView } from './bundle-structure.js';
import type { ProposedChange } from './change.js';
import type { Draft } from './draft.js';
import { Places } from './place.js';

/** Versions to come are named one by one up to so many faults; a component of thousands of bundles has as many. */
const NAMED = 20;

/** Something that would keep a version from taking effect, or its bundle from being written, if its moment were now. */
interface Doubt {
  bundle: string;
  at: string;
  key: string;
  code: 'WRONG_STATE' | 'GATE_UNSATISFIED';
  text: string;
}

/**
 * What can be known already of versions that are still to come: a component that has ended, that is not on sale, or that is
 * not listed where the bundle is. It may have changed by then, so that it is told as a warning; but by then nobody who
 * could do something about it would be looking. Only what the request makes so is told.
 */
export function checkScheduled(draft: Draft, changes: readonly ProposedChange[], view: BundleView): Problem[] {
  const moved = [...draft.skus].flatMap(([key, sku]) =>
    sku.changes.some(({ field }) => field === 'state' || field === 'listedIn' || isBundleField(field)) ? [key] : [],
  );
  if (moved.length === 0 || view.after.timelines.size === 0) return [];
  const reached = new Set([...moved, ...view.after.outwards(moved)]);
  const places = new Places(changes);
  const doubts = [...reached].flatMap((key) => {
    const known = new Set(doubtsOf(view.before, key).map(identity));
    return doubtsOf(view.after, key).filter((each) => !known.has(identity(each)));
  });
  const told = doubts.slice(0, NAMED).map((each) => problem(each.code, each.text, placeOf(draft, view, places, each)));
  if (doubts.length <= NAMED) return told;
  const more = `the same of ${doubts.length - NAMED} more components of versions to come`;
  return [...told, problem('GATE_UNSATISFIED', more, ['changes'])];
}

function doubtsOf(graph: BundleGraph, key: string): Doubt[] {
  const timeline = graph.timelines.get(key);
  const bundle = graph.member(key);
  if (!timeline || !bundle || timeline.scheduled.size === 0 || bundle.state === 'RETIRED') return [];
  const { holders } = graph.factsOf(key);
  const instants = [...timeline.scheduled.keys()].toSorted();
  return instants.flatMap((at, index) => {
    const about = (code: Doubt['code'], subject: string, text: string): Doubt => ({
      bundle: key,
      at,
      key: subject,
      code,
      text: `${bundle.code} from ${at} on: ${text}`,
    });
    const openAt = (instant: string | null): ReturnType<typeof openLater> =>
      openLater(bundle, { components: graph.contentsAt(key, instant), holders });
    const before = openAt(instants[index - 1] ?? null);
    const then = openAt(at);
    // What the version before it lacks as well keeps nothing back, as everywhere.
    const isNew = (lists: 'late' | 'unlisted', subject: string | undefined): boolean =>
      !before[lists].some((each) => each.subject === subject);
    return [
      ...ended(graph, timeline, at).map((code) =>
        about('WRONG_STATE', code, `${code} is RETIRED, so that this version will be refused when it is due`),
      ),
      ...then.late
        .filter(({ subject }) => isNew('late', subject))
        .map(({ subject = '', message = '' }) =>
          about(
            'GATE_UNSATISFIED',
            subject,
            `${bundle.state} asks that it ${message}; if it still is then, this version will be refused`,
          ),
        ),
      ...then.unlisted
        .filter(({ subject }) => isNew('unlisted', subject))
        .map(({ subject = '', message = '' }) =>
          about('GATE_UNSATISFIED', subject, `${bundle.state} asks that it ${message}`),
        ),
    ];
  });
}

/** Codes of components that have ended for good and come in with this version: those may stay in, but not come in. */
function ended(graph: BundleGraph, timeline: BundleTimeline, at: string): string[] {
  const before = new Set(edgesOf(compositionBefore(timeline, at) ?? []).map(({ key }) => key));
  return edgesOf(compositionAt(timeline, at) ?? []).flatMap(({ key }) => {
    const member = graph.member(key);
    return member?.state === 'RETIRED' && !before.has(key) ? [member.code] : [];
  });
}

function identity({ bundle, at, key, code }: Doubt): string {
  return [bundle, at, code, key].join(' ');
}

/** At the composition that the request sets for that moment; else at whatever it changes of the bundle or the component. */
function placeOf(draft: Draft, view: BundleView, places: Places, { bundle, at, key }: Doubt): string[] {
  const set = view.sets.get(bundle)?.find((each) => each.at === at);
  if (set) return view.place(set.index);
  const component = foldCode(key.split(' in ')[0] ?? key);
  const code = [component, bundle].find((each) => draft.skus.has(each));
  return code === undefined ? ['changes'] : places.of(code, null, ['state', 'listedIn', 'bundle']);
}
