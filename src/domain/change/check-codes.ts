import { looksLike, skeletonOf } from '../catalog/look-alike.js';
import { foldCode } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import type { ProposedChange } from './change.js';
import type { World } from './draft.js';
import { placeOf } from './place.js';

/** A code that a request creates, and where it stands in it. */
interface NewCode {
  code: string;
  skeleton: string;
  at: string[];
}

/** New codes that people would take for another one: of the master, or of this very request. Nothing is kept back for it. */
export function lookAlikes(world: World, changes: readonly ProposedChange[]): Problem[] {
  const mine = newCodes(changes);
  const together = Map.groupBy(mine, ({ skeleton }) => skeleton);
  return mine.flatMap(({ code, skeleton, at }) => {
    const others = new Map<string, string>();
    for (const other of world.lookAlikes.get(skeleton) ?? []) others.set(foldCode(other), other);
    for (const other of together.get(skeleton) ?? []) others.set(foldCode(other.code), other.code);
    // The same code twice is no look-alike: that is refused.
    others.delete(foldCode(code));
    return others.size === 0 ? [] : [problem('LOOKS_LIKE', looksLike(code, [...others.values()]), at)];
  });
}

function newCodes(changes: readonly ProposedChange[]): NewCode[] {
  return changes.flatMap((change, index) =>
    change.operation === 'SKU_CREATE'
      ? [{ code: change.target, skeleton: skeletonOf(change.target), at: [...placeOf(change, index), 'code'] }]
      : [],
  );
}
