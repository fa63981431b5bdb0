import type { Party } from '../../domain/ownership/party.js';
import { isEngineering } from '../../domain/ownership/party.js';
import { approverWarning, ownerWarning } from '../../domain/ownership/rule-draft.js';
import type { Problem } from '../../domain/problem.js';
import { problem } from '../../domain/problem.js';
import type { Stores } from '../ports/unit-of-work.js';

/**
 * What should be seen where parties become owners: one that is engineering, and one of which nobody can sign in to approve.
 * Two statements, however many there are.
 */
export async function ownerWarnings(
  stores: Stores,
  owners: readonly Party[],
  parties: ReadonlyMap<string, Party>,
): Promise<Problem[]> {
  if (owners.length === 0) return [];
  const approvers = new Set([
    ...(await stores.parties.partiesWithRole('APPROVER')),
    ...(await stores.parties.partiesWithRole('ADMIN')),
  ]);
  return owners.flatMap((owner) =>
    [ownerWarning(owner, parties), approverWarning(owner, parties, approvers)].flatMap((each) => each ?? []),
  );
}

/** A party that owns SKUs is flagged as engineering, itself or as the last of a team that was not. */
export async function engineeringWarnings(
  stores: Stores,
  before: ReadonlyMap<string, Party>,
  after: ReadonlyMap<string, Party>,
  at: Date,
): Promise<Problem[]> {
  const turned = [...after.values()].filter((party) => {
    const was = before.get(party.id);
    return isEngineering(party, after) && !(was && isEngineering(was, before));
  });
  if (turned.length === 0) return [];
  const rules = await stores.ownership.liveRulesOf(
    turned.map(({ id }) => id),
    at,
  );
  const byOwner = Map.groupBy(rules, ({ ownerId }) => ownerId);
  return turned.flatMap(({ id, code }) => {
    const count = byOwner.get(id)?.length ?? 0;
    if (count === 0) return [];
    const message = `${code} is engineering now, and accountable by ${count} ownership rule${count === 1 ? '' : 's'}: let merchandising or operations own these SKUs`;
    return [problem('ENGINEERING_OWNER', message, ['engineering'])];
  });
}
