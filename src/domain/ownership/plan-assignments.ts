import type { OwnershipRule } from './resolve-owner.js';
import type { Assignment } from './read-assignments.js';

/** What a file of assignments does to the rules that are there. */
export interface AssignmentPlan {
  /** Rules that are to be, as the file has them. */
  add: readonly (Assignment & { ownerId: string })[];
  /** Rules that a new one without an end takes the place of, and when. */
  end: readonly { id: string; at: Date }[];
  /** Rows that say what is so already. */
  unchanged: number;
}

const FOREVER = Number.POSITIVE_INFINITY;

interface Period {
  effectiveFrom: Date;
  effectiveTo: Date | null;
}

function endOf({ effectiveTo }: Period): number {
  return effectiveTo === null ? FOREVER : Number(effectiveTo);
}

function overlap(one: Period, other: Period): boolean {
  return Number(one.effectiveFrom) < endOf(other) && Number(other.effectiveFrom) < endOf(one);
}

/** Rows of which another one names the same for a time that they share: nobody can tell which is meant. */
export function doubledLines(assignments: readonly Assignment[]): { line: number; other: number }[] {
  return [...Map.groupBy(assignments, ({ scope, key }) => `${scope} ${key}`).values()].flatMap((same) => {
    const doubled: { line: number; other: number }[] = [];
    let longest: Assignment | null = null;
    for (const each of same.toSorted((a, b) => Number(a.effectiveFrom) - Number(b.effectiveFrom) || a.line - b.line)) {
      if (longest && overlap(longest, each)) doubled.push({ line: each.line, other: longest.line });
      if (!longest || endOf(each) > endOf(longest)) longest = each;
    }
    return doubled;
  });
}

/**
 * Rows of which each is one of the rules that are there, to its first and last instant, with every rule that outranks it in the
 * file too: the file of all rules sent back, whatever they are. They ask for nothing, so nothing is to be said against them.
 * @param ownerIds by the code in a row; a row whose owner is not known stands for no rule.
 */
export function standingRows(
  assignments: readonly Assignment[],
  ownerIds: ReadonlyMap<string, string>,
  live: readonly OwnershipRule[],
): ReadonlySet<Assignment> {
  const byMatch = Map.groupBy(live, ({ scope, match }) => `${scope} ${match ?? ''}`);
  const rules = new Map<Assignment, OwnershipRule>();
  for (const each of assignments) {
    const rule = (byMatch.get(`${each.scope} ${each.key}`) ?? []).find(
      (one) =>
        one.ownerId === ownerIds.get(each.owner) &&
        Number(one.effectiveFrom) === Number(each.effectiveFrom) &&
        endOf(one) === endOf(each),
    );
    if (rule) rules.set(each, rule);
  }
  const told = new Set([...rules.values()].map(({ id }) => id));
  const isOutranked = (rule: OwnershipRule): boolean =>
    (byMatch.get(`${rule.scope} ${rule.match ?? ''}`) ?? []).some(
      (other) => !told.has(other.id) && outranks(other, rule) && overlap(other, rule),
    );
  return new Set([...rules].filter(([, rule]) => !isOutranked(rule)).map(([each]) => each));
}

/**
 * Only what is not so already is written: a file that is sent twice changes nothing the second time. A rule without an end
 * ends those of the same scope and match that last beyond its beginning, which it would outrank for ever; beside one with
 * an end they stay, and decide again afterwards.
 * @param live rules of the same scopes and matches that are not over, in any order.
 */
export function planAssignments(
  assignments: readonly (Assignment & { ownerId: string })[],
  live: readonly OwnershipRule[],
): AssignmentPlan {
  const byMatch = Map.groupBy(live, ({ scope, match }) => `${scope} ${match ?? ''}`);
  const plan = { add: [] as (Assignment & { ownerId: string })[], end: new Map<string, Date>(), unchanged: 0 };
  for (const each of assignments) {
    const rules = byMatch.get(`${each.scope} ${each.key}`) ?? [];
    if (
      rules.some((rule) => saysSo(rule, each) && !rules.some((other) => outranks(other, rule) && overlap(other, each)))
    ) {
      plan.unchanged += 1;
      continue;
    }
    plan.add.push(each);
    if (each.effectiveTo !== null) continue;
    for (const rule of rules.filter((other) => overlap(other, each))) plan.end.set(rule.id, each.effectiveFrom);
  }
  return { ...plan, end: [...plan.end].map(([id, at]) => ({ id, at })) };
}

/** Is this just the rule that the row asks for, or one that began before? */
function saysSo(
  rule: OwnershipRule,
  { ownerId, effectiveFrom, effectiveTo }: Assignment & { ownerId: string },
): boolean {
  const lasts = effectiveTo === null ? FOREVER : Number(effectiveTo);
  return rule.ownerId === ownerId && rule.effectiveFrom <= effectiveFrom && endOf(rule) === lasts;
}

function outranks(one: OwnershipRule, other: OwnershipRule): boolean {
  const later = Number(one.createdAt) - Number(other.createdAt);
  return later > 0 || (later === 0 && one.id > other.id);
}
