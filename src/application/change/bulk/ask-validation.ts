import type { Actor } from '../../../domain/actor.js';
import type { ChangeRequest } from '../../ports/change-request-store.js';
import type { Stores } from '../../ports/unit-of-work.js';

/** So many changes are checked and planned while their author waits; more of them as a job (design 4.3). */
const CHECKED_IN_CALL = 500;

export function isBulk(changes: readonly unknown[]): boolean {
  return changes.length > CHECKED_IN_CALL;
}

/**
 * Lets a request be checked and planned as a job: VALIDATING from now on, and in review or a draft again after it. What was
 * found wrong with it before says nothing of what it is now.
 * @param by who asked for it. @param submit: it goes into review where nothing is wrong with it.
 */
export async function askValidation(
  stores: Stores,
  request: Pick<ChangeRequest, 'id' | 'number'> & { changes: readonly unknown[] },
  by: Actor,
  submit: boolean,
): Promise<void> {
  const changes = request.changes.length;
  await stores.requests.update(request.id, { state: 'VALIDATING', problems: [], conflicts: [], warnings: [] });
  await stores.validations.ask({ requestId: request.id, actor: by, submit, changes });
  await stores.audit([
    { actor: by, type: 'CHANGE_REQUEST_VALIDATING', subject: request.number, data: { changes, submit } },
  ]);
  await stores.wake.validationDue();
}
