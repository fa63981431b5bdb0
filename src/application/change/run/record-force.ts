import { forceApplied } from '../../../domain/alerts/occasions.js';
import type { ApprovalRequirement } from '../../../domain/change/approval.js';
import { givenFor } from '../../../domain/change/approval.js';
import type { ChangeSet, World } from '../../../domain/change/draft.js';
import type { Skipped } from '../../../domain/change/forced.js';
import { skippedText } from '../../../domain/change/forced.js';
import type { ChangeRequest, Forced } from '../../ports/change-request-store.js';
import type { Ports } from '../../ports/ports.js';
import type { Stores } from '../../ports/unit-of-work.js';
import { freezeOver } from './hold-request.js';

/** What it would have waited for. */
export async function skippedBy(
  stores: Stores,
  { approvedBy, effectiveAt }: Pick<ChangeRequest, 'approvedBy' | 'effectiveAt'>,
  planned: { set: ChangeSet; world: World },
  missing: readonly ApprovalRequirement[],
): Promise<Skipped> {
  const approvals = missing.reduce((sum, each) => sum + Math.max(0, each.count - givenFor(each, approvedBy)), 0);
  const window = await freezeOver(stores, planned);
  const isEarly = effectiveAt !== null && effectiveAt > (await stores.now());
  return { approvals, freeze: window?.name ?? null, effectiveAt: isEarly ? effectiveAt.toISOString() : null };
}

/** A request was applied by force: the audit log, an alert at once and the operators' log say by whom, why, and what was skipped. */
export async function recordForce(
  ports: Ports,
  stores: Stores,
  request: ChangeRequest,
  { actor, reason }: Forced,
  skipped: Skipped,
): Promise<void> {
  const data = { reason, was: request.state, skipped: { ...skipped } };
  await stores.audit([{ actor, type: 'CHANGE_REQUEST_FORCED', subject: request.number, data }]);
  await stores.alerts.raise([forceApplied(request, actor.name, reason, skippedText(skipped))]);
  ports.log('warn', 'a request was applied by force', { request: request.number, by: actor.name, reason, ...skipped });
}
