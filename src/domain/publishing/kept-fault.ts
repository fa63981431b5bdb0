import type { Json } from '../primitives/json.js';
import type { DeliveryFault } from './system.js';

const MESSAGE_CHARACTERS = 1_000;
const CODE_CHARACTERS = 100;
const RAW_CHARACTERS = 4_000;
const DEPTH = 20;

/** Names under which systems and proxies quote credentials back. */
const SECRET_NAME =
  /authorization|(?:^|[-_])auth(?:$|[-_])|cookie|session|token|secret|password|passwd|pwd|(?:api|private)[-_]?key|credential|hmac|signature/i;
/**
 * What looks like a credential wherever it stands: tokens of Shopify and Slack and our own keys, bearer tokens, JWTs, who signs in by an
 * address (postgres://user:password@host), and what is given to a name that says so (`password=…`, `"token": "…"`).
 */
const SECRET_TEXT = [
  /\bshp(?:at|ca|pa|ss|ua)_[0-9a-z]+/gi,
  /\bskw_[\w-]+/g,
  /\bxox[a-z]-[\w-]+/gi,
  /(?<=\bhooks\.slack\.com\/)[^\s"'<>]+/gi,
  /\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g,
  /(?<=\b[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#"'<>@]*:[^\s/?#"'<>]*(?=@)/gi,
  /\b(?:bearer|basic)\s+[\w.~+/=-]{8,}/gi,
  /(?<=(?:token|secret|passw(?:or)?d|pwd|api[-_]?key|hmac|signature)["']?\s{0,4}(?:=|(?<=["']\s{0,4}):)\s{0,4}["']?)[^\s"'&,;<>{}[\]]+/gi,
  /(?<=[?&](?:auth|key|session(?:_?id)?|sig)=)[^\s&#"'<>]+/gi,
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g,
  /(?<=\b(?:passw(?:or)?d|pwd|secret):\s{0,4}["']?)[^\s"'&,;<>{}[\]]+/gi,
];
const BLOT = '[secret]';

/**
 * A fault as it is written down for people: bounded, without credentials, and with nothing in it that a database or a
 * terminal chokes on. Connectors take out the secrets that they know; this takes out what looks like one.
 */
export function keptFault(fault: DeliveryFault): DeliveryFault {
  const { code, message, raw } = fault;
  return {
    ...fault,
    code: code === null ? null : plain(code).slice(0, CODE_CHARACTERS),
    message: cut(plain(message), MESSAGE_CHARACTERS),
    raw: bounded(clean(raw, DEPTH)),
  };
}

function clean(value: Json, depth: number): Json {
  if (typeof value === 'string') return plain(value);
  if (value === null || typeof value !== 'object') return value;
  if (depth === 0) return '…';
  if (Array.isArray(value)) return value.map((each) => clean(each, depth - 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [plain(key), SECRET_NAME.test(key) ? BLOT : clean(inner, depth - 1)]),
  );
}

/** Too long an answer is kept as the beginning of its text. */
function bounded(value: Json): Json {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > RAW_CHARACTERS ? cut(text, RAW_CHARACTERS) : value;
}

function cut(text: string, characters: number): string {
  return text.length > characters ? `${text.slice(0, characters - 1).toWellFormed()}…` : text;
}

/** No credentials, no halves of characters, and nothing that drives a terminal; nor U+0000, which PostgreSQL does not keep. */
function plain(text: string): string {
  const blotted = SECRET_TEXT.reduce((all, secret) => all.replace(secret, BLOT), text);
  return blotted.toWellFormed().replace(/[^\P{Cc}\t\n\r]/gu, '\ufffd');
}
