import { foldCode } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import type { ChangeSet, World } from './draft.js';
import { Draft } from './draft.js';
import type { Places } from './place.js';

/**
 * A successor is another SKU: of the master, or one that the same request creates. A file that is taken as it is may
 * name one that comes further down: what is missing then is asked at its end.
 */
export function checkSuccessors(draft: Draft, places: Places): Problem[] {
  return [...draft.skus.values()].flatMap(({ after: { code, successor }, changes }) => {
    if (successor === null || changes.every(({ field }) => field !== 'successor')) return [];
    const folded = foldCode(successor);
    const place = (): string[] => places.of(code, null, ['successor']);
    if (folded === foldCode(code)) return [problem('INVALID_FORMAT', 'a SKU does not succeed itself', place())];
    const isThere = draft.options.baseline || draft.skus.has(folded) || draft.world.successors.has(folded);
    const message = `no SKU has the code ${successor.slice(0, 64).toWellFormed()}, which is to succeed ${code}`;
    return isThere ? [] : [problem('NOT_FOUND', message, place())];
  });
}

/**
 * Successors that are RETIRED, or become so in this very request: nobody can buy what is to take the other's place. Told
 * where a request names one, and where it takes to PHASE_OUT what has one. A file that is taken as it is says what was.
 */
export function retiredSuccessors(draft: Draft, places: Places): Problem[] {
  if (draft.options.baseline) return [];
  return [...draft.skus.values()].flatMap(({ after: { code, successor, state }, changes }) => {
    if (successor === null) return [];
    const folded = foldCode(successor);
    const there = draft.skus.get(folded)?.after.state ?? draft.world.successors.get(folded);
    const isNamed = changes.some(({ field }) => field === 'successor');
    const isLeaving = state === 'PHASE_OUT' && changes.some(({ field }) => field === 'state');
    if (there !== 'RETIRED' || !(isNamed || isLeaving)) return [];
    const message = `${successor}, which is to succeed ${code}, is RETIRED`;
    return [problem('WRONG_STATE', message, places.of(code, null, [isNamed ? 'successor' : 'state']))];
  });
}

/** These SKUs of the world without their successors, whatever their state: what a file named was never there. */
export function withoutSuccessors(world: World, codes: readonly string[]): ChangeSet {
  const draft = new Draft(world, () => '', { baseline: true }, []);
  const skus = codes.flatMap((code) => {
    const planned = draft.skuOf(code);
    if (!planned || planned.after.successor === null) return [];
    const changes = [{ field: 'successor', from: planned.after.successor, to: null }];
    return [{ ...planned, after: { ...planned.after, successor: null }, changes }];
  });
  return { products: [], skus, conflicts: [], problems: [], warnings: [] };
}
