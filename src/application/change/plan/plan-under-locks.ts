import type { ProposedChange } from '../../../domain/change/change.js';
import { takeEffectOf } from '../../bundle/take-effect.js';
import type { ChangeRequest } from '../../ports/change-request-store.js';
import type { Ports } from '../../ports/ports.js';
import type { Stores } from '../../ports/unit-of-work.js';
import type { PlannedRequest } from '../plan-request.js';
import { planRequest } from '../plan-request.js';
import { lockReached } from './lock-reached.js';
import type { WorkedPlan } from './work-out-plan.js';
import { workOutPlan } from './work-out-plan.js';

/** A request planned on locked rows: true until the transaction ends. */
export interface LockedPlan {
  planned: PlannedRequest;
  plan: WorkedPlan;
}

/**
 * Plans a request once and for all in this transaction: every guard runs on locked rows, and what it would write is known.
 * The records are locked before their findings are read, so that nobody changes one in a system, and has it written over,
 * between the plan and the revision: whoever sees such a change waits, and it is a finding that opened after the request.
 */
export async function planUnderLocks(
  ports: Ports,
  stores: Stores,
  request: Pick<ChangeRequest, 'id' | 'changes' | 'author' | 'editors' | 'requirements' | 'approvedBy'>,
  how: { evenIfFrozen: boolean } = { evenIfFrozen: false },
): Promise<LockedPlan> {
  const { id, changes, author, editors } = request;
  // A version whose time has come is in force before what this request makes of the bundle, though no job came by yet.
  const bundles = changes.filter(({ operation }) => operation === 'BUNDLE_SET').map(({ target }) => target);
  if (bundles.length > 0) {
    const locked = async (due: readonly ProposedChange[]): Promise<void> => {
      const all = [...due, ...changes];
      await lockReached(stores, id, all, await stores.catalog.world(all, { lock: true }));
    };
    await takeEffectOf(ports, stores, bundles, { ...how, locked });
  }
  const planned = await planRequest(ports, stores, changes, author, { lock: true, editors, approvals: request });
  await lockReached(stores, id, changes, planned.world);
  return { planned, plan: await workOutPlan(ports, stores, planned) };
}
