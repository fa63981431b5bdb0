import { givenFor, wasMet } from '../../domain/change/approval.js';
import { withVoids } from '../../domain/change/void-approvals.js';
import { sameJson } from '../../domain/primitives/json.js';
import { foldCode } from '../../domain/primitives/text.js';
import { takeEffectOf } from '../bundle/take-effect.js';
import { adoptedPatch, adoptingOperation } from '../drift/adopted-patch.js';
import type { LockedFinding } from '../ports/finding-store.js';
import type { ChangeRequest, Forced } from '../ports/change-request-store.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import { planRequest } from './plan-request.js';
import { holdRequest } from './run/hold-request.js';
import { writeChangeSet } from './write-change-set.js';

export type ApplyResult = 'APPLIED' | 'CONFLICTED' | 'IN_REVIEW' | 'SCHEDULED';

/**
 * Applies an approved request in the caller's transaction: every guard runs again on locked rows, then revisions, feed,
 * audit and deliveries are written. What no longer fits puts the request to CONFLICTED, with all four facts of each
 * conflict or with its problems; nothing of it is applied then. Before its effective time, and in a freeze, it waits.
 * @param forced applied by force: without approvals, now and in a freeze; judged like any other.
 */
export async function applyChangeRequest(
  ports: Ports,
  stores: Stores,
  request: ChangeRequest,
  forced: Forced | null = null,
): Promise<ApplyResult> {
  // A version whose time has come is in force before what this request makes of the bundle, though no job came by yet.
  const bundles = request.changes.filter(({ operation }) => operation === 'BUNDLE_SET').map(({ target }) => target);
  if (bundles.length > 0) await takeEffectOf(ports, stores, bundles, { evenIfFrozen: forced !== null });
  const { editors, author } = request;
  const planned = await planRequest(ports, stores, request.changes, author, { lock: true, editors });
  // Whether somebody could still approve is no longer the question: they have. And where somebody else made the same
  // change meanwhile, there is nothing left to do, which is no problem.
  const problems = planned.set.problems;
  const { conflicts, warnings } = planned.set;
  if (conflicts.length > 0 || problems.length > 0) {
    await stores.requests.update(request.id, { state: 'CONFLICTED', conflicts, problems, warnings });
    await stores.audit([
      {
        actor: request.author,
        type: 'CHANGE_REQUEST_CONFLICTED',
        subject: request.number,
        data: { conflicts: conflicts.length, problems: problems.length },
      },
    ]);
    return 'CONFLICTED';
  }
  const { approvedBy, requirements: before } = request;
  const requirements = withVoids(planned.requirements, before);
  const missing = requirements.filter(
    (each) => givenFor(each, approvedBy) < each.count && !wasMet(each, before, approvedBy),
  );
  if (missing.length > 0 && !forced) {
    // The world moved: somebody is asked now who has not been. What was approved stays approved.
    await stores.requests.update(request.id, { state: 'IN_REVIEW', requirements, warnings });
    const data = { asked: missing.map(({ partyId }) => partyId) };
    await stores.audit([{ actor: request.author, type: 'CHANGE_REQUEST_REPLANNED', subject: request.number, data }]);
    return 'IN_REVIEW';
  }
  if (!forced && (await holdRequest(stores, request, planned))) return 'SCHEDULED';
  const outcome = { state: 'APPLIED' as const, problems: [], conflicts: [], warnings, applied: true };
  await stores.requests.update(request.id, forced ? { ...outcome, forced } : outcome);
  const stamp = { actor: request.author, reason: request.reason, changeRequestId: request.id };
  // Records and findings before deliveries and lanes, in the order of whoever publishes meanwhile.
  const linked = await stores.findings.adoptedBy(request.id);
  const written = await writeChangeSet(stores, planned.set, stamp, 'DELIVER');
  await stores.audit([
    {
      actor: request.author,
      type: 'CHANGE_REQUEST_APPLIED',
      subject: request.number,
      data: { revisions: written.length },
    },
  ]);
  await closeAdopted(stores, request, linked);
  return 'APPLIED';
}

/**
 * What was adopted is the master's own now: what was found there counts as published, and the findings end. A finding
 * whose value moved on since it was proposed is not what was approved: it stays open, free to be decided anew.
 */
async function closeAdopted(stores: Stores, request: ChangeRequest, linked: readonly LockedFinding[]): Promise<void> {
  const adopted = linked.filter((finding) => isProposed(request, finding));
  const moved = linked.filter((finding) => !adopted.includes(finding));
  if (moved.length > 0) await stores.findings.releaseAdoption(moved.map(({ id }) => id));
  if (adopted.length === 0) return;
  const values = adopted.flatMap(({ recordId, field, found }) =>
    recordId && field ? [{ recordId, field, value: found }] : [],
  );
  await stores.records.adoptBase(values);
  await stores.findings.close(adopted.map(({ id }) => ({ findingId: id, resolution: 'ADOPTED', by: request.author })));
}

/** Does the request propose just what the finding shows now? */
function isProposed(request: ChangeRequest, finding: LockedFinding): boolean {
  const { target, field, found } = finding;
  const patch = adoptedPatch(field ?? '', found);
  if (!patch.ok) return false;
  // A product and a SKU may bear one name: the operation tells which is meant.
  const operation = adoptingOperation(finding);
  const change = request.changes.find(
    (each) => each.operation === operation && foldCode(each.target) === foldCode(target),
  );
  return Object.entries(patch.value).every(([name, value]) => sameJson(change?.patch[name], value));
}
