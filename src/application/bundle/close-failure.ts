import type { Caller } from '../../domain/actor.js';
import { textFault } from '../../domain/catalog/read-sku-fields.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { Ports } from '../ports/ports.js';

/**
 * Closes the failure of a version: somebody has seen to it, and says how.
 * @returns NOT_FOUND, WRONG_STATE where it is closed already, REQUIRED without a comment.
 */
export async function closeVersionFailure(
  ports: Ports,
  { actor }: Caller,
  id: string,
  comment: string,
): Promise<Outcome<{ id: string }>> {
  const said = comment.trim();
  const fault = said === '' ? { code: 'REQUIRED' as const, message: 'say what was done about it' } : textFault(said);
  if (fault) return refused(problem(fault.code, fault.message, ['comment']));
  const failure = (await ports.bundles.failuresByIds([id])).get(id);
  if (!failure) return refused(problem('NOT_FOUND', 'there is no such failure', ['id']));
  return ports.work.run(async (stores) => {
    if (!(await stores.bundles.closeFailure(id, actor, said))) {
      return refused(problem('WRONG_STATE', 'it is closed already', ['id']));
    }
    const data = { at: failure.dueAt, kind: failure.kind, comment: said };
    const [bundle] = [...(await ports.catalog.skusByIds([failure.bundleId], null)).values()];
    const subject = bundle?.code ?? failure.bundleId;
    await stores.audit([{ actor, type: 'BUNDLE_VERSION_FAILURE_CLOSED', subject, data }]);
    return accepted({ id });
  });
}
