import { givenFor } from '../../domain/change/approval.js';
import { isAskedStill } from '../../domain/change/void-approvals.js';
import type { Party } from '../../domain/ownership/party.js';
import { canAnswer, silencedBy } from '../../domain/ownership/party.js';
import type { OwnershipRule } from '../../domain/ownership/resolve-owner.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';

/** How many of each are listed; the counts are of all, and `skus(filter: { owner })` lists every SKU. */
export const LISTED = 100;

/** What nobody would answer for any more once a party, or its people, are gone. */
export interface PartyLeaves {
  /** Rules in force or to come of the party, and of teams that are left without anybody active. */
  ruleCount: number;
  rules: OwnershipRule[];
  /** SKUs that those rules decide now, RETIRED ones aside; codes of the first. */
  skuCount: number;
  skus: string[];
  /** Ids of teams that are left without anybody active. */
  teamIds: string[];
  /** Ids of parties whose delegate it is. */
  delegatorIds: string[];
  /** Requests in review that it is asked to approve; ids of the first. */
  requestCount: number;
  requestIds: string[];
  /** Findings that are not resolved. */
  findingCount: number;
  /** Dead letters that are assigned to them: the owners of their SKUs are told of them from then on. */
  deadLetterCount: number;
  /** API keys of the party that stop working. */
  keyCount: number;
}

export type Parties = ReadonlyMap<string, Party>;

/**
 * The parties whose rules lose whoever answered for them: the one that is changed if it is switched off, and emptied teams. Teams
 * that an earlier leaving emptied are among them as long as nobody answers, or a successor who is named later would miss them.
 */
export function leftBehind(before: Parties, after: Parties, changed: Party): string[] {
  const emptied = [...after.values()].filter(
    (party) => !changed.active && party.active && party.memberIds.includes(changed.id) && !canAnswer(party, after),
  );
  const left = new Set([...silencedBy(before, after), ...emptied.map(({ id }) => id)]);
  const silenced = [...left].filter((id) => id !== changed.id);
  const itself = !changed.active || silencedBy(before, after).includes(changed.id);
  return itself ? [changed.id, ...silenced] : silenced;
}

export async function readLeaves(
  stores: Stores,
  before: Parties,
  changed: Party,
  leftIds: readonly string[],
): Promise<PartyLeaves> {
  const rules = await stores.ownership.liveRulesOf(leftIds, await stores.now());
  const skus = await stores.ownership.skusOf(leftIds, LISTED);
  const leaves = leftIds.includes(changed.id);
  const requests = leaves ? await stores.requests.inReviewOf([changed.id], { lock: false }) : [];
  const waiting = requests.filter(({ requirements, approvedBy }) =>
    isAskedStill(
      requirements.filter((each) => givenFor(each, approvedBy) < each.count),
      approvedBy,
      changed.id,
    ),
  );
  return {
    ruleCount: rules.length,
    rules: rules.slice(0, LISTED),
    skuCount: skus.count,
    skus: skus.examples,
    teamIds: leftIds.filter((id) => id !== changed.id),
    delegatorIds: leaves
      ? [...before.values()].filter((each) => each.delegateId === changed.id).map(({ id }) => id)
      : [],
    requestCount: waiting.length,
    requestIds: waiting.slice(0, LISTED).map(({ id }) => id),
    findingCount: await stores.findings.countOfOwners(leftIds),
    deadLetterCount: await stores.deliveries.countAssigned(leftIds),
    keyCount: leaves && !changed.active ? await stores.parties.liveKeys(changed.id) : 0,
  };
}

/** What deactivating a party would leave, without doing it; null where there is no such party. */
export function readPartyLeaves(ports: Pick<Ports, 'work'>, code: string): Promise<PartyLeaves | null> {
  return ports.work.run(async (stores) => {
    const before = new Map((await stores.parties.parties()).map((party) => [party.id, party]));
    const party = [...before.values()].find((each) => each.code === foldCode(code));
    if (!party) return null;
    const changed = { ...party, active: false };
    const after = new Map([...before, [party.id, changed] as const]);
    return readLeaves(stores, before, changed, leftBehind(before, after, changed));
  });
}
