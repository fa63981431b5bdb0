import type { Caller } from '../../../domain/actor.js';
import { withEditor } from '../../../domain/change/authors.js';
import type { ProposedChange } from '../../../domain/change/change.js';
import { changeKey, editedTargets, targetKey, withEarlierBases } from '../../../domain/change/rebase.js';
import type { Json } from '../../../domain/primitives/json.js';
import type { Outcome } from '../../../domain/problem.js';
import { problem, refused } from '../../../domain/problem.js';
import type { ChangeRequest, StoredChange } from '../../ports/change-request-store.js';
import type { Ports } from '../../ports/ports.js';
import type { Stores } from '../../ports/unit-of-work.js';
import type { ChangeRequestDraft } from '../change-draft.js';
import { placedInDraft } from '../change-draft.js';
import { askValidation, isBulk } from '../bulk/ask-validation.js';
import { inOrder, readDraft } from '../create-change-request.js';
import { effectiveFaults } from '../effective-at.js';
import type { PlannedRequest } from '../plan-request.js';
import { planRequest, withBases } from '../plan-request.js';
import { keyUsed, sentUnder } from '../request-key.js';
import { restOfProblems } from '../rest-of-problems.js';
import { goOn } from './go-on.js';
import { objectionsTo } from './own-request.js';

/** What was proposed before, for as many targets; more of it makes no audit event any clearer. */
const REMEMBERED = 100;

/**
 * Gives a request other content: all of it, as at creation. A draft stays a draft; any other is judged anew, and refused
 * whole, with every problem, where it does not hold. An edit voids the approvals of the rules that it touches, and only
 * those; another effective time touches all of them. What names no base revision keeps the one it had, so that nobody's
 * edit in between is run over unseen. Sent twice, it does nothing the second time.
 */
export async function updateChangeRequest(
  ports: Ports,
  caller: Caller,
  id: string,
  draft: ChangeRequestDraft,
): Promise<Outcome<{ id: string }>> {
  const read = await readDraft(ports, draft);
  return ports.work.run(async (stores) => {
    const request = await stores.requests.lock(id);
    if (!request) return refused(problem('NOT_FOUND', 'there is no such change request', ['id']));
    const sent = await sentUnder(caller, draft.idempotencyKey, ['update', id, draft, read.changes]);
    const before = await keyUsed(stores, sent);
    // What does not hold is not in the comparison: a body with faults is never the one that was answered before.
    if (before?.ok && read.problems.length === 0) return before;
    if (before && !before.ok) return { ok: false, problems: before.problems.map(inInput) };
    const objections = objectionsTo(request, caller, 'UPDATE');
    if (objections.length > 0) return { ok: false, problems: objections };
    const late = (await isOtherTime(stores, request, draft)) ?? [];
    if (read.problems.length > 0) {
      const rest = request.state === 'DRAFT' ? [] : await restOfProblems(ports, stores, request.author, read);
      const found = inOrder([...late, ...read.problems, ...placedInDraft(rest, draft.changes)]);
      return { ok: false, problems: found.map(inInput) };
    }
    const changes = await withBases(stores, withEarlierBases(read.changes, request.changes));
    const editors = withEditor(request, caller.actor);
    if (request.state === 'DRAFT' && isBulk(changes) && late.length === 0) {
      await rewrite(ports, stores, caller, { request, draft, changes, planned: null });
      if (sent) await stores.requests.keepIdempotency({ ...sent, requestId: id });
      return { ok: true, value: { id } };
    }
    const planned = await planRequest(ports, stores, changes, request.author, { lock: false, editors });
    const refusals = request.state === 'DRAFT' ? late : [...late, ...planned.problems];
    if (refusals.length > 0) return { ok: false, problems: placedInDraft(refusals, draft.changes).map(inInput) };
    await rewrite(ports, stores, caller, { request, draft, changes, planned });
    if (sent) await stores.requests.keepIdempotency({ ...sent, requestId: id });
    return { ok: true, value: { id } };
  });
}

/** Problems of the input stand beside those of the id, which is an argument of its own. */
function inInput<T extends { field: string[] | null }>(each: T): T {
  return each.field === null || each.field[0] === 'id' ? each : { ...each, field: ['input', ...each.field] };
}

/** What is wrong with another effective time; null where it stays what it was, be it past by now. */
async function isOtherTime(
  stores: Stores,
  { effectiveAt }: ChangeRequest,
  draft: ChangeRequestDraft,
): Promise<ReturnType<typeof effectiveFaults> | null> {
  const wanted = draft.effectiveAt ?? null;
  return sameInstant(effectiveAt, wanted) ? null : effectiveFaults(wanted, await stores.now());
}

function sameInstant(a: Date | null, b: Date | null): boolean {
  return a?.toISOString() === b?.toISOString();
}

interface Edit {
  request: ChangeRequest;
  draft: ChangeRequestDraft;
  changes: ProposedChange[];
  /** Null: it is checked as a job. */
  planned: PlannedRequest | null;
}

async function rewrite(
  ports: Ports,
  stores: Stores,
  { actor }: Caller,
  { request, draft, changes, planned }: Edit,
): Promise<void> {
  const head = { title: draft.title.trim(), reason: draft.reason, effectiveAt: draft.effectiveAt ?? null };
  const edited = editedTargets(request.changes, changes);
  const isMoved = !sameInstant(request.effectiveAt, head.effectiveAt);
  const isSame = edited.length === 0 && !isMoved && head.title === request.title && head.reason === request.reason;
  const editors = isSame ? request.editors : withEditor(request, actor);
  const stored = withIds(ports, changes, request.changes);
  if (!isSame) await stores.requests.rewrite(request.id, { ...head, editors }, stored);
  const all = [...request.requirements, ...(planned?.requirements ?? [])].flatMap(({ targets }) => targets);
  const now = { ...request, ...head, editors, changes: stored };
  const voided = planned ? await goOn(ports, stores, now, planned, isMoved ? all : edited) : [];
  if (isSame) return;
  const targets = edited.slice(0, REMEMBERED);
  const data = { edited: targets, editedCount: edited.length, voided, before: whatWas(request, targets) };
  await stores.audit([{ actor, type: 'CHANGE_REQUEST_UPDATED', subject: request.number, data }]);
  if (!planned) await askValidation(stores, now, actor, false);
}

/** A change of the same target keeps its id, so that whoever has read the request can still name it. */
function withIds(ports: Ports, changes: readonly ProposedChange[], before: readonly StoredChange[]): StoredChange[] {
  const known = Map.groupBy(before, changeKey);
  return changes.map((change) => ({ ...change, id: known.get(changeKey(change))?.shift()?.id ?? ports.newId() }));
}

function whatWas({ changes, effectiveAt, title }: ChangeRequest, targets: readonly string[]): Json {
  const was = changes
    .filter((change) => targets.includes(targetKey(change)))
    .map(({ operation, target, baseRevision, patch }) => ({ operation, target, baseRevision, patch }));
  return { title, effectiveAt: effectiveAt?.toISOString() ?? null, changes: was };
}
