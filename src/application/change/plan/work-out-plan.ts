import type { Commitments } from '../../../domain/change/plan/commitments.js';
import type { ReachedSku } from '../../../domain/change/plan/reached.js';
import { reachedSkus } from '../../../domain/change/plan/reached.js';
import type { WritePlan } from '../../../domain/change/plan/write-plan.js';
import { NO_WRITES } from '../../../domain/change/plan/write-plan.js';
import { canonicalPieces } from '../../../domain/primitives/json.js';
import type { Ports } from '../../ports/ports.js';
import { hashInTurns, inTurns, Turns } from '../../ports/turns.js';
import type { Stores } from '../../ports/unit-of-work.js';
import type { PlannedRequest } from '../plan-request.js';
import { planningWrites } from './plan-writes.js';

/** What a request does beyond the master, and what whoever approves it commits to. */
export interface WorkedPlan extends WritePlan {
  reached: ReachedSku[];
  /** Over the commitments: equal where the same would be written. */
  hash: string;
}

/**
 * Works out what a planned request would do to every system, from what was last seen there: no network, nothing written
 * or locked, the same number of statements whatever its size. What does not hold is not applied, so it writes nothing.
 * @param told how much of it is worked out, from 0 to 1.
 */
export async function workOutPlan(
  ports: Pick<Ports, 'masterCurrency'>,
  stores: Pick<Stores, 'plans' | 'truth'>,
  { set, world }: Pick<PlannedRequest, 'set' | 'world'>,
  told?: (share: number) => void,
): Promise<WorkedPlan> {
  if (set.problems.length + set.conflicts.length > 0) {
    return { ...NO_WRITES, reached: [], hash: await hashOf(NO_WRITES.commitments) };
  }
  const lanes = await stores.plans.lanes(set);
  const { rules, version: policyVersion } = await stores.truth.acting();
  const house = { masterCurrency: ports.masterCurrency, rules, policyVersion };
  const plan = await inTurns(planningWrites(set, lanes, house), told);
  const hash = await hashOf(plan.commitments);
  const turns = new Turns();
  const reached = reachedSkus(world, set, plan.writes);
  await turns.next();
  return { ...plan, reached, hash };
}

function hashOf(commitments: Commitments): Promise<string> {
  return hashInTurns(canonicalPieces(commitments));
}
