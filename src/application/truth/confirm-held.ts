import type { Caller } from '../../domain/actor.js';
import type { Problem } from '../../domain/problem.js';
import { problem } from '../../domain/problem.js';
import { adoptedPatch } from '../drift/adopted-patch.js';
import { ownPrices } from '../drift/resolve/adoption.js';
import type { LockedFinding } from '../ports/finding-store.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import type { Taking } from './take-over.js';
import { misfits, plannedTakeOver, takenValue, targetOf, writeTakeOver } from './take-over.js';

type Confirmed =
  { ok: true; value: { changeRequestId: string } } | { ok: false; problems: { findingId: string; fault: Problem }[] };

/**
 * Takes over values that bulk safety held, because somebody has looked at them: applied at once, as the matrix has approved
 * them, and the findings end as ADOPTED. All of them or none.
 * @param locked HELD findings of one system.
 */
export async function confirmHeld(
  ports: Ports,
  stores: Stores,
  caller: Caller,
  locked: readonly LockedFinding[],
  reason: string,
): Promise<Confirmed> {
  const [first] = locked;
  const system = first?.system ?? '';
  const strays = locked.filter((each) => each.system !== system);
  if (strays.length > 0) return refusal(strays, problem('NOT_RESOLVABLE_HERE', `adopt what ${system} owns by itself`));
  const own = await ownPrices(ports, locked);
  if (own.length > 0)
    return { ok: false, problems: own.map(({ finding, fault }) => ({ findingId: finding.id, fault })) };
  const patches = locked.map((finding) => ({ finding, patch: adoptedPatch(finding.field ?? '', finding.found) }));
  const unfit = patches.flatMap(({ finding, patch }) =>
    patch.ok ? [] : patch.problems.map((fault) => ({ findingId: finding.id, fault })),
  );
  if (unfit.length > 0) return { ok: false, problems: unfit };
  const takings = patches.flatMap(({ finding, patch }): Taking[] =>
    patch.ok ? [{ value: finding, patch: patch.value }] : [],
  );
  const [changes, set] = await plannedTakeOver(ports, stores, takings);
  if (set.problems.length + set.conflicts.length > 0) {
    const targets = misfits(set, changes);
    const of = locked.filter((each) => targets === null || targets.has(targetOf(each)));
    const message = set.problems.map((each) => each.message).join('; ') || 'the master was changed meanwhile';
    return refusal(of, problem('NOT_RESOLVABLE_HERE', message));
  }
  const { version } = await stores.truth.acting();
  const besides = `, and looked at by ${caller.actor.name}: ${reason}`;
  const values = locked.flatMap((finding) => takenValue({ ...finding, source: null, findingId: finding.id }));
  const changeRequestId = await writeTakeOver(ports, stores, { system, version, changes, set, values, besides });
  await stores.findings.close(locked.map(({ id }) => ({ findingId: id, resolution: 'ADOPTED', by: caller.actor })));
  const data = { system, findings: locked.length, reason };
  await stores.audit([{ actor: caller.actor, type: 'HELD_VALUES_ADOPTED', subject: system, data }]);
  return { ok: true, value: { changeRequestId } };
}

function refusal(of: readonly LockedFinding[], fault: Problem): Confirmed {
  return { ok: false, problems: of.map(({ id }) => ({ findingId: id, fault })) };
}
