import type { Party } from '../ownership/resolve-owner.js';
import { canAnswer } from '../ownership/resolve-owner.js';

/** One approval that policy asks for, and who may give it. Stored with the request, so that it can be shown as it was. */
export interface ApprovalRequirement {
  /** Which rule asks. */
  rule: string;
  /** The asked party; where it cannot answer, the first of those that the requirement fell to. */
  partyId: string;
  count: number;
  /** Parties whose approval counts; never the author's. */
  eligible: string[];
  /** SKU codes and product handles that this approval covers. */
  targets: string[];
}

export interface TouchedThing {
  target: string;
  ownerId: string | null;
  /** Changed fields; approvals may be waived for some. */
  fields: readonly string[];
}

export interface ApprovalWorld {
  parties: ReadonlyMap<string, Party>;
  /** Parties with a live key of role APPROVER (or, where there is none, ADMIN), by code. */
  approvers: readonly string[];
  authorPartyId: string | null;
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
      const asked = ownerId !== null && eligible.includes(ownerId) ? ownerId : first;
      requirements.push({ rule: 'owner-approves', partyId: asked, count: 1, eligible, targets });
    }
  }
  return { requirements, orphans };
}

/**
 * Who may approve in an owner's place, in the order in which the duty falls: the owner or the owning team's members,
 * then any party with role APPROVER; never the author (design 4.3).
 */
function eligibleFor(ownerId: string | null, world: ApprovalWorld): string[] {
  const owner = ownerId === null ? undefined : world.parties.get(ownerId);
  const own: string[] = [];
  if (owner && canAnswer(owner, world.parties)) {
    const people = owner.kind === 'USER' ? [owner.id] : owner.memberIds;
    const others = people.filter((id) => id !== world.authorPartyId && world.parties.get(id)?.active === true);
    if (others.length > 0) own.push(...(owner.kind === 'TEAM' ? [owner.id, ...others] : others));
  }
  const able = own.length > 0 ? own : [...world.approvers];
  return able.filter((id) => id !== world.authorPartyId);
}

/** How many different parties have approved a requirement. */
export function givenFor(requirement: ApprovalRequirement, approvedBy: readonly string[]): number {
  return new Set(approvedBy.filter((id) => requirement.eligible.includes(id))).size;
}
