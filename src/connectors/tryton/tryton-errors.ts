import type { Json } from '../../domain/primitives/json.js';
import type { DeliveryFault, ErrorClass } from '../../domain/publishing/system.js';
import { faultOf, rawOf, retryAfterSeconds, withoutSecrets } from '../faults.js';

/** Errors that Tryton raises by name. Their first argument is the text; a domain of tens of kilobytes may follow. */
const TYPED = new Set(['UserError', 'UserWarning', 'ConcurrencyException', 'LoginException']);

/**
 * What Tryton says in words alone, in the English that every call of ours asks for; from the beginning, since behind it
 * stands what people named things. A rule that keeps single records from being written is about these records alone, and no
 * reason to hold all others; one that keeps them from being read fails whatever is read together with them.
 */
const USER_ERRORS: [RegExp, ErrorClass][] = [
  [/^You are not allowed to (access "|read records ")/, 'AUTH'],
  [/^You are trying to (read|write to) records "[^]*that don't exist anymore/, 'NOT_FOUND'],
  [/^Code of active product must be unique/, 'CONFLICT'],
];

/** Texts of untyped errors that speak of the database beneath, and not of what was asked. */
const UNWELL =
  /connection|server closed|terminat|refused|could not (connect|translate)|starting up|shutting down|recovery mode|too many clients|deadlock|serializ|timeout|no space|disk full/i;

/** Tryton locks a login out for as long as its `session.timeout`, by default. */
const LOCKED_OUT_SECONDS = 300;
const TEXT_CHARACTERS = 500;

/**
 * What an error in a well-formed answer means. Untyped ones are what Python raised: the transaction is rolled back, unless
 * it broke while it was committed, so that a write is ambiguous.
 */
export function rpcFault(error: Json, write: boolean, secrets: string[]): DeliveryFault {
  const raw = rawOf(JSON.stringify(error), secrets);
  const [first, second] = Array.isArray(error) ? error : [error];
  const name = typeof first === 'string' && TYPED.has(first) ? first : null;
  if (name === null)
    return untyped(typeof first === 'string' ? first : JSON.stringify(first ?? ''), write, raw, secrets);
  const [text, description] = name === 'UserWarning' ? words(second).slice(1) : words(second);
  const message = clean([text, description].filter(Boolean).join(': ') || name, secrets);
  if (name === 'ConcurrencyException') return faultOf('CONFLICT', message, { code: name, raw });
  if (name === 'LoginException') return faultOf('AUTH', 'Tryton asks for more than a password', { code: name, raw });
  if (name === 'UserWarning')
    return faultOf('VALIDATION', `Tryton asks a person to confirm: ${message}`, { code: name, raw });
  const errorClass = USER_ERRORS.find(([pattern]) => pattern.test(message))?.[1] ?? 'VALIDATION';
  return faultOf(errorClass, message, { code: name, raw });
}

function untyped(text: string, write: boolean, raw: Json, secrets: string[]): DeliveryFault {
  const message = clean(text, secrets) || 'an error without a word';
  if (UNWELL.test(text))
    return faultOf('TRANSIENT', `Tryton cannot reach its database: ${message}`, {
      code: 'DATABASE',
      ambiguous: write,
      raw,
    });
  return faultOf('UNKNOWN', `Tryton broke over this: ${message}`, { code: 'SERVER_ERROR', ambiguous: write, raw });
}

/** What an answer means that is no answer to a call: a status of its own, or no JSON. */
export function httpFault(response: Response, text: string, write: boolean, secrets: string[]): DeliveryFault {
  const { status } = response;
  const more = { code: `HTTP_${status}`, raw: rawOf(text, secrets) };
  const wait = retryAfterSeconds(response.headers.get('Retry-After'), Date.now());
  switch (status) {
    case 401:
      return faultOf('AUTH', 'Tryton refused the user or the password', more);
    case 403:
      return faultOf('AUTH', `Tryton forbids this call: ${pageText(text)}`, more);
    case 404:
      return faultOf('AUTH', 'Tryton has no database of this name at this address', more);
    case 429:
      return faultOf('RATE_LIMITED', 'Tryton has locked this user out after too many failed sign-ins', {
        ...more,
        retryAfterSeconds: wait ?? LOCKED_OUT_SECONDS,
      });
    case 408:
      return faultOf('TRANSIENT', 'Tryton waited too long', { ...more, ambiguous: write });
    default:
  }
  if (status >= 500)
    return faultOf('TRANSIENT', `Tryton answered HTTP ${status}: ${pageText(text)}`, {
      ...more,
      retryAfterSeconds: wait,
      ambiguous: write,
    });
  if (response.ok) return noAnswer(text, write, secrets);
  return faultOf('VALIDATION', `Tryton answered HTTP ${status}: ${pageText(text)}`, more);
}

/**
 * Something answers under Tryton's address that is not Tryton: a page of maintenance, half an answer. It may pass, and what
 * was sent may have been done.
 */
export function noAnswer(text: string, write: boolean, secrets: string[]): DeliveryFault {
  const message = `what answered was no JSON of Tryton's: ${clean(pageText(text), secrets)}`;
  return faultOf('TRANSIENT', message, { code: 'NO_ANSWER', ambiguous: write, raw: rawOf(text, secrets) });
}

/** The call reached Tryton and was refused in words: nothing of it was done, and what else was in the call may be sent again. */
export function isRefusal(fault: DeliveryFault): boolean {
  return fault.class === 'VALIDATION' || fault.class === 'NOT_FOUND' || fault.class === 'CONFLICT' || isBroken(fault);
}

function isBroken(fault: DeliveryFault): boolean {
  return fault.class === 'UNKNOWN' && fault.code === 'SERVER_ERROR';
}

function words(value: Json | undefined): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.map((each) => (typeof each === 'string' ? each : ''));
}

function clean(text: string, secrets: string[]): string {
  const short = text.length > TEXT_CHARACTERS ? `${text.slice(0, TEXT_CHARACTERS)} …` : text;
  return withoutSecrets(short, secrets).trim();
}

/** What a person would read on a page of HTML. */
function pageText(text: string): string {
  const plain = text
    .replace(/<(script|style)\b[^]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return plain === '' ? 'nothing' : plain.slice(0, 200);
}
