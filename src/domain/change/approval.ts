import type { Party } from '../ownership/party.js';
import { canAnswer, delegateOf } from '../ownership/party.js';

/** One approval that policy asks for, and who may give it. Stored with the request, so that it can be shown as it was. */
export interface ApprovalRequirement {
  /** Which rule asks. */
  rule: string;
  /** The asked party; where it cannot answer, the first of those that the requirement fell to. */
  partyId: string;
  /** The party that the rule names, whether or not it can answer; null where it names none. */
  namedId?: string | null;
  count: number;
  /** Parties whose approval counts; never the author's. */
  eligible: string[];
  /** SKU codes and product handles that this approval covers. */
  targets: string[];
  /** Parties that approved what has been edited since: what they said counts here again once they say it again. */
  voided?: string[];
}

export interface TouchedThing {
  target: string;
  ownerId: string | null;
  /** Changed fields; approvals may be waived for some. */
  fields: readonly string[];
}

export interface ApprovalWorld {
  parties: ReadonlyMap<string, Party>;
  /** People with a live key of role APPROVER, by code. */
  approvers: readonly string[];
  /** People with a live key of role ADMIN, by code: who may approve, and who is asked where no APPROVER is left. */
  admins: readonly string[];
  authorPartyId: string | null;
  /** Delegations end. */
  at: Date;
}

/** Fields that an owner may change on their own (design 4.3, default policy). */
const LIGHT = new Set(['tags', 'attributes']);

/**
 * The default policy: one approval by the owner of every SKU or product touched.
 * @returns the requirements, and the targets for which nobody is left who could approve.
 */
export function requirementsOf(
  touched: readonly TouchedThing[],
  world: ApprovalWorld,
): { requirements: ApprovalRequirement[]; orphans: string[] } {
  const byAsked = new Map<string, { ownerId: string | null; targets: string[] }>();
  for (const thing of touched) {
    const isOwner = thing.ownerId !== null && thing.ownerId === world.authorPartyId;
    if (isOwner && thing.fields.length > 0 && thing.fields.every((field) => LIGHT.has(field))) continue;
    const key = thing.ownerId ?? '';
    const group = byAsked.get(key) ?? { ownerId: thing.ownerId, targets: [] };
    group.targets.push(thing.target);
    byAsked.set(key, group);
  }
  const requirements: ApprovalRequirement[] = [];
  const orphans: string[] = [];
  for (const { ownerId, targets } of byAsked.values()) {
    const eligible = eligibleFor(ownerId, world);
    const first = eligible[0];
    if (first === undefined) orphans.push(...targets);
    else {
      const partyId = askedOf(ownerId, eligible, world) ?? first;
      requirements.push({ rule: 'owner-approves', partyId, namedId: ownerId, count: 1, eligible, targets });
    }
  }
  return { requirements, orphans };
}

/**
 * Who may approve for an owner, in the order in which the duty falls: the owner or the owning team's people, and the
 * owner's delegate, as far as they may approve at all; then any APPROVER; then any ADMIN. Never the author, nor, where a team is the author,
 * anybody in it (design 4.3). People only: a team's own key stands for nobody in particular.
 */
function eligibleFor(ownerId: string | null, world: ApprovalWorld): string[] {
  const author = world.authorPartyId === null ? undefined : world.parties.get(world.authorPartyId);
  const barred = new Set([world.authorPartyId, ...(author?.memberIds ?? [])]);
  const others = (ids: readonly string[]): string[] => ids.filter((id) => !barred.has(id));
  const owner = ownerId === null ? undefined : world.parties.get(ownerId);
  const able = new Set([...world.approvers, ...world.admins]);
  const people = owner && canAnswer(owner, world.parties) ? (owner.kind === 'USER' ? [owner.id] : owner.memberIds) : [];
  const deputy = owner && delegateOf(owner, world.parties, world.at);
  const asked = [...new Set(deputy ? [...people, deputy.id] : people)];
  const own = others(asked).filter((id) => able.has(id) && world.parties.get(id)?.active === true);
  if (own.length > 0) return own;
  const approvers = others(world.approvers);
  return approvers.length > 0 ? approvers : others(world.admins);
}

/** Is a requirement's owner still who is asked, in person, through somebody of the team, or through a delegate? */
function askedOf(ownerId: string | null, eligible: readonly string[], world: ApprovalWorld): string | null {
  const owner = ownerId === null ? undefined : world.parties.get(ownerId);
  if (!owner) return null;
  const people = owner.kind === 'USER' ? [owner.id] : owner.memberIds;
  const deputy = delegateOf(owner, world.parties, world.at);
  return [...people, deputy?.id ?? ''].some((id) => eligible.includes(id)) ? owner.id : null;
}

/**
 * A requirement as it is to be asked now that parties have changed: of whom it named, or of who took their place. Whoever
 * has approved keeps counting. Where nobody is left, it stays as it was: its author can still withdraw the request.
 * @param successors by the id of the party whose place they took.
 */
export function reask(
  requirement: ApprovalRequirement,
  world: ApprovalWorld,
  approvedBy: readonly string[],
  successors: ReadonlyMap<string, string>,
): ApprovalRequirement {
  const named = requirement.namedId === undefined ? requirement.partyId : requirement.namedId;
  const namedId = named === null ? null : (successors.get(named) ?? named);
  const eligible = eligibleFor(namedId, world);
  const first = eligible[0];
  if (first === undefined) return requirement;
  const kept = requirement.eligible.filter((id) => approvedBy.includes(id) && !eligible.includes(id));
  const partyId = askedOf(namedId, eligible, world) ?? first;
  return { ...requirement, partyId, namedId, eligible: [...eligible, ...kept] };
}

/** How many different parties have approved a requirement. */
export function givenFor(requirement: ApprovalRequirement, approvedBy: readonly string[]): number {
  const { eligible, voided = [] } = requirement;
  return new Set(approvedBy.filter((id) => eligible.includes(id) && !voided.includes(id))).size;
}

/**
 * Has somebody who was asked in a party's name approved already all that is asked in it now? What was approved stays
 * approved, though its giver has left since, or a delegation has ended; not where another party has become the owner.
 */
export function wasMet(
  asked: ApprovalRequirement,
  before: readonly ApprovalRequirement[],
  approvedBy: readonly string[],
): boolean {
  return before.some(
    (each) =>
      each.rule === asked.rule &&
      each.namedId !== undefined &&
      each.namedId === asked.namedId &&
      asked.targets.every((target) => each.targets.includes(target)) &&
      givenFor(each, approvedBy) >= asked.count,
  );
}
