import { createHash } from 'node:crypto';

/**
 * What is stored of an API key. A plain SHA-256 without salt is enough, because a key holds 256 random bits: there is
 * no dictionary to try, and a look-up on every call must be quick. Pure: same secret, same hash.
 */
export function hashOfSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Keys begin like this, so that secret scanners can find one that leaked. */
export const SECRET_PREFIX = 'skw_';
