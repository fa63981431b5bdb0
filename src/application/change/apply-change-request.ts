import type { ChangeRequest } from '../ports/change-request-store.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import { planRequest } from './plan-request.js';
import { writeChangeSet } from './write-change-set.js';

export type ApplyResult = 'APPLIED' | 'CONFLICTED';

/**
 * Applies an approved request in the caller's transaction: every guard runs again on locked rows, then revisions, feed,
 * audit and deliveries are written. What no longer fits puts the request to CONFLICTED, with all four facts of each
 * conflict or with its problems; nothing of it is applied then.
 */
export async function applyChangeRequest(ports: Ports, stores: Stores, request: ChangeRequest): Promise<ApplyResult> {
  const planned = await planRequest(ports, stores, request.changes, request.author, { lock: true });
  // Whether somebody could still approve is no longer the question: they have.
  const problems = planned.problems.filter(({ code }) => code !== 'NO_ELIGIBLE_APPROVER');
  const { conflicts } = planned.set;
  if (conflicts.length > 0 || problems.length > 0) {
    await stores.requests.update(request.id, { state: 'CONFLICTED', conflicts, problems });
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
  await stores.requests.update(request.id, { state: 'APPLIED', applied: true });
  const stamp = { actor: request.author, reason: request.reason, changeRequestId: request.id };
  const written = await writeChangeSet(stores, planned.set, stamp, 'DELIVER');
  await stores.audit([
    {
      actor: request.author,
      type: 'CHANGE_REQUEST_APPLIED',
      subject: request.number,
      data: { revisions: written.length },
    },
  ]);
  await closeAdopted(stores, request);
  return 'APPLIED';
}

/** What was adopted is the master's own now: what was found there counts as published, and the findings end. */
async function closeAdopted(stores: Stores, request: ChangeRequest): Promise<void> {
  const adopted = await stores.findings.adoptedBy(request.id);
  if (adopted.length === 0) return;
  const values = adopted.flatMap(({ recordId, field, found }) =>
    recordId && field ? [{ recordId, field, value: found }] : [],
  );
  await stores.records.adoptBase(values);
  await stores.findings.close(adopted.map(({ id }) => ({ findingId: id, resolution: 'ADOPTED', by: request.author })));
}
