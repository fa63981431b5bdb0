import { timingSafeEqual } from 'node:crypto';
import { hashOfSecret } from '../domain/access/secret-hash.js';

/** What is known of whoever asks for /metrics. */
export interface Scraper {
  /** Of the connection itself. */
  remoteAddress: string | undefined;
  authorization: string | undefined;
  /** Whether a proxy handed it on, as its headers say. */
  isForwarded: boolean;
}

/**
 * Who may read /metrics: with a token set, who bears it, from wherever; without one, who asks from this very machine and
 * was not handed on by a proxy on it, which makes everybody look local. Figures are no secret as such, but codes of systems
 * and how much fails are nobody's business outside.
 */
export function mayReadMetrics(scraper: Scraper, token: string | null): boolean {
  if (token !== null) {
    const given = /^Bearer +(\S+)$/i.exec(scraper.authorization ?? '')?.[1];
    return given !== undefined && timingSafeEqual(hashOfSecret(given), hashOfSecret(token));
  }
  return !scraper.isForwarded && /^(::ffff:)?127\.|^::1$/.test(scraper.remoteAddress ?? '');
}
