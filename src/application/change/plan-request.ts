import type { Actor } from '../../domain/actor.js';
import type { RuleExplained } from '../../domain/approvals/requirements.js';
import { askingFor } from '../../domain/approvals/requirements.js';
import { ownedTouch, touching } from '../../domain/approvals/touched.js';
import type { ApprovalRequirement, ApprovalWorld } from '../../domain/change/approval.js';
import type { ProposedChange } from '../../domain/change/change.js';
import type { ChangeSet, World } from '../../domain/change/draft.js';
import { planningChanges } from '../../domain/change/plan-changes.js';
import { ownerKeysOf } from '../../domain/ownership/resolve-owner.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Problem } from '../../domain/problem.js';
import { problem } from '../../domain/problem.js';
import type { ChangeRequest } from '../ports/change-request-store.js';
import type { Ports } from '../ports/ports.js';
import { inTurns, mapInTurns } from '../ports/turns.js';
import type { Stores } from '../ports/unit-of-work.js';

export interface PlannedRequest {
  set: ChangeSet;
  requirements: ApprovalRequirement[];
  /** What each rule of the policy makes of it. */
  explained: RuleExplained[];
  /** Targets that somebody has to approve and nobody could. */
  orphans: string[];
  /** What is asked of them. */
  unanswered: ApprovalRequirement[];
  problems: Problem[];
  /** What it was planned against. */
  world: World;
}

export interface PlanningOptions {
  /** At apply: what the plan was made from stays true until the transaction ends. */
  lock: boolean;
  /** Who edited it beside its author: they approve it no more than the author does. */
  editors?: readonly Actor[];
  /** What was asked for it and given up to now, where that is to stand. */
  approvals?: Pick<ChangeRequest, 'requirements' | 'approvedBy'>;
  /** Told how much of the changes is checked, from 0 to 1. */
  told?: (share: number) => void;
}

/**
 * What a request would do to the master as it is now, and who has to approve it: the same code before approval and at
 * apply, so that what was approved is what runs.
 */
export async function planRequest(
  ports: Pick<Ports, 'newId'>,
  stores: Stores,
  changes: readonly ProposedChange[],
  author: Actor,
  options: PlanningOptions,
): Promise<PlannedRequest> {
  const world = await stores.catalog.world(changes, options);
  const whose = { baseline: false, authorPartyId: author.partyId };
  const set = await inTurns(
    planningChanges(world, changes, () => ports.newId(), whose),
    options.told,
  );
  const touched = await inTurns(touching(world, set, changes));
  const at = await stores.now();
  const inForce = await stores.ownership.rulesInForce(ownerKeysOf(touched.flatMap(({ under }) => under)), at);
  const approving = await readApproving(stores, at);
  const owned = await mapInTurns(touched, (thing) => ownedTouch(thing, inForce));
  const { requirements, orphans, unanswered, explained } = await inTurns(
    askingFor(owned, world.settings.approvals, {
      ...approving,
      authorPartyId: author.partyId,
      editorPartyIds: (options.editors ?? []).flatMap(({ partyId }) => partyId ?? []),
      ...(options.approvals && { approvals: options.approvals }),
    }),
  );
  const nobody = orphans.length > 0 ? [nobodyLeft(orphans)] : [];
  const idle = set.products.length + set.skus.length + set.conflicts.length + set.problems.length === 0;
  const nothing = idle
    ? [problem('REQUIRED', 'nothing would change: the master is like this already', ['changes'])]
    : [];
  return {
    set,
    requirements,
    explained,
    orphans,
    unanswered,
    problems: [...set.problems, ...nobody, ...nothing],
    world,
  };
}

/** Where the author named no base revision, it is the present one: what they could see when they wrote. */
export async function withBases(stores: Stores, changes: readonly ProposedChange[]): Promise<ProposedChange[]> {
  const revisions = await stores.catalog.revisionsOf(changes);
  return changes.map((change) => {
    if (change.baseRevision !== null || change.operation === 'PRODUCT_CREATE' || change.operation === 'SKU_CREATE')
      return change;
    const key = change.operation === 'PRODUCT_UPDATE' ? `PRODUCT:${change.target}` : `SKU:${foldCode(change.target)}`;
    return { ...change, baseRevision: revisions.get(key) ?? null };
  });
}

/** Who may approve at all, whoever asks. */
export async function readApproving(
  stores: Stores,
  at: Date,
): Promise<Omit<ApprovalWorld, 'authorPartyId' | 'editorPartyIds' | 'approvals'>> {
  const parties = await stores.parties.parties();
  return {
    parties: new Map(parties.map((party) => [party.id, party])),
    approvers: await stores.parties.partiesWithRole('APPROVER'),
    admins: await stores.parties.partiesWithRole('ADMIN'),
    at,
  };
}

export function nobodyLeft(targets: readonly string[]): Problem {
  const named = targets.slice(0, 10).join(', ') + (targets.length > 10 ? ` and ${targets.length - 10} more` : '');
  return problem(
    'NO_ELIGIBLE_APPROVER',
    `besides its authors there are too few who could approve the changes of ${named}`,
    ['changes'],
  );
}
