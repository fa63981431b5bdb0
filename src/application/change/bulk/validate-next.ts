import type { ProposedChange } from '../../../domain/change/change.js';
import { isOfSku } from '../../../domain/change/change.js';
import { foldCode } from '../../../domain/primitives/text.js';
import type { Problem } from '../../../domain/problem.js';
import { problem } from '../../../domain/problem.js';
import type { ChangeRequest } from '../../ports/change-request-store.js';
import type { Ports } from '../../ports/ports.js';
import type { AskedValidation } from '../../ports/request-validations.js';
import type { Stores } from '../../ports/unit-of-work.js';
import { enterReview } from '../enter-review.js';
import type { WorkedPlan } from '../plan/work-out-plan.js';
import { workOutPlan } from '../plan/work-out-plan.js';
import type { PlannedRequest } from '../plan-request.js';
import { planRequest } from '../plan-request.js';
import { freezeForeseen } from '../run/hold-request.js';
import { ToldProgress } from './told-progress.js';

/** A request that takes its process with it each time does so no more often than this; then its author is told. */
const ATTEMPTS = 5;

/** What it was judged by moves meanwhile where others are quick: it is judged anew so often, and then goes on with what was found. */
const LOOKS = 3;

/**
 * Checks and plans the request that has waited longest, by the code that small ones go through, and without a lock: others
 * withdraw it, read and apply meanwhile. What comes of it is kept in one short transaction, all of it or nothing; whoever
 * dies on the way has changed nothing, and another begins anew.
 * @returns false when there was none.
 */
export async function validateNext(ports: Ports): Promise<boolean> {
  const runner = ports.newId();
  const asked = await ports.work.run((stores) => stores.validations.claim(runner));
  if (!asked) return false;
  if (asked.attempts > ATTEMPTS) {
    await ports.work.run((stores) => giveUp(ports, stores, asked, runner));
    return true;
  }
  const { requestId, changes } = asked;
  const told = new ToldProgress(ports, { request: requestId }, changes, (stores, phase, done) =>
    stores.validations.tell(requestId, runner, phase, done),
  );
  try {
    for (let left = LOOKS - 1, isSettled = false; !isSettled; left -= 1) {
      const judged = await ports.work.look((stores) => judge(ports, stores, asked.requestId, told));
      isSettled = await ports.work.run((stores) => settle(ports, stores, { asked, runner, judged, isLast: left <= 0 }));
    }
  } catch (error) {
    // It stays claimed until the claim runs out, so that what fails at once does not fail without a pause.
    const why = error instanceof Error ? error.stack : String(error);
    ports.log('error', 'a request could not be checked', {
      request: asked.requestId,
      attempt: asked.attempts,
      error: why,
    });
  } finally {
    await told.end();
  }
  return true;
}

interface Judged {
  planned: PlannedRequest;
  /** Where nothing is wrong with it. */
  plan: WorkedPlan | null;
}

/** Null where it is not to be judged any more. */
async function judge(ports: Ports, stores: Stores, id: string, told: ToldProgress): Promise<Judged | null> {
  const request = await stores.requests.read(id);
  if (request?.state !== 'VALIDATING') return null;
  const { changes, author, editors } = request;
  const checking = { lock: false, editors, told: told.checked };
  const planned = await planRequest(ports, stores, changes, author, checking);
  const isSound = planned.problems.length + planned.set.conflicts.length === 0;
  return { planned, plan: isSound ? await workOutPlan(ports, stores, planned, told.planned) : null };
}

/** @returns false where it has to be judged anew: somebody changed meanwhile what it was judged by. */
async function settle(
  ports: Ports,
  stores: Stores,
  { asked, runner, judged, isLast }: { asked: AskedValidation; runner: string; judged: Judged | null; isLast: boolean },
): Promise<boolean> {
  const { requestId: id } = asked;
  const request = await stores.requests.lock(id);
  const isWanted = request?.state === 'VALIDATING' && judged !== null;
  if (isWanted && !isLast && (await hasMoved(stores, request, judged.planned))) return false;
  // Else somebody else has taken it over, and comes to the same.
  if ((await stores.validations.finish(id, runner)) && isWanted) await keep(ports, stores, asked, request, judged);
  return true;
}

/** Whether one of the things that it changes has another revision by now, or is there only now. */
async function hasMoved(stores: Stores, { changes }: ChangeRequest, { world }: PlannedRequest): Promise<boolean> {
  const now = await stores.catalog.revisionsOf(changes);
  const was = ({ operation, target }: ProposedChange): number | undefined =>
    isOfSku(operation) ? world.skus.get(foldCode(target))?.revision : world.products.get(target)?.revision;
  const keyOf = ({ operation, target }: ProposedChange): string =>
    isOfSku(operation) ? `SKU:${foldCode(target)}` : `PRODUCT:${target}`;
  return changes.some((change) => was(change) !== now.get(keyOf(change)));
}

async function keep(
  ports: Ports,
  stores: Stores,
  { requestId: id, actor, submit }: AskedValidation,
  request: ChangeRequest,
  { planned, plan }: Judged,
): Promise<void> {
  if (submit && planned.problems.length === 0) return enterReview(ports, stores, request, planned, actor, plan);
  const { problems, set } = planned;
  const { conflicts } = set;
  const warnings = [...set.warnings, ...(await freezeForeseen(stores, planned, request.effectiveAt))];
  await stores.requests.update(id, { state: 'DRAFT', problems, conflicts, warnings });
  const data = { changes: request.changes.length, problems: problems.length };
  await stores.audit([{ actor, type: 'CHANGE_REQUEST_DRAFTED', subject: request.number, data }]);
}

async function giveUp(ports: Ports, stores: Stores, asked: AskedValidation, runner: string): Promise<void> {
  const { requestId: id, actor } = asked;
  const request = await stores.requests.lock(id);
  if (!(await stores.validations.finish(id, runner)) || request?.state !== 'VALIDATING') return;
  ports.log('error', 'a request is given up that could not be checked', { request: request.number });
  const problems: Problem[] = [problem('VALIDATION_FAILED', failedText(request.number), ['changes'])];
  await stores.requests.update(id, { state: 'DRAFT', problems });
  const data = { changes: request.changes.length, problems: problems.length };
  await stores.audit([{ actor, type: 'CHANGE_REQUEST_DRAFTED', subject: request.number, data }]);
}

function failedText(number: string): string {
  return `${number} could not be checked, ${ATTEMPTS} times over: a fault of ours, not of the request`;
}
