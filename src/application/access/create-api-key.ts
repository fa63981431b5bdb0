import { randomBytes } from 'node:crypto';
import { hashOfSecret, SECRET_PREFIX } from '../../domain/access/secret-hash.js';
import type { Caller, Role } from '../../domain/actor.js';
import { lineFault } from '../../domain/catalog/read-sku-fields.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { Ports } from '../ports/ports.js';

export interface ApiKeyDraft {
  name: string;
  /** Code of the party that answers for what is done with the key. */
  party: string | null;
  roles: Role[];
  expiresAt: Date | null;
}

const SECRET_BYTES = 32;

/** Makes a key. The secret is answered once and kept nowhere; only its hash is stored. */
export async function createApiKey(
  ports: Ports,
  caller: Caller,
  draft: ApiKeyDraft,
): Promise<Outcome<{ secret: string; keyId: string }>> {
  const problems: Problem[] = [];
  const name = draft.name.trim();
  const fault = name === '' ? { code: 'REQUIRED' as const, message: 'a key has a name' } : lineFault(name);
  if (fault) problems.push(problem(fault.code, fault.message, ['name']));
  if (draft.roles.length === 0) problems.push(problem('REQUIRED', 'a key has at least one role', ['roles']));
  if (draft.expiresAt !== null && draft.expiresAt <= ports.clock.now()) {
    problems.push(problem('INVALID_FORMAT', 'the key would have expired already', ['expiresAt']));
  }
  if (problems.length > 0) return { ok: false, problems };
  return ports.work.run(async (stores) => {
    const party =
      draft.party === null
        ? null
        : (await stores.parties.parties()).find((each) => each.code === foldCode(draft.party ?? ''));
    if (party === undefined) return refused(problem('NOT_FOUND', `no party has the code ${draft.party}`, ['party']));
    // A team's key would let anybody of the team approve what another of it wrote, under one name.
    if (party?.kind === 'TEAM' && draft.roles.some((role) => role === 'APPROVER' || role === 'ADMIN')) {
      return refused(problem('INVALID_FORMAT', 'a team cannot approve; make a key for a person in it', ['party']));
    }
    const secret = SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
    const keyId = ports.newId();
    const key = {
      id: keyId,
      name,
      partyId: party?.id ?? null,
      roles: [...new Set(draft.roles)],
      expiresAt: draft.expiresAt,
    };
    await stores.parties.addKey({ ...key, hash: hashOfSecret(secret) });
    await stores.audit([
      {
        actor: caller.actor,
        type: 'API_KEY_CREATED',
        subject: name,
        data: { keyId, roles: key.roles, partyId: key.partyId },
      },
    ]);
    return accepted({ secret, keyId });
  });
}
