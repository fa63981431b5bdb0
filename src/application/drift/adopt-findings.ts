import type { Actor, Caller } from '../../domain/actor.js';
import { textFault } from '../../domain/catalog/read-sku-fields.js';
import type { ProposedChange } from '../../domain/change/change.js';
import { editorsIn } from '../../domain/drift/edited-by.js';
import type { FieldValues } from '../../domain/primitives/json.js';
import { sameJson } from '../../domain/primitives/json.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import { addRequest } from '../change/create-change-request.js';
import { lockReached } from '../change/plan/lock-reached.js';
import type { LockedFinding } from '../ports/finding-store.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import { checkFindings } from './check-findings.js';
import { adoptedPatch, adoptingOperation } from './adopted-patch.js';

/** The name of somebody's reason should say something (design 4.3, force apply, and 4.8). */
const SHORTEST_REASON = 10;

/**
 * Proposes the observed values as one change request. Nobody approves their own, also not this way: the findings end as
 * ADOPTED when somebody else has approved it and it is applied.
 */
export async function adoptFindings(
  ports: Ports,
  caller: Caller,
  input: { ids: string[]; reason: string },
): Promise<Outcome<{ ids: string[]; changeRequestId: string }>> {
  if (input.reason.trim().length < SHORTEST_REASON) {
    return refused(problem('REASON_TOO_SHORT', `a reason has at least ${SHORTEST_REASON} characters`, ['reason']));
  }
  const fault = textFault(input.reason);
  if (fault) return refused(problem(fault.code, fault.message, ['reason']));
  if (caller.actor.partyId === null) return refused(problem('PARTY_REQUIRED', 'this key belongs to no party'));
  return ports.work.run(async (stores) => {
    await lockMasters(stores, input.ids);
    const locked = await stores.findings.lock(input.ids);
    const problems = checkFindings(input.ids, locked, ['OPEN', 'ACKNOWLEDGED']);
    const proposals = locked.map((finding) => ({ finding, patch: patchOf(finding) }));
    for (const { finding, patch } of proposals) {
      if (!patch.ok)
        problems.push(
          ...patch.problems.map((each) => ({ ...each, field: ['ids', String(input.ids.indexOf(finding.id))] })),
        );
    }
    problems.push(
      ...contradictions(locked, input.ids),
      ...(await ownPrices(ports, locked, input.ids)),
      ...(await nestedBundles(ports, locked, input.ids)),
    );
    if (problems.length > 0) return { ok: false, problems };
    const changes = changesOf(proposals);
    const title = `Adopt ${locked.length} value${locked.length === 1 ? '' : 's'} found in ${[...new Set(locked.map(({ system }) => system))].join(', ')}`;
    const request = {
      draft: { title, reason: input.reason, idempotencyKey: null, changes },
      changes,
      asDraft: false,
      origin: 'ADOPTION' as const,
      // Who made the edit there has written what is proposed: it is theirs to approve no more than the caller's.
      editors: await editorsOf(stores, caller, locked),
    };
    const added = await addRequest(ports, stores, caller, request, async (id) => {
      await stores.findings.proposeAdoption(input.ids, caller.actor, id, input.reason);
    });
    return added.ok ? accepted({ ids: input.ids, changeRequestId: added.value.id }) : added;
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
async function lockMasters(stores: Stores, ids: readonly string[]): Promise<void> {
  const findings = await stores.findings.read(ids);
  const changes = changesOf(findings.map((finding) => ({ finding, patch: patchOf(finding) })));
  await lockReached(stores, null, changes, await stores.catalog.world(changes, { lock: true }));
}

function patchOf(finding: LockedFinding): Outcome<FieldValues> {
  const refusal = refusalOf(finding);
  return refusal ? refused(refusal) : adoptedPatch(finding.field ?? '', finding.found);
}

function refusalOf(finding: LockedFinding): Problem | null {
  switch (finding.kind) {
    case 'RECODED':
      return problem('CODE_IMMUTABLE', `a code never changes; write ${finding.target} back in ${finding.system}`);
    case 'FIELD':
    case 'BUNDLE':
      return finding.changeRequestId
        ? problem('ALREADY_DECIDED', `${finding.target} is proposed for adoption already`)
        : null;
    case 'LIFECYCLE':
    case 'MISSING':
    case 'UNEXPECTED':
    case 'DUPLICATE':
      return problem(
        'NOT_RESOLVABLE_HERE',
        `a ${finding.kind} finding cannot be adopted; propose what you want as a change request`,
      );
  }
}

/** One field of one target can be adopted with one value: two systems that show two would overwrite each other. */
function contradictions(locked: readonly LockedFinding[], ids: readonly string[]): Problem[] {
  const first = new Map<string, LockedFinding>();
  return locked.flatMap((finding) => {
    const key = `${finding.target}|${finding.field}`;
    const other = first.get(key);
    if (!other) first.set(key, finding);
    if (!other || sameJson(other.found, finding.found)) return [];
    const message = `${finding.target}: ${finding.field} is another value in ${other.system} than in ${finding.system}; choose one`;
    return [problem('DUPLICATE_CHANGE', message, ['ids', String(ids.indexOf(finding.id))])];
  });
}

/** A price that a system has of its own, or in another currency, is no price of the master's. */
async function ownPrices(ports: Ports, locked: readonly LockedFinding[], ids: readonly string[]): Promise<Problem[]> {
  const money = locked.filter(({ field }) => field === 'price' || field === 'compareAtPrice' || field === 'cost');
  const skus = await ports.catalog.skusByIds(money.flatMap(({ skuId }) => skuId ?? []));
  const currencies = new Map((await ports.operations.systems()).map(({ code, currency }) => [code, currency]));
  return money.flatMap(({ id, skuId, system, target, field }) => {
    // A cost has no value of a system's own; it only has to be in the master's currency.
    const values = field === 'cost' ? [] : (skus.get(skuId ?? '')?.systemValues ?? []);
    const own = values.some((each) => each.system === system);
    if (!own && currencies.get(system) === ports.masterCurrency) return [];
    const message = own
      ? `${system} has a ${field} of its own for ${target}: propose a change of its systemValues instead`
      : `${system} counts in ${currencies.get(system)}, the master in ${ports.masterCurrency}: propose a change instead`;
    return [problem('NOT_RESOLVABLE_HERE', message, ['ids', String(ids.indexOf(id))])];
  });
}

/** Systems show bundles taken apart: taken over, that would lose which bundles are inside, and with them what changes there. */
async function nestedBundles(
  ports: Ports,
  locked: readonly LockedFinding[],
  ids: readonly string[],
): Promise<Problem[]> {
  const bundles = locked.filter(({ kind, skuId }) => kind === 'BUNDLE' && skuId !== null);
  if (bundles.length === 0) return [];
  const versions = await ports.bundles.inForce(
    bundles.flatMap(({ skuId }) => skuId ?? []),
    null,
  );
  const inside = await ports.catalog.skusByIds(
    [...versions.values()].flatMap(({ lines }) => lines.map(({ key }) => key)),
  );
  return bundles.flatMap(({ id, skuId, target, system }) => {
    const held = (versions.get(skuId ?? '')?.lines ?? []).flatMap(({ key }) => inside.get(key) ?? []);
    const nested = held.filter(({ kind }) => kind === 'BUNDLE').map(({ code }) => code);
    if (nested.length === 0) return [];
    const message = `${target} holds bundles (${nested.join(', ')}), which ${system} shows taken apart: adopting would lose them; propose the composition that you want by bundleSet`;
    return [problem('NOT_RESOLVABLE_HERE', message, ['ids', String(ids.indexOf(id))])];
  });
}

/** One change a record, so that values of one SKU are decided together. */
function changesOf(proposals: readonly { finding: LockedFinding; patch: Outcome<FieldValues> }[]): ProposedChange[] {
  const byTarget = new Map<string, ProposedChange>();
  for (const { finding, patch } of proposals) {
    if (!patch.ok) continue;
    const operation = adoptingOperation(finding);
    const key = `${operation}:${finding.target}`;
    const change = byTarget.get(key) ?? { operation, target: finding.target, baseRevision: null, patch: {} };
    Object.assign(change.patch, patch.value);
    byTarget.set(key, change);
  }
  return [...byTarget.values()];
}
