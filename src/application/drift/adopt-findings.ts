import type { Actor, Caller } from '../../domain/actor.js';
import { editorsIn } from '../../domain/drift/edited-by.js';
import type { FieldRule } from '../../domain/drift/source-of-truth.js';
import { ruleOf } from '../../domain/drift/source-of-truth.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import { addRequest } from '../change/create-change-request.js';
import { lockReached } from '../change/plan/lock-reached.js';
import type { LockedFinding } from '../ports/finding-store.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import { reasonFaults } from '../../domain/given-reason.js';
import { confirmHeld } from '../truth/confirm-held.js';
import { checkFindings, missedIn } from './check-findings.js';
import type { Proposal } from './resolve/adoption.js';
import { changesTogether, contradictions, nestedBundles, ownPrices, proposalsOf } from './resolve/adoption.js';
import { byFinding, ofFinding } from './resolve/problems-by-finding.js';

/** What the adoption came to: the request that proposes it. */
export interface Adoption {
  ids: string[];
  changeRequestId: string;
}

/**
 * Proposes the observed values as one change request. Nobody approves their own, also not this way: the findings end as
 * ADOPTED when somebody else has approved it and it is applied. All of them or none: each that cannot be adopted is told.
 * Asked once more for just what is proposed already, it answers the same request.
 */
export async function adoptFindings(
  ports: Ports,
  caller: Caller,
  { ids: named, reason }: { ids: string[]; reason: string },
): Promise<Outcome<Adoption>> {
  const faults = reasonFaults(reason);
  if (caller.actor.partyId === null) faults.push(problem('PARTY_REQUIRED', 'this key belongs to no party'));
  if (faults.length > 0) return { ok: false, problems: faults };
  const ids = [...new Set(named)];
  return ports.work.run(async (stores) => {
    await lockMasters(ports, stores, ids);
    const locked = await stores.findings.lock(ids);
    const problems = checkFindings(named, locked, ['OPEN', 'ACKNOWLEDGED']);
    if (problems.length > 0) return { ok: false, problems };
    const again = proposedAlready(locked);
    if (again !== null) return accepted({ ids, changeRequestId: again });
    const { rules } = await stores.truth.acting();
    const others = locked.filter((finding) => !isHeld(finding, rules));
    if (others.length < locked.length) return adoptHeld(ports, stores, caller, { locked, others, named, reason });
    const proposals = await proposalsOf(ports, stores, locked);
    problems.push(...(await objections(ports, proposals, named)));
    if (problems.length > 0) return { ok: false, problems };
    return propose(ports, stores, caller, { proposals, named, reason });
  });
}

async function editorsOf(stores: Stores, { actor }: Caller, locked: readonly LockedFinding[]): Promise<Actor[]> {
  const editors = editorsIn(
    locked.map(({ attribution }) => attribution),
    await stores.parties.parties(),
  );
  return editors.filter(({ partyId }) => partyId !== actor.partyId);
}

/** The request may be applied at once, so that what it changes is locked before the findings, as at any apply. */
async function lockMasters(ports: Ports, stores: Stores, ids: readonly string[]): Promise<void> {
  const changes = changesTogether(await proposalsOf(ports, stores, await stores.findings.read(ids)));
  await lockReached(stores, null, changes, await stores.catalog.world(changes, { lock: true }));
}

/** The request that proposes all of them already; null where there is none, or more than one. */
function proposedAlready(locked: readonly LockedFinding[]): string | null {
  const [first, ...others] = locked.map(({ changeRequestId }) => changeRequestId);
  return first != null && others.every((each) => each === first) ? first : null;
}

async function objections(ports: Ports, proposals: readonly Proposal[], named: readonly string[]): Promise<Problem[]> {
  const locked = proposals.map(({ finding }) => finding);
  const own = proposals.flatMap(({ finding, changes }) => {
    if (finding.changeRequestId !== null)
      return [{ finding, fault: problem('ALREADY_DECIDED', `${finding.target} is proposed for adoption already`) }];
    return changes.ok ? [] : changes.problems.map((fault) => ({ finding, fault }));
  });
  const among = [
    ...contradictions(proposals),
    ...(await ownPrices(ports, locked)),
    ...(await nestedBundles(ports, locked)),
  ];
  return [...own, ...among].map(({ finding, fault }) => ofFinding(named, finding.id, fault));
}

async function propose(
  ports: Ports,
  stores: Stores,
  caller: Caller,
  { proposals, named, reason }: { proposals: readonly Proposal[]; named: readonly string[]; reason: string },
): Promise<Outcome<Adoption>> {
  const changes = changesTogether(proposals);
  const ids = proposals.map(({ finding }) => finding.id);
  const systems = [...new Set(proposals.map(({ finding }) => finding.system))].join(', ');
  const title = `Adopt ${ids.length} value${ids.length === 1 ? '' : 's'} found in ${systems}`;
  const request = {
    draft: { title, reason: reason.trim(), idempotencyKey: null, changes },
    changes,
    asDraft: false,
    origin: 'ADOPTION' as const,
    // Who made the edit there has written what is proposed: it is theirs to approve no more than the caller's.
    editors: await editorsOf(
      stores,
      caller,
      proposals.map(({ finding }) => finding),
    ),
  };
  const added = await addRequest(ports, stores, caller, request, async (id) => {
    await stores.findings.proposeAdoption(ids, caller.actor, id, reason.trim());
    await stores.records.takeBackCreation(missedIn(proposals.map(({ finding }) => finding)));
  });
  if (!added.ok) return { ok: false, problems: byFinding(named, proposals, changes, added.problems) };
  return accepted({ ids, changeRequestId: added.value.id });
}

/** Of what a system owns by the matrix in force: once it is the master's again, its values are approved by people. */
function isHeld({ healing, field, system }: LockedFinding, rules: readonly FieldRule[]): boolean {
  return healing === 'HELD' && ruleOf(rules, field ?? '')?.owner === system;
}

/** An owner's values that came in such numbers that a person looks first: the matrix has approved them, and now so has somebody. */
async function adoptHeld(
  ports: Ports,
  stores: Stores,
  caller: Caller,
  {
    locked,
    others,
    named,
    reason,
  }: {
    locked: readonly LockedFinding[];
    others: readonly LockedFinding[];
    named: readonly string[];
    reason: string;
  },
): Promise<Outcome<Adoption>> {
  if (others.length > 0) {
    const message = 'this waits for an approval, and the others are what a system owns: adopt the two apart';
    return refused(...others.map(({ id }) => ofFinding(named, id, problem('NOT_RESOLVABLE_HERE', message))));
  }
  const outcome = await confirmHeld(ports, stores, caller, locked, reason.trim());
  if (outcome.ok) return accepted({ ids: locked.map(({ id }) => id), changeRequestId: outcome.value.changeRequestId });
  return refused(...outcome.problems.map(({ findingId, fault }) => ofFinding(named, findingId, fault)));
}
