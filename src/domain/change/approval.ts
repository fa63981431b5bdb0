import type { Party } from '../ownership/party.js';
import { canAnswer, delegateOf, isAway } from '../ownership/party.js';

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
  /** Why the rule asks, and why somebody else than the named party is asked, in words. */
  why?: string;
  /** The first half of it: why the rule asks, whoever is asked. */
  ruleWhy?: string;
  /** Whom it fell to beside who is named; null where to nobody. */
  fell?: Fallback | null;
  /** Parties that approved what has been edited since: what they said counts here again once they say it again. */
  voided?: string[];
}

export interface ApprovalWorld {
  parties: ReadonlyMap<string, Party>;
  /** People with a live key of role APPROVER, by code. */
  approvers: readonly string[];
  /** People with a live key of role ADMIN, by code: who may approve, and who is asked where no APPROVER is left. */
  admins: readonly string[];
  authorPartyId: string | null;
  /** Parties that edited the request: it is theirs as well. */
  editorPartyIds?: readonly string[];
  /** What was asked and given up to now: a quorum wants nobody else in the place of those who have given theirs. */
  approvals?: { requirements: readonly ApprovalRequirement[]; approvedBy: readonly string[] };
  /** Delegations end. */
  at: Date;
}

/** Whom a duty fell to, since who is named in it cannot give all that is asked. */
export type Fallback = 'APPROVERS' | 'ADMINS';

/** Whose approval of a requirement stands, whether or not they are in office, or asked, any more. */
export interface Given {
  ids: readonly string[];
  /** Those of them who gave it as whom the rule names, and not because it had fallen to them. */
  named: readonly string[];
}

const NONE_YET: Given = { ids: [], named: [] };

export interface Eligible {
  /** Parties whose approval counts. */
  ids: string[];
  fell: Fallback | null;
}

/**
 * Who may approve for a party, in the order in which the duty falls: the party or the team's people, and its
 * delegate, as far as they may approve at all; where those of them who are in office, or have approved it, are fewer than are
 * asked, any APPROVER besides; then any ADMIN. Never the author, nor, where a team is the author, anybody in it (design 4.3).
 * People only: a team's own key stands for nobody in particular.
 * @returns null where so many are not to be found.
 */
export function eligibleFor(
  namedId: string | null,
  count: number,
  world: ApprovalWorld,
  given: Given = NONE_YET,
): Eligible | null {
  const authors = [world.authorPartyId ?? '', ...(world.editorPartyIds ?? [])];
  const barred = new Set(authors.flatMap((id) => [id, ...(world.parties.get(id)?.memberIds ?? [])]));
  const others = (ids: readonly string[]): string[] => ids.filter((id) => !barred.has(id));
  const named = namedId === null ? undefined : world.parties.get(namedId);
  const able = new Set([...world.approvers, ...world.admins]);
  const people = named && canAnswer(named, world.parties) ? (named.kind === 'USER' ? [named.id] : named.memberIds) : [];
  const deputy = named && delegateOf(named, world.parties, world.at);
  const asked = [...new Set(deputy ? [...people, deputy.id] : people)];
  const own = others(asked).filter((id) => able.has(id) && world.parties.get(id)?.active === true);
  const isHere = (id: string): boolean => {
    const party = world.parties.get(id);
    return party !== undefined && !isAway(party, world.at);
  };
  const withGiven = (ids: readonly string[]): string[] => [...new Set([...ids, ...others(given.ids)])];
  const enough = (ids: readonly string[], approved: readonly string[]): boolean =>
    new Set([...ids.filter(isHere), ...others(approved)]).size >= count;
  const approvedAsNamed = given.ids.filter((id) => given.named.includes(id) || asked.includes(id));
  if (enough(own, approvedAsNamed)) return { ids: withGiven(own), fell: null };
  const withApprovers = [...new Set([...own, ...others(world.approvers)])];
  if (enough(withApprovers, given.ids)) return { ids: withGiven(withApprovers), fell: 'APPROVERS' };
  const all = withGiven([...withApprovers, ...others(world.admins)]);
  return all.length >= count ? { ids: all, fell: 'ADMINS' } : null;
}

/** Is a requirement's owner still who is asked, in person, through somebody of the team, or through a delegate? */
export function askedOf(ownerId: string | null, eligible: readonly string[], world: ApprovalWorld): string | null {
  const owner = ownerId === null ? undefined : world.parties.get(ownerId);
  if (!owner) return null;
  const people = owner.kind === 'USER' ? [owner.id] : owner.memberIds;
  const deputy = delegateOf(owner, world.parties, world.at);
  return [...people, deputy?.id ?? ''].some((id) => eligible.includes(id)) ? owner.id : null;
}

/** Why somebody else than the named party is asked; empty where nobody else is. */
export function fallText(namedId: string | null, fell: Fallback | null, world: ApprovalWorld): string {
  if (fell === null) return '';
  const to = fell === 'APPROVERS' ? 'everybody with the role APPROVER' : 'everybody with the role ADMIN';
  const named = namedId === null ? undefined : world.parties.get(namedId);
  if (!named) return `nobody is accountable for it, so ${to} is asked`;
  const isAuthor = named.id === world.authorPartyId;
  const isEditor = world.editorPartyIds?.includes(named.id) === true;
  const reason = !named.active
    ? 'is inactive'
    : isAuthor || isEditor
      ? `is ${isAuthor ? 'the author' : 'one of its authors'}`
      : isAway(named, world.at)
        ? 'is out of office'
        : 'has not so many who may approve and are in office';
  return `${named.name} ${reason}, so ${to} is asked`;
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
  const found = eligibleFor(namedId, requirement.count, world, standingFor([requirement], approvedBy));
  const first = found?.ids[0];
  if (found === null || first === undefined) return requirement;
  const { ids: eligible, fell } = found;
  const partyId = askedOf(namedId, eligible, world) ?? first;
  // Whom it falls to only now is asked now, though they have approved before: else it would be given without anybody's act,
  // and nobody would be left whose approval makes the request go on.
  const late = eligible.filter((id) => approvedBy.includes(id) && !requirement.eligible.includes(id));
  const voided = late.length === 0 ? {} : { voided: [...new Set([...(requirement.voided ?? []), ...late])] };
  const asked = { ...requirement, partyId, namedId, fell, eligible, ...voided };
  // Who is asked has changed, and so has why it is they; why the rule asks at all has not.
  const { ruleWhy } = requirement;
  return ruleWhy === undefined ? asked : { ...asked, why: whyAsked(ruleWhy, fallText(namedId, fell, world)) };
}

/** Both halves of a reason. */
export function whyAsked(ruleWhy: string, fallen: string): string {
  return fallen === '' ? ruleWhy : `${ruleWhy}; ${fallen}`;
}

/** How many different parties have approved a requirement. */
export function givenFor(requirement: ApprovalRequirement, approvedBy: readonly string[]): number {
  return giversOf(requirement, approvedBy).length;
}

/** Which parties have approved a requirement, each once, in the order in which they did. */
export function giversOf(requirement: ApprovalRequirement, approvedBy: readonly string[]): string[] {
  const { eligible, voided = [] } = requirement;
  return [...new Set(approvedBy.filter((id) => eligible.includes(id) && !voided.includes(id)))];
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
  return before.some((each) => isOfSame(each, asked) && givenFor(each, approvedBy) >= asked.count);
}

/** Who has approved already what a rule asks in a party's name. */
export function givenSoFar(
  asked: Pick<ApprovalRequirement, 'rule' | 'namedId' | 'targets'>,
  { approvals }: ApprovalWorld,
): Given {
  if (!approvals) return NONE_YET;
  return standingFor(
    approvals.requirements.filter((each) => isOfSame(each, asked)),
    approvals.approvedBy,
  );
}

function standingFor(requirements: readonly ApprovalRequirement[], approvedBy: readonly string[]): Given {
  const ids = requirements.flatMap((each) => giversOf(each, approvedBy));
  const named = requirements.flatMap((each) => ((each.fell ?? null) === null ? giversOf(each, approvedBy) : []));
  return { ids, named };
}

/** Did one of them ask by the same rule, in the same name, and of all that the other asks of? */
function isOfSame(
  before: ApprovalRequirement,
  { rule, namedId, targets }: Pick<ApprovalRequirement, 'rule' | 'namedId' | 'targets'>,
): boolean {
  if (before.rule !== rule || before.namedId === undefined || before.namedId !== namedId) return false;
  const theirs = new Set(before.targets);
  return targets.every((target) => theirs.has(target));
}
