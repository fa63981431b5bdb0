import type { FieldValues, Json } from '../primitives/json.js';
import { canonicalJson, sameJson } from '../primitives/json.js';
import { foldCode } from '../primitives/text.js';
import type { ProposedChange } from './change.js';
import { isOfSku } from './change.js';
import { amountsOf, listOfAmounts } from './system-amounts.js';

/** What a change was written against, and what is there now. */
export interface Ground {
  /** Snapshot of the base revision. */
  base: FieldValues;
  current: FieldValues;
  revision: number;
}

/**
 * The same proposal with the present as its base: every value that its author set stays. Of a list of amounts only those
 * that the author changed are the author's; the others are taken as they are now, or a rebase would undo other people's.
 */
export function rebased(change: ProposedChange, { base, current, revision }: Ground): ProposedChange {
  const { patch } = change;
  if (!('systemValues' in patch)) return { ...change, baseRevision: revision };
  const systemValues = rebasedAmounts(base['systemValues'], current['systemValues'], patch.systemValues ?? null);
  return { ...change, baseRevision: revision, patch: { ...patch, systemValues } };
}

function rebasedAmounts(base: Json | undefined, current: Json | undefined, proposed: Json): Json {
  const [was, is, shall] = [amountsOf(base), amountsOf(current), amountsOf(proposed)];
  for (const key of new Set([...was.keys(), ...shall.keys()])) {
    const wanted = shall.get(key) ?? null;
    if ((was.get(key) ?? null) !== wanted) is.set(key, wanted);
  }
  return listOfAmounts(is);
}

type About = Pick<ProposedChange, 'operation' | 'target'>;

/** A target as targets are compared: codes without case, handles as they are. */
export function targetKey({ operation, target }: About): string {
  return isOfSku(operation) ? foldCode(target) : target;
}

/** One text for what a change is about: its operation and its target. */
export function changeKey(change: About): string {
  return `${change.operation}:${targetKey(change)}`;
}

/**
 * New content of a request, where its author named no base: what was proposed before keeps the base that it had, so that
 * an edit of one field never runs over somebody else's edit of another one unseen.
 */
export function withEarlierBases(
  changes: readonly ProposedChange[],
  earlier: readonly ProposedChange[],
): ProposedChange[] {
  const bases = new Map(earlier.map((each) => [changeKey(each), each.baseRevision]));
  return changes.map((each) =>
    each.baseRevision === null ? { ...each, baseRevision: bases.get(changeKey(each)) ?? null } : each,
  );
}

/** Targets whose changes are not what they were: other values, another base, one more or one less. */
export function editedTargets(before: readonly ProposedChange[], after: readonly ProposedChange[]): string[] {
  const [was, is] = [byTarget(before), byTarget(after)];
  return [...new Set([...was.keys(), ...is.keys()])].filter((target) => !sameJson(was.get(target), is.get(target)));
}

/** What a request does to each target, whatever the order in which it tells so. */
function byTarget(changes: readonly ProposedChange[]): Map<string, Json> {
  const groups = Map.groupBy(changes, targetKey);
  return new Map(
    [...groups].map(([target, list]): [string, Json] => [
      target,
      list.map(({ operation, baseRevision, patch }) => canonicalJson([operation, baseRevision, patch])).toSorted(),
    ]),
  );
}
