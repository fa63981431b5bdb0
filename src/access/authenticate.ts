import { timingSafeEqual } from 'node:crypto';
import type { Caller } from '../domain/actor.js';
import type { Ports } from '../application/ports/ports.js';
import { hashOfSecret } from '../domain/access/secret-hash.js';

/**
 * Who bears this token; null for nobody. The answer takes as long for a wrong key as for none.
 * @param bootstrapKey an ADMIN key from the configuration, accepted from the start.
 */
export async function authenticate(
  ports: Pick<Ports, 'apiKeys'>,
  bootstrapKey: string | null,
  token: string,
): Promise<Caller | null> {
  const hash = hashOfSecret(token);
  if (bootstrapKey !== null && timingSafeEqual(hash, hashOfSecret(bootstrapKey))) {
    return { actor: { kind: 'API_KEY', id: 'bootstrap', name: 'bootstrap key', partyId: null }, roles: ['ADMIN'] };
  }
  const key = await ports.apiKeys.liveKey(hash);
  if (!key || (key.partyId !== null && !key.partyActive)) return null;
  return {
    actor: { kind: 'API_KEY', id: key.id, name: key.partyName ?? key.name, partyId: key.partyId },
    roles: key.roles,
  };
}
