import type { Json } from '../domain/primitives/json.js';
import type { DeliveryFault, ErrorClass } from '../domain/publishing/system.js';

/** No HTTP exchange lasts longer (design 3, point 4): the lease of a delivery must outlive it. */
export const EXCHANGE_MILLISECONDS = 20_000;

/** How much of a system's own answer is kept in a fault. */
const RAW_CHARACTERS = 4_000;

/** Codes of failures that happen before a single byte of a request has left: the write surely did not happen. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** A fault with what is not said left empty: no code, no wait, not ambiguous. */
export function faultOf(
  errorClass: ErrorClass,
  message: string,
  more: Partial<Omit<DeliveryFault, 'class' | 'message'>> = {},
): DeliveryFault {
  return { class: errorClass, message, code: null, retryAfterSeconds: null, ambiguous: false, raw: null, ...more };
}

/**
 * What a rejected `fetch`, or a body that broke off, means. Always TRANSIENT; ambiguous for a write unless it is known
 * that nothing was sent.
 */
export function networkFault(error: unknown, write: boolean): DeliveryFault {
  const code = failureCode(error);
  const sent = code === null || !NEVER_SENT.has(code);
  return faultOf('TRANSIENT', failureMessage(error, code), { code, ambiguous: write && sent });
}

/**
 * Seconds to wait as a Retry-After header asks for: decimal seconds (Shopify sends "2.0") or an HTTP date.
 * Null when there is none, or one that is neither.
 */
export function retryAfterSeconds(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d+(\.\d+)?$/.test(header.trim())) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, (at - now) / 1000);
}

/** A system's answer as a fault keeps it: JSON where it is JSON, cut to a sane length, and no secret of ours in it. */
export function rawOf(text: string, secrets: string[]): Json {
  return shortened(cleanOf(text, secrets));
}

/** The whole answer without our secrets, as JSON where it is JSON: what stands far behind may be what it says in words. */
export function cleanOf(text: string, secrets: string[]): Json {
  // JSON writes one text in many ways (`\/`, `\u002f`): first in ours, so that a secret is found however it was quoted.
  const clean = withoutSecrets(sameJsonText(text), secrets);
  return parsedJson(clean) ?? clean;
}

/** Too long an answer is kept as the beginning of its text. */
export function shortened(value: Json): Json {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > RAW_CHARACTERS ? text.slice(0, RAW_CHARACTERS) : value;
}

/** Text with every secret of ours blotted out: systems like to quote a request back, in whatever writing they speak. */
export function withoutSecrets(text: string, secrets: string[]): string {
  const forms = secrets.filter(Boolean).flatMap(writingsOf);
  return forms.reduce((clean, secret) => clean.replaceAll(secret, '[secret]'), text);
}

/** A secret as it is, in JSON, in JSON as PHP writes it, in an address, and in HTML. */
function writingsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const address = encodeURIComponent(secret.toWellFormed());
  const lower = address.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase());
  const html = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  return [...new Set([secret, json, json.replaceAll('/', '\\/'), address, lower, html])];
}

function sameJsonText(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

/** The text as JSON; undefined where it is none. */
export function parsedJson(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** Ends with the caller's signal or after the longest time that an exchange may take, whichever is first. */
export function exchangeSignal(signal: AbortSignal | undefined): AbortSignal {
  const limit = AbortSignal.timeout(EXCHANGE_MILLISECONDS);
  return signal ? AbortSignal.any([signal, limit]) : limit;
}

/** What fetch rejects with, as far as it is looked at. Not `instanceof Error`: such errors come from other realms too. */
interface Failure {
  name?: unknown;
  code?: unknown;
  message?: unknown;
  cause?: unknown;
}

function isFailure(error: unknown): error is Failure {
  return typeof error === 'object' && error !== null;
}

function failureCode(error: unknown): string | null {
  for (let at = error, depth = 0; isFailure(at) && depth < 5; at = at.cause, depth += 1) {
    if (typeof at.code === 'string') return at.code;
    if (at.name === 'TimeoutError') return 'TIMEOUT';
    if (at.name === 'AbortError') return 'ABORTED';
  }
  return null;
}

function failureMessage(error: unknown, code: string | null): string {
  if (code === 'TIMEOUT') return `no answer within ${EXCHANGE_MILLISECONDS / 1000} s`;
  if (code === 'ABORTED') return 'the call was broken off by us';
  const inner = isFailure(error) && isFailure(error.cause) ? error.cause : error;
  const text =
    isFailure(inner) && typeof inner.message === 'string' && inner.message ? inner.message : 'the connection failed';
  return code && !text.includes(code) ? `${text} (${code})` : text;
}
