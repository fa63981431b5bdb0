import type { Actor, Caller } from '../../domain/actor.js';
import { definitionsOf } from '../../domain/attributes/read-attribute-list.js';
import type { ProposedChange } from '../../domain/change/change.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import { gtinRulesOf } from '../../domain/settings/gtin-setting.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import { askValidation, isBulk } from './bulk/ask-validation.js';
import type { Telling } from './bulk/told-progress.js';
import type { ChangeRequestDraft } from './change-draft.js';
import { placedInDraft, readChangeRequest } from './change-draft.js';
import { enterReview } from './enter-review.js';
import { effectiveFaults } from './effective-at.js';
import { workOutPlan } from './plan/work-out-plan.js';
import { planRequest, withBases } from './plan-request.js';
import { keyUsed, sentUnder } from './request-key.js';
import { freezeForeseen } from './run/hold-request.js';
import { restOfProblems } from './rest-of-problems.js';

/**
 * Creates a change request and, unless `asDraft`, submits it at once. A request with problems that is to be submitted
 * is refused whole, with every problem; a draft is kept with its problems, so that it can be mended. A large one is refused
 * for its form only: what the master says to it is worked out as a job, and stands with the request.
 */
export async function createChangeRequest(
  ports: Ports,
  caller: Caller,
  draft: ChangeRequestDraft,
  asDraft: boolean,
): Promise<Outcome<{ id: string }>> {
  if (caller.actor.partyId === null) {
    return refused(problem('PARTY_REQUIRED', 'this key belongs to no party, so nobody would answer for the request'));
  }
  const { changes, problems } = await readDraft(ports, draft);
  if (problems.length > 0) {
    return ports.work.run(async (stores) => {
      const used = await otherUnderKey(stores, caller, [draft, changes, asDraft, problems]);
      const late = effectiveFaults(draft.effectiveAt ?? null, await stores.now());
      // Of a draft, what the master says against it keeps nothing back; a large request is not made to wait for it.
      const rest =
        asDraft || isBulk(changes) ? [] : await restOfProblems(ports, stores, caller.actor, { changes, problems });
      return refused(...inOrder([...used, ...late, ...problems, ...placedInDraft(rest, draft.changes)]));
    });
  }
  const request = { draft, changes, asDraft, origin: 'REQUEST' as const };
  const add = isBulk(changes) ? addForValidation : addRequest;
  const outcome = await ports.work.run((stores) => add(ports, stores, caller, request));
  return outcome.ok ? outcome : { ok: false, problems: placedInDraft(outcome.problems, draft.changes) };
}

/** That another body was sent under the key of a draft whose form does not hold; what does not hold is not in the comparison. */
async function otherUnderKey(
  stores: Stores,
  caller: Caller,
  [draft, changes, asDraft, problems]: [ChangeRequestDraft, unknown, boolean, readonly Problem[]],
): Promise<Problem[]> {
  if (problems.some(({ field }) => field?.[0] === 'idempotencyKey')) return [];
  const sent = await sentUnder(caller, draft.idempotencyKey, ['create', asDraft, draft, changes]);
  const before = await keyUsed(stores, sent);
  return before && !before.ok ? before.problems : [];
}

/** The changes of a draft in canonical form, and what is wrong with it whatever the master says. */
export async function readDraft(
  ports: Ports,
  draft: ChangeRequestDraft,
): Promise<{ changes: ProposedChange[]; problems: Problem[] }> {
  const systems = (await ports.operations.systems()).map((system) => system.code);
  const settings = await ports.settings.current();
  return readChangeRequest(draft, systems, definitionsOf(settings.attributes), gtinRulesOf(settings.gtin));
}

/** What is wrong with the request itself, and then change by change. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const at = ({ field }: Problem): number => (field?.[0] === 'changes' && field[1] ? Number(field[1]) : -1);
  return problems.toSorted((a, b) => at(a) - at(b));
}

export interface NewRequest {
  draft: Pick<ChangeRequestDraft, 'title' | 'reason' | 'idempotencyKey' | 'effectiveAt'> & { changes: unknown };
  changes: ProposedChange[];
  asDraft: boolean;
  origin: 'REQUEST' | 'ADOPTION' | 'IMPORT';
  /** The applied request that it takes back. */
  revertsId?: string;
  /** Whose it is as well, beside its author: they do not approve it either. */
  editors?: readonly Actor[];
  /** Told how far its changes are, where there are many and somebody watches. */
  told?: Telling;
}

/**
 * Adds a request whose changes are sound in themselves; inside a unit of work, so that adoption can link findings to it
 * before the request enters review (and, where nobody is asked, is applied at once).
 */
export async function addRequest(
  ports: Ports,
  stores: Stores,
  caller: Caller,
  request: NewRequest,
  beforeReview: (id: string) => Promise<void> = () => Promise.resolve(),
): Promise<Outcome<{ id: string }>> {
  const { draft, asDraft } = request;
  const effectiveAt = draft.effectiveAt ?? null;
  const sent = await sentUnder(caller, draft.idempotencyKey, ['create', asDraft, draft, request.changes]);
  const before = await keyUsed(stores, sent);
  if (before) return before;
  const changes = await withBases(stores, request.changes);
  const { editors, told } = request;
  const checking = { lock: false, ...(editors && { editors }), ...(told && { told: told.checked }) };
  const planned = await planRequest(ports, stores, changes, caller.actor, checking);
  const late = effectiveFaults(effectiveAt, await stores.now());
  if (late.length > 0 || (!asDraft && planned.problems.length > 0)) {
    return { ok: false, problems: asDraft ? late : [...late, ...planned.problems] };
  }
  const { id, number } = await keep(ports, stores, caller, { ...request, changes });
  if (sent) await stores.requests.keepIdempotency({ ...sent, requestId: id });
  await beforeReview(id);
  const plan = told && !asDraft ? await workOutPlan(ports, stores, planned, told.planned) : null;
  if (!asDraft) await enterReview(ports, stores, { id, effectiveAt }, planned, caller.actor, plan);
  else {
    const { conflicts } = planned.set;
    const warnings = [...planned.set.warnings, ...(await freezeForeseen(stores, planned, effectiveAt))];
    await stores.requests.update(id, { state: 'DRAFT', problems: planned.problems, conflicts, warnings });
    await stores.audit([
      { actor: caller.actor, type: 'CHANGE_REQUEST_DRAFTED', subject: number, data: { changes: changes.length } },
    ]);
  }
  return accepted({ id });
}

/** Adds a request of many changes, which is checked and planned as a job: nothing but its form has been looked at yet. */
export async function addForValidation(
  ports: Ports,
  stores: Stores,
  caller: Caller,
  request: NewRequest,
): Promise<Outcome<{ id: string }>> {
  const { draft, asDraft } = request;
  const sent = await sentUnder(caller, draft.idempotencyKey, ['create', asDraft, draft, request.changes]);
  const before = await keyUsed(stores, sent);
  if (before) return before;
  const late = effectiveFaults(draft.effectiveAt ?? null, await stores.now());
  if (late.length > 0) return { ok: false, problems: late };
  // What the author could see when they wrote is the present, however long the job takes to come round to it.
  const changes = await withBases(stores, request.changes);
  const added = await keep(ports, stores, caller, { ...request, changes });
  if (sent) await stores.requests.keepIdempotency({ ...sent, requestId: added.id });
  await askValidation(stores, { ...added, changes }, caller.actor, !asDraft);
  return accepted({ id: added.id });
}

async function keep(
  ports: Ports,
  stores: Stores,
  caller: Caller,
  { draft, changes, origin, revertsId, editors }: NewRequest,
): Promise<{ id: string; number: string }> {
  const id = ports.newId();
  const number = await stores.requests.add({
    id,
    title: draft.title.trim(),
    reason: draft.reason,
    origin,
    author: caller.actor,
    effectiveAt: draft.effectiveAt ?? null,
    changes: changes.map((change) => ({ ...change, id: ports.newId() })),
    editors: editors ?? [],
    revertsId: revertsId ?? null,
  });
  return { id, number };
}
