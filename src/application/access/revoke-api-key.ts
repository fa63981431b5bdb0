import type { Caller } from '../../domain/actor.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { Ports } from '../ports/ports.js';

/** Ends a key at once: the next call that bears it is not signed in. */
export async function revokeApiKey(ports: Ports, caller: Caller, keyId: string): Promise<Outcome<{ keyId: string }>> {
  return ports.work.run(async (stores) => {
    const revoked = await stores.parties.revokeKey(keyId, await stores.now());
    if (!revoked) return refused(problem('NOT_FOUND', 'there is no such live key', ['keyId']));
    await stores.audit([{ actor: caller.actor, type: 'API_KEY_REVOKED', subject: keyId, data: {} }]);
    return accepted({ keyId });
  });
}
