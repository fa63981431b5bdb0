import { policyActor } from '../../../domain/actor.js';
import type { ChangeSet, World } from '../../../domain/change/draft.js';
import { planChanges } from '../../../domain/change/plan-changes.js';
import { ruleOf } from '../../../domain/drift/source-of-truth.js';
import { freezeOver } from '../../change/run/hold-request.js';
import { lockReached } from '../../change/plan/lock-reached.js';
import { withBases } from '../../change/plan-request.js';
import { writeChangeSet } from '../../change/write-change-set.js';
import type { LockedFinding } from '../../ports/finding-store.js';
import type { Ports } from '../../ports/ports.js';
import type { Stores } from '../../ports/unit-of-work.js';
import type { Proposal } from './adoption.js';
import { changesTogether, contradictions, findingsAt, nestedBundles, ownPrices, proposalsOf } from './adoption.js';
import { closeAdopted } from './close-adopted.js';

/** Findings of one transaction, and transactions of one call. */
const AT_ONCE = 200;
const ROUNDS = 100;

/**
 * Does what the signed matrix says of findings that are on record: asks for the revert of what is AUTO_REVERT, and takes
 * into the master what is AUTO_ADOPT, by a request of the SYSTEM actor that a version of the matrix has approved. Level
 * triggered: it looks at what is to be healed, whoever found it, so that a crash in between loses nothing. What cannot be
 * healed by itself is left to people, with the reason.
 * @param system null: of all systems.
 */
export async function healFindings(ports: Ports, system: string | null): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const healed = await ports.work.run(async (stores) => {
      const waiting = await stores.findings.healing(system, AT_ONCE);
      const ids = waiting.map(({ id }) => id);
      return ids.length === 0 ? 0 : healSome(ports, stores, ids);
    });
    if (healed === 0) return;
  }
}

/** Answers how many are dealt with: healed, or left to people. Those that a freeze holds wait. */
async function healSome(ports: Ports, stores: Stores, ids: readonly string[]): Promise<number> {
  const named = await stores.findings.read(ids);
  const wished = changesTogether(await proposalsOf(ports, stores, named.filter(isAdopted)));
  await lockReached(stores, null, wished, await stores.catalog.world(wished, { lock: true }));
  const locked = (await stores.findings.lock(ids)).filter(isWaiting);
  const { rules, version } = await stores.truth.acting();
  const says = ({ field }: LockedFinding): string => ruleOf(rules, field ?? '')?.onDrift ?? 'FLAG';
  const stopped = new Set(await stores.scans.systemsHeld());
  const over = locked.filter((each) => each.healing !== says(each) || stopped.has(each.system));
  await stores.findings.leaveToPeople(
    over.map(({ id, note, system }) => ({
      id,
      note:
        note ??
        (stopped.has(system)
          ? `a scan of ${system} is held: nothing heals by itself before somebody has looked`
          : `version ${version} of the matrix no longer says so`),
    })),
  );
  const due = locked.filter((each) => !over.includes(each));
  const reverts = due.filter(({ healing }) => healing === 'AUTO_REVERT');
  if (reverts.length > 0) await revert(stores, reverts, version);
  const adopted = await adopt(ports, stores, due.filter(isAdopted), version);
  return over.length + reverts.length + adopted;
}

function isAdopted({ healing }: LockedFinding): boolean {
  return healing === 'AUTO_ADOPT';
}

/** Nobody has begun with it, and no person has taken it into their own hands. */
function isWaiting({ state, healing, revertRequestedBy }: LockedFinding): boolean {
  return state === 'OPEN' && healing !== null && revertRequestedBy === null;
}

async function revert(stores: Stores, findings: readonly LockedFinding[], version: number): Promise<void> {
  const actor = policyActor(version);
  const ids = findings.map(({ id }) => id);
  await stores.findings.requestRevert(ids, actor, `AUTO_REVERT, approved by policy v${version}`);
  const records = [...new Set(findings.flatMap(({ recordId }) => recordId ?? []))];
  await stores.wake.deliveriesDue(await stores.deliveries.enqueueRecords(records));
  await stores.audit(
    findings.map(({ target, field, found, system }) => ({
      actor,
      type: 'DRIFT_REVERT',
      subject: target,
      data: { system, field, found, policyVersion: version },
    })),
  );
}

async function adopt(
  ports: Ports,
  stores: Stores,
  findings: readonly LockedFinding[],
  version: number,
): Promise<number> {
  if (findings.length === 0) return 0;
  const all = await proposalsOf(ports, stores, findings);
  const left = await unfit(ports, all);
  let taking = all.filter(({ finding }) => !left.has(finding.id));
  let set = await planned(ports, stores, taking);
  // Of what does not fit, the rest goes in all the same; twice at most, because without it something else may not fit.
  for (let round = 0; set.problems.length + set.conflicts.length > 0; round += 1) {
    for (const { finding, why } of misfits(taking, set, round < 2)) left.set(finding.id, why);
    taking = taking.filter(({ finding }) => !left.has(finding.id));
    set = await planned(ports, stores, taking);
  }
  await stores.findings.leaveToPeople([...left].map(([id, why]) => ({ id, note: `not adopted by itself: ${why}` })));
  if (taking.length === 0) return left.size;
  const isFrozen = (await freezeOver(stores, { set, world: set.world })) !== null;
  if (!isFrozen) await write(ports, stores, taking, set, version);
  return left.size + (isFrozen ? 0 : taking.length);
}

/** Why findings cannot be adopted whatever the rest of the master is like. */
async function unfit(ports: Ports, proposals: readonly Proposal[]): Promise<Map<string, string>> {
  const findings = proposals.map(({ finding }) => finding);
  const among = [
    ...contradictions(proposals),
    ...(await ownPrices(ports, findings)),
    ...(await nestedBundles(ports, findings)),
  ];
  const own = proposals.flatMap(({ finding, changes }) =>
    changes.ok ? [] : changes.problems.map((fault) => ({ finding, fault })),
  );
  // A step of the lifecycle may be for good, and reaches every system: whoever takes it is a person.
  const steps = findings.flatMap((finding) =>
    finding.kind === 'LIFECYCLE' ? [{ finding, fault: { message: 'a person decides on a state' } }] : [],
  );
  return new Map([...own, ...among, ...steps].map(({ finding, fault }) => [finding.id, fault.message]));
}

type Planned = ChangeSet & {
  changes: Awaited<ReturnType<typeof withBases>>;
  world: World;
};

async function planned(ports: Ports, stores: Stores, taking: readonly Proposal[]): Promise<Planned> {
  const changes = await withBases(stores, changesTogether(taking));
  const world = await stores.catalog.world(changes, { lock: true });
  return { ...planChanges(world, changes, () => ports.newId(), { baseline: false }), changes, world };
}

/** Findings whose changes do not fit; all of them where nobody can tell which. */
function misfits(
  taking: readonly Proposal[],
  { problems, conflicts, changes }: Planned,
  canTell: boolean,
): { finding: LockedFinding; why: string }[] {
  const all = taking.map(({ finding }) => finding);
  if (conflicts.length > 0 || !canTell)
    return all.map((finding) => ({ finding, why: 'the master was changed meanwhile' }));
  return problems.flatMap(({ field, message }) => {
    const at = field?.[0] === 'changes' ? changes[Number(field[1])] : undefined;
    const of = findingsAt(taking, at);
    return (of.length > 0 ? of : all).map((finding) => ({ finding, why: message }));
  });
}

async function write(
  ports: Ports,
  stores: Stores,
  taking: readonly Proposal[],
  planned: Planned,
  version: number,
): Promise<void> {
  const { changes, ...set } = planned;
  const author = policyActor(version);
  const reason = `AUTO_ADOPT, approved by policy v${version}`;
  const systems = [...new Set(taking.map(({ finding }) => finding.system))].join(', ');
  const count = taking.length;
  const title = `Adopt ${count} value${count === 1 ? '' : 's'} found in ${systems}`;
  const id = ports.newId();
  const added = changes.map((change) => ({ ...change, id: ports.newId() }));
  const number = await stores.requests.add({
    id,
    title,
    reason,
    origin: 'ADOPTION',
    author,
    effectiveAt: null,
    changes: added,
  });
  const { warnings } = set;
  await stores.requests.update(id, { state: 'APPLIED', requirements: [], warnings, submitted: true, applied: true });
  const ids = taking.map(({ finding }) => finding.id);
  await stores.findings.proposeAdoption(ids, author, id, reason);
  if (set.skus.length + set.products.length > 0)
    await writeChangeSet(stores, set, { actor: author, reason, changeRequestId: id }, 'DELIVER');
  const linked = await stores.findings.adoptedBy(id);
  await closeAdopted(ports, stores, { author, changes: added }, linked);
  const data = { policyVersion: version, findings: ids.length };
  await stores.audit([{ actor: author, type: 'DRIFT_ADOPT', subject: number, data }]);
}
