import { takeEffectOf } from '../../bundle/take-effect.js';
import type { ChangeRequest } from '../../ports/change-request-store.js';
import type { Ports } from '../../ports/ports.js';
import type { Stores } from '../../ports/unit-of-work.js';
import type { PlannedRequest } from '../plan-request.js';
import { planRequest } from '../plan-request.js';
import type { WorkedPlan } from './work-out-plan.js';
import { workOutPlan } from './work-out-plan.js';

/** A request planned on locked rows: true until the transaction ends. */
export interface LockedPlan {
  planned: PlannedRequest;
  plan: WorkedPlan;
}

/** Plans a request once and for all in this transaction: every guard runs on locked rows, and what it would write is known. */
export async function planUnderLocks(
  ports: Ports,
  stores: Stores,
  { changes, author, editors }: Pick<ChangeRequest, 'changes' | 'author' | 'editors'>,
  how: { evenIfFrozen: boolean } = { evenIfFrozen: false },
): Promise<LockedPlan> {
  // A version whose time has come is in force before what this request makes of the bundle, though no job came by yet.
  const bundles = changes.filter(({ operation }) => operation === 'BUNDLE_SET').map(({ target }) => target);
  if (bundles.length > 0) await takeEffectOf(ports, stores, bundles, how);
  const planned = await planRequest(ports, stores, changes, author, { lock: true, editors });
  return { planned, plan: await workOutPlan(ports, stores, planned) };
}
