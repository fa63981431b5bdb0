import { foldCode } from '../primitives/text.js';
import type { ApprovalRequirement } from './approval.js';
import { giversOf } from './approval.js';

/**
 * Requirements as they are asked for after an edit: whoever approved one that the edit touches is asked again, and every
 * other approval stays. An edit touches a requirement that covers an edited target, or did before.
 * @param fresh what policy asks for now.
 * @param edited SKU codes and product handles whose changes were edited.
 * @param authors parties that wrote or edited the request: theirs is no approval, whatever they said before.
 */
export function askedAgain(
  fresh: readonly ApprovalRequirement[],
  before: readonly ApprovalRequirement[],
  approvedBy: readonly string[],
  edited: readonly string[],
  authors: readonly string[],
): ApprovalRequirement[] {
  const keys = new Set(edited.map(foldCode));
  const isEdited = ({ targets }: ApprovalRequirement): boolean => targets.some((target) => keys.has(foldCode(target)));
  return withVoids(fresh, before).map((each) => {
    const own = new Set(each.targets);
    const same = before.find(
      ({ rule, namedId, targets }) =>
        rule === each.rule && namedId === each.namedId && targets.some((target) => own.has(target)),
    );
    if (isEdited(each) || (same && isEdited(same))) return voidedFor(each, approvedBy);
    // What was approved stays approved, though its giver is not asked any more.
    const stays = (same ? giversOf(same, approvedBy) : []).filter(
      (id) => !authors.includes(id) && !each.eligible.includes(id),
    );
    const theirs = new Set(same?.targets);
    const isCovered = same !== undefined && each.targets.every((target) => theirs.has(target));
    return isCovered && stays.length > 0 ? { ...each, eligible: [...each.eligible, ...stays] } : each;
  });
}

/**
 * What is in conflict is not planned, so that policy is not asked about it; while it is, it is asked of whom it was before.
 * @param conflicting SKU codes and product handles.
 */
export function withConflicting(
  fresh: readonly ApprovalRequirement[],
  before: readonly ApprovalRequirement[],
  conflicting: readonly string[],
): ApprovalRequirement[] {
  const keys = new Set(conflicting.map(foldCode));
  const isOf = (one: ApprovalRequirement, other: ApprovalRequirement): boolean =>
    one.rule === other.rule && one.namedId === other.namedId;
  const lost = (was: ApprovalRequirement, now: ApprovalRequirement | undefined): string[] =>
    was.targets.filter((target) => keys.has(foldCode(target)) && now?.targets.includes(target) !== true);
  const kept = fresh.map((each) => {
    const was = before.find((other) => isOf(each, other));
    const targets = was ? lost(was, each) : [];
    return targets.length === 0 ? each : { ...each, targets: [...each.targets, ...targets] };
  });
  const gone = before.filter((was) => !fresh.some((each) => isOf(each, was)));
  return [...kept, ...gone.map((was) => ({ ...was, targets: lost(was, undefined) })).filter(hasTargets)];
}

function hasTargets({ targets }: ApprovalRequirement): boolean {
  return targets.length > 0;
}

/** The same requirements worked out anew: what had been voided stays so. */
export function withVoids(
  fresh: readonly ApprovalRequirement[],
  before: readonly ApprovalRequirement[],
): ApprovalRequirement[] {
  if (!before.some(({ voided = [] }) => voided.length > 0)) return [...fresh];
  return fresh.map((each) => {
    const own = new Set(each.targets);
    const covering = before.filter(({ targets }) => targets.some((target) => own.has(target)));
    const ofRule = covering.filter(({ rule }) => rule === each.rule);
    // A rule that was not there before inherits what was voided of its targets: to ask once more is the safe side.
    return voidedFor(
      each,
      (ofRule.length > 0 ? ofRule : covering).flatMap(({ voided = [] }) => voided),
    );
  });
}

/**
 * An approval is of what its giver was asked about when they gave it. What falls to them since, because an owner is away, has
 * left or is another one, they are asked about as well: nothing is approved in the name of somebody who was never asked.
 * @param before what was asked up to now.
 */
export function askedOfMore(
  asked: readonly ApprovalRequirement[],
  before: readonly ApprovalRequirement[],
  approvedBy: readonly string[],
): ApprovalRequirement[] {
  const parties = new Set(approvedBy);
  const wereAsked = new Map<string, ReadonlySet<string>>();
  const askedAbout = (id: string): ReadonlySet<string> => {
    const known = wereAsked.get(id);
    if (known) return known;
    const targets = new Set(before.filter(({ eligible }) => eligible.includes(id)).flatMap((each) => each.targets));
    wereAsked.set(id, targets);
    return targets;
  };
  return asked.map((each) => {
    const more = [...parties].filter(
      (id) => each.eligible.includes(id) && !each.targets.every((target) => askedAbout(id).has(target)),
    );
    return more.length === 0 ? each : voidedFor(each, more);
  });
}

/** After this party has approved what the request is now. */
export function approvedAnew(requirements: readonly ApprovalRequirement[], partyId: string): ApprovalRequirement[] {
  return requirements.map((each) =>
    each.voided?.includes(partyId) ? { ...each, voided: each.voided.filter((id) => id !== partyId) } : each,
  );
}

/** Is there a requirement that this party could meet, and whose approval of it does not count, or was never given? */
export function isAskedStill(
  requirements: readonly ApprovalRequirement[],
  approvedBy: readonly string[],
  partyId: string,
): boolean {
  return requirements.some(
    ({ eligible, voided = [] }) =>
      eligible.includes(partyId) && (voided.includes(partyId) || !approvedBy.includes(partyId)),
  );
}

/** Parties whose approval does not count any more where it did. */
export function newlyVoided(after: readonly ApprovalRequirement[], before: readonly ApprovalRequirement[]): string[] {
  const was = new Set(before.flatMap(({ voided = [] }) => voided));
  return [...new Set(after.flatMap(({ voided = [] }) => voided))].filter((id) => !was.has(id));
}

function voidedFor(requirement: ApprovalRequirement, partyIds: readonly string[]): ApprovalRequirement {
  const { eligible, voided = [] } = requirement;
  const all = new Set([...voided, ...partyIds.filter((id) => eligible.includes(id))]);
  return all.size === 0 ? requirement : { ...requirement, voided: [...all] };
}
