import type { Caller } from '../../../domain/actor.js';
import { textFault } from '../../../domain/catalog/read-sku-fields.js';
import type { Outcome } from '../../../domain/problem.js';
import { accepted, problem, refused } from '../../../domain/problem.js';
import type { Ports } from '../../ports/ports.js';

/** A conversation that is longer is held elsewhere; all of it is shown with the request. */
export const COMMENT_LIMIT = 1_000;

/** Says something about a request, in whatever state it is. What was said stays. */
export async function commentChangeRequest(
  ports: Ports,
  caller: Caller,
  id: string,
  body: string,
): Promise<Outcome<{ id: string }>> {
  const text = body.trim();
  const fault = text === '' ? { code: 'REQUIRED' as const, message: 'a comment says something' } : textFault(text);
  return ports.work.run(async (stores) => {
    const problems = fault ? [problem(fault.code, fault.message, ['body'])] : [];
    const request = await stores.requests.lock(id);
    if (!request) problems.push(problem('NOT_FOUND', 'there is no such change request', ['id']));
    if (!request || problems.length > 0) return { ok: false, problems };
    if ((await stores.requests.countComments(id)) >= COMMENT_LIMIT) {
      return refused(problem('TOO_MANY', `a request has at most ${COMMENT_LIMIT} comments`, ['id']));
    }
    await stores.requests.comment({ id: ports.newId(), requestId: id, actor: caller.actor, body: text });
    const data = { body: text };
    await stores.audit([{ actor: caller.actor, type: 'CHANGE_REQUEST_COMMENTED', subject: request.number, data }]);
    return accepted({ id });
  });
}
