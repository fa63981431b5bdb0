import type { FieldConflict } from '../../domain/change/change.js';
import type { Problem } from '../../domain/problem.js';
import type { ChangeRequest } from '../ports/change-request-store.js';
import type { Stores } from '../ports/unit-of-work.js';

/** A request does not fit the present any more: it tells why, with all four facts of each conflict, and the audit log that it does. */
export async function putInConflict(
  stores: Stores,
  request: Pick<ChangeRequest, 'id' | 'number' | 'author'>,
  found: { conflicts: readonly FieldConflict[]; problems: readonly Problem[]; warnings: readonly Problem[] },
): Promise<void> {
  await stores.requests.update(request.id, { state: 'CONFLICTED', ...found });
  const data = { conflicts: found.conflicts.length, problems: found.problems.length };
  await stores.audit([{ actor: request.author, type: 'CHANGE_REQUEST_CONFLICTED', subject: request.number, data }]);
}
