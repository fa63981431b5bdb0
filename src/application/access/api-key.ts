import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits, so that a plain SHA-256 of it needs no salt and no slow hash. The prefix lets secret scanners find it. */
export function newSecret(): string {
  return `skw_${randomBytes(32).toString('base64url')}`;
}

export function hashOfSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
