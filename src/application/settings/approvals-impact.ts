import type { ApprovalPolicy } from '../../domain/approvals/approval-rule.js';
import type { Asked } from '../../domain/approvals/requirements.js';
import { requirementsOf } from '../../domain/approvals/requirements.js';
import { ownedTouch } from '../../domain/approvals/touched.js';
import { ownerKeysOf } from '../../domain/ownership/resolve-owner.js';
import type { Party } from '../../domain/ownership/party.js';
import type { Problem } from '../../domain/problem.js';
import { problem } from '../../domain/problem.js';
import { readApproving } from '../change/plan-request.js';
import type { ImpactOf, SettingEffect } from './setting-impact.js';

type Approving = Awaited<ReturnType<typeof readApproving>>;

const EXAMPLES = 10;
const DAYS = 90;
/** Changes of past requests that rules are tried on: enough to see what they do, and a second's work. */
const CHANGES = 20_000;

const MESSAGES = {
  ASKS_MORE: `requests applied in the last ${DAYS} days that would need an approval more than by the rules in force`,
  ASKS_LESS: `requests applied in the last ${DAYS} days that would need an approval less than by the rules in force`,
  ASKS_NOBODY: `requests applied in the last ${DAYS} days that nobody would have had to approve`,
  NOBODY_COULD: `requests applied in the last ${DAYS} days that nobody could have approved`,
} as const;
type Code = keyof typeof MESSAGES;

/**
 * What another policy would have asked of the requests of the last 90 days, with owners and approvers as they are now.
 * A rule that asks a party that is not there, or is inactive, is refused.
 */
export const approvalsImpact: ImpactOf<'approvals'> = async (stores, before, after) => {
  const at = await stores.now();
  const approving = await readApproving(stores, at);
  const problems = partyFaults(after, [...approving.parties.values()]);
  if (problems.length > 0) return { problems, effects: [] };
  const unmet = quorumsUnmet(after, approving);
  const { requests, left } = await stores.applied.lately(new Date(at.getTime() - DAYS * 86_400_000), CHANGES);
  const keys = ownerKeysOf(requests.flatMap(({ touched }) => touched.flatMap(({ under }) => under)));
  const inForce = await stores.ownership.rulesInForce(keys, at);
  const found: Record<Code, string[]> = { ASKS_MORE: [], ASKS_LESS: [], ASKS_NOBODY: [], NOBODY_COULD: [] };
  for (const { number, authorPartyId, touched } of requests) {
    const owned = touched.map((thing) => ownedTouch(thing, inForce));
    const world = { ...approving, authorPartyId };
    const [was, is] = [requirementsOf(owned, before, world), requirementsOf(owned, after, world)];
    for (const code of differencesOf(was, is)) found[code].push(number);
  }
  const effects = Object.entries(MESSAGES).map(([code, message]) => {
    const numbers = found[code as Code];
    return { code, message, count: numbers.length, examples: numbers.slice(0, EXAMPLES) };
  });
  return { problems: [], effects: [...unmet, ...effects, notTried(left)].filter(({ count }) => count > 0) };
};

/** What is said of the others is said of these few: nobody should take it for all of the last days. */
function notTried(count: number): SettingEffect {
  const message = `requests applied in the last ${DAYS} days that this was not tried on: it is tried on the newest, up to ${CHANGES} changes together`;
  return { code: 'NOT_TRIED', message, count, examples: [] };
}

/**
 * Rules that ask for more approvals than there are people to give them, whoever the author is: what they ask about would be
 * refused, every time. And those that can be met only while none of these few is the author.
 */
function quorumsUnmet(policy: ApprovalPolicy, approving: Approving): SettingEffect[] {
  const people = new Set([...approving.approvers, ...approving.admins]);
  const able = [...people].filter((id) => approving.parties.get(id)?.active === true).length;
  const asking = (fits: (count: number) => boolean): string[] =>
    policy.filter(({ require }) => fits(require.count ?? 1)).map(({ key }) => key);
  const told = (code: string, message: string, rules: readonly string[]): SettingEffect => ({
    code,
    message,
    count: rules.length,
    examples: rules.slice(0, EXAMPLES),
  });
  const never = `rules that ask for more approvals than there are people who may approve (${able}): what they ask about is refused with NO_ELIGIBLE_APPROVER`;
  const hardly = `rules that ask for all who may approve (${able}): where one of them is the author, it is refused with NO_ELIGIBLE_APPROVER`;
  return [
    told(
      'QUORUM_OUT_OF_REACH',
      never,
      asking((count) => count > able),
    ),
    told(
      'QUORUM_WITHOUT_SPARE',
      hardly,
      asking((count) => count === able),
    ),
  ];
}

function differencesOf(was: Asked, is: Asked): Code[] {
  const [before, after] = [approvalsOf(was), approvalsOf(is)];
  const codes: Code[] = [];
  if ([...after].some((each) => !before.has(each))) codes.push('ASKS_MORE');
  if ([...before].some((each) => !after.has(each))) codes.push('ASKS_LESS');
  if (after.size === 0 && before.size > 0) codes.push('ASKS_NOBODY');
  if (is.orphans.length > 0 && was.orphans.length === 0) codes.push('NOBODY_COULD');
  return codes;
}

/** Each approval that is asked: of whom, and the how many-th. Whichever rule asks it, one approval serves. */
function approvalsOf({ requirements, orphans }: Asked): Set<string> {
  const asked = requirements.flatMap(({ namedId, partyId, count }) =>
    Array.from({ length: count }, (_, index) => `${namedId ?? partyId} ${index}`),
  );
  return new Set(orphans.length > 0 ? [...asked, 'somebody'] : asked);
}

function partyFaults(policy: ApprovalPolicy, parties: readonly Party[]): Problem[] {
  return policy.flatMap(({ require }, at) => {
    if (require.party === undefined) return [];
    const party = parties.find(({ code }) => code === require.party);
    if (party?.active === true) return [];
    const fault = party ? `${party.name} is inactive` : `no party has the code ${require.party.slice(0, 40)}`;
    return [problem('NOT_FOUND', fault, [String(at), 'require', 'party'])];
  });
}
