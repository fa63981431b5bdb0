import type { Actor, Caller } from '../../../domain/actor.js';
import type { ApprovalRequirement } from '../../../domain/change/approval.js';
import type { FieldConflict, ProposedChange } from '../../../domain/change/change.js';
import { Places } from '../../../domain/change/place.js';
import type { Problem } from '../../../domain/problem.js';
import { problem } from '../../../domain/problem.js';
import { foldCode } from '../../../domain/primitives/text.js';
import type { KeptPlanContent } from '../../ports/plan-store.js';
import type { ChangeRequest } from '../../ports/change-request-store.js';
import type { Ports } from '../../ports/ports.js';
import type { Stores } from '../../ports/unit-of-work.js';
import type { ChangeDraft } from '../change-draft.js';
import { placedInDraft } from '../change-draft.js';
import type { PlannedRequest, PlanningOptions } from '../plan-request.js';
import { planRequest, withBases } from '../plan-request.js';
import { inOrder, readDraft } from '../create-change-request.js';
import { effectiveFaults } from '../effective-at.js';
import { restOfProblems } from '../rest-of-problems.js';
import { freezeForeseen } from '../run/hold-request.js';
import { comparePlan } from './keep-plan.js';
import { nobodyToAsk } from './nobody-to-ask.js';
import type { LockedPlan } from './plan-under-locks.js';
import type { WorkedPlan } from './work-out-plan.js';
import { workOutPlan } from './work-out-plan.js';

/** What changes would do, as whoever writes or approves them sees it. */
export interface ChangePlan extends KeptPlanContent {
  errors: Problem[];
  warnings: Problem[];
  /** Approvals that policy asks for, and what counts no more of them. */
  requirements: ApprovalRequirement[];
  /** Parties that approved. */
  approvedBy: string[];
  hash: string;
  /** Whose plan it is; null: nobody has submitted it. */
  requestId: string | null;
}

/** States in which a request does nothing any more: its plan is the one that it ended with. */
const ENDED: readonly string[] = ['APPLIED', 'REJECTED', 'WITHDRAWN'];

/** Of what was never planned. */
const NOTHING = { writes: [], omissions: [], supersedes: [], silent: [], reached: [], hash: '' };

/** The plan of changes that nobody has submitted; nothing is written, whatever they are. */
export async function previewChanges(
  ports: Ports,
  caller: Caller,
  changes: readonly ChangeDraft[],
  effectiveAt: Date | null = null,
): Promise<ChangePlan> {
  const draft = { title: 'plan', reason: null, idempotencyKey: null, changes: [...changes] };
  const read = await readDraft(ports, draft);
  return ports.work.look(async (stores) => {
    const late = effectiveFaults(effectiveAt, await stores.now());
    if (read.problems.length > 0) {
      const rest = await restOfProblems(ports, stores, caller.actor, read);
      const errors = inOrder([...late, ...read.problems, ...placedInDraft(rest, draft.changes)]);
      return { ...NOTHING, errors, warnings: [], requirements: [], approvedBy: [], requestId: null };
    }
    const based = await withBases(stores, read.changes);
    const { planned, plan } = await workOut(ports, stores, based, caller.actor);
    const errors = [...late, ...placedInDraft(errorsOf(planned, based), draft.changes)];
    const frozen = await freezeForeseen(stores, planned, effectiveAt);
    const warnings = [...placedInDraft(planned.set.warnings, draft.changes), ...frozen];
    return { ...shownOf(plan), errors, warnings, requirements: planned.requirements, approvedBy: [], requestId: null };
  });
}

/** What a request would do to every system as things are now; of one that has ended, what it did, or would have done. */
export async function planOfRequest(ports: Ports, id: string): Promise<ChangePlan> {
  return ports.work.look(async (stores) => {
    const request = await stores.requests.read(id);
    if (!request) throw new Error(`there is no change request ${id}`);
    const { state, changes, author, editors, approvedBy, requirements } = request;
    if (ENDED.includes(state)) {
      const kept = await stores.plans.lastContent(id);
      return { ...(kept ?? NOTHING), errors: [], warnings: [], requirements, approvedBy, requestId: id };
    }
    const { planned, plan } = await workOut(ports, stores, changes, author, { editors, approvals: request });
    const standing = await comparePlan(stores, request, planned.requirements, plan);
    const warnings = [...planned.set.warnings, ...(await freezeForeseen(stores, planned, request.effectiveAt))];
    const problems = await problemsAtApply(stores, request, { planned, plan });
    const errors = errorsOf({ ...planned, problems }, changes);
    return { ...shownOf(plan), errors, warnings, requirements: standing.requirements, approvedBy, requestId: id };
  });
}

/**
 * What of its problems would keep it from being applied. Of a request that waits for nothing but approvals or its time, it is
 * none that somebody else made the same changes meanwhile: there is nothing left to do, and so it is done.
 */
async function problemsAtApply(stores: Stores, request: ChangeRequest, ready: LockedPlan): Promise<Problem[]> {
  const { set, problems } = ready.planned;
  if (request.state !== 'IN_REVIEW' && request.state !== 'SCHEDULED') return problems;
  return [...set.problems, ...(await nobodyToAsk(stores, request, ready))];
}

async function workOut(
  ports: Pick<Ports, 'newId' | 'masterCurrency'>,
  stores: Stores,
  changes: readonly ProposedChange[],
  author: Actor,
  whose: Omit<PlanningOptions, 'lock' | 'told'> = {},
): Promise<{ planned: PlannedRequest; plan: WorkedPlan }> {
  const planned = await planRequest(ports, stores, changes, author, { lock: false, ...whose });
  return { planned, plan: await workOutPlan(ports, stores, planned) };
}

/** What of a plan people look at; commitments tell the same once more, for comparing. */
function shownOf({
  writes,
  omissions,
  supersedes,
  silent,
  reached,
  hash,
}: WorkedPlan): KeptPlanContent & { hash: string } {
  return { writes, omissions, supersedes, silent, reached, hash };
}

/** Everything for which it could not be applied as it is; a conflict is one, though a request may be in it. */
function errorsOf({ problems, set, world }: PlannedRequest, changes: readonly ProposedChange[]): Problem[] {
  const places = new Places(changes);
  const told = set.conflicts.map((conflict) => {
    const isSku = world.skus.has(foldCode(conflict.target));
    const [field = ''] = conflict.field.split('.');
    return problem(
      'STALE_BASE',
      conflictTold(conflict),
      places.of(conflict.target, isSku ? null : conflict.target, [field]),
    );
  });
  return [...problems, ...told];
}

function conflictTold({ target, field, base, current, proposed }: FieldConflict): string {
  const [was, is, shall] = [base, current, proposed].map((value) => JSON.stringify(value));
  return `${field} of ${target} was ${was} when this was proposed, and is ${is} by now, instead of ${shall}`;
}
