import type { Problem } from '../../../domain/problem.js';
import type { ChangeRequest } from '../../ports/change-request-store.js';
import type { Stores } from '../../ports/unit-of-work.js';
import { nobodyLeft } from '../plan-request.js';
import { comparePlan } from './keep-plan.js';
import type { LockedPlan } from './plan-under-locks.js';

/**
 * What policy asks by now of people who are not to be found. Whoever has approved it already has approved it, though they
 * have left since; what nobody has, nobody can, and then it is not applied.
 */
export async function nobodyToAsk(
  stores: Pick<Stores, 'plans'>,
  request: Pick<ChangeRequest, 'id' | 'requirements' | 'approvedBy'>,
  { planned: { unanswered }, plan }: LockedPlan,
): Promise<Problem[]> {
  if (unanswered.length === 0) return [];
  const { missing } = await comparePlan(stores, request, unanswered, plan);
  return missing.length === 0 ? [] : [nobodyLeft([...new Set(missing.flatMap(({ targets }) => targets))])];
}
