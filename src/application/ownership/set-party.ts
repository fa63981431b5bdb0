import type { Actor, Caller } from '../../domain/actor.js';
import type { Party } from '../../domain/ownership/party.js';
import type { PartyDraft } from '../../domain/ownership/party-draft.js';
import { partyAfter, partyFaults, successorOf } from '../../domain/ownership/party-draft.js';
import { sameJson } from '../../domain/primitives/json.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import { engineeringWarnings } from './owner-warnings.js';
import type { HandedOver } from './hand-over.js';
import { concerned, handOver, reaskReviews } from './hand-over.js';
import type { Parties, PartyLeaves } from './party-leaves.js';
import { leftBehind, readLeaves } from './party-leaves.js';

export interface PartyChange {
  id: string;
  /** What it left, as it stood before; null where nothing was left that somebody answered for. */
  leaves: PartyLeaves | null;
  /** What keeps nothing back: ENGINEERING_OWNER. */
  warnings: Problem[];
}

/**
 * Makes a party, or changes the one that has the code. Where that takes away whoever answered for SKUs (the party is
 * switched off, or a team loses its last active person), it names a successor, who takes over in the same transaction, or
 * says that they are to be orphans: SUCCESSOR_REQUIRED otherwise. Requests in review ask anew.
 */
export async function setParty(ports: Ports, caller: Caller, draft: PartyDraft): Promise<Outcome<PartyChange>> {
  const problems = partyFaults(draft);
  if (problems.length > 0) return { ok: false, problems };
  return ports.work.run(async (stores) => {
    await stores.ownership.lock();
    const parties = await stores.parties.parties();
    const at = await stores.now();
    const made = partyAfter(draft, parties, ports.newId(), at);
    if (!made.ok) return made;
    const changed = made.value;
    const before: Parties = new Map(parties.map((party) => [party.id, party]));
    const was = before.get(changed.id) ?? null;
    const after: Parties = new Map([...before, [changed.id, changed] as const]);
    const leftIds = was === null ? [] : leftBehind(before, after, changed);
    const successor = successorOf(draft, after);
    const objections = [
      ...objectionsTo(caller, draft, was, changed, leftIds),
      ...(successor.ok ? [] : successor.problems),
    ];
    if (objections.length > 0 || !successor.ok) return { ok: false, problems: objections };
    const leaves = leftIds.length > 0 ? await readLeaves(stores, before, changed, leftIds) : null;
    const losesNow = was?.active === true && leaves !== null && leaves.ruleCount > 0;
    if (losesNow && successor.value === null && draft.leaveOrphaned !== true)
      return refused(successorRequired(changed, leaves));
    await stores.parties.saveParty(changed, at);
    await auditParty(stores, caller, was, changed, after);
    await keepWriters(stores, was, changed, before);
    const handed =
      successor.value === null
        ? null
        : await handOver(ports, stores, caller.actor, {
            changed,
            successor: successor.value,
            leftIds,
            parties: after,
            at,
          });
    if (was && changesApprovers(was, changed, handed)) {
      const asked = [...new Set([...concerned(parties, [changed.id]), ...leftIds])];
      await reaskReviews(stores, caller.actor, asked, handed?.successors ?? new Map());
    }
    if (was?.active === true && !changed.active) {
      await auditDeactivation(stores, caller, changed, leaves, successor.value, handed);
    }
    return accepted({ id: changed.id, leaves, warnings: await engineeringWarnings(stores, before, after, at) });
  });
}

/**
 * What a team has written is everybody's who was in it then: who is taken out of it does not thereby become somebody else,
 * who could approve it (design 4.3).
 */
async function keepWriters(stores: Stores, was: Party | null, changed: Party, parties: Parties): Promise<void> {
  const gone = (was?.memberIds ?? []).filter((id) => !changed.memberIds.includes(id));
  const members = gone.flatMap((id): Actor[] => {
    const party = parties.get(id);
    return party ? [{ kind: 'USER', id: `party:${id}`, name: party.name, partyId: id }] : [];
  });
  if (members.length > 0) await stores.requests.leaveTeam(changed.id, members);
}

/** What stands against a change beside the parties themselves. */
function objectionsTo(
  caller: Caller,
  draft: PartyDraft,
  was: Party | null,
  changed: Party,
  leftIds: readonly string[],
): Problem[] {
  const problems: Problem[] = [];
  // Else the last ADMIN could lock everybody out.
  if (was?.active === true && !changed.active && caller.actor.partyId === changed.id) {
    problems.push(problem('WRONG_STATE', 'nobody deactivates themselves; ask another ADMIN', ['active']));
  }
  if (draft.successor && leftIds.length === 0) {
    const message = `${foldCode(draft.code)} leaves nothing that a successor could take over`;
    problems.push(problem('INVALID_FORMAT', message, ['successor']));
  }
  if (draft.successor && draft.leaveOrphaned === true) {
    problems.push(problem('INVALID_FORMAT', 'either somebody takes over, or nobody', ['leaveOrphaned']));
  }
  return problems;
}

function successorRequired({ code }: Party, { ruleCount, skuCount, skus }: PartyLeaves): Problem {
  const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
  const named = skus.slice(0, 5).join(', ') + (skuCount > 5 ? ', …' : '');
  const which = skuCount === 0 ? 'no SKU at present' : `${counted(skuCount, 'SKU')} (${named})`;
  const message = `${counted(ruleCount, 'ownership rule')}, deciding ${which}, would be left to ${code} with nobody to answer: name a successor, or say leaveOrphaned`;
  return problem('SUCCESSOR_REQUIRED', message, ['successor']);
}

function changesApprovers(was: Party, changed: Party, handed: HandedOver | null): boolean {
  const of = (party: Party): (string | boolean | null)[] => [
    party.active,
    ...party.memberIds.toSorted(),
    party.delegateId,
    ...[party.delegateFrom, party.delegateUntil, party.awayFrom, party.awayUntil].map(
      (turn) => turn?.toISOString() ?? null,
    ),
  ];
  return handed !== null || !sameJson(of(was), of(changed));
}

/** A party as the audit log keeps it: by codes, without the address, which is nobody's to read for ever. */
async function auditParty(
  stores: Stores,
  { actor }: Caller,
  was: Party | null,
  changed: Party,
  parties: Parties,
): Promise<void> {
  const told = (party: Party): object => ({
    kind: party.kind,
    name: party.name,
    active: party.active,
    engineering: party.engineering,
    members: party.memberIds.flatMap((id) => parties.get(id)?.code ?? []).toSorted(),
    delegate: party.delegateId === null ? null : (parties.get(party.delegateId)?.code ?? null),
    delegateFrom: party.delegateFrom,
    delegateUntil: party.delegateUntil,
    awayFrom: party.awayFrom,
    awayUntil: party.awayUntil,
  });
  const data = { ...told(changed), was: was && told(was) };
  await stores.audit([{ actor, type: 'PARTY_SET', subject: changed.code, data }]);
}

async function auditDeactivation(
  stores: Stores,
  { actor }: Caller,
  changed: Party,
  leaves: PartyLeaves | null,
  successor: Party | null,
  handed: HandedOver | null,
): Promise<void> {
  const data = {
    successor: successor?.code ?? null,
    rules: leaves?.ruleCount ?? 0,
    skus: leaves?.skuCount ?? 0,
    orphaned: successor === null ? (leaves?.skuCount ?? 0) : 0,
    joined: handed?.joined ?? [],
    delegateOf: handed?.delegateOf ?? [],
  };
  await stores.audit([{ actor, type: 'PARTY_DEACTIVATED', subject: changed.code, data }]);
}
